"""How questions did over several years: how hard each was, whom it told apart, and which mistakes came back.

Difficulty is the mean share of a question's points (1 is what everybody has). Discrimination is the correlation of that
share with the share of all other points: near 0 or below, the question does not measure what the others measure
(Crocker and Algina 1986, chapter 14, the corrected point-biserial).
"""

from __future__ import annotations

import csv
import io
import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import mean

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from coursekit.grading.report.data import Class, Question
from coursekit.grading.report.summary import summarise
from coursekit.grading.report.words import count, percent
from coursekit.grading.safe_text import plain
from coursekit.grading.spreadsheet import harmless

FEWEST = 10
"""Students from whom on a correlation is told: below it says little."""

WEAK = 0.1
"""A discrimination below this, of 20 students or more, is worth a look at the question."""

MISTAKES = 3
_ENOUGH = 20
_COLUMNS = ("assignment", "question", "year", "students", "difficulty", "discrimination", "mistakes")


@dataclass(frozen=True)
class Year:
    """One question in one year.

    students:       who have points for it.
    difficulty:     the mean share of its points; None if nobody has any.
    discrimination: None for few students, or where all have the same.
    mistakes:       names of known mistakes with the share of checked answers that made them, the most frequent first.
    """

    label: str
    students: int
    difficulty: float | None
    discrimination: float | None
    mistakes: tuple[tuple[str, float], ...] = ()

    @property
    def weak(self) -> bool:
        return self.discrimination is not None and self.discrimination < WEAK and self.students >= _ENOUGH


@dataclass(frozen=True)
class Line:
    """One question of an assignment, over the years in which it was asked."""

    assignment: str
    question: str
    years: tuple[Year, ...]


def over_years(classes: Sequence[tuple[str, Class]]) -> list[Line]:
    """Questions in the order of the first class that has them.

    classes: a label for the year, and the class. Several assignments of one year have the same label.
    """
    found: dict[tuple[str, str], list[Year]] = {}
    for label, group in classes:
        mistakes = {summary.question.name: summary.mistakes for summary in summarise(group).exercises}
        for question in group.questions:
            known = [(one.name, one.share) for one in mistakes[question.name] if one.known]
            year = _year(label, group, question, tuple(sorted(known, key=lambda one: (-one[1], one[0]))[:MISTAKES]))
            found.setdefault((group.assignment, question.name), []).append(year)
    return [Line(assignment, question, tuple(years)) for (assignment, question), years in found.items()]


def _year(label: str, group: Class, question: Question, mistakes: tuple[tuple[str, float], ...]) -> Year:
    own, others = [], []
    for student in group.students:
        shares = {
            one.name: mark.points / one.max_points
            for one in group.questions
            if one.max_points and (mark := student.marks.get(one.name)) and mark.points is not None
        }
        if question.name in shares:
            own.append(shares[question.name])
            others.append(_share_of_others(group, question, shares))
    pairs = [(mine, rest) for mine, rest in zip(own, others, strict=True) if rest is not None]
    together = correlation(pairs) if len(pairs) >= FEWEST else None
    return Year(label, len(own), mean(own) if own else None, together, mistakes)


def _share_of_others(group: Class, question: Question, shares: dict[str, float]) -> float | None:
    """The share of all points of the other questions that are decided; None if there are none."""
    most = {one.name: one.max_points for one in group.questions if one.name in shares and one.name != question.name}
    return sum(shares[name] * points for name, points in most.items()) / sum(most.values()) if most else None


def correlation(pairs: Sequence[tuple[float, float]]) -> float | None:
    """Pearson's; None where one of both is the same for all."""
    xs, ys = [x for x, _ in pairs], [y for _, y in pairs]
    middle, height = mean(xs), mean(ys)
    dx, dy = [x - middle for x in xs], [y - height for y in ys]
    spread = math.sqrt(sum(x * x for x in dx) * sum(y * y for y in dy))
    return sum(x * y for x, y in zip(dx, dy, strict=True)) / spread if spread > 1e-12 else None


def as_csv(lines: Sequence[Line]) -> str:
    """A line for each question and year; a field is empty where a number is unknown."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(_COLUMNS)
    for line in lines:
        for year in line.years:
            numbers = ("" if one is None else round(one, 3) for one in (year.difficulty, year.discrimination))
            mistakes = "; ".join(f"{name} ({share:.2f})" for name, share in year.mistakes)
            fields = (line.assignment, line.question, year.label, year.students, *numbers, mistakes)
            writer.writerow([harmless(field) for field in fields])
    return text.getvalue()


def page(lines: Sequence[Line]) -> str:
    """An HTML page that loads nothing, runs nothing and names nobody."""
    here = Path(__file__).parent
    environment = Environment(
        loader=FileSystemLoader(here), autoescape=True, undefined=StrictUndefined, trim_blocks=True
    )
    environment.globals.update(count=count, percent=percent)
    labels = Counter(year.label for line in lines for year in line.years)
    style = Markup((here / "style.css").read_text(encoding="utf-8"))
    text = environment.get_template("years.html.j2").render(
        lines=lines, labels=list(labels), style=style, weak=WEAK, enough=_ENOUGH, fewest=FEWEST
    )
    return plain(text).lstrip()
