"""What two answers to one exercise share that few others have, in bits.

An answer or a statement that a share p of the others wrote counts log2(1 / p), and nothing if many wrote it or if it
was handed out; p is estimated without the two themselves. Statements of one hand come together, so a sum over them
counts in part; a whole answer that is equal counts once. What explains a mistake that both made, and that has a name or
is one small change of the right answer, is one statement that does not count: people slip alike without each other.
"""

from __future__ import annotations

import itertools
import math
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass

from coursekit.grading.similar.code import Statement, statements

MANY, FEW = 0.12, 4
"""What more than this share of a class wrote, and more than this number of people, counts nothing."""

TOGETHER = 0.4
"""What the bits of statements count. A habit shows in many: alone they would make friends of all who write `np.dot`."""

SHORT = 3
"""An answer of fewer statements is equal to others without being copied."""

ODD_BITS = 6.0
"""Added for equal wrong numbers that have no name and that no small change gives: by chance they hardly ever agree."""


@dataclass(frozen=True)
class Answer:
    """An answer of one student, and what grading found: numbers is a name for the wrong numbers, "" for none."""

    student: str
    exercise: str
    source: str
    diagnoses: tuple[str, ...] = ()
    numbers: str = ""


@dataclass(frozen=True)
class Shared:
    """What two answers to an exercise share.

    bits:    how unusual it is in this class.
    whole:   True if the answers are equal as a whole.
    alike:   who else has an answer that is equal to both.
    lines:   for each unusual statement, where it stands in the one and in the other.
    numbers: True if the wrong numbers are equal and have no name.
    slip:    True if one small change of the right answer gives these numbers.
    """

    exercise: str
    bits: float
    lines: tuple[tuple[Statement, Statement], ...] = ()
    numbers: bool = False
    slip: bool = False
    whole: bool = False
    alike: frozenset[str] = frozenset()

    @property
    def said(self) -> str:
        """What it is, in words."""
        said = []
        if self.numbers:
            slip = "which one small slip gives" if self.slip else "and no small slip gives them"
            said.append(f"the same wrong numbers of no known mistake, {slip}")
        if self.whole:
            others = len(self.alike)
            who = f"{others} other{'s' if others > 1 else ''} wrote it too" if others else "nobody else wrote it"
            said.append(f"the whole answer is the same, and {who}")
        elif self.lines:
            number = len(self.lines)
            said.append(f"{number} line{'s' if number > 1 else ''} alike that few others wrote")
        return "; ".join(said)


class Compared:
    """All answers to one exercise.

    handed_out: sources that everybody was given.
    slips:      the numbers that one small change of the right answer gives; asked for when it matters.
    """

    def __init__(
        self,
        exercise: str,
        answers: Sequence[Answer],
        handed_out: Collection[str] = (),
        slips: Callable[[str], Collection[str]] = lambda exercise: (),
    ) -> None:
        self._exercise, self._slips = exercise, slips
        given = {form for source in handed_out for one in statements(source) for form in (one.form, one.linked)}
        self._by_student = {answer.student: answer for answer in answers}
        self._of: dict[str, dict[str, Statement]] = {}
        self._whole: dict[str, tuple[str, ...]] = {}
        for answer in answers:
            found: dict[str, Statement] = {}
            for one in statements(answer.source):
                for form in (one.form, one.linked):
                    if form not in given:
                        found.setdefault(form, one)
            self._of[answer.student] = found
            if len(found) >= SHORT:
                self._whole[answer.student] = tuple(sorted(found))
        self._written = sum(map(bool, self._of.values()))
        self._count = Counter(form for found in self._of.values() for form in found)

    def pairs(self) -> Iterator[tuple[str, str]]:
        """Everybody who shares something unusual with somebody, in the order of names."""
        by_form: dict[str, list[str]] = defaultdict(list)
        for student, found in self._of.items():
            for form in found:
                if 2 <= self._count[form] <= self._most:
                    by_form[form].append(student)
        for student, answer in self._by_student.items():
            if answer.numbers and not answer.diagnoses:
                by_form[f"numbers {answer.numbers}"].append(student)
        equal = Counter(self._whole.values())
        for student, whole in self._whole.items():
            if 2 <= equal[whole] <= self._most:
                by_form["whole " + " ".join(whole)].append(student)
        seen = {pair for same in by_form.values() for pair in itertools.combinations(sorted(same), 2)}
        yield from sorted(seen)

    def shared(self, one: str, other: str) -> Shared | None:
        """What two students share; None for nothing unusual."""
        a, b = self._by_student[one], self._by_student[other]
        found = sorted(self._lines(one, other), key=lambda each: -each[0])
        same_numbers = bool(a.numbers) and a.numbers == b.numbers and not (a.diagnoses or b.diagnoses)
        slip = same_numbers and a.numbers in self._slips(self._exercise)
        explained = 1 if slip or set(a.diagnoses) & set(b.diagnoses) else 0
        bits = TOGETHER * sum(weight for weight, _, _ in found[explained:])
        alike = self._equal_to(one, other)
        if alike is not None:
            bits = max(bits, self._bits(2 + len(alike)))
        if same_numbers and not slip:
            same = sum(answer.numbers == a.numbers for answer in self._by_student.values())
            bits = max(bits, self._bits(same) + ODD_BITS)
        if bits <= 0 and not same_numbers:
            return None
        lines = tuple((mine, its) for _, mine, its in sorted(found, key=lambda each: each[1].line))
        return Shared(self._exercise, bits, lines, same_numbers, slip, alike is not None, alike or frozenset())

    def _equal_to(self, one: str, other: str) -> frozenset[str] | None:
        """Who else has the whole answer that two share; None if theirs are not equal, or if many have it."""
        whole = self._whole.get(one)
        if whole is None or whole != self._whole.get(other):
            return None
        same = frozenset(student for student, its in self._whole.items() if its == whole)
        return same - {one, other} if len(same) <= self._most else None

    def _lines(self, one: str, other: str) -> Iterator[tuple[float, Statement, Statement]]:
        """The unusual statements of both, with their bits. What only follows from another one is not counted again."""
        mine, its = self._of[one], self._of[other]
        for form, statement in mine.items():
            if form not in its:
                continue
            linked = form != statement.form
            if linked and any(self._unusual(part) for part in (statement.form, *statement.made_by)):
                continue
            if self._unusual(form):
                yield self._bits(self._count[form]), statement, its[form]

    @property
    def _most(self) -> int:
        return max(FEW, int(MANY * self._written))

    def _unusual(self, form: str) -> bool:
        return self._count[form] <= self._most

    def _bits(self, count: int) -> float:
        """Of something that so many wrote: its surprise in a third answer, if the two are left out."""
        others = max(self._written - 2, 1)
        return max(0.0, math.log2((others + 1) / (max(count - 2, 0) + 0.5)))
