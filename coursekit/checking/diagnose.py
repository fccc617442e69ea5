"""Name a mistake: only when the answer does exactly what a known mistake does on the same arguments."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from coursekit.checking.call import Call
from coursekit.checking.compare import relative_error
from coursekit.checking.exercise import Exercise, Mistake
from coursekit.checking.outcome import NamedMistake
from coursekit.checking.values import NotUsable, unpack

# The answer and the mistake do the same arithmetic in another order, perhaps in float32.
_SAME = 1e-5
_SAME_STRICT = 1e-9

_LAST_DIGITS = 1e-12
"""How far two calls with the same arguments are apart, at most, where the sums in them are made in another order."""
_LAST_DIGITS_SINGLE = 1e-6


@dataclass(frozen=True)
class Observed:
    """What can be seen of one call: the arrays or the kind of failure, and what it did to its surroundings.

    arrays, unread, beside: as in `values.Unpacked`.
    """

    arrays: dict[str, np.ndarray] | None
    failure: str
    changed: tuple[str, ...]
    overflow: bool
    unread: Mapping[str, str] = field(default_factory=dict)
    beside: str = ""


def observe(exercise: Exercise, call: Call, shapes: tuple[tuple[int, ...], ...]) -> Observed:
    """Reduce a call to what distinguishes one mistake from another."""
    overflow = exercise.no_overflow and bool(call.overflow)
    if call.failure is not None:
        return Observed(None, call.failure.name, call.changed, overflow)
    try:
        found = unpack(call.value, exercise.returns, shapes)
    except NotUsable:
        return Observed(None, "not usable", call.changed, overflow)
    return Observed(found.arrays, "", call.changed, overflow, found.unread, found.beside)


def diagnose(
    exercise: Exercise, seen: Sequence[Observed], does: Callable[[Mistake, int], Observed]
) -> tuple[NamedMistake, ...]:
    """The known mistakes that agree with the answer on every draw; several can, if their numbers are the same here.

    seen: the answer on each draw, in their order. does: a mistake on one of them, by its number.
    An answer that depends on nothing agrees by accident: it has no name.
    """
    if depends_on_nothing(seen):
        return ()
    return tuple(
        NamedMistake(mistake.name, mistake.hint)
        for mistake in exercise.mistakes
        if any(_agrees(exercise, form, seen, does) for form in mistake.forms)
    )


def depends_on_nothing(seen: Sequence[Observed]) -> bool:
    """Whether every result is one and the same number in all entries of all draws, or no number at all."""
    if len(seen) < 2 or any(each.arrays is None or each.changed for each in seen):
        return False
    values: dict[str, set[float | None]] = {}
    for each in seen:
        for name, array in each.arrays.items():
            finite = array[np.isfinite(array)].astype(float)
            found = {finite.min(), finite.max()} if finite.size else set()
            values.setdefault(name, set()).update(found if finite.size == array.size else found | {None})
            if len(values[name]) > 1:
                return False
    return True


def _agrees(
    exercise: Exercise, mistake: Mistake, seen: Sequence[Observed], does: Callable[[Mistake, int], Observed]
) -> bool:
    tolerance = tolerance_of_sameness(exercise)
    return all(_same(does(mistake, number), observed, tolerance) for number, observed in enumerate(seen))


def tolerance_of_sameness(exercise: Exercise) -> float:
    """The largest relative error between two answers that compute the same."""
    return _SAME_STRICT if exercise.strict else _SAME


def alike(exercise: Exercise, a: Observed, b: Observed) -> bool:
    """Whether two calls have given the same numbers, but for the last digits where there is rounding."""
    if a.arrays is None or b.arrays is None or a.arrays.keys() != b.arrays.keys():
        return False
    exact = {tensor.name for tensor in exercise.returns if tensor.exact}

    def rounding(name: str) -> float:
        single = all(
            np.array_equal(each, each.astype(np.float32), equal_nan=True) for each in (first[name], then[name])
        )
        return 0.0 if name in exact else _LAST_DIGITS_SINGLE if single else _LAST_DIGITS

    first, then = a.arrays, b.arrays
    with np.errstate(over="ignore"):
        return all(same_array(first[name], then[name], rounding(name)) for name in first)


def _same(a: Observed, b: Observed, tolerance: float) -> bool:
    if (a.failure, set(a.changed), a.overflow) != (b.failure, set(b.changed), b.overflow):
        return False
    if a.arrays is None or b.arrays is None:
        return a.arrays is b.arrays
    if a.arrays.keys() != b.arrays.keys():
        return False
    return all(same_array(a.arrays[name], b.arrays[name], tolerance) for name in a.arrays)


def same_array(a: np.ndarray, b: np.ndarray, tolerance: float) -> bool:
    """Whether two arrays hold the same numbers up to a relative error, NaN and infinities at the same places."""
    if a.shape != b.shape:
        return False
    error = relative_error(a, b)
    if error < sys.float_info.max:  # so all are finite
        return error <= tolerance
    finite, other = np.isfinite(a), np.isfinite(b)
    if not np.array_equal(finite, other) or not np.array_equal(a[~finite], b[~finite], equal_nan=True):
        return False
    return bool(relative_error(a[finite], b[finite]) <= tolerance)
