"""`quiz("gru_step")` in a notebook: shown, answered once, shown again; and nothing given away before it is solved."""

from __future__ import annotations

import json
import math
import os
import re
from pathlib import Path

import bs4
import pytest

from coursekit import check, quiz
from coursekit.checking import registry
from coursekit.desk.book import book
from coursekit.desk.quizzes import Asked, Said

STEP = registry.get("gru_step")


def solve() -> None:
    check(STEP.reference, "gru_step")


def records(kind: str) -> list[dict]:
    text = (Path(os.environ["COURSEKIT_HOME"]) / "progress.jsonl").read_text()
    return [record for record in map(json.loads, filter(None, text.splitlines())) if record["kind"] == kind]


def test_a_cell_shows_the_same_question_whenever_it_runs_and_the_first_answer_counts():
    asked = quiz("gru_step")
    number = asked.number
    assert isinstance(asked, Asked) and str(quiz("gru_step", number)) == str(quiz("gru_step")) == str(asked)
    wrong = next(letter for letter, _ in asked.item.lettered if letter != asked.item.letter)
    done = quiz("gru_step", number, wrong.lower())
    assert done.outcome.startswith(f"✗ You chose {wrong}; right is {asked.item.letter}, ")
    assert quiz("gru_step", number, asked.item.letter).outcome == done.outcome == quiz("gru_step", number).outcome
    [record] = records("quiz")
    assert (record["exercise"], record["number"], record["answer"], record["right"]) == (
        "gru_step",
        number,
        wrong,
        False,
    )
    assert quiz("gru_step").number > number


def test_a_right_answer_is_told_with_what_there_is_to_learn():
    asked = quiz("gru_step")
    right = asked.item.options[asked.item.right]
    assert (
        quiz(STEP.reference, asked.number, asked.item.letter).outcome == f"✓ {asked.item.letter} is right. {right.why}"
    )


def test_the_page_and_the_text_say_the_same_to_everybody():
    asked = quiz("gru_step")
    page = bs4.BeautifulSoup(asked._repr_html_(), "html.parser")
    text = " ".join(str(asked).replace("`", "").split())
    for element in page.find_all(["p", "li"]):
        assert " ".join(element.get_text().replace("`", "").split()) in text
    assert page.find(attrs={"role": "group"})["aria-label"] == asked.title
    block = page.find("pre")
    assert block["tabindex"] == "0" and block["aria-label"] == "numbers"  # a keyboard can move what is too wide
    assert asked.item.shown == block.get_text()
    assert not page.find(["script", "style", "input", "button"])


def test_the_arguments_are_at_hand_to_compute_with():
    asked = quiz("gru_step")
    assert set(asked.arguments) == {"x", "h", "params"}
    first = STEP.reference(**asked.arguments).flat[0]
    assert float(re.search(r"-?\d+\.\d*", asked.item.shown).group()) == pytest.approx(first, abs=5.01e-4)
    assert f"{asked.call}.arguments" in str(asked)


def test_lines_of_a_right_answer_wait_until_the_exercise_is_solved():
    kinds = {number: quiz("gru_step", number) for number in range(1, 13)}
    waiting = [number for number, shown in kinds.items() if isinstance(shown, Said)]
    assert waiting and all("when `check(gru_step)` has passed" in str(kinds[number]) for number in waiting)
    assert all("return" not in str(shown) for shown in kinds.values())
    number = waiting[0]
    with_answer = quiz("gru_step", number, "A")
    assert isinstance(with_answer, Said)
    solve()
    assert quiz("gru_step", number).item.reveals and quiz("gru_step", number).answered is None
    assert quiz("gru_step", number).item.kind in ("line", "shape")


def test_the_next_question_skips_what_would_show_a_right_answer():
    for _ in range(4):
        asked = quiz("gru_step")
        assert asked.item.kind == "numbers"
        quiz("gru_step", asked.number, "A")


def test_everybody_is_asked_something_else(monkeypatch, tmp_path):
    mine = str(quiz("gru_step"))
    assert str(quiz("gru_step")) == mine
    monkeypatch.setenv("COURSEKIT_HOME", str(tmp_path / "of another"))
    assert str(quiz("gru_step")) != mine


@pytest.mark.parametrize(
    ("number", "answer", "says"),
    [(None, "Z", "choose one of A, B, C"), (None, 2, "choose one of A"), (0, "A", "from 1")],
)
def test_what_is_no_question_and_no_letter_is_said(number, answer, says):
    number = quiz("gru_step").number if number is None else number
    with pytest.raises(ValueError, match=says):
        quiz("gru_step", number, answer)
    assert not book().state().quizzes


def test_an_answer_needs_its_question():
    with pytest.raises(ValueError, match=r'say which question .* quiz\("gru_step", NUMBER, \'A\'\)'):
        quiz("gru_step", answer="A")
    assert not book().state().quizzes


def test_switched_off_nothing_is_written_and_questions_come_all_the_same(monkeypatch):
    monkeypatch.setenv("COURSEKIT_PROGRESS", "off")
    asked = quiz("gru_step")
    assert quiz("gru_step", asked.number, asked.item.letter).outcome.startswith("✓")
    assert not (Path(os.environ["COURSEKIT_HOME"]) / "progress.jsonl").exists()


def test_a_record_that_another_version_wrote_is_passed_over():
    number = quiz("gru_step").number
    for damaged in (
        {"number": "x"},
        {"exercise": "gru_step", "number": math.inf, "answer": "A", "right": True},
        {"exercise": "gru_step", "number": number, "answer": "A", "right": 1, "at": "noon"},
    ):
        book().journal.add("quiz", **damaged)
    assert not book().state().quizzes and quiz("gru_step").number == number
