"""Is an array one of those that are known? By number, whatever way it is turned."""

from __future__ import annotations

import bisect
import itertools
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np

SAME = 1e-5  # the same arithmetic in another order, perhaps in float32
_SAME_NUMBER = 1e-9  # where there is nothing but one
_FEW = 3  # so few numbers agree by chance
_SLICES = 16  # along one axis


@dataclass(frozen=True)
class Mark:
    """A value of the right computation.

    name:  of the variable that holds it; "" for a part of an expression, and for an argument.
    turn:  how often its line had been run before; line: of the right answer.
    partial: True for some terms of a sum, or factors of a product, that has more.
    """

    name: str
    turn: int = 0
    line: int = 0
    partial: bool = False


@dataclass(frozen=True)
class Found:
    """What a value is: a mark, or made of several. sign: -1 for the opposite; factor: the size it is scaled by."""

    marks: tuple[Mark, ...]
    whole: bool = True
    sign: int = 1
    axis: str = ""
    divided: bool = False


def proves_nothing(array: np.ndarray) -> bool:
    """Too few numbers, a constant, integers: such a value agrees with others by chance."""
    if array.size < _FEW or array.min() == array.max():
        return True
    return bool(np.isfinite(array).all() and np.all(array == np.round(array)))


def single(array: np.ndarray) -> float | None:
    """The number that a value is alone, if it is one that hardly two computations have; else None."""
    if array.size != 1 or not np.isfinite(array).all() or array.flat[0] == round(array.flat[0], 3):
        return None
    return float(array.flat[0])


def is_unbounded(array: np.ndarray) -> bool:
    """Whether some numbers are infinite, and enough are not: neither NaN nor one number alone."""
    return bool(np.isinf(array).any() and not np.isnan(array).any() and np.isfinite(array).sum() >= _FEW)


def _same_unbounded(array: np.ndarray, known: np.ndarray) -> bool:
    return array.shape == known.shape and bool(np.allclose(array, known, rtol=SAME, atol=0))


def same_number(one: float, other: float) -> bool:
    return abs(one - other) <= _SAME_NUMBER * max(abs(one), abs(other))


