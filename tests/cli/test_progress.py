"""`coursekit progress`: the map in a terminal, to take along, and to begin anew."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from coursekit import check, hint, predicted
from coursekit.checking import registry

EXERCISE = registry.get("gru_step")


@pytest.fixture
def right() -> None:
    check(EXERCISE.reference, "gru_step")
    hint("gru_step")
    predicted("new_state", 0.5, 0.5)


def journal() -> Path:
    return Path(os.environ["COURSEKIT_HOME"]) / "progress.jsonl"


def test_before_the_first_check_it_says_where_to_begin(call):
    done = call("progress")
    assert done.returncode == 0 and done.stderr == ""
    assert "Begin with sigmoid in lesson 00" in done.stdout and "Nothing is written yet" in done.stdout
    assert not journal().exists()


def test_it_prints_the_map_and_where_it_is_kept(run, right):
    done = run("progress")
    assert done.returncode == 0 and "1 of " in done.stdout.splitlines()[0]
    assert f"Kept in {journal()}" in done.stdout


def test_a_terminal_that_knows_few_signs_is_no_error(run, right):
    done = run("progress", env=os.environ | {"PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"})
    assert done.returncode == 0 and done.stdout.startswith("1 of ")


def test_it_can_be_taken_along(call, right, tmp_path):
    target = tmp_path / "mine.json"
    assert call("progress", "--export", target).returncode == 0
    data = json.loads(target.read_text())
    (step,) = (one for one in data["exercises"] if one["exercise"] == "gru_step")
    assert (step["state"], step["tries"], step["points"], step["hints"]) == ("right", 1, EXERCISE.points, 1)
    assert data["predictions"] == {"new_state": {"first": 0.5, "last": 0.5, "measured": 0.5}}
    again = call("progress", "--export", target)
    assert again.returncode == 2 and "is there already" in again.stderr


def test_beginning_anew_keeps_the_old_journal(call, right):
    old = journal().read_text()
    done = call("progress", "--reset")
    assert done.returncode == 0 and "begins anew" in done.stdout
    (kept,) = journal().parent.glob("progress-until-*.jsonl")
    assert kept.read_text() == old and str(kept) in done.stdout
    assert call("progress").stdout.startswith("0 of ")
    assert "nothing to begin anew" in call("progress", "--reset").stdout


def test_switched_off_it_says_so(call, right, monkeypatch):
    monkeypatch.setenv("COURSEKIT_PROGRESS", "off")
    assert "COURSEKIT_PROGRESS is off" in call("progress").stdout


@pytest.mark.slow
def test_checking_a_notebook_in_a_terminal_leaves_the_journal_alone(run, notebook):
    """It may be somebody else's notebook."""
    another = "import coursekit\ncoursekit.check(registry.get('gru_step').reference, 'gru_step')"
    done = run("check", notebook(before_checks=another))
    assert done.returncode == 0 and "gru_step" in done.stdout
    assert not journal().exists()
