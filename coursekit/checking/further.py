"""Draws that a check has not made, on which a name has to fit as well before it is given.

Where few numbers come back, a wrong answer can agree on all draws of a check with a mistake that is another one
elsewhere. The answer is called on these draws only if there is a name to be given.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from coursekit.checking import trees
from coursekit.checking.call import Call
from coursekit.checking.diagnose import Observed, observe
from coursekit.checking.exercise import Draw, Exercise

_OTHER_SEED = 7919


class Further:
    """The draws of another seed with what is right on them and what the answer does there, made when asked for."""

    def __init__(self, exercise: Exercise, seed: int, call: Callable[[Draw], Call]) -> None:
        self._exercise, self._call = exercise, call
        self.draws = exercise.draws(seed + _OTHER_SEED)

    @functools.cached_property
    def expected(self) -> list[dict[str, np.ndarray]]:
        return [expected(self._exercise, draw) for draw in self.draws]

    @functools.cached_property
    def seen(self) -> list[Observed]:
        calls = map(self._call, self.draws)
        shapes = [tuple(a.shape for a in want.values()) for want in self.expected]
        found = (observe(self._exercise, call, each) for call, each in zip(calls, shapes, strict=True))
        # Copies: an answer may fill one buffer in every call.
        return [each if each.arrays is None else replace(each, arrays=trees.copy(each.arrays)) for each in found]


def expected(exercise: Exercise, draw: Draw) -> dict[str, np.ndarray]:
    """What the right answer returns on a draw, by the names of the tensors."""
    args: Mapping[str, Any] = {name: trees.copy(value) for name, value in draw.args.items()}
    value = exercise.call(exercise.reference, args)
    parts = (value,) if len(exercise.returns) == 1 else tuple(value)
    return {t.name: np.asarray(part) for t, part in zip(exercise.returns, parts, strict=True)}
