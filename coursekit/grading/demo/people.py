"""The people of an invented class, and what each of them hands in."""

from __future__ import annotations

import datetime
import random
from collections.abc import Iterator, Mapping
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from coursekit.grading.demo.slips import Slip, right_answers, slips
from coursekit.grading.submission.times import TIMESTAMP
from coursekit.lessons.cells import grade_id

_NAMES = (
    "ada ama ben bo chen dara eli emi fen gia hana ida ines jan joy kai kofi lea lin mara mei nia noor olu omar pia "
    "quinn rafi rosa sami sara tao tess uma vera wei xeno yara yusuf zoe"
)
_LATE, _UNFINISHED = 0.1, 0.12


def names(students: int) -> list[str]:
    """So many names, no two equal."""
    given = _NAMES.split()
    rounds = range(-(-students // len(given)))
    return [f"{name}{number + 1 if number else ''}" for number in rounds for name in given][:students]


def hand_in(
    submitted: Path,
    assignment: str,
    released: NotebookNode,
    solution: NotebookNode,
    students: int,
    due: datetime.datetime | None = None,
    seed: int = 0,
) -> list[str]:
    """Write the submissions of an invented class; return the names.

    submitted: the course's folder of submissions, in nbgrader's layout.
    released:  the notebook as it is handed out.
    solution:  the same with its model answers.
    students:  how many.
    due:       when it is due, with a time zone. Most hand in before, some a little later.
    seed:      another number gives another class. The same numbers give the same answers.
    """
    right, wrong = right_answers(solution), slips(solution, seed)
    people = names(students)
    for name in people:
        chance = random.Random(f"{seed}/{assignment}/{name}")
        nb = _answered(released, dict(_answers(right, wrong, chance)))
        place = submitted / name / assignment
        place.mkdir(parents=True)
        nbformat.write(nb, place / f"{assignment}.ipynb")
        (place / TIMESTAMP).write_text(_time(due, chance), encoding="ascii")
    return people


def _answers(
    right: Mapping[str, str], wrong: Mapping[str, list[Slip]], chance: random.Random
) -> Iterator[tuple[str, str]]:
    """What one person writes: some know it all, most slip somewhere, some stop before the end."""
    skill = chance.betavariate(4, 1.5)
    stops_at = chance.randrange(1, len(right) + 1) if chance.random() < _UNFINISHED else len(right)
    for name in list(right)[:stops_at]:
        if chance.random() < skill or not wrong[name]:
            yield name, right[name]
        else:
            yield name, chance.choice(wrong[name]).source


def _answered(released: NotebookNode, answers: Mapping[str, str]) -> NotebookNode:
    nb = nbformat.from_dict(released)
    for cell in nb.cells:
        name = grade_id(cell)
        if name in answers:
            cell.source = answers[name]
    return nb


def _time(due: datetime.datetime | None, chance: random.Random) -> str:
    now = datetime.datetime.now(datetime.UTC)
    late = chance.random() < _LATE
    hours = -chance.uniform(0.5, 20) if late else chance.expovariate(1 / 20)
    when = (due or now).astimezone(datetime.UTC) - datetime.timedelta(hours=hours if due or not late else 0)
    return f"{when:%Y-%m-%d %H:%M:%S.%f} UTC"
