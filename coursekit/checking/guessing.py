"""What a guess would earn: an answer that computes nothing, and is right here and there all the same.

Returning the arguments of `init_lstm` gives two of its three arrays; a constant gives one count of `count_alarms` in
most draws. Credit for that would say that half of the work is done. So scores are corrected for guessing, as marks of
multiple-choice tests are: the share that the best guess gets right earns nothing, all that is right earns everything,
and what lies between is in proportion. An answer that knows one part and guesses another keeps what its part is worth,
unless that part is what a guess gets right as well.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from coursekit.checking import trees
from coursekit.checking.compare import accepts
from coursekit.checking.exercise import Draw, Exercise, Tensor

_CONSTANTS = (*range(-1, 10), 0.5)
"""What a learner writes for a result that is not computed yet, in every entry."""


def beyond_guessing(share: float, guessed: float) -> float:
    """The score in [0, 1] of an answer that gets `share` right where a guess gets `guessed` right.

    Where a guess gets everything right there is nothing to correct: what is asked for are the arguments, renamed.
    """
    return share if guessed >= 1 else max(0.0, (share - guessed) / (1 - guessed))


def guessed_share(exercise: Exercise, draws: Sequence[Draw], expected: Sequence[dict[str, np.ndarray]]) -> float:
    """The share of all comparisons that are right for the best guess at each tensor: one constant for every entry, an
    argument of the same shape, the answer to another draw, or the answer to the draw before."""
    best = 0
    for tensor in exercise.returns:
        right: Counter[Any] = Counter()
        for k, draw in enumerate(draws):
            right.update(set(_right_guesses(exercise, tensor, k, draw, [want[tensor.name] for want in expected])))
        best += max(right.values(), default=0)
    return best / (len(draws) * len(exercise.returns))


def _right_guesses(
    exercise: Exercise, tensor: Tensor, k: int, draw: Draw, wanted: Sequence[np.ndarray]
) -> Iterator[tuple[str, Any]]:
    """The guesses at one tensor that are right in draw k; a guess has the same name in every draw."""
    want = wanted[k]
    low, high = (want.min(), want.max()) if want.size else (0, 0)
    if accepts(exercise, tensor, np.full(want.shape, low), want):  # it is one number everywhere
        for constant in _CONSTANTS:
            if low - 0.1 < constant < high + 0.1 and accepts(exercise, tensor, np.full(want.shape, constant), want):
                yield "constant", constant
    for place, argument in enumerate(_arrays(tuple(draw.args.values()))):
        if argument.shape == want.shape and accepts(exercise, tensor, argument, want):
            yield "argument", place
    for j, other in enumerate(wanted):
        if j != k and other.shape == want.shape and accepts(exercise, tensor, other, want):
            yield "answer to draw", j
            if j == k - 1:
                yield "answer to the draw before", None


def _arrays(value: Any) -> Iterator[np.ndarray]:
    """Every array, tensor and number in the arguments, in order."""
    if isinstance(value, np.ndarray):
        yield value
    elif trees.is_tensor(value):
        yield trees.tensor_to_numpy(value)
    elif isinstance(value, (bool, int, float, np.number)):
        yield np.asarray(value)
    elif isinstance(value, (list, tuple, dict)):
        for part in value.values() if isinstance(value, dict) else value:
            yield from _arrays(part)
