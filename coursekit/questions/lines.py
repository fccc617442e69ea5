"""Which line is wrong? A right answer with a small change in one line, which no small change of another line mends."""

from __future__ import annotations

import ast
import random
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from coursekit.checking import Draw, Exercise
from coursekit.checking.compare import relative_error
from coursekit.checking.drawn import expected
from coursekit.checking.edit_words import edit_sentence
from coursekit.checking.facts import Edited, EditKind
from coursekit.checking.portable import state
from coursekit.checking.search.candidates import singles
from coursekit.checking.search.edits import Edit
from coursekit.checking.search.paths import Path, replaced
from coursekit.checking.search.program import Program, program, quiet
from coursekit.questions.code import holder, listing, numbered, statements
from coursekit.questions.item import Item, Option

OPTIONS = 4
FEWEST = 3

_CHANGES = 6  # of an exercise, among which chance decides
_TRIED = 8  # edits for each of them
_DRAWS = 3
_WRONG = 1e-2  # relative: rounding never comes near
_MENDED = 1e-6

_ONE_PLACE = frozenset(
    {
        EditKind.SIGN,
        EditKind.OPERATION,
        EditKind.TERM_MISSING,
        EditKind.FACTOR_MISSING,
        EditKind.COMPLEMENT,
        EditKind.POWER,
        EditKind.FUNCTION,
        EditKind.INSTEAD,
        EditKind.TRANSPOSED,
        EditKind.REDUCTION,
        EditKind.AXIS,
        EditKind.NUMBER,
        EditKind.STEP,
        EditKind.COMPARISON,
    }
)
"""Changes that one sees in the line itself."""


@dataclass(frozen=True)
class _Changed:
    """A right answer with one line changed. line: its number; others: those of the other statements."""

    lines: tuple[str, ...]
    line: int
    others: tuple[int, ...]
    said: str


def make(exercise: Exercise, chance: random.Random) -> Item | None:
    """A question about a changed line; None where the right answer has too few lines, or none that can be changed."""
    trial = _trial(exercise)
    if trial is None:
        return None
    one = next(filter(None, (trial.changed(k) for k in chance.sample(range(_CHANGES), _CHANGES))), None)
    if one is None:
        return None
    offered = sorted([one.line, *chance.sample(one.others, min(OPTIONS - 1, len(one.others)))])
    why = {number: "This line is as it should be." for number in one.others} | {one.line: one.said}
    return Item(
        exercise.name,
        "line",
        "which line is wrong?",
        f"{exercise.asks} One line of this answer was changed, and its numbers are wrong.",
        numbered(one.lines),
        tuple(Option(f"line {number}: `{one.lines[number - 1].strip()}`", why[number]) for number in offered),
        offered.index(one.line),
        reveals=True,
    )


_trials: dict[str, tuple[Exercise, _Trial | None]] = {}


def _trial(exercise: Exercise) -> _Trial | None:
    """The right answer of an exercise with all its changes, made once."""
    known, made = _trials.get(exercise.name, (None, None))
    if known is not exercise:
        right = program(exercise)
        long = right is not None and len(list(statements(right.functions[right.main]))) >= FEWEST
        made = _Trial(exercise, right) if long else None
        _trials[exercise.name] = exercise, made
    return made


def _varied(edits: Sequence[Edit]) -> list[Edit]:
    """The edits with those first that change a line which none before them changes."""
    seen: dict[Path, int] = {}
    turns = []
    for edit in edits:
        seen[edit.path[:2]] = seen.get(edit.path[:2], 0) + 1
        turns.append(seen[edit.path[:2]])
    return [edit for _, edit in sorted(zip(turns, edits, strict=True), key=lambda each: each[0])]


class _Trial:
    """A right answer, and runs of it with something changed."""

    def __init__(self, exercise: Exercise, right: Program) -> None:
        self._right, self._function = right, right.functions[right.main]
        self._lines = listing(self._function)
        with state.known(seed=0), quiet():
            self._draws = exercise.draws(0)[:_DRAWS]
            self._want = [expected(exercise, draw) for draw in self._draws]
            right.look_inside(self._draws[0])
            sizes = list(dict.fromkeys(axis for draw in self._draws for axis in draw.sizes))
            own = [candidate.edits[0] for candidate in singles(right, sizes) if len(candidate.edits) == 1]
        self._edits = [edit for edit in own if edit.function == right.main and isinstance(edit.new, ast.expr)]
        candidates = [edit for edit in self._edits if edit.kind in _ONE_PLACE]
        random.Random(exercise.name).shuffle(candidates)
        candidates = _varied(candidates)
        self._to_try = [candidates[k::_CHANGES][:_TRIED] for k in range(_CHANGES)]
        self._found: dict[int, _Changed | None] = {}

    def changed(self, k: int) -> _Changed | None:
        """The right answer with one line changed, in one of so many ways; the same whenever it is asked."""
        if k not in self._found:
            with state.known(seed=0), quiet():
                good = (edit for edit in self._to_try[k] if self.wrong([edit]) and not self.mended_elsewhere(edit))
                edit = next(good, None)
            self._found[k] = None if edit is None else self._as_changed(edit)
        return self._found[k]

    def _as_changed(self, edit: Edit) -> _Changed:
        numbers = dict(statements(self._function))
        line = numbers[holder(self._function, edit.path)]
        lines = listing(replaced(self._function, edit.path, edit.new))
        others = tuple(number for number in dict.fromkeys(numbers.values()) if number != line)
        part = self._right.exercise.parts.get(edit.part, "")
        return _Changed(lines, line, others, edit_sentence(Edited(edit.kind, part, edit.names)))

    def wrong(self, edits: list[Edit]) -> bool:
        """Whether the numbers are clearly wrong, and numbers all the same: on the draws together, one after another."""
        errors = [self._error(edits, draw, want) for draw, want in zip(self._draws, self._want, strict=True)]
        return None not in errors and max(errors) > _WRONG and self._one_line(edits[0])

    def mended_elsewhere(self, edit: Edit) -> bool:
        """Whether one more change, in another line, gives the right numbers."""
        own = holder(self._function, edit.path)
        for other in self._edits:
            if holder(self._function, other.path) != own:
                error = self._error([edit, other], self._draws[0], self._want[0])
                if error is not None and error < _MENDED:
                    return True
        return False

    def _one_line(self, edit: Edit) -> bool:
        lines = listing(replaced(self._function, edit.path, edit.new))
        changed = [k for k, (a, b) in enumerate(zip(lines, self._lines, strict=False)) if a != b]
        if len(lines) != len(self._lines) or len(changed) != 1:
            return False
        [k] = changed
        strange = edit.kind is EditKind.COMPLEMENT and lines[k].count("1 - ") > self._lines[k].count("1 - ")
        return "__" not in lines[k] and not strange  # nobody writes 1 - x where x is no gate

    def _error(self, edits: list[Edit], draw: Draw, want: dict[str, np.ndarray]) -> float | None:
        shapes = tuple(array.shape for array in want.values())
        try:
            got = self._right.run(draw, self._right.compiled(edits), shapes)
        except (SyntaxError, ValueError):
            return None
        if got is None or tuple(array.shape for array in got.values()) != shapes:
            return None
        if not all(np.isfinite(array).all() for array in got.values()):
            return None
        return max(relative_error(got[name], want[name]) for name in want)
