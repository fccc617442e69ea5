"""First and second derivatives against finite differences, and in the forms that PyTorch offers."""

from __future__ import annotations

import pytest
import torch

from coursekit import nn
from coursekit.nn import gru, lstm, rnn

T, N, D, H = 3, 2, 2, 3
CELLS = {
    "rnn": (1, rnn.readable.rnn, rnn.fast.rnn),
    "gru": (3, gru.readable.gru, gru.fast.gru),
    "lstm": (4, lstm.readable.lstm, lstm.fast.lstm),
}


def arguments(gates: int, states: int) -> list[torch.Tensor]:
    shapes = [(T, N, D), *[(N, H)] * states, (gates * H, D), (gates * H, H), (gates * H,), (gates * H,)]
    return [torch.randn(shape, dtype=torch.float64, requires_grad=True) for shape in shapes]


@pytest.mark.parametrize("path", [0, 1], ids=["readable", "fast"])
@pytest.mark.parametrize("cell", CELLS)
def test_gradcheck(cell, path):
    gates, *loops = CELLS[cell]
    args = arguments(gates, 2 if cell == "lstm" else 1)
    assert torch.autograd.gradcheck(loops[path], args)


@pytest.mark.parametrize("path", [0, 1], ids=["readable", "fast"])
@pytest.mark.parametrize("cell", CELLS)
def test_second_derivative(cell, path):
    gates, *loops = CELLS[cell]
    args = arguments(gates, 2 if cell == "lstm" else 1)
    assert torch.autograd.gradgradcheck(loops[path], args, fast_mode=True)


@pytest.mark.parametrize("cell", ["RNN", "LSTM", "GRU"])
def test_a_gradient_penalty_trains(twins, cell):
    """The whole module, fast path: the derivative of a norm of a gradient."""
    theirs, ours = twins(cell, D, H, 2, dtype=torch.float64, backend="fast")
    found = []
    for module in (ours, theirs):
        x = torch.linspace(-1, 1, T * N * D, dtype=torch.float64).view(T, N, D).requires_grad_()
        (dx,) = torch.autograd.grad(module(x)[0].square().sum(), x, create_graph=True)
        dx.square().sum().backward()
        found.append([p.grad for p in module.parameters()])
    assert all(torch.allclose(a, b, rtol=1e-10, atol=1e-12) for a, b in zip(*found, strict=True))


@pytest.mark.parametrize("cell", ["RNN", "LSTM", "GRU"])
def test_torch_func(cell):
    """Per-sample gradients, which torch.nn cannot give; the reason why the readable loop ran is on record."""
    module = getattr(nn, cell)(D, H, dtype=torch.float64)
    weights = dict(module.named_parameters())
    x = torch.randn(N, T, D, dtype=torch.float64)

    def loss(weights, sample):
        return torch.func.functional_call(module, weights, (sample,))[0].square().sum()

    each = torch.func.vmap(torch.func.grad(loss), in_dims=(None, 0))(weights, x)
    assert module.backend_used == "readable" and "torch.func" in module.backend_reason
    for n in range(N):
        alone = torch.func.grad(loss)(weights, x[n])
        assert all(torch.allclose(each[name][n], alone[name], rtol=1e-12) for name in weights)


def test_the_graph_can_be_walked_twice():
    module = nn.GRU(D, H, dtype=torch.float64, backend="fast")
    loss = module(torch.randn(T, N, D, dtype=torch.float64))[0].sum()
    first = torch.autograd.grad(loss, list(module.parameters()), retain_graph=True)
    again = torch.autograd.grad(loss, list(module.parameters()))
    assert all(torch.equal(a, b) for a, b in zip(first, again, strict=True))


@pytest.mark.parametrize("cell", ["RNN", "LSTM", "GRU"])
def test_changing_the_output_in_place_is_noticed(cell):
    module = getattr(nn, cell)(D, H, backend="fast")
    y, _ = module(torch.randn(T, N, D))
    y.mul_(2)
    with pytest.raises(RuntimeError, match="modified by an inplace operation"):
        y.sum().backward()
