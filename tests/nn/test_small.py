"""The fast path of small steps, in NumPy, against the walks over larger ones: the same numbers, whatever the bound."""

from __future__ import annotations

import warnings

import numpy as np
import pytest
import torch

from coursekit import nn
from coursekit.nn import small

CELLS = ["RNN", "LSTM", "GRU"]
SIZES = [(1, 1, 1, 1), (1, 3, 2, 5), (7, 1, 3, 1), (40, 3, 4, 5), (70, 2, 1, 8)]  # T, N, D, H


@pytest.fixture(params=["NumPy", "walks"])
def way(request, monkeypatch):
    """One way and then the other, whatever the sizes; with the number of passes that NumPy has made."""
    passes, forward = [], small._forward
    monkeypatch.setattr(small, "LARGEST_STEP", 1 << 30 if request.param == "NumPy" else 0)
    monkeypatch.setattr(small, "_forward", lambda *args: passes.append(args) or forward(*args))
    yield request.param
    assert bool(passes) == (request.param == "NumPy")


def states(cell: str, N: int, H: int, dtype) -> tuple[torch.Tensor, ...]:
    return tuple(torch.randn(1, N, H, dtype=dtype, requires_grad=True) for _ in range(2 if cell == "LSTM" else 1))


@pytest.mark.parametrize(("dtype", "tolerance"), [(torch.float64, 1e-12), (torch.float32, 1e-5)])
@pytest.mark.parametrize("sizes", SIZES)
@pytest.mark.parametrize("cell", CELLS)
def test_results_and_gradients(twins, results, distance, way, cell, sizes, dtype, tolerance):
    T, N, D, H = sizes
    theirs, ours = twins(cell, D, H, dtype=dtype, backend="fast")
    x, hx = torch.randn(T, N, D, dtype=dtype, requires_grad=True), states(cell, N, H, dtype)
    assert distance(results(ours, x, hx, x), results(theirs, x, hx, x)) < tolerance
    with torch.no_grad():
        assert distance([ours(x)[0]], [theirs(x)[0]]) < tolerance


