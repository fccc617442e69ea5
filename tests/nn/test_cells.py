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


@pytest.mark.parametrize("backend", ["fast", pytest.param("native", marks=pytest.mark.slow)])
@pytest.mark.parametrize("cell", ["RNN", "LSTM", "GRU"])
def test_a_loop_over_a_cell_is_the_layer(cell, backend):
    layer, one = getattr(nn, cell)(D, H, backend=backend), getattr(nn, cell + "Cell")(D, H)
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


def _pair(cell: str, *states: torch.Tensor | None):
    return states if cell == "LSTMCell" else states[0]


STATES = {
    "none": lambda cell: None,
    "a list": lambda cell: list(_pair(cell, *[torch.zeros(N, H)] * 2)) if cell == "LSTMCell" else torch.zeros(N, H),
    "float64": lambda cell: _pair(cell, *[torch.zeros(N, H).double()] * 2),
    "bfloat16": lambda cell: _pair(cell, *[torch.zeros(N, H).bfloat16()] * 2),
    "whole numbers": lambda cell: _pair(cell, *[torch.zeros(N, H).long()] * 2),
    "three axes": lambda cell: _pair(cell, *[torch.zeros(1, N, H)] * 2),
    "no axes": lambda cell: _pair(cell, *[torch.zeros(())] * 2),
    "no batch": lambda cell: _pair(cell, *[torch.zeros(H)] * 2),
    "one for all": lambda cell: _pair(cell, *[torch.zeros(1, H)] * 2),
    "one of three": lambda cell: _pair(cell, *[torch.zeros(N, H)] * 3),
    "one of one": lambda cell: _pair(cell, torch.zeros(N, H)),
    "stacked": lambda cell: torch.zeros(2, N, H),
    "cell state in float64": lambda cell: _pair(cell, torch.zeros(N, H), torch.ones(N, H).double()),
}


@pytest.mark.parametrize("bias", [True, False])
@pytest.mark.parametrize("name", STATES)
@pytest.mark.parametrize("cell", CELLS)
def test_states_are_taken_and_refused_as_by_torch(twins, cell, name, bias):
    theirs, ours = twins(cell, D, H, bias=bias)
    x, found = torch.randn(N, D), []
    for module in (theirs, ours):
        try:
            found.append(module(x, STATES[name](cell)))
        except Exception as error:
            found.append(error)
    if isinstance(found[0], Exception):
        assert isinstance(found[1], type(found[0])), found
    else:
        torch.testing.assert_close(found[1], found[0])


@pytest.mark.parametrize("cell", CELLS)
def test_a_state_on_another_device(cell):
    states = _pair(cell, *[torch.zeros(N, H, device="meta")] * 2)
    for library in (torch.nn, nn):
        with pytest.raises(RuntimeError):
            getattr(library, cell)(D, H)(torch.randn(N, D), states)


@pytest.mark.parametrize("cell", CELLS)
def test_what_trips_torch_is_refused_in_a_sentence(cell):
    """torch.nn asks what is no tensor for its `dim`, an AttributeError."""
    h, what = torch.zeros(N, H), r"pair of tensors \(h_0, c_0\)" if cell == "LSTMCell" else "hx must be a tensor"
    for wrong in ((h, None), (None, h), (None, None), [1.0, 2.0], h.numpy(), False):
        with pytest.raises(AttributeError if not isinstance(wrong, bool) else (AttributeError, TypeError)):
            getattr(torch.nn, cell)(D, H)(torch.randn(N, D), wrong)
        with pytest.raises(TypeError, match=what):
            getattr(nn, cell)(D, H)(torch.randn(N, D), wrong)


@pytest.mark.parametrize("given", [True, False])
@pytest.mark.parametrize("cell", CELLS)
def test_empty_batch(twins, cell, given):
    found = []
    for module in twins(cell, D, H):
        x, h = torch.randn(0, D, requires_grad=True), torch.zeros(0, H)
        out = module(x, _pair(cell, h, h) if given else None)
        out = out if isinstance(out, tuple) else (out,)
        found.append([*out, *torch.autograd.grad(sum(o.sum() for o in out), [x, *module.parameters()])])
    for a, b in zip(*found, strict=True):
        torch.testing.assert_close(a, b)


@pytest.mark.parametrize("device", ["cpu", "meta"])
@pytest.mark.parametrize("dtype", [torch.complex128, torch.bfloat16])
@pytest.mark.parametrize("cell", CELLS)
def test_other_numbers(twins, cell, dtype, device):
    found = []
    for module in twins(cell, D, H, dtype=dtype, device=device):
        torch.manual_seed(0)
        x = torch.randn(N, D, dtype=dtype, device=device, requires_grad=True)
        out = module(x)
        found.append([*(out if isinstance(out, tuple) else (out,)), *torch.autograd.grad(flat_sum(out), [x])])
    for a, b in zip(*found, strict=True):
        torch.testing.assert_close(a, b, rtol=3e-2, atol=3e-2)


def flat_sum(out) -> torch.Tensor:
    first = out[0] if isinstance(out, tuple) else out
    return first.real.sum() if first.is_complex() else first.sum()


@pytest.mark.parametrize("cell", CELLS)
def test_autocast_leaves_float64_alone(cell):
    states = _pair(cell, *[torch.zeros(N, H).double()] * 2)
    with torch.autocast("cpu", torch.bfloat16):
        out = getattr(nn, cell)(D, H, dtype=torch.float64)(torch.randn(N, D).double(), states)
        with pytest.raises(RuntimeError):
            getattr(nn, cell)(D, H)(torch.randn(N, D), states)
    assert (out[0] if cell == "LSTMCell" else out).dtype == torch.float64


@pytest.mark.parametrize("cell", CELLS)
def test_biases_that_were_taken_out(twins, cell):
    theirs, ours = twins(cell, D, H)
    x = torch.randn(N, D)
    for name in ("bias_hh", "bias_ih"):
        for module in (theirs, ours):
            setattr(module, name, None)
        torch.testing.assert_close(ours(x), theirs(x))


def test_repr(twins):
    for cell, options in [("RNNCell", dict(nonlinearity="relu")), ("GRUCell", dict(bias=False)), ("LSTMCell", {})]:
        theirs, ours = twins(cell, D, H, **options)
        assert repr(ours) == repr(theirs)
