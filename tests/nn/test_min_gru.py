"""MinGRU: three ways to one set of numbers, what its equations say, and what is refused."""

from __future__ import annotations

import copy

import pytest
import torch

from coursekit.nn import MinGRU

N, T, D, H = 3, 11, 4, 5
DOUBLE = {"dtype": torch.float64}


def layers(ways=("scan", "loop"), **kind):
    """The same layer, computed in several ways."""
    first = MinGRU(D, H, batch_first=True, way=ways[0], **DOUBLE, **kind)
    rest = []
    for way in ways[1:]:
        rest.append(copy.deepcopy(first))
        rest[-1].way = way
    return [first, *rest]


def furthest(got, want):
    return ((got - want).abs().max() / want.abs().max()).item()


def everything(layer, x, h0):
    """Outputs and all gradients."""
    x, h0 = x.clone().requires_grad_(), h0.clone().requires_grad_()
    hs, h_n = layer(x, h0)
    loss = (hs * torch.linspace(-1, 1, hs.numel(), **DOUBLE).view_as(hs)).sum() + h_n.square().sum()
    return hs, h_n, *torch.autograd.grad(loss, [x, h0, *layer.parameters()])


@pytest.mark.parametrize("kind", [{}, {"signed": True}, {"positive": True}])
def test_the_scan_equals_the_loop(kind):
    x, h0 = torch.randn(N, T, D, **DOUBLE), torch.rand(1, N, H, **DOUBLE) + 0.1
    for got, want in zip(*(everything(layer, x, h0) for layer in layers(**kind)), strict=True):
        assert furthest(got, want) < 1e-10


def test_the_form_with_logarithms_equals_the_loop_in_float64():
    x, h0 = 3 * torch.randn(N, T, D, **DOUBLE), torch.rand(1, N, H, **DOUBLE) + 0.1
    pairs = zip(*(everything(layer, x, h0) for layer in layers(("log", "loop"), positive=True)), strict=True)
    for got, want in pairs:
        assert furthest(got, want) < 1e-9


def test_the_form_with_logarithms_loses_digits_with_length_and_the_scan_does_not():
    exact, scan, log = layers(("loop", "scan", "log"), positive=True)
    errors = {}
    for steps in (16, 2048):
        x = torch.randn(4, steps, D, **DOUBLE)
        want = exact(x)[0]
        for layer in (scan, log):
            errors[layer.way, steps] = furthest(copy.deepcopy(layer).float()(x.float())[0].double(), want)
    assert errors["scan", 2048] < 1e-6
    assert errors["log", 2048] > 10 * errors["log", 16]


def test_one_step_is_its_equation():
    (layer,) = layers(("scan",))
    x, h = torch.randn(N, 1, D, **DOUBLE), torch.randn(N, H, **DOUBLE)
    W_z, W_n = layer.weight_ih_l0.chunk(2)
    b_z, b_n = layer.bias_ih_l0.chunk(2)
    z = torch.sigmoid(x[:, 0] @ W_z.T + b_z)
    want = z * h + (1 - z) * (x[:, 0] @ W_n.T + b_n)
    hs, h_n = layer(x, h[None])
    torch.testing.assert_close(hs[:, 0], want)
    torch.testing.assert_close(h_n[0], want)


def test_going_on_from_a_state_is_one_long_sequence():
    (layer,) = layers(("scan",))
    x = torch.randn(N, T, D, **DOUBLE)
    first, state = layer(x[:, :4])
    second, last = layer(x[:, 4:], state)
    hs, h_n = layer(x)
    torch.testing.assert_close(torch.cat([first, second], dim=1), hs)
    torch.testing.assert_close(last, h_n)


def test_time_first():
    layer = MinGRU(D, H)
    other = MinGRU(D, H, batch_first=True)
    other.load_state_dict(layer.state_dict())
    x = torch.randn(N, T, D)
    torch.testing.assert_close(layer(x.transpose(0, 1))[0].transpose(0, 1), other(x)[0])


def test_only_a_signed_state_changes_its_sign_without_a_candidate():
    x, h0 = torch.randn(N, T, D), torch.ones(1, N, H)
    for signed in (False, True):
        layer = MinGRU(D, H, batch_first=True, signed=signed)
        with torch.no_grad():
            layer.weight_ih_l0[H:], layer.bias_ih_l0[H:] = 0, 0
            assert (layer(x, h0)[0] < 0).any().item() is signed


@pytest.mark.parametrize(
    ("build", "said"),
    [
        (lambda: MinGRU(0, 3), "input_size must be greater than zero"),
        (lambda: MinGRU(2, 3, way="tree"), "way: expected one of scan, loop, log"),
        (lambda: MinGRU(2, 3, way="log"), "set positive=True"),
        (lambda: MinGRU(2, 3, way="log", positive=True, signed=True), "signed=False"),
        (lambda: MinGRU(2, 3)(torch.ones(4, 2)), "expected an input of shape"),
        (lambda: MinGRU(2, 3)(torch.ones(4, 1, 5)), "must be input_size = 2"),
        (lambda: MinGRU(2, 3)(torch.ones(0, 1, 2)), "no time steps"),
        (lambda: MinGRU(2, 3)(torch.ones(4, 1, 2), torch.ones(1, 3)), "h0 must have shape"),
        (lambda: MinGRU(2, 3, way="log", positive=True)(torch.ones(4, 1, 2), torch.zeros(1, 1, 3)), "must be positive"),
    ],
)
def test_what_does_not_fit_is_refused(build, said):
    with pytest.raises((ValueError, RuntimeError), match=said):
        build()