@pytest.mark.parametrize("cell", CELLS)
def test_both_sides_of_the_bound(twins, results, distance, monkeypatch, cell):
    """A step of just as many numbers as are small, and one of a few more."""
    calls, run = [], small.run
    monkeypatch.setattr(small, "run", lambda *args: calls.append(1) or run(*args))
    H = 64
    for N in (small.LARGEST_STEP // H, small.LARGEST_STEP // H + 1):
        theirs, ours = twins(cell, 3, H, dtype=torch.float64, backend="fast")
        x, hx = torch.randn(5, N, 3, dtype=torch.float64, requires_grad=True), states(cell, N, H, torch.float64)
        assert distance(results(ours, x, hx, x), results(theirs, x, hx, x)) < 1e-12
    assert len(calls) == 1


def test_what_is_not_small():
    x, h = torch.empty(6, 4, 3), torch.empty(4, 5)
    assert small.suits(x, h) and small.suits(x.double(), h.double())
    assert not small.suits(torch.empty(6, 4, 21), h), "inputs many times as wide as the state"
    assert not small.suits(torch.empty(6, 1, 3), torch.empty(1, small.LARGEST_STATE + 1))
    assert not small.suits(x.half(), h.half()) and not small.suits(x.bfloat16(), h.bfloat16())
    assert not small.suits(x.to("meta"), h.to("meta"))
    assert not small.suits(x[:, :0], h[:0]) and not small.suits(x[:, :, :0], h)
    assert not small.suits(x[:1].expand(small.LARGEST_SEQUENCE, 4, 3), h)


@pytest.mark.parametrize("cell", CELLS)
def test_in_any_layout(twins, distance, way, cell):
    """States and inputs that are views: transposed, expanded, with the sign not yet taken."""
    T, N, D, H = 6, 4, 3, 5
    theirs, ours = twins(cell, D, H, dtype=torch.float64, backend="fast")
    x, h = torch.randn(T, D, N, dtype=torch.float64), torch.randn(1, H, N, dtype=torch.float64)
    for view in (lambda v: v.mT, lambda v: v.mT[..., :1].expand(v.mT.shape), lambda v: torch._neg_view(v).mT):
        found = []
        for module in (ours, theirs):
            leaves = x.clone().requires_grad_(), h.clone().requires_grad_()
            hx = view(leaves[1])
            y, _ = module(view(leaves[0]), (hx, hx) if cell == "LSTM" else hx)
            found.append([y, *torch.autograd.grad(torch._neg_view(y).square().sum(), [*leaves, *module.parameters()])])
        assert distance(*found) < 1e-12


@pytest.mark.parametrize("cell", CELLS)
def test_nan_and_infinity_are_passed_on_in_silence(way, cell):
    module, found = getattr(nn, cell)(3, 5), []
    x = torch.randn(6, 4, 3)
    x[1, 0, 0], x[1, 1, 0], x[1, 2, 0], x[:, 3] = float("nan"), float("inf"), -float("inf"), 1e4
    with warnings.catch_warnings(), np.errstate(all="raise"):
        warnings.simplefilter("error")
        for module.backend in ("readable", "fast"):
            leaf = x.clone().requires_grad_()
            y = module(leaf)[0]
            found.append((y, *torch.autograd.grad(y.sum(), [leaf])))
    for ours, theirs in zip(*found, strict=True):
        torch.testing.assert_close(ours, theirs, equal_nan=True)
    assert found[0][0][1:, 0].isnan().all()


def test_cells_that_are_used_before_the_last_step(twins, distance, way):
    """The loop itself, with a loss on the cell of every step, as packed sequences have it."""
    from coursekit.nn.lstm import fast, readable

    T, N, D, H = 37, 2, 3, 4
    sizes = (T, N, D), (N, H), (N, H), (4 * H, D), (4 * H, H), (4 * H,), (4 * H,)
    args = [torch.randn(size, dtype=torch.float64, requires_grad=True) for size in sizes]
    weights, found = torch.randn(T, N, H, dtype=torch.float64), []
    for loop in (fast.lstm, readable.lstm):
        found.append(torch.autograd.grad((loop(*args)[1] * weights).sum(), args))
    assert distance(*map(list, found)) < 1e-12


@pytest.mark.parametrize("cell", CELLS)
def test_what_nobody_asks_for_is_not_given(way, cell):
    module = getattr(nn, cell)(3, 5)
    module.weight_ih_l0.requires_grad_(False)
    module.bias_hh_l0.requires_grad_(False)
    module(torch.randn(6, 4, 3))[0].sum().backward()
    assert [name for name, p in module.named_parameters() if p.grad is not None] == ["weight_hh_l0", "bias_ih_l0"]


@pytest.mark.parametrize("cell", CELLS)
def test_what_was_kept_is_given_back(way, cell):
    """After the way back, a result that is still held holds none of the gates: PyTorch frees what it has kept."""
    module = getattr(nn, cell)(3, 5)
    y, _ = module(torch.randn(6, 4, 3))
    loss = y.sum()
    loss.backward()
    with pytest.raises(RuntimeError, match="a second time"):
        loss.backward()


@pytest.mark.parametrize("cell", CELLS)
def test_small_gradients_are_not_lost(twins, distance, way, cell):
    theirs, ours = twins(cell, 3, 5, backend="fast")
    x = torch.randn(40, 4, 3)
    found = [torch.autograd.grad(m(x)[0].sum() * 1e-30, list(m.parameters())) for m in (ours, theirs)]
    assert distance(*found) < 1e-5


@pytest.mark.parametrize("cell", CELLS)
def test_no_gradient_is_left_too_small_for_the_processor(way, cell):
    """Flushed to zero on both ways; NumPy's own pass does it too."""
    module = getattr(nn, cell)(4, 8)
    x = torch.randn(600, 2, 4, requires_grad=True)
    module(x)[0][-1].sum().backward()
    tiny = torch.finfo(torch.float32).tiny
    assert not ((x.grad != 0) & (x.grad.abs() < tiny)).any() and x.grad[-1].abs().max() > 1e-3


@pytest.mark.parametrize("cell", CELLS)
def test_every_gradient_lies_in_memory_as_its_weight_does(way, cell):
    layer = getattr(nn, cell)(3, 4, backend="fast")
    gradients = torch.autograd.grad(layer(torch.randn(5, 2, 3))[0].sum(), list(layer.parameters()))
    assert all(gradient.is_contiguous() for gradient in gradients)


@pytest.mark.parametrize("cell", CELLS)
def test_results_can_be_given_another_size_as_those_of_torch_nn_can(cell):
    with torch.no_grad():
        out, last = getattr(nn, cell)(3, 5)(torch.randn(4, 2, 3))
    for result in (out, *(last if cell == "LSTM" else (last,))):
        assert result.resize_(9, 9).shape == (9, 9)


@pytest.mark.parametrize("library", [nn, torch.nn])
@pytest.mark.parametrize("cell", CELLS)
def test_no_result_with_a_graph_can_be_given_another_size(cell, library):
    out, last = getattr(library, cell)(3, 5)(torch.randn(4, 2, 3))
    for result in (out, *(last if cell == "LSTM" else (last,))):
        with pytest.raises(RuntimeError, match="cannot resize variables that require grad"):
            result.resize_(9, 9)