class Index:
    """Arrays that are found again by their numbers."""

    def __init__(self) -> None:
        self._by_size: dict[int, list[tuple[float, int]]] = {}
        self._arrays: list[tuple[np.ndarray, Mark, bool]] = []
        self._sorted = True
        self._vectors: list[np.ndarray] = []
        self._joined: np.ndarray | None = None
        self._known: set[tuple[bytes, Mark]] = set()
        self._unbounded: list[tuple[np.ndarray, Mark]] = []  # with infinities, as a mask of scores has

    def add(self, array: np.ndarray, mark: Mark, slices: bool = True) -> None:
        """Make an array known, and its slices as parts of it."""
        array = np.squeeze(np.asarray(array, dtype=float))
        if is_unbounded(array):
            self._unbounded.append((array, mark))
        if proves_nothing(array) or not np.isfinite(array).all():
            return
        key = (array.tobytes(), mark if mark.name else Mark("", partial=mark.partial))
        if key in self._known:
            return
        self._known.add(key)
        self._insert(array, mark, True)
        if slices:
            for axis in range(array.ndim if array.ndim > 1 else 0):
                if array.shape[axis] <= _SLICES:
                    for part in np.moveaxis(array, axis, 0):
                        if not proves_nothing(part):
                            self._insert(part, mark, False)

    def _insert(self, array: np.ndarray, mark: Mark, whole: bool) -> None:
        self._by_size.setdefault(array.size, []).append((float(np.linalg.norm(array)), len(self._arrays)))
        self._arrays.append((array, mark, whole))
        self._sorted, self._joined = False, None
        if array.ndim == 1:
            self._vectors += [array, np.array([np.nan])]

    def has_unbounded(self, array: np.ndarray) -> bool:
        """Whether an array is known that holds the same infinities."""
        array = np.squeeze(array)
        held = np.where(np.isinf(array), array, 0)
        return any(
            known.shape == array.shape and np.array_equal(np.where(np.isinf(known), known, 0), held)
            for known, _ in self._unbounded
        )

    def find(self, array: np.ndarray, sizes: Mapping[str, int] | None = None) -> Found | None:
        """What the array is; with sizes, also up to one of them as a factor. A named mark goes before the others."""
        array = np.squeeze(array)
        if not np.isfinite(array).all():
            marks = tuple(mark for known, mark in self._unbounded if _same_unbounded(array, known))
            return Found(marks) if marks else None
        if not self._sorted:
            for entries in self._by_size.values():
                entries.sort()
            self._sorted = True
        found = self._lookup(array)
        if found or sizes is None:
            return found
        for axis, size in sizes.items():
            for factor in (size, 1 / size) if size > 1 else ():
                scaled = self._lookup(array / factor)
                if scaled and scaled.whole and scaled.sign > 0:
                    return Found(scaled.marks, True, 1, axis, divided=factor < 1)
        return None

    def _lookup(self, array: np.ndarray) -> Found | None:
        norm = float(np.linalg.norm(array))
        entries = self._by_size.get(array.size, [])
        start = bisect.bisect_left(entries, (norm * (1 - SAME), -1))
        best: tuple[tuple[bool, ...], Found] | None = None
        for length, number in itertools.islice(entries, start, None):
            if length > norm * (1 + SAME):
                break
            known, mark, whole = self._arrays[number]
            sign = _same(array, known)
            if sign:
                rank = (sign > 0, whole, bool(mark.name), not mark.partial)
                marks = (mark,)
                if best is not None and rank == best[0]:
                    best = (rank, Found((*best[1].marks, mark), whole, sign))
                elif best is None or rank > best[0]:
                    best = (rank, Found(marks, whole, sign))
        return None if best is None else best[1]

    def pieces(self, array: np.ndarray) -> tuple[Found, ...]:
        """The known arrays that this one is stacked from, in order; () if it is not stacked from known ones alone."""
        array = np.squeeze(array)
        if array.ndim == 1 and self._is_cut(array):
            return (Found((Mark(""),), whole=False),)
        for axis in range(array.ndim):
            for parts in _ways_to_split(array, axis):
                found = []
                for part in parts:
                    one = self.find(part)
                    if one is None or one.sign < 0:
                        break
                    found.append(one)
                else:
                    return tuple(found)
        return ()

    def _is_cut(self, array: np.ndarray) -> bool:
        """Whether the numbers stand one after the other in a known vector."""
        if self._joined is None:
            self._joined = np.concatenate([*self._vectors, np.full(1, np.nan)])
        room = SAME * float(np.abs(array).max())
        starts = np.flatnonzero(np.abs(self._joined[: len(self._joined) - array.size + 1] - array[0]) <= room)
        return any(np.all(np.abs(self._joined[k : k + array.size] - array) <= room) for k in starts)


def _ways_to_split(array: np.ndarray, axis: int) -> Iterable[list[np.ndarray]]:
    """Equal blocks, two unequal ones, single slices: those in which every part can prove something."""
    length = array.shape[axis]
    cuts = [list(range(length // k, length, length // k)) for k in (2, 3, 4) if length % k == 0 and length > k]
    cuts += [[at] for at in range(1, length)] if length <= 2 * _SLICES else []
    ways = [np.split(array, cut, axis=axis) for cut in cuts]
    if 1 < length <= 2 * _SLICES and array.ndim > 1:
        ways.append(list(np.moveaxis(array, axis, 0)))
    return [parts for parts in ways if not any(proves_nothing(part) for part in parts)]


def _same(a: np.ndarray, b: np.ndarray) -> int:
    """1 if a equals b in some order of its axes, -1 if it equals -b, else 0."""
    if sorted(a.shape) != sorted(b.shape):
        return 0
    scale = float(np.abs(b).max())
    for order in itertools.permutations(range(b.ndim)) if b.ndim < 4 else (tuple(range(b.ndim)),):
        turned = b.transpose(order)
        if turned.shape != a.shape:
            continue
        for sign in (1, -1):
            if np.abs(a - sign * turned).max() <= SAME * scale:
                return sign
    return 0


class Value:
    """A value that is found again, by its numbers."""

    def __init__(self, array: np.ndarray) -> None:
        self._number, self._index = single(array), Index()
        self._index.add(array, Mark(""))

    def is_(self, array: np.ndarray) -> bool:
        number = single(array)
        if number is not None and self._number is not None:
            return same_number(number, self._number)
        return not proves_nothing(array) and self._index.find(array) is not None
