"""The ways that lesson 07 times are ways to compute one layer, and a job is both of its passes."""

import numpy as np
import pytest
import torch
from torch import nn

from coursekit.reference import gru, lstm
from coursekit.topics.pytorch_gpu import stopwatch
from coursekit.topics.pytorch_gpu.ways import CellInALoop, SixProducts, of_layer, of_numpy


@pytest.fixture
def theirs():
    torch.manual_seed(0)
    return nn.GRU(3, 4, batch_first=True)


def test_six_products_with_the_weights_of_pytorch_give_its_states(theirs):
    ours, x = SixProducts(3, 4), torch.randn(2, 5, 3)
    for linears, weight, bias in (
        (ours.of_x, theirs.weight_ih_l0, theirs.bias_ih_l0),
        (ours.of_h, theirs.weight_hh_l0, theirs.bias_hh_l0),
    ):
        for linear, rows, shift in zip(linears, weight.chunk(3), bias.chunk(3), strict=True):
            linear.load_state_dict({"weight": rows, "bias": shift})
    states, last = ours(x)
    torch.testing.assert_close(states, theirs(x)[0])
    torch.testing.assert_close(last, states[:, -1])


def test_a_cell_in_a_loop_with_the_weights_of_pytorch_gives_its_states(theirs):
    ours, x = CellInALoop(3, 4), torch.randn(2, 5, 3)
    ours.cell.load_state_dict({key.removesuffix("_l0"): value for key, value in theirs.state_dict().items()})
    states, last = ours(x)
    torch.testing.assert_close(states, theirs(x)[0])
    torch.testing.assert_close(last, states[:, -1])


def test_a_job_takes_the_gradients_of_the_input_and_of_every_weight(theirs):
    x, upstream = torch.randn(2, 5, 3), torch.randn(2, 5, 4)
    gradients = of_layer(theirs, x, upstream)()
    shapes = [x.shape, *(weight.shape for weight in theirs.parameters())]
    assert [gradient.shape for gradient in gradients] == shapes


@pytest.mark.parametrize("cell", [gru, lstm])
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_a_job_in_numpy_computes_in_the_format_of_its_input(cell, dtype):
    x, upstream = torch.randn(2, 5, 3, dtype=dtype), torch.randn(2, 5, 4, dtype=dtype)
    gradients = of_numpy(cell, x, upstream)()
    assert gradients.dx.shape == (2, 5, 3) and gradients.dx.dtype == x.numpy().dtype
    assert np.abs(gradients.dx).max() > 0


def test_operations_are_counted():
    x = torch.ones(2, 2)
    assert stopwatch.operations(lambda: x + x) == 1
    assert stopwatch.operations(lambda: torch.tanh(x @ x)) == 2


def test_every_job_is_called_in_every_round_in_turn():
    called = []
    times = stopwatch.take_turns({name: lambda name=name: called.append(name) for name in "ab"}, rounds=3)
    assert "".join(called) == "ab" * 4  # one round is the warm-up
    assert list(times) == ["a", "b"]
