"""What is said of a call that gave no arrays: what came back in their place, and which of it is right all the same."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from coursekit.checking import facts
from coursekit.checking.call import Call
from coursekit.checking.compare import accepts
from coursekit.checking.exercise import Exercise
from coursekit.checking.outcome import Finding, FindingKind
from coursekit.checking.values import FEW, NotUsable, WrongCount, unpack


def unread(call: Call, exercise: Exercise, want: Mapping[str, np.ndarray]) -> Finding:
    """The finding for a call that gave no arrays."""
    if call.failure is not None:
        return Finding(FindingKind(call.failure.kind), what=call.failure)
    try:
        unpack(call.value, exercise.returns, tuple(a.shape for a in want.values()))
    except WrongCount as reason:
        return Finding(FindingKind.TYPE, what=_counted(reason.parts, exercise, want))
    except NotUsable as reason:
        alone = next((name for name in want if len(want) > 1 and name in _right(exercise, (call.value,), want)), "")
        right = f"Its {alone} is right." if isinstance(call.value, Mapping) else f"It is {alone}, and right."
        return Finding(FindingKind.TYPE, what=facts.Unusable(f"{reason} {right}" if alone else str(reason)))
    raise AssertionError("a call without a failure gave no arrays")


def _counted(parts: Sequence[Any], exercise: Exercise, want: Mapping[str, np.ndarray]) -> facts.WrongCount:
    """What came back in the wrong number, and which of it is right all the same."""
    names = tuple(want)
    if len(parts) > FEW:
        return facts.WrongCount(len(parts), names)
    alone = [_right(exercise, (part,), want) for part in parts]
    right: dict[str, int] = {}  # each part stands for one result, though two may be equal
    for name in names:
        place = next((k for k, found in enumerate(alone) if name in found and k not in right.values()), None)
        if place is not None:
            right[name] = place
    if len(right) == len(names):
        return facts.WrongCount(len(parts), names, tuple(right.values()))
    within = [part for part in parts if isinstance(part, (tuple, list))]
    if len(names) > 1 and any(_right(exercise, part, want) == set(names) for part in within):
        return facts.WrongCount(len(parts), names, together=True)
    flat = [each for part in parts for each in (part if isinstance(part, (tuple, list)) else (part,))]
    nested = len(flat) == len(names) > len(parts) and _right(exercise, flat, want) == set(names)
    return facts.WrongCount(len(parts), names, nested=nested, among=() if nested else tuple(right))


def _right(exercise: Exercise, parts: Sequence[Any], want: Mapping[str, np.ndarray]) -> set[str]:
    """The names of what is among the parts, in its own shape: one part may be any of them, several stand in order."""
    found = set()
    for k, tensor in enumerate(exercise.returns):
        part = parts[0] if len(parts) == 1 else parts[k] if k < len(parts) else None
        try:
            array = unpack(part, (tensor,), (want[tensor.name].shape,)).arrays[tensor.name]
        except NotUsable:
            continue
        if array.shape == want[tensor.name].shape and accepts(exercise, tensor, array, want[tensor.name]):
            found.add(tensor.name)
    return found
