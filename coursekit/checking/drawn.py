"""The draws of one seed, what is right on them, and what the known mistakes do there: made once and kept, so that the
next check of an exercise calls nothing but the answer.
"""

from __future__ import annotations

import functools
from collections.abc import Hashable, Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from coursekit.checking import trees
from coursekit.checking.call import call_here
from coursekit.checking.diagnose import Observed, observe
from coursekit.checking.exercise import Draw, Exercise, Mistake
from coursekit.checking.facts import FailureKind
from coursekit.checking.guessing import guessed_share
from coursekit.checking.portable import state

_KEPT = 16  # seeds of exercises: a check needs one, and another where a name is given

_kept: dict[tuple[Hashable, ...], Drawn] = {}


class Drawn:
    """The draws of one seed. expected: for each draw the right tensors by their names, which cannot be written to.

    Nothing that an answer has done before it shows in them: they are made in the known state, which is as before then.
    """

    def __init__(self, exercise: Exercise, seed: int) -> None:
        self._exercise = exercise
        self._mistakes: dict[tuple[Any, int], Observed] = {}
        with state.known(seed=0):
            self.draws = [_of_its_own(draw) for draw in exercise.draws(seed)]
            self.expected = [trees.copy(expected(exercise, draw)) for draw in self.draws]
        for array in trees.arrays(self.expected):
            array.flags.writeable = False
        self.shapes = [tuple(array.shape for array in want.values()) for want in self.expected]

    def does(self, mistake: Mistake, number: int) -> Observed:
        """What can be seen of a known mistake on a draw, by the number of the draw."""
        key = mistake.implement, number
        if key not in self._mistakes:
            call = call_here(self._exercise, mistake.implement, self.draws[number].args)
            found = observe(self._exercise, call, self.shapes[number])
            if found.arrays is not None:  # a copy: a mistake may fill one buffer in every call
                found = replace(found, arrays=trees.copy(found.arrays))
            if call.failure is not None and call.failure.kind is FailureKind.TIMEOUT:  # another time it may be faster
                return found
            self._mistakes[key] = found
        return self._mistakes[key]

    @functools.cached_property
    def guessed(self) -> float:
        """The share of all comparisons that the best guess gets right."""
        return guessed_share(self._exercise, self.draws, self.expected)


def drawn(exercise: Exercise, seed: int) -> Drawn:
    """The draws of a seed, those of the last check where it was of the same exercise."""
    asked = exercise.draw, exercise.reference, exercise.apply, exercise.returns
    rules = exercise.tolerance, exercise.strict, exercise.no_overflow
    torch = state.loaded_torch()
    learners = torch and torch.get_default_dtype()  # the setting of a learner that holds for right answers as well
    key = (exercise.name, seed, *asked, *rules, learners)
    found = _kept.pop(key, None) or Drawn(exercise, seed)
    _kept[key] = found
    while len(_kept) > _KEPT:
        _kept.pop(next(iter(_kept)), None)
    return found


def _of_its_own(draw: Draw) -> Draw:
    """The draw with copies of what its exercise may hold on to."""
    args = {name: trees.copy(value) for name, value in draw.args.items()}
    return replace(draw, args=args, sizes=dict(draw.sizes))


def expected(exercise: Exercise, draw: Draw) -> dict[str, np.ndarray]:
    """What the right answer returns on a draw, by the names of the tensors."""
    args: Mapping[str, Any] = {name: trees.copy(value) for name, value in draw.args.items()}
    value = exercise.call(exercise.reference, args)
    parts = (value,) if len(exercise.returns) == 1 else tuple(value)
    return {t.name: np.asarray(part) for t, part in zip(exercise.returns, parts, strict=True)}
