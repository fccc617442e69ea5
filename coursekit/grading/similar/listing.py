"""Over all exercises of an assignment, the pairs whose evidence chance hardly explains."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass

from coursekit.grading.similar.evidence import Answer, Compared, Shared
from coursekit.grading.similar.slips import small_changes

STRICT = 1.6
"""So many times the bits that one pair among all has by chance, since the lines of one hand come together. Set so that
of the pairs in benchmarks/similar.py few are listed that copied nothing."""


@dataclass(frozen=True)
class Pair:
    """Two students, and what they share by exercise, the most telling first."""

    students: tuple[str, str]
    shared: tuple[Shared, ...]

    @property
    def bits(self) -> float:
        """The sum over the exercises. If somebody else has the same in two of them, the second counts half: it is how
        several people write."""
        total, others = 0.0, set()
        for each in self.shared:
            total += each.bits / 2 if others & each.alike else each.bits
            others |= each.alike
        return total


@dataclass(frozen=True)
class Pairs:
    """The pairs to look at, the most unusual first. compared: how many students; needed: bits that make a pair."""

    found: tuple[Pair, ...]
    compared: int
    needed: float


def pairs(
    answers: Sequence[Answer],
    handed_out: Mapping[str, Collection[str]],
    slips: Callable[[str], Collection[str]] = small_changes,
) -> Pairs:
    """The pairs worth a look.

    answers:    of everybody to everything.
    handed_out: by exercise, what everybody was given: the stub, and the cells of the lesson.
    slips:      by exercise, the wrong numbers that one small change of the right answer gives.
    """
    by_exercise: dict[str, list[Answer]] = defaultdict(list)
    for answer in answers:
        by_exercise[answer.exercise].append(answer)
    together: dict[tuple[str, str], list[Shared]] = defaultdict(list)
    for exercise, its in by_exercise.items():
        compared = Compared(exercise, its, handed_out.get(exercise, ()), slips)
        for pair in compared.pairs():
            shared = compared.shared(*pair)
            if shared is not None:
                together[pair].append(shared)
    people = len({answer.student for answer in answers})
    needed = STRICT * math.log2(max(people * (people - 1) / 2, 2))
    found = [
        Pair(students, tuple(sorted(shared, key=lambda each: (-each.bits, each.exercise))))
        for students, shared in together.items()
    ]
    worth = sorted((pair for pair in found if pair.bits >= needed), key=lambda pair: (-pair.bits, pair.students))
    return Pairs(tuple(worth), people, needed)
