"""First and second derivatives against finite differences, and in the forms that PyTorch offers."""

from __future__ import annotations

import pytest
import torch
from torch.nn.utils.rnn import pack_padded_sequence

from coursekit import nn
from tests.nn.ways import HAND_WRITTEN

T, N, D, H = 3, 2, 2, 3
CELLS = {
    "rnn": (1, nn.RNN.loops),
    "gru": (3, nn.GRU.loops),
    "lstm": (4, nn.LSTM.loops),
}


def arguments(gates: int, states: int) -> list[torch.Tensor]:
    shapes = [(T, N, D), *[(N, H)] * states, (gates * H, D), (gates * H, H), (gates * H,), (gates * H,)]
    return [torch.randn(shape, dtype=torch.float64, requires_grad=True) for shape in shapes]


@pytest.mark.parametrize("path", ["readable", *HAND_WRITTEN])
@pytest.mark.parametrize("cell", CELLS)
def test_gradcheck(cell, path):
    gates, loops = CELLS[cell]
    args = arguments(gates, 2 if cell == "lstm" else 1)
    assert torch.autograd.gradcheck(loops[path], args)


@pytest.mark.parametrize("path", ["readable", *HAND_WRITTEN])
@pytest.mark.parametrize("cell", CELLS)
def test_second_derivative(cell, path):
    gates, loops = CELLS[cell]
    args = arguments(gates, 2 if cell == "lstm" else 1)
    assert torch.autograd.gradgradcheck(loops[path], args, fast_mode=True)


@pytest.mark.parametrize("backend", HAND_WRITTEN)
@pytest.mark.parametrize("cell", ["RNN", "LSTM", "GRU"])
def test_a_gradient_penalty_trains(twins, cell, backend):
    """The whole module, fast path: the derivative of a norm of a gradient."""
    theirs, ours = twins(cell, D, H, 2, dtype=torch.float64, backend=backend)
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


@pytest.mark.parametrize("backend", HAND_WRITTEN)
@pytest.mark.parametrize("cell", ["RNN", "LSTM", "GRU"])
def test_the_graph_can_be_walked_twice(cell, backend):
    module = getattr(nn, cell)(D, H, dtype=torch.float64, backend=backend)
    loss = module(torch.randn(T, N, D, dtype=torch.float64))[0].sum()
    first = torch.autograd.grad(loss, list(module.parameters()), retain_graph=True)
    again = torch.autograd.grad(loss, list(module.parameters()))
    assert all(torch.equal(a, b) for a, b in zip(first, again, strict=True))


@pytest.mark.parametrize("backend", HAND_WRITTEN)
@pytest.mark.parametrize("cell", ["RNN", "LSTM", "GRU"])
def test_changing_the_output_in_place_is_noticed(cell, backend):
    module = getattr(nn, cell)(D, H, backend=backend)
    y, _ = module(torch.randn(T, N, D))
    y.mul_(2)
    with pytest.raises(RuntimeError, match="modified by an inplace operation"):
        y.sum().backward()


def _each_kind_of_gradient(layer, x, hx) -> list[torch.Tensor]:
    """Batched gradients of the states at every step and of the last ones, of the input and of all weights."""
    y, last = layer(x, hx)
    found = []
    for out in (y, *(last if isinstance(last, tuple) else (last,))):
        torch.manual_seed(2)
        upstream = torch.randn(3, *out.shape, dtype=out.dtype)
        leaves = [x, *layer.parameters()]
        found += torch.autograd.grad(out, leaves, upstream, is_grads_batched=True, retain_graph=True)
    return found


