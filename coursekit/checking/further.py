"""Draws that a check has not made, on which a name has to fit as well before it is given.

Where few numbers come back, a wrong answer can agree on all draws of a check with a mistake that is another one
elsewhere. The answer is called on these draws only if there is a name to be given.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np

from coursekit.checking import trees
from coursekit.checking.call import Call
from coursekit.checking.diagnose import Observed, observe
from coursekit.checking.drawn import Drawn, drawn
from coursekit.checking.exercise import Draw, Exercise

_OTHER_SEED = 7919


class Further:
    """The draws of another seed with what is right on them and what the answer does there, made when asked for."""

    def __init__(self, exercise: Exercise, seed: int, call: Callable[[Draw], Call]) -> None:
        self._exercise, self._call, self._seed = exercise, call, seed + _OTHER_SEED

    @functools.cached_property
    def drawn(self) -> Drawn:
        return drawn(self._exercise, self._seed)

    @property
    def draws(self) -> Sequence[Draw]:
        return self.drawn.draws

    @property
    def expected(self) -> Sequence[dict[str, np.ndarray]]:
        return self.drawn.expected

    @functools.cached_property
    def seen(self) -> list[Observed]:
        calls = map(self._call, self.draws)
        found = (observe(self._exercise, call, each) for call, each in zip(calls, self.drawn.shapes, strict=True))
        # Copies: an answer may fill one buffer in every call.
        return [each if each.arrays is None else replace(each, arrays=trees.copy(each.arrays)) for each in found]
