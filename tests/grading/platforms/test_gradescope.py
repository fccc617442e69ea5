"""Gradescope's results file: points, lateness and tries by the platform's word."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from coursekit.grading.gradebook.table import UNDECIDED, WAITING, Question
from coursekit.grading.platforms import gradescope
from coursekit.grading.platforms.gradescope import limited, read_metadata, results
from coursekit.grading.platforms.lessons import lesson
from coursekit.grading.platforms.one import unfinished
from coursekit.grading.platforms.result import Result
from coursekit.grading.platforms.served import for_instructors

from . import contracts
from .conftest import NAME

RIGHT = Question("gru_step", 4.0, 4.0, "passed")
HALF = Question("gru_forward", 0.5, 2.0, "wrong", ("a swapped gate",))
OPEN = Question("gru_parameter_count", None, 1.0, UNDECIDED, fault="the machine was too busy")
WORDS = Question("explain", None, 3.0, WAITING, checked=False)
DUE = {"created_at": "2027-01-15T23:59:00.000000-08:00", "assignment": {"due_date": "2027-01-15T23:00:00-08:00"}}


def made(*questions, **more):
    return Result(NAME, f"{NAME}.ipynb", questions, {"gru_forward": "the report \x1b[2J"}, seed="00" * 16, **more)


def test_points_texts_and_the_diagnosis_arrive():
    said = results(made(RIGHT, HALF), {})
    contracts.gradescope(said)
    assert said["score"] == 4.5 and "4.5 of 6 points." in said["output"]
    right, half = said["tests"]
    assert (right["score"], right["status"]) == (4.0, "passed")
    assert (half["score"], half["max_score"], half["status"]) == (0.5, 2.0, "failed")
    assert half["output"] == "the report [2J" and half["extra_data"]["diagnoses"] == ["a swapped gate"]


@pytest.mark.parametrize("question", [OPEN, WORDS])
def test_what_is_not_decided_has_no_score_and_hides_the_total(question):
    said = results(made(RIGHT, question), {})
    contracts.gradescope(said)
    assert "score" not in said and "score" not in said["tests"][1] and said["tests"][0]["score"] == 4.0
    assert "A person" in said["output"]


def test_what_students_do_not_need_is_kept_from_them():
    said = results(replace(made(RIGHT), log=("Traceback",), flags=("uses torch.nn.GRU",)), {})
    shown = json.dumps([said["output"], said["tests"]])
    assert "Traceback" not in shown and "torch.nn.GRU" not in shown and said["stdout_visibility"] == "hidden"
    assert said["extra_data"]["coursekit"]["seed"] == "00" * 16


@pytest.mark.parametrize(
    ("created", "said"),
    [
        ("2027-01-15T22:59:59-08:00", None),
        ("2027-01-15T23:00:00-08:00", None),
        ("2027-01-16T07:00:01+00:00", "less than a minute"),
        ("2027-01-15T23:59:00-08:00", "59 min"),
        ("2027-01-17T00:05:00-08:00", "1 d 1 h 5 min"),
        ("yesterday", None),
    ],
)
def test_lateness_is_by_the_platform_s_times(created, said):
    output = results(made(RIGHT), DUE | {"created_at": created})["output"]
    assert (f"Handed in {said} after the due date." in output) if said else ("due date" not in output)


@pytest.mark.parametrize("text", ["", "[]", "3", "{", '{"assignment": 3, "previous_submissions": [3, null]}', "\udcff"])
def test_metadata_that_say_nothing_cost_nothing(tmp_path, text):
    (tmp_path / "m.json").write_bytes(text.encode("utf-8", "surrogateescape"))
    metadata = read_metadata(tmp_path / "m.json")
    contracts.gradescope(results(made(RIGHT), metadata))
    assert limited(metadata, 1) is None
    assert read_metadata(tmp_path / "missing.json") == {}


def earlier(when, status="graded", score=4.5, **own):
    kept = results(made(RIGHT, HALF), {})
    kept["extra_data"]["coursekit"] |= {"status": status}
    return {"submission_time": f"2027-01-{when}:00-08:00", "score": score, "results": kept} | own


def at(when, *tries):
    return {"created_at": f"2027-01-{when}:00-08:00", "previous_submissions": list(tries)}


def test_tries_of_the_last_24_hours_are_counted_by_the_platform_s_times():
    tries = [earlier("13T23:58"), earlier("14T10:00"), earlier("14T12:00")]
    assert limited(at("14T23:59", *tries), 3) is None, "the first is more than a day ago"
    assert limited(at("14T23:59", *tries), None) is None
    said = limited(at("14T23:57", *tries), 3)
    contracts.gradescope(said)
    assert said["score"] == 4.5 and [test["score"] for test in said["tests"]] == [4.0, 0.5]
    assert "Hand in again after 2027-01-14 23:58" in said["output"]


def test_a_try_that_was_not_graded_is_not_counted_and_its_result_does_not_stand():
    over, fault = earlier("14T13:00", "over the limit", 0.0), earlier("14T14:00", "needs a person", None)
    assert limited(at("14T15:00", earlier("14T12:00"), over, fault), 2) is None
    said = limited(at("14T15:00", earlier("14T12:00"), over, fault), 1)
    assert said["extra_data"]["coursekit"]["status"] == "over the limit" and said["score"] == 4.5
    again = {"submission_time": "2027-01-14T15:00:00-08:00", "score": 4.5, "results": said}
    assert "after 2027-01-15 12:00" in limited(at("14T15:10", earlier("14T12:00"), again), 1)["output"]


def test_the_order_of_earlier_tries_does_not_matter_and_later_ones_do_not_count():
    later = earlier("15T12:00")
    first, second = earlier("14T10:00", score=1.0), earlier("14T12:00")
    for tries in ([first, second, later], [later, second, first]):
        assert "after 2027-01-15 10:00" in limited(at("14T13:00", *tries), 2)["output"]
        assert limited(at("14T13:00", *tries), 3) is None


def test_a_try_of_another_grader_counts_with_its_score():
    bare = earlier("14T12:00", results=None)
    said = limited(at("14T13:00", bare), 1)
    contracts.gradescope(said)
    assert said["score"] == 4.5


@pytest.mark.parametrize("handed_in", ["nothing", "another name", "two versions", "a folder"])
def test_a_hand_in_is_looked_for(isolated, hand_in, tmp_path, handed_in):
    folder = tmp_path / "autograder" / "submission"
    folder.mkdir(parents=True)
    if handed_in == "another name":
        hand_in().rename(folder / "homework final.ipynb")
    elif handed_in == "two versions":
        hand_in(gru_step="# nothing").rename(folder / f"{NAME}.ipynb")
        hand_in().rename(folder / f"{NAME}-1.ipynb")
    elif handed_in == "a folder":
        (folder / f"{NAME}.ipynb").mkdir()
    gradescope.run(tmp_path / "autograder", lesson(NAME))
    said = json.loads((tmp_path / "autograder" / "results" / "results.json").read_text())
    contracts.gradescope(said)
    assert said.get("score") == (13.0 if handed_in in ("another name", "two versions") else None)
    if "score" not in said:
        assert f"{NAME}.ipynb was not handed in" in said["output"] and len(said["tests"]) == 6


def test_what_is_there_before_a_result_keeps_the_contract(tmp_path):
    contracts.gradescope(results(unfinished(tmp_path, lesson(NAME), "00" * 16), DUE))


def test_no_line_for_instructors_begins_with_words_of_a_student():
    said = for_instructors(replace(made(RIGHT), problems=("::error::x\r\n::add-mask::y\x1b[2J",), remarks=("::z",)))
    assert said.splitlines() == ["| ::error::x", "| ::add-mask::y[2J", "| ::z"]
