"""`coursekit review` in a terminal, and `coursekit questions` for a teacher."""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from xml.etree import ElementTree

import pytest

from coursekit.desk.book import book
from coursekit.questions import item


@pytest.fixture
def solved_long_ago():
    """gru_step and lm_loss are due; what is typed comes from a list."""
    at = (datetime.now(UTC) - timedelta(days=40)).isoformat(timespec="seconds")
    told = {"kind": "check", "passed": True, "score": 1.0, "verdict": "passed", "at": at}
    place = Path(os.environ["COURSEKIT_HOME"]) / "progress.jsonl"
    place.parent.mkdir(parents=True, exist_ok=True)
    lines = [json.dumps(told | {"exercise": name}) for name in ("gru_step", "lm_loss")]
    place.write_text("\n".join([*lines, '{"kind": "learner", "name": "somebody", "at": ""}', ""]))


@pytest.fixture
def typed(monkeypatch):
    def type_(*answers: str) -> None:
        left = list(answers)

        def answer(prompt: str) -> str:
            if not left:
                raise EOFError
            return left.pop(0)

        monkeypatch.setattr("builtins.input", answer)

    return type_


def test_it_asks_about_everything_that_is_due_and_says_when_to_come_again(call, typed, solved_long_ago):
    right = item("gru_step", 1, "somebody").letter
    typed("X", right, "a")
    done = call("review")
    assert done.returncode == 0 and done.stderr == ""
    assert "'X' stands before no option." in done.stdout and f"✓ {right} is right." in done.stdout
    assert "lm_loss: " in done.stdout and "Nothing is due. The next question is about " in done.stdout
    cards = call("review", "--list").stdout
    assert "box 2 of 5  gru_step" in cards
    assert {name for name, _ in book().state().quizzes} == {"gru_step", "lm_loss"}


def test_an_empty_answer_or_the_end_of_the_input_stops_and_loses_nothing(call, typed, solved_long_ago):
    typed("")
    assert call("review").stdout.endswith("2 exercises are due today.\n")
    typed()
    assert call("review").returncode == 0 and not book().state().quizzes


def test_before_anything_is_solved_it_says_so(call):
    assert call("review").stdout.startswith("There is nothing to review yet")


def test_questions_for_moodle(call, tmp_path):
    done = call("questions", "moodle", "5", "--each", "2", "--out", tmp_path)
    assert done.returncode == 0 and "12 questions about 6 exercises" in done.stdout
    assert "show lines of a right answer" in done.stdout
    quiz = ElementTree.parse(tmp_path / "coursekit-questions.xml").getroot()
    assert len(quiz.findall("question[@type='multichoice']")) == 12
    again = call("questions", "moodle", "5", "--each", "2", "--kinds", "numbers", "--out", tmp_path)
    assert "right answer" not in again.stdout


def test_questions_for_prairielearn(call, tmp_path):
    assert call("questions", "prairielearn", "05_gru", "--each", "2", "--out", tmp_path).returncode == 0
    folder = tmp_path / "questions" / "coursekit_quiz" / "gru_step"
    assert {path.name for path in folder.iterdir()} == {"info.json", "question.html", "server.py", "variants.json"}
    assert len(json.loads((folder / "variants.json").read_text())) == 2


def test_a_lesson_that_is_none_is_said(call, tmp_path):
    done = call("questions", "moodle", "77", "--out", tmp_path)
    assert done.returncode == 2 and "no lesson with exercises is called '77'" in done.stderr
    assert not list(tmp_path.iterdir())
