"""The scan against the loop, for gates of either sign, for zeros, for every length, and in its gradients."""

from __future__ import annotations

import pytest
import torch

from coursekit.nn import linear_loop, linear_scan, log_scan

DOUBLE = {"dtype": torch.float64}


def drawn(T, low=-1.2, high=1.2, N=3, H=4):
    """a from low to high, b, h0; all of them differentiated."""
    a = low + (high - low) * torch.rand(N, T, H, **DOUBLE)
    return [t.requires_grad_() for t in (a, torch.randn(N, T, H, **DOUBLE), torch.randn(N, H, **DOUBLE))]


def furthest(got, want):
    return ((got - want).abs().max() / want.abs().max()).item()


@pytest.mark.parametrize("T", [1, 2, 3, 4, 5, 7, 8, 9, 31, 64, 100])
def test_the_scan_gives_the_states_and_the_gradients_of_the_loop(T):
    leaves = drawn(T)
    ours, theirs = linear_scan(*leaves), linear_loop(*leaves)
    assert furthest(ours, theirs) < 1e-10
    upstream = torch.randn_like(theirs)
    for got, want in zip(*(torch.autograd.grad(hs, leaves, upstream) for hs in (ours, theirs)), strict=True):
        assert furthest(got, want) < 1e-10


def test_without_a_first_state_it_is_zero():
    a, b, h0 = drawn(6)
    torch.testing.assert_close(linear_scan(a, b), linear_loop(a, b, torch.zeros_like(h0)))


def test_gates_of_zero_forget_all_that_was_before():
    a, b, h0 = drawn(9)
    a = a.detach().clone()
    a[:, 5] = 0
    torch.testing.assert_close(linear_scan(a, b, h0)[:, 5:], linear_scan(a[:, 5:], b[:, 5:], 1e9 * h0))


def test_small_gates_over_many_steps_lose_nothing():
    """Their product is below what a float32 can hold: whoever divides by it gets infinity."""
    a, b, h0 = (t.detach().float() for t in drawn(600, 0.1, 0.6))
    assert a.prod(dim=1).max() == 0
    torch.testing.assert_close(linear_scan(a, b, h0), linear_loop(a, b, h0))


def test_second_derivatives():
    torch.autograd.gradcheck(linear_scan, drawn(5, N=1, H=2))
    torch.autograd.gradgradcheck(linear_scan, drawn(5, N=1, H=2))


@pytest.mark.parametrize("T", [1, 2, 5, 8])
def test_complex_numbers(T):
    leaves = [torch.randn(size, dtype=torch.complex128, requires_grad=True) for size in ((3, T, 4), (3, T, 4), (3, 4))]
    upstream, found = torch.randn(3, T, 4, dtype=torch.complex128), []
    for compute in (linear_scan, linear_loop):
        hs = compute(*leaves)
        first = torch.autograd.grad(hs, leaves, upstream, create_graph=True)
        second = torch.autograd.grad(sum(g.abs().square().sum() for g in first), leaves, materialize_grads=True)
        found.append([hs, *first, *second])
    for got, want in zip(*found, strict=True):
        torch.testing.assert_close(got, want)


@pytest.mark.filterwarnings("ignore:`torch.jit.script` is deprecated:DeprecationWarning")  # PyTorch's own, forwards
@pytest.mark.parametrize("T", [1, 2, 5, 8])
def test_batches_of_gradients_and_the_transformations_of_torch(T):
    from torch.autograd.functional import jacobian

    args, found = tuple(t.detach() for t in drawn(T)), []
    tangents = tuple(torch.ones_like(t) for t in args)
    several = [torch.stack([t, 2 * t, t - 1]) for t in args]
    for compute in (linear_scan, linear_loop):
        found.append([
            *jacobian(compute, args, vectorize=True),
            *jacobian(compute, args, vectorize=True, strategy="forward-mode"),
            *torch.func.jacrev(compute, argnums=(0, 1, 2))(*args),
            *torch.func.jvp(compute, args, tangents),
            torch.vmap(compute)(*several),
            torch.vmap(compute, in_dims=(0, None, None))(several[0], *args[1:]),
            torch.vmap(compute, in_dims=(None, 0, None))(args[0], several[1], args[2]),
        ])  # fmt: skip
    for got, want in zip(*found, strict=True):
        torch.testing.assert_close(got, want)


def test_logarithms_give_the_same_states_where_all_is_positive():
    a, b, h0 = (t.detach().abs() + 0.01 for t in drawn(50, 0.1, 1.0))
    for start in (h0, None):
        logs = log_scan(a.log(), b.log(), None if start is None else start.log())
        assert furthest(logs.exp(), linear_loop(a, b, start)) < 1e-10


def test_what_does_not_fit_is_refused():
    a, b, h0 = drawn(4)
    for args, said in (
        ((a, b[:, :3], h0), "one shape"),
        ((a[:, :0], b[:, :0], h0), "at least one step"),
        ((a, b, h0[:2]), "the first state must have shape"),
        ((a[0], b[0], h0), "one shape"),
    ):
        for compute in (linear_scan, linear_loop):
            with pytest.raises(ValueError, match=said):
                compute(*args)
