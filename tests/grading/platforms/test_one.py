"""One notebook in, its result out: right, wrong, none at all, and on a grader that fails."""

from __future__ import annotations

import os
import signal
from dataclasses import replace

import nbformat
import pytest
from jsonschema import Draft202012Validator, ValidationError

from coursekit.checking import evaluate, registry
from coursekit.grading.bounds import Stopped
from coursekit.grading.failures import FAILED
from coursekit.grading.platforms import one
from coursekit.grading.platforms.lessons import UnknownLesson, lesson, recognised, shipped
from coursekit.grading.platforms.one import fresh_seed, grade_one, unfinished
from coursekit.grading.platforms.result import schema
from coursekit.grading.run import notebook, runners
from coursekit.grading.run.sandbox import SandboxUnavailable
from coursekit.grading.run.servers import shared_server
from coursekit.grading.submission.intake import read_notebook

from .conftest import NAME

SEED = "5eed" * 8
WRONG_COUNT = "def gru_parameter_count(D, H):\n    return 3 * (D * H + H * H + H)"


def nothing_is_a_number(result):
    return result.total is None and result.needs_a_person and all(q.points is None for q in result.questions)


def test_the_schema_is_one():
    Draft202012Validator.check_schema(schema())


def test_a_right_notebook_has_all_points(isolated, hand_in, valid):
    result = valid(grade_one(hand_in(), None, fresh_seed()))
    assert (result.lesson, result.total, result.max_points) == (NAME, 13.0, 13.0)
    assert not result.needs_a_person and result.isolation in ("namespaces", "landlock")
    assert all("right" in result.reports[question.exercise] for question in result.questions)


def test_a_known_mistake_is_named_and_the_rest_keeps_its_points(isolated, hand_in, valid):
    result = valid(grade_one(hand_in(gru_parameter_count=WRONG_COUNT), None, SEED))
    wrong = result.questions[-1]
    assert wrong.exercise == "gru_parameter_count" and wrong.points < 1 and wrong.verdict == "wrong"
    assert wrong.diagnoses and wrong.diagnoses[0] in result.reports["gru_parameter_count"]
    assert result.total == 12 + wrong.points and not result.needs_a_person


@pytest.mark.parametrize("answer", ["import os\nos._exit(0)", "while True: pass", "import os, signal\nos.kill(0, 9)"])
def test_an_answer_that_ends_or_never_ends_costs_itself_alone(isolated, hand_in, valid, answer, monkeypatch):
    get = registry.get
    monkeypatch.setattr(registry, "get", lambda name: replace(get(name), cpu_s=2.0))
    body = "\n    ".join(answer.splitlines())
    result = valid(grade_one(hand_in(gru_parameter_count=f"def gru_parameter_count(D, H):\n    {body}"), None, SEED))
    *others, last = result.questions
    assert [question.points for question in others] == [4, 2, 2, 2, 2]
    assert last.points == 0 or last.points is None and "busy" in last.fault  # a machine that has too much to do


def test_a_sandbox_that_is_killed_is_replaced(isolated, hand_in, valid):
    server = shared_server()
    os.kill(server._process.pid, signal.SIGKILL)
    server._process.wait(60)
    assert valid(grade_one(hand_in(), None, SEED)).total == 13


def test_the_same_seed_gives_the_same_draws_and_another_one_others(isolated, hand_in):
    path = hand_in(gru_step="def gru_step(x, h, params):\n    print(float(x.sum()))\n    return h")
    said = [grade_one(path, None, seed).reports["gru_step"] for seed in (SEED, SEED, "0123" * 8)]
    assert said[0] == said[1] and said[0] != said[2]


FILES = {
    "empty": b"",
    "binary": bytes(range(256)) * 40,
    "a zip": b"PK\x03\x04" + bytes(100),
    "a web page": b"<!DOCTYPE html><html></html>",
    "text": b"Hausaufgabe, fertig",
    "other JSON": b'{"a": [1, 2]}',
    "no cells": b'{"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": 3}',
    "a number": b"3",
    "deep": b"[" * 100_000,
    "half": b'{"nbformat": 4, "cells": [{"cell_type": "code", "sour',
}


@pytest.mark.parametrize("content", FILES.values(), ids=FILES)
@pytest.mark.parametrize("given", [True, False], ids=["lesson given", "lesson by name"])
def test_a_file_that_is_no_notebook_is_for_a_person_and_no_number(tmp_path, valid, content, given):
    path = tmp_path / f"{NAME}.ipynb"
    path.write_bytes(content)
    result = valid(grade_one(path, lesson(NAME) if given else None, SEED))
    assert nothing_is_a_number(result) and len(result.questions) == 6
    assert result.problems[0].startswith(f"{NAME}.ipynb is ")


def test_what_is_missing_a_folder_a_link_or_a_pipe_is_for_a_person(tmp_path, hand_in, valid):
    (tmp_path / "folder.ipynb").mkdir()
    (tmp_path / "link.ipynb").symlink_to(hand_in())
    os.mkfifo(tmp_path / "pipe.ipynb")
    for name in ("missing", "folder", "link", "pipe"):
        result = valid(grade_one(tmp_path / f"{name}.ipynb", None, SEED))
        assert nothing_is_a_number(result) and result.problems[0].startswith(f"{name}.ipynb "), result.problems
    assert grade_one(tmp_path / "folder.ipynb", None, SEED).problems == (
        "folder.ipynb is a folder: take the notebook in it",
    )


