"""The people of an invented class, and what each of them hands in."""

from __future__ import annotations

import datetime
import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from coursekit.grading.demo.copies import disguised
from coursekit.grading.demo.handwriting import Hand
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
    pairs: int = 0,
) -> list[str]:
    """Write the submissions of an invented class; return the names.

    submitted: the course's folder of submissions, in nbgrader's layout.
    released:  the notebook as it is handed out.
    solution:  the same with its model answers.
    students:  how many.
    due:       when it is due, with a time zone. Most hand in before, some a little later.
    seed:      another number gives another class. The same numbers give the same answers.
    pairs:     so many hand in what somebody else wrote (see `planted`).
    """
    for name, answers in written(assignment, solution, students, seed, pairs).items():
        nb = _answered(released, {exercise: slip.source for exercise, slip in answers.items()})
        place = submitted / name / assignment
        place.mkdir(parents=True)
        nbformat.write(nb, place / f"{assignment}.ipynb")
        chance = random.Random(f"{seed}/{assignment}/{name}/time")
        (place / TIMESTAMP).write_text(_time(due, chance), encoding="ascii")
    return names(students)


def written(
    assignment: str, solution: NotebookNode, students: int, seed: int = 0, pairs: int = 0
) -> dict[str, dict[str, Slip]]:
    """By name and exercise, what the people of an invented class write.

    With pairs, everybody writes in a hand of their own, and as many people copy: all that somebody else has, or half
    of it and the rest alone. What is copied is disguised: other names and comments, another layout, lines moved.
    """
    right, wrong = right_answers(solution), slips(solution, seed)
    people = names(students)
    found: dict[str, dict[str, Slip]] = {}
    for name in people:
        chance = random.Random(f"{seed}/{assignment}/{name}")
        found[name] = dict(_answers(right, wrong, chance))
        if pairs:
            hand = Hand(chance)
            found[name] = {key: replace(slip, source=hand.write(slip.source)) for key, slip in found[name].items()}
    for number, (source, copier) in enumerate(planted(people, pairs, seed)):
        chance = random.Random(f"{seed}/{assignment}/{copier}/copy")
        theirs = list(found[source].items())
        taken = theirs if number % 2 == 0 else theirs[: -(-len(theirs) // 2)]
        copied = {key: replace(slip, source=disguised(slip.source, chance)) for key, slip in taken}
        found[copier] = found[copier] | copied
    return found


def planted(people: Sequence[str], pairs: int, seed: int = 0) -> list[tuple[str, str]]:
    """Whose answers are copied, and by whom: everybody is in one pair at most. The first copies all, the next half."""
    chosen = random.Random(f"{seed}/pairs").sample(list(people), 2 * pairs)
    return list(zip(chosen[::2], chosen[1::2], strict=True))


def _answers(
    right: Mapping[str, str], wrong: Mapping[str, list[Slip]], chance: random.Random
) -> Iterator[tuple[str, Slip]]:
    """What one person writes: some know it all, most slip somewhere, some stop before the end."""
    skill = chance.betavariate(4, 1.5)
    stops_at = chance.randrange(1, len(right) + 1) if chance.random() < _UNFINISHED else len(right)
    for name in list(right)[:stops_at]:
        if chance.random() < skill or not wrong[name]:
            yield name, Slip(right[name], None)
        else:
            yield name, chance.choice(wrong[name])


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
