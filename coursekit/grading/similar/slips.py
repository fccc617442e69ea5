"""Which wrong numbers one small change of the right answer gives: a slip that two people make without each other."""

from __future__ import annotations

import functools

import numpy as np

from coursekit.checking import registry
from coursekit.checking.portable import state
from coursekit.checking.search.candidates import singles
from coursekit.checking.search.program import Program, program, quiet
from coursekit.grading.run.along import digest, is_right, public_draws

_DRAWS = 4


@functools.lru_cache(maxsize=128)
def small_changes(exercise: str) -> frozenset[str]:
    """The names of the numbers, as grading keeps them, that the right answer of an exercise gives with one change."""
    right = program(registry.get(exercise))
    if right is None:
        return frozenset()
    draws = public_draws(exercise)[:_DRAWS]
    with state.known(seed=0), quiet():
        right.look_inside(draws[0][0])
        sizes = list(dict.fromkeys(axis for draw, _ in draws for axis in draw.sizes))
        return frozenset(name for candidate in singles(right, sizes) for name in _names(right, candidate.edits, draws))


def _names(right: Program, edits: tuple, draws: list) -> set[str]:
    try:
        changed = right.compiled(edits)
    except (SyntaxError, ValueError):
        return set()
    found = set()
    for draw, want in draws:
        shapes = tuple(array.shape for array in want.values())
        got = right.run(draw, changed, shapes)
        arrays = got is not None and all(np.shape(got[name]) == want[name].shape for name in want)
        if arrays and not is_right(right.exercise, draw, got, want):
            found.add(digest(got, want))
    return found
