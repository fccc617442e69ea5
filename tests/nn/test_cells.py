"""The one-step modules: same results, gradients and errors as torch.nn, and the same step as the sequence modules."""

from __future__ import annotations

import pytest
import torch

from coursekit import nn

D, H, N = 3, 5, 4
CELLS = ["RNNCell", "LSTMCell", "GRUCell"]


def draw(cell: str, batched: bool) -> list[torch.Tensor]:
    shapes = [(D,), *[(H,)] * (2 if cell == "LSTMCell" else 1)]
    return [torch.randn((N, *s) if batched else s, dtype=torch.float64, requires_grad=True) for s in shapes]


def run(module, x, *states) -> list[torch.Tensor]:
    out = module(x, states if len(states) == 2 else states[0] if states else None)
    out = out if isinstance(out, tuple) else (out,)
    loss = sum((k + 1) * o.square().sum() for k, o in enumerate(out))
    return [*out, *torch.autograd.grad(loss, [x, *states, *module.parameters()])]


@pytest.mark.parametrize("options", [{}, dict(bias=False)])
@pytest.mark.parametrize("batched", [True, False])
@pytest.mark.parametrize("cell", CELLS)
def test_results_and_gradients(twins, distance, cell, batched, options):
    theirs, ours = twins(cell, D, H, **options, dtype=torch.float64)
    args = draw(cell, batched)
    assert distance(run(ours, *args), run(theirs, *args)) < 1e-12
    assert distance(run(ours, args[0]), run(theirs, args[0])) < 1e-12


def test_relu(twins, distance):
    theirs, ours = twins("RNNCell", D, H, nonlinearity="relu", dtype=torch.float64)
    args = draw("RNNCell", True)
    assert distance(run(ours, *args), run(theirs, *args)) < 1e-12


@pytest.mark.parametrize("cell", ["RNN", "LSTM", "GRU"])
def test_a_loop_over_a_cell_is_the_layer(cell):
    layer, one = getattr(nn, cell)(D, H, backend="fast"), getattr(nn, cell + "Cell")(D, H)
    one.load_state_dict({name.removesuffix("_l0"): w for name, w in layer.state_dict().items()})
    x, state, outputs = torch.randn(7, N, D), None, []
    for x_t in x:
        state = one(x_t, state)
        outputs.append(state[0] if cell == "LSTM" else state)
    assert torch.allclose(torch.stack(outputs), layer(x)[0], atol=1e-6)


@pytest.mark.parametrize("cell", CELLS)
def test_wrong_calls(cell):
    def states(*shape):
        return (torch.zeros(shape),) * 2 if cell == "LSTMCell" else torch.zeros(shape)

    module, theirs = getattr(nn, cell)(D, H), getattr(torch.nn, cell)(D, H)
    for args, names in [
        ((torch.randn(N, D + 1),), "input_size = 3"),
        ((torch.randn(2, N, D),), r"\(2, 4, 3\)"),
        ((torch.randn(N, D), states(N + 1, H)), r"\(4, 5\), got \(5, 5\)"),
        ((torch.randn(N, D), states(N, H + 1)), r"\(4, 5\), got \(4, 6\)"),
    ]:
        with pytest.raises((RuntimeError, ValueError)) as expected:
            theirs(*args)
        with pytest.raises(expected.type, match=names):
            module(*args)
    with pytest.raises(ValueError, match="hidden_size"):
        getattr(nn, cell)(D, 0)


def test_unknown_nonlinearity():
    with pytest.raises(RuntimeError, match="tanh"):
        nn.RNNCell(D, H, nonlinearity="sine")(torch.randn(N, D))


@pytest.mark.parametrize("cell", CELLS)
def test_autocast(cell):
    module = getattr(nn, cell)(D, H)
    with torch.autocast("cpu", torch.bfloat16):
        out = module(torch.randn(N, D), (torch.zeros(N, H),) * 2 if cell == "LSTMCell" else torch.zeros(N, H))
    assert (out[0] if cell == "LSTMCell" else out).dtype == torch.bfloat16
