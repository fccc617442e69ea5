"""Vanishing gradients do not linger in the numbers with which a processor is slow."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from coursekit import nn
from coursekit.nn import denormals
from tests.nn.ways import HAND_WRITTEN

SMALLEST = torch.finfo(torch.float32).tiny

pytestmark = pytest.mark.skipif(
    not torch.set_flush_denormal(False), reason="this processor cannot flush denormal numbers"
)


def count_denormals(x: torch.Tensor) -> int:
    return int(((x != 0) & (x.abs() < SMALLEST)).sum())


def vanishing_gradient(backend: str, cell: str) -> torch.Tensor:
    """The gradient of every input for a loss on the last of 600 steps."""
    module = getattr(nn, cell)(4, 8, backend=backend)
    x = torch.randn(600, 2, 4, requires_grad=True)
    module(x)[0][-1].sum().backward()
    assert x.grad[-1].abs().max() > 1e-3
    return x.grad


@pytest.mark.parametrize("backend", HAND_WRITTEN)
@pytest.mark.parametrize("cell", ["RNN", "LSTM", "GRU"])
def test_the_hand_written_backward_passes_flush(cell, backend):
    assert count_denormals(vanishing_gradient(backend, cell)) == 0
    assert not denormals.flushing()


@pytest.mark.parametrize("cell", ["RNN", "LSTM", "GRU"])
def test_the_guard_covers_the_readable_loop(cell):
    assert count_denormals(vanishing_gradient("readable", cell)) > 0  # without it they are there
    with nn.flush_denormals():
        assert count_denormals(vanishing_gradient("readable", cell)) == 0


def test_numpy_flushes_too():
    tiny = np.full(8, SMALLEST, np.float32)
    assert (tiny * np.float32(0.5) > 0).all()
    with nn.flush_denormals() as supported:
        assert supported and (tiny * np.float32(0.5) == 0).all()


def test_the_former_state_comes_back():
    with nn.flush_denormals():
        with nn.flush_denormals():
            pass
        assert denormals.flushing()
    assert not denormals.flushing()
    with pytest.raises(KeyError), nn.flush_denormals():
        raise KeyError
    assert not denormals.flushing()
