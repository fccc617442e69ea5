"""The syllabus: minutes that were counted, every lesson in both plans, and answers that come out."""

from __future__ import annotations

import math
import re

import numpy as np
import pytest
from scipy import stats

from coursekit.lessons.learning_time import Counts
from coursekit.lessons.source import read_cells
from coursekit.topics.number_series.answers import precision_at_k
from coursekit.topics.words.answers import keystrokes_saved
from tests.course.learners import LESSONS, ROOT

TEXT = (ROOT / "docs" / "teaching" / "syllabus.md").read_text(encoding="utf-8")
MINUTES = {
    number: int(minutes) for number, minutes in re.findall(r"^\| (\d\d\w?) [^|]*\| (\d+) \|", TEXT, re.MULTILINE)
}


@pytest.mark.parametrize("lesson", LESSONS)
def test_a_lesson_is_listed_with_its_counted_minutes(lesson):
    counts = Counts.of(read_cells(ROOT / "solutions" / lesson / f"{lesson}.md"))
    assert MINUTES[lesson.split("_")[0]] == counts.said


def test_what_is_listed_exists():
    assert sorted(MINUTES) == sorted(lesson.split("_")[0] for lesson in LESSONS)


@pytest.mark.parametrize("plan", ["Six weeks", "Twelve weeks"])
def test_a_plan_has_its_weeks(plan):
    text = TEXT.partition(f"## {plan}\n")[2].partition("\n## ")[0]
    weeks = [int(week) for week in re.findall(r"^\| (\d+) \|", text, re.MULTILINE)]
    assert weeks == list(range(1, 1 + {"Six weeks": 6, "Twelve weeks": 12}[plan]))


@pytest.mark.parametrize(("plan", "without"), [("Six weeks", {"19"}), ("Twelve weeks", set())])
def test_a_plan_has_every_lesson(plan, without):
    """Of the application that each student takes in six weeks, lesson 19 is none."""
    text = TEXT.partition(f"## {plan}\n")[2].partition("\n## ")[0]
    named = set(re.findall(r"\b\d\d\w?\b", text)) - {"90"}  # minutes
    for first, last in re.findall(r"\b(\d\d) to (\d\d)\b", text):
        named |= {f"{number:02}" for number in range(int(first), int(last) + 1)}
    assert named == set(MINUTES) - without


def gru_parameters(blocks: int, biases: int, D: int = 10, H: int = 20) -> int:
    return blocks * (H * D + H * H + biases * H)


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        (1, f"{gru_parameters(3, 2)}"),
        (1, f"{gru_parameters(4, 2)}"),
        (1, f"{gru_parameters(3, 1)}"),
        (2, f"{math.ceil(math.log(0.001) / math.log(0.9))}"),
        (3, f"{(1 / (1 + math.exp(-1))) ** 20:.4f}"),
        (3, f"{(1 / (1 + math.exp(-3))) ** 20:.3f}"),
        (9, f"{stats.t.ppf(0.975, 4) * 0.010 / math.sqrt(5):.4f}"),
        (10, f"{0.001 * 24 * 60:.2f}"),
        (16, f"{precision_at_k(np.ones(9), np.arange(9) < 2, 4)[0]:.3f}"),
        (16, f"{precision_at_k(np.ones(9), np.arange(9) < 2, 4)[1]:.3f}"),
        (17, f"{6 * (1 - keystrokes_saved(['state'], lambda _, typed: ['state'] if typed == 'st' else [])):.0f}"),
    ],
)
def test_an_answer_comes_out(question, answer):
    text = TEXT.partition(f"**{question}.** ")[2].partition("</details>")[0]
    assert f"**{answer}**" in text


def test_every_question_has_an_answer_and_a_lesson():
    questions = re.findall(r"^\*\*(\d+)\.\*\* (.*?)</details>", TEXT, re.MULTILINE | re.DOTALL)
    assert [int(number) for number, _ in questions] == list(range(1, len(questions) + 1)) and len(questions) >= 14
    assert all(re.search(r"Lessons? \d\d", text) for _, text in questions)
