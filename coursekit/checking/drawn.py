"""The draws of one seed, what is right on them, and what the known mistakes do there: made once and kept, so that the
next check of an exercise calls nothing but the answer.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
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

_kept: list[Drawn] = []


class Drawn:
    """The draws of one seed. expected: for each draw the right tensors by their names, which cannot be written to.

    Nothing that an answer has done before it shows in them: they are made in the known state, which is as before then.
    """

    def __init__(self, exercise: Exercise, seed: int) -> None:
        self._exercise, self._seed, self._default = exercise, seed, _default()
        self._mistakes: dict[tuple[int, int], tuple[Callable[..., Any], Observed]] = {}
        with state.known(seed=0):
            self.draws = [_of_its_own(draw) for draw in exercise.draws(seed)]
            self.expected = [trees.copy(expected(exercise, draw)) for draw in self.draws]
        for array in trees.arrays(self.expected):
            array.flags.writeable = False
        self.shapes = [tuple(array.shape for array in want.values()) for want in self.expected]

    def is_of(self, exercise: Exercise, seed: int) -> bool:
        """Whether another exercise draws, expects and compares the same. Functions are told by what they are: nothing
        says that they can be compared."""
        mine = self._exercise
        functions = ((mine.draw, exercise.draw), (mine.reference, exercise.reference), (mine.apply, exercise.apply))
        return (
            (self._seed, self._default, *_rules(mine)) == (seed, _default(), *_rules(exercise))
            and all(one is other for one, other in functions)
            and not _is_typed(exercise)
        )

    def does(self, mistake: Mistake, number: int, found: state.State | None = None) -> Observed:
        """What can be seen of a known mistake on a draw, by the number of the draw. found: as for `call_here`."""
        key = id(mistake.implement), number
        if key in self._mistakes:
            return self._mistakes[key][1]
        call = call_here(self._exercise, mistake.implement, self.draws[number].args, found=found)
        seen = observe(self._exercise, call, self.shapes[number])
        if seen.arrays is not None:  # a copy: a mistake may fill one buffer in every call
            seen = replace(seen, arrays=trees.copy(seen.arrays))
        if call.failure is None or call.failure.kind is not FailureKind.TIMEOUT:  # another time it may be faster
            self._mistakes[key] = mistake.implement, seen  # with the function, so that no other gets its number
        return seen

    @functools.cached_property
    def guessed(self) -> float:
        """The share of all comparisons that the best guess gets right."""
        return guessed_share(self._exercise, self.draws, self.expected)


def drawn(exercise: Exercise, seed: int) -> Drawn:
    """The draws of a seed, those of the last check where it was of the same exercise."""
    found = next((each for each in reversed(list(_kept)) if each.is_of(exercise, seed)), None) or Drawn(exercise, seed)
    _kept[:] = [*(each for each in _kept if each is not found), found][-_KEPT:]
    return found


def _rules(exercise: Exercise) -> tuple[Any, ...]:
    return exercise.name, exercise.returns, exercise.tolerance, exercise.strict, exercise.no_overflow


def _is_typed(exercise: Exercise) -> bool:
    """Whether any of it is typed in a notebook, where whatever it names may mean something else in the next check."""
    written = (
        exercise.draw,
        exercise.reference,
        exercise.apply,
        *(form.implement for each in exercise.mistakes for form in each.forms),
    )
    return any(getattr(getattr(each, "func", each), "__module__", "") == "__main__" for each in written)


def _default() -> Any:
    """The setting of a learner that holds for right answers as well: what PyTorch makes by default."""
    torch = state.loaded_torch()
    return torch and torch.get_default_dtype()


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
