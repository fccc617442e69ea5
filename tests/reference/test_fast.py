"""The cells arranged for speed against the same cells to be read: every state, every gate and every gradient."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from coursekit.reference import FAST, _sequence, processor
from coursekit.reference.numerics import relative_error

SIZES = [(4, 6, 3, 5), (1, 1, 1, 1), (1, 7, 3, 5), (4, 1, 3, 5), (2, 300, 3, 5), (3, 33, 9, 2), (5, 32, 1, 8)]


def everything(cell, case) -> dict[str, np.ndarray]:
    """States, what the cache keeps, and gradients, by name."""
    *outputs, cache = cell.forward(case)
    kept = {f"cache.{name}": value for name, value in cache._asdict().items() if name != "params"}
    return dict(enumerate(outputs)) | kept | cell.backward(case, cache)._asdict()


@pytest.mark.parametrize("sizes", SIZES, ids=str)
@pytest.mark.parametrize("dtype, tolerance", [(np.float64, 1e-12), (np.float32, 1e-5)], ids=["float64", "float32"])
def test_speed_changes_no_number(fast_cell, sizes, dtype, tolerance):
    case = fast_cell.draw(*sizes, dtype=dtype)
    fast, readable = everything(fast_cell, case), everything(replace(fast_cell, fast=False), case)
    assert list(fast) == list(readable)
    for name, array in fast.items():
        assert (array.shape, array.dtype) == (readable[name].shape, dtype)
        assert relative_error(array, readable[name]) < tolerance, name


def test_chunks_that_end_in_the_middle(fast_cell, monkeypatch):
    """Seven steps in chunks of three: the states and the gradients are handed from chunk to chunk."""
    monkeypatch.setattr(_sequence, "CHUNK_STEPS", 3)
    case = fast_cell.draw(T=7)
    assert len(_sequence.chunks(7, 1)) == 3
    fast, readable = everything(fast_cell, case), everything(replace(fast_cell, fast=False), case)
    for name, array in fast.items():
        assert relative_error(array, readable[name]) < 1e-12, name


def test_the_gates_of_a_chunk_leave_room_in_the_cache(monkeypatch):
    monkeypatch.setattr(processor, "chunk_bytes", lambda: 400)
    assert _sequence.chunks(20, 10) == [slice(0, 10), slice(10, 20)]


@pytest.mark.parametrize("size", [1, 1000, 1 << 30], ids=["tiny", "small", "huge"])
def test_the_cache_of_the_processor_changes_no_number(fast_cell, monkeypatch, size):
    monkeypatch.setattr(processor, "chunk_bytes", lambda: size)
    case = fast_cell.draw(T=40)
    fast, readable = everything(fast_cell, case), everything(replace(fast_cell, fast=False), case)
    for name, array in fast.items():
        assert relative_error(array, readable[name]) < 1e-12, name


@pytest.mark.parametrize("fast_forward", [True, False], ids=["fast forward", "fast backward"])
def test_either_backward_takes_the_cache_of_either_forward(fast_cell, fast_forward):
    case, readable = fast_cell.draw(T=40), replace(fast_cell, fast=False)
    one, other = (fast_cell, readable) if fast_forward else (readable, fast_cell)
    mixed = other.backward(case, one.forward(case)[-1])
    expected = readable.backward(case, readable.forward(case)[-1])
    assert type(mixed) is type(expected)
    for name, a, b in zip(mixed._fields, mixed, expected, strict=True):
        assert relative_error(a, b) < 1e-12, name


def test_every_cell_has_a_fast_twin_with_the_same_two_functions(fast_cell):
    twin = FAST[fast_cell.module]
    for name in ("forward", "backward"):
        assert getattr(twin, name).__annotations__ == getattr(fast_cell.module, name).__annotations__


def test_vanished_gradients_are_zero_and_not_subnormal(fast_cell):
    case = fast_cell.draw(T=600, D=8, H=16, dtype=np.float32)
    dhs = np.zeros_like(case.dhs)
    dhs[:, -1] = case.dhs[:, -1]
    case = case._replace(dhs=dhs)
    gradients = fast_cell.backward(case, fast_cell.forward(case)[-1])
    subnormal = (gradients.dx != 0) & (np.abs(gradients.dx) < np.finfo(np.float32).tiny)
    assert not subnormal.any()
    assert not gradients.dx[:, 0].any()
    _, torch_gradients = fast_cell.torch_answer(case)
    assert relative_error(gradients.dx, torch_gradients[0]) < 1e-5
