"""Which mistake made these numbers? The options are known mistakes of one exercise, told apart by what is shown."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from coursekit.checking import Draw, Exercise, Mistake, Tensor
from coursekit.checking.call import call_here
from coursekit.checking.compare import relative_error
from coursekit.checking.diagnose import observe
from coursekit.checking.drawn import expected
from coursekit.questions.item import Item, Option

OPTIONS = 4
FEWEST = 3

_MOST_NUMBERS = 60  # in one block
_APART = 0.02  # relative: what is less does not strike the eye
_WIDTH = 96
_DECIMALS = 3
_TINY = 1e-4
_ROUNDS = 2  # of draws, before an exercise is given up


@dataclass(frozen=True)
class _Shown:
    """A block of numbers as one sees it. name: of the result, with the part of it that is shown, such as "hs[0]"."""

    name: str
    array: np.ndarray
    text: str


def make(exercise: Exercise, chance: random.Random) -> Item | None:
    """A question about the numbers of a mistake; None if the exercise has too few mistakes that can be told apart."""
    if len(exercise.mistakes) < FEWEST:
        return None
    best: Item | None = None
    for _ in range(_ROUNDS):
        draws = exercise.draws(chance.randrange(2**31))
        for draw in chance.sample(draws, len(draws)):
            made = _of_draw(exercise, draw, chance)
            if made is not None and (best is None or len(made.options) > len(best.options)):
                best = made
            if best is not None and len(best.options) == OPTIONS:
                return best
        if best is not None:
            return best
    return None


def _of_draw(exercise: Exercise, draw: Draw, chance: random.Random) -> Item | None:
    right = expected(exercise, draw)
    if all(array.dtype == bool and array.size == 1 for array in right.values()):
        return None  # of two values one is right: no two mistakes differ
    outcomes = _outcomes(exercise, draw, right)
    found: tuple[_Shown, list[tuple[Mistake, _Shown]]] | None = None
    for tensor in chance.sample(exercise.returns, len(exercise.returns)):
        reference = _shown(tensor, right[tensor.name])
        apart = _told_apart(reference, [(mistake, _shown(tensor, arrays[tensor.name])) for mistake, arrays in outcomes])
        if found is None or len(apart) > len(found[1]):
            found = reference, apart
    if found is None or len(found[1]) < FEWEST:
        return None
    reference, apart = found
    chosen = chance.sample(apart, min(OPTIONS, len(apart)))
    made, numbers = chosen[0]
    chance.shuffle(chosen)
    sizes = ", ".join(f"{axis} = {size}" for axis, size in draw.sizes.items())
    return Item(
        exercise.name,
        "numbers",
        "which mistake made these numbers?",
        f"{exercise.asks} One answer has one mistake{f'; here {sizes}' if sizes else ''}.",
        f"right, {_headed(reference)}\n\nthis answer, {_headed(numbers)}",
        tuple(Option(mistake.name, mistake.hint) for mistake, _ in chosen),
        next(k for k, (mistake, _) in enumerate(chosen) if mistake is made),
        arguments=draw.args,
    )


def _headed(shown: _Shown) -> str:
    shape = f" {shown.array.shape}" if shown.array.ndim else ""
    return f"{shown.name}{shape}:\n{shown.text}" if shown.array.ndim else f"{shown.name}: {shown.text}"


def _outcomes(
    exercise: Exercise, draw: Draw, right: Mapping[str, np.ndarray]
) -> list[tuple[Mistake, dict[str, np.ndarray]]]:
    """Of every mistake that gives numbers on a draw, which ones."""
    shapes = tuple(array.shape for array in right.values())
    found = []
    for mistake in exercise.mistakes:
        arrays = observe(exercise, call_here(exercise, mistake.implement, draw.args), shapes).arrays
        if arrays is not None and arrays.keys() == right.keys():
            found.append((mistake, {name: np.array(array) for name, array in arrays.items()}))
    return found


def _shown(tensor: Tensor, array: np.ndarray) -> _Shown:
    name = tensor.name
    while array.size > _MOST_NUMBERS and array.ndim > 1:
        array, name = array[0], f"{name}[0]" if name == tensor.name else f"{name[:-1]}, 0]"
    if array.size > _MOST_NUMBERS:
        array, name = array[:_MOST_NUMBERS], f"{name}[:{_MOST_NUMBERS}]"
    finite = np.abs(array[np.isfinite(array)].astype(float))
    largest = float(finite.max(initial=0.0)) or 1.0
    tiny = largest < _TINY  # then with exponents
    digits = 2 if tiny else max(_DECIMALS, int(2 - np.floor(np.log10(largest))))  # three digits of the largest
    how = {"suppress_small": not tiny, "max_line_width": _WIDTH, "threshold": _MOST_NUMBERS}
    return _Shown(name, array, np.array2string(array, precision=digits, **how))


def _told_apart(reference: _Shown, outcomes: Sequence[tuple[Mistake, _Shown]]) -> list[tuple[Mistake, _Shown]]:
    """Those whose numbers are neither the right ones nor those of another mistake, to the eye."""
    return [
        (mistake, shown)
        for mistake, shown in outcomes
        if differ(reference, shown) and all(differ(shown, other) for which, other in outcomes if which is not mistake)
    ]


def differ(one: _Shown, other: _Shown) -> bool:
    """Whether one sees at a glance that two blocks of numbers are not the same."""
    if one.text == other.text:
        return False
    a, b = (np.asarray(shown.array, dtype=float) for shown in (one, other))
    if a.shape != b.shape or not np.array_equal(np.isfinite(a), np.isfinite(b)):
        return True
    finite = np.isfinite(a)
    if not finite.all() and not np.array_equal(a[~finite], b[~finite], equal_nan=True):
        return True
    return min(relative_error(a[finite], b[finite]), relative_error(b[finite], a[finite])) > _APART