@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize("options", [{}, dict(num_layers=2, bidirectional=True), dict(bias=False, batch_first=True)])
@pytest.mark.parametrize("backend", HAND_WRITTEN)
@pytest.mark.parametrize("cell", ["RNN", "LSTM", "GRU"])
def test_batched_gradients(twins, cell, backend, options, packed):
    theirs, ours = twins(cell, D, H, **options, dtype=torch.float64, backend=backend)
    rows, found = options.get("num_layers", 1) * (1 + options.get("bidirectional", False)), []
    for layer in (ours, theirs):
        torch.manual_seed(3)
        h = torch.randn(rows, N, H, dtype=torch.float64)
        x = torch.randn(*((N, T) if layer.batch_first else (T, N)), D, dtype=torch.float64, requires_grad=True)

        def call(x, hx, layer=layer):
            if not packed:
                return layer(x, hx)
            y, last = layer(pack_padded_sequence(x, [2, 3], layer.batch_first, enforce_sorted=False), hx)
            return y.data, last

        call.parameters = layer.parameters
        found.append(_each_kind_of_gradient(call, x, (h, h) if cell == "LSTM" else h))
    for a, b in zip(*found, strict=True):
        torch.testing.assert_close(a, b)
    assert ours.backend_used == backend


@pytest.mark.parametrize("cell", ["RNN", "LSTM", "GRU", "RNNCell", "LSTMCell", "GRUCell"])
def test_jacobians_and_hessians_at_once(twins, cell):
    from torch.autograd.functional import hessian, jacobian, jvp, vjp

    x = torch.randn(*((N,) if "Cell" in cell else (T, N)), D, dtype=torch.float64)
    found = []
    for layer in twins(cell, D, H, dtype=torch.float64):

        def states(x, layer=layer):
            out = layer(x)
            return out[0] if isinstance(out, tuple) else out

        def loss(x, states=states):
            return states(x).square().sum()

        found.append([
            jacobian(states, x, vectorize=True),
            hessian(loss, x, vectorize=True),
            jvp(states, x, torch.ones_like(x))[1],
            vjp(states, x, torch.ones_like(states(x)))[1],
            torch.func.jacrev(states)(x),
        ])  # fmt: skip
    for a, b in zip(*found, strict=True):
        torch.testing.assert_close(a, b)


@pytest.mark.parametrize("cell", ["RNN", "LSTM", "GRU"])
def test_a_batch_of_gradients_by_torch_func(twins, cell):
    found = []
    for layer in twins(cell, D, H, dtype=torch.float64):
        x = torch.linspace(-1, 1, T * N * D, dtype=torch.float64).view(T, N, D).requires_grad_()
        y = layer(x)[0]
        upstream = torch.linspace(-1, 1, 3 * y.numel(), dtype=torch.float64).view(3, *y.shape)
        pull = torch.func.vmap(lambda v, x=x, y=y: torch.autograd.grad(y, x, v, retain_graph=True)[0])
        found.append(pull(upstream))
    torch.testing.assert_close(*found)


def _hooked(layer, w):
    layer.weight_hh_l0.register_hook(lambda g: 2 * g)
    w.register_hook(lambda g: 3 * g)
    return w, None


def _states_from_the_input(layer, w):
    x = 2 * w
    h = x[:1].mean(-1, keepdim=True).expand(1, N, H)
    return x, h


def _tied(layer, w):
    layer.bias_hh_l0 = layer.bias_ih_l0
    layer.weight_hh_l1 = layer.weight_hh_l0
    return w, None


@pytest.mark.parametrize("prepare", [_hooked, _states_from_the_input, _tied])
@pytest.mark.parametrize("backend", HAND_WRITTEN)
@pytest.mark.parametrize("cell", ["RNN", "LSTM", "GRU"])
def test_second_derivatives_of_what_hangs_together(twins, cell, backend, prepare):
    """Hooks act once, an input that depends on another one is not counted twice, and one weight in two places is."""
    found = []
    for layer in twins(cell, D, H, 1 if prepare is _states_from_the_input else 2, dtype=torch.float64, backend=backend):
        w = torch.linspace(-1, 1, T * N * D, dtype=torch.float64).view(T, N, D).requires_grad_()
        x, h = prepare(layer, w)
        hx = None if h is None else (h, h) if cell == "LSTM" else h
        leaves = [w, *layer.parameters()]
        first = torch.autograd.grad(layer(x, hx)[0].square().sum(), leaves, create_graph=True)
        found.append([*first, *torch.autograd.grad(sum(g.square().sum() for g in first), leaves)])
    for a, b in zip(*found, strict=True):
        torch.testing.assert_close(a, b)