def test_a_host_that_cannot_isolate_takes_no_points(hand_in, valid, monkeypatch):
    def unavailable(torch):
        raise SandboxUnavailable("The sandbox cannot start: bubblewrap is not installed")

    for module in (one, runners):
        monkeypatch.setattr(module, "shared_server", unavailable)
    result = valid(grade_one(hand_in(), None, SEED))
    assert nothing_is_a_number(result) and "cannot start" in result.problems[0] and result.isolation == ""


def test_a_sandbox_that_does_not_hold_runs_nothing(isolated, hand_in, valid, monkeypatch):
    monkeypatch.setattr(one, "escapes", lambda server: ["starting a process"])
    monkeypatch.setattr(one, "run_job", lambda job: pytest.fail("a notebook was run"))
    result = valid(grade_one(hand_in(), None, SEED))
    assert nothing_is_a_number(result) and "starting a process was possible" in result.problems[0]


@pytest.mark.parametrize("step", ["read_notebook", "canonical", "run_job", "escapes", "questions"])
def test_an_error_of_ours_in_any_step_is_for_a_person(isolated, hand_in, valid, monkeypatch, step):
    calls = []

    def broken(*arguments, **options):
        calls.append(step)
        if len(calls) > 1:  # what writes the result that says so
            return real(*arguments, **options)
        raise RuntimeError("a detail that is not for students")

    real = getattr(one, step)
    monkeypatch.setattr(one, step, broken)
    result = valid(grade_one(hand_in(), None, SEED))
    assert nothing_is_a_number(result) and result.problems == (FAILED,) and len(result.questions) == 6
    assert "a detail" in result.log[0] and "a detail" not in str(replace(result, log=()).to_dict())


@pytest.mark.parametrize("step", ["read_notebook", "canonical", "escapes", "run_job"])
def test_being_stopped_in_any_step_is_for_a_person(isolated, hand_in, valid, monkeypatch, step):
    def stop(*arguments, **options):
        raise Stopped("the grader was told to end")

    monkeypatch.setattr(one, step, stop)
    result = valid(grade_one(hand_in(), None, SEED))
    assert nothing_is_a_number(result) and result.problems == ("the grader was told to end",)


def test_what_was_decided_before_the_stop_keeps_its_points(isolated, hand_in, valid, monkeypatch):
    def stopped_at_the_fourth(exercise, *arguments, **options):
        if exercise.name == "gru_step_reset_before":
            raise Stopped("the time was over")
        return evaluate(exercise, *arguments, **options)

    monkeypatch.setattr(notebook, "evaluate", stopped_at_the_fourth)
    result = valid(grade_one(hand_in(), None, SEED))
    assert [question.points for question in result.questions] == [4, 2, 2, None, None, None]
    assert result.total is None and result.needs_a_person and result.questions[-1].fault == "the time was over"


def test_the_result_before_there_is_one_decides_nothing(tmp_path, valid):
    for known in (lesson(NAME), None):
        assert nothing_is_a_number(valid(unfinished(tmp_path / "x.ipynb", known, SEED)))


def test_a_schema_that_could_be_passed_with_a_zero_for_what_is_undecided_would_be_none(tmp_path):
    data = unfinished(tmp_path / "x.ipynb", lesson(NAME), SEED).to_dict()
    data["questions"][0]["points"] = 0
    with pytest.raises(ValidationError):
        Draft202012Validator(schema()).validate(data)
    with pytest.raises(ValidationError):
        Draft202012Validator(schema()).validate(data | {"status": "graded"})


@pytest.mark.parametrize("name", shipped())
def test_every_lesson_is_recognised_by_its_cells_whatever_its_file_is_called(name):
    assert recognised(read_notebook(shipped()[name]), "homework.ipynb").name == name


@pytest.mark.parametrize("file", ["05_gru.ipynb", "05_gru-1.ipynb", "05_gru (2).ipynb", "ada_4711_90210_05_gru.ipynb"])
def test_a_lesson_is_recognised_by_the_name_of_its_file(file):
    assert recognised(None, file).name == "05_gru"


@pytest.mark.parametrize("file", ["homework.ipynb", "105_gru.ipynb", "05_grunt.ipynb", "04_lstm and 05_gru.ipynb"])
def test_what_no_name_tells_is_said_with_what_to_do(file):
    with pytest.raises(UnknownLesson, match=r"Name the lesson with --lesson\. There are 00_numerical_tools, "):
        recognised(None, file)


@pytest.mark.parametrize(("wanted", "name"), [("5", "05_gru"), ("05", "05_gru"), ("06_gru_backward",) * 2])
def test_a_lesson_has_a_number_and_a_name(wanted, name):
    assert lesson(wanted).name == name


@pytest.mark.parametrize("wanted", ["gru", "55", "05_gr", "no/such.ipynb", __file__, ""])
def test_no_lesson_is_guessed(wanted):
    with pytest.raises(UnknownLesson):
        lesson(wanted)


def test_the_notebook_of_another_lesson_is_for_a_person(hand_in, valid):
    result = valid(grade_one(hand_in("homework.ipynb"), lesson("04_lstm"), SEED))
    assert nothing_is_a_number(result) and result.problems == ("homework.ipynb is of the lesson 05_gru, not 04_lstm",)


def test_cells_that_have_lost_their_names_are_found_by_what_they_define(isolated, solution, tmp_path, valid):
    nb = nbformat.from_dict(solution)
    for cell in nb.cells:
        cell.metadata = {}
    nbformat.write(nb, tmp_path / "homework.ipynb")
    assert valid(grade_one(tmp_path / "homework.ipynb", None, SEED)).total is None
    assert valid(grade_one(tmp_path / "homework.ipynb", lesson(NAME), SEED)).total == 13
