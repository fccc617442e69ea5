"""When a candidate is the answer: in all draws, by the check's own tolerance, and not by chance."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from coursekit.checking.compare import relative_error
from coursekit.checking.diagnose import same_array, tolerance_of_sameness
from coursekit.checking.exercise import Draw, Exercise
from coursekit.checking.localise import all_alike
from coursekit.checking.trees import arrays

Arrays = Mapping[str, np.ndarray]

_CLEARLY = 100  # times as far from the right answer as from the learner's
_TELLING = 12  # numbers that are exact, in all draws together: fewer agree by chance
_FEW = 3  # and others


def proves_something(
    exercise: Exercise, draws: Sequence[Draw], expected: Sequence[Arrays], got: Sequence[Arrays]
) -> bool:
    """Whether agreeing with this answer could mean anything: it holds enough wrong numbers in all draws together,
    that are not all alike, whole in place of others, or an argument handed back."""
    telling = 0
    for draw, want, have in zip(draws, expected, got, strict=True):
        if have.keys() != want.keys():
            return False
        for tensor in exercise.returns:
            mine, right = have[tensor.name], want[tensor.name]
            if mine.shape != right.shape or not np.isfinite(mine).all():
                return False
            if not same_array(mine, right, tolerance_of_sameness(exercise)):
                telling += _telling(draw, mine, tensor.exact)
    return telling >= (_TELLING if any(tensor.exact for tensor in exercise.returns) else _FEW)


def _telling(draw: Draw, mine: np.ndarray, exact: bool) -> int:
    """How many numbers of a wrong array tell something."""
    if exact:
        return min(mine.size, len(np.unique(mine)))
    if all_alike(mine) or mine.size > 1 and np.array_equal(mine, np.rint(mine)):
        return 0
    return 0 if any(a.shape == mine.shape and np.array_equal(a, mine) for a in _given(draw)) else mine.size


def agrees(exercise: Exercise, candidate: Arrays | None, got: Arrays) -> bool:
    """Whether a candidate gives the numbers of the answer on one draw."""
    if candidate is None or candidate.keys() != got.keys():
        return False
    return all(same_array(candidate[name], got[name], tolerance_of_sameness(exercise)) for name in got)


def differs_clearly(
    exercise: Exercise, candidates: Sequence[Arrays], expected: Sequence[Arrays], got: Sequence[Arrays]
) -> bool:
    """Whether in some draw a candidate is much farther from the right answer than from the learner's."""
    for candidate, want, have in zip(candidates, expected, got, strict=True):
        for tensor in exercise.returns:
            name = tensor.name
            if tensor.exact:
                if not np.array_equal(candidate[name], want[name]):
                    return True
                continue
            far, near = relative_error(candidate[name], want[name]), relative_error(candidate[name], have[name])
            if far > 10 * exercise.tolerance and far > _CLEARLY * near:
                return True
    return False


def _given(draw: Draw) -> list[np.ndarray]:
    return [a for a in arrays(dict(draw.args)) if isinstance(a, np.ndarray)]
