"""`coursekit pack`: what is written where, and what is refused. What the archives do is tested beside the platforms."""

from __future__ import annotations

import json
import zipfile

import pytest


def test_an_archive_for_each_lesson_readable_by_its_owner_only(call, tmp_path):
    done = call("pack", "gradescope", "0", "05_gru", "--tries-per-day", "3", "--out", tmp_path / "new" / "folder")
    assert done.returncode == 0, done.stderr
    made = sorted((tmp_path / "new" / "folder").iterdir())
    assert [path.name for path in made] == ["gradescope-00_numerical_tools.zip", "gradescope-05_gru.zip"]
    assert all(path.stat().st_mode & 0o077 == 0 for path in made), "they hold the right answers"
    assert "holds the right answers" in done.stdout
    with zipfile.ZipFile(made[1]) as archive:
        assert "05_gru --tries-per-day 3" in archive.read("run_autograder").decode()


def test_a_question_of_prairielearn_names_the_images(call, tmp_path):
    assert call("pack", "prairielearn", "05", "--image", "me/rnn", "--out", tmp_path).returncode == 0
    with zipfile.ZipFile(tmp_path / "prairielearn-05_gru.zip") as archive:
        info = json.loads(archive.read("questions/coursekit_05_gru/info.json"))
    assert info["externalGradingOptions"]["image"] == "me/rnn:grader"
    assert info["workspaceOptions"]["image"] == "me/rnn:workspace"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("gradescope", "99"), "there is no lesson '99'"),
        (("gradescope", "05", "--tries-per-day", "0"), "is not a number of tries"),
        (("autolab", "05", "--tries-per-day", "3"), "is for Gradescope: set the number of tries in autolab itself"),
        (("prairielearn", "05"), "--image is for PrairieLearn, which needs it"),
        (("autolab", "05", "--image", "x"), "--image is for PrairieLearn"),
        (("blackboard", "05"), "invalid choice"),
        (("gradescope", "05", "--out", "/dev/null/x"), "cannot write"),
    ],
)
def test_what_cannot_be_packed_is_said(call, arguments, said):
    done = call("pack", *arguments)
    assert done.returncode == 2 and said in done.stderr


def test_a_notebook_of_one_s_own_is_not_packed(call, tmp_path):
    cell = {"cell_type": "code", "metadata": {"nbgrader": {"grade_id": "mine", "solution": True}}, "source": ""}
    nb = {
        "nbformat": 4,
        "nbformat_minor": 5,
        "metadata": {},
        "cells": [cell | {"outputs": [], "execution_count": None}],
    }
    (tmp_path / "mine.ipynb").write_text(json.dumps(nb))
    done = call("pack", "gradescope", tmp_path / "mine.ipynb", "--out", tmp_path)
    assert done.returncode == 2 and "mine did not come with this package" in done.stderr
