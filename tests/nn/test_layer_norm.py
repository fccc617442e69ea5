"""Layer normalisation against torch.nn.LayerNorm, and the normalised GRU against its equations."""

from __future__ import annotations

import pytest
import torch

from coursekit.nn import GRU, LayerNormGRU, layer_norm
from coursekit.reference.conventions import STATE_DICT_KEYS

N, T, D, H = 4, 6, 3, 5
DOUBLE = {"dtype": torch.float64}


@pytest.mark.parametrize("shape", [(4, 7), (2, 3, 7), (7,)])
def test_values_and_gradients_are_those_of_torch(shape):
    theirs = torch.nn.LayerNorm(7, **DOUBLE)
    with torch.no_grad():
        theirs.weight.normal_(), theirs.bias.normal_()
    x = (3 * torch.randn(shape, **DOUBLE) + 2).requires_grad_()
    leaves, upstream = (x, theirs.weight, theirs.bias), torch.randn(shape, **DOUBLE)
    torch.testing.assert_close(layer_norm(*leaves), theirs(x))
    for a, b in zip(*(torch.autograd.grad(y, leaves, upstream) for y in (layer_norm(*leaves), theirs(x))), strict=True):
        torch.testing.assert_close(a, b)


@pytest.mark.parametrize("groups", [(2, 1), (3,), (1, 1, 1)])
def test_the_layer_is_its_equations(groups):
    read = LayerNormGRU(D, H, groups=groups).double()
    with torch.no_grad():
        for p in (read.gain_x, read.bias_x, read.gain_h, read.bias_h):
            p.normal_()
    x, h0 = torch.randn(N, T, D, **DOUBLE), torch.randn(1, N, H, **DOUBLE)
    hs, h_n = read(x, h0)
    W_ih, W_hh, b_ih, b_hh = (getattr(read.layer, name) for name in STATE_DICT_KEYS)

    def normalised(rows, gain, bias):
        """Group by group, by the layer of torch."""
        done = []
        for k, blocks in enumerate(groups):
            own = slice(sum(groups[:k]) * H, (sum(groups[:k]) + blocks) * H)
            done.append(torch.nn.functional.layer_norm(rows[:, own], (blocks * H,), gain[own], bias[own]))
        return torch.cat(done, 1).chunk(3, 1)

    h = h0[0]
    for t in range(T):
        x_r, x_z, x_n = normalised(x[:, t] @ W_ih.T + b_ih, read.gain_x, read.bias_x)
        h_r, h_z, h_n_rows = normalised(h @ W_hh.T + b_hh, read.gain_h, read.bias_h)
        z = torch.sigmoid(x_z + h_z)
        h = (1 - z) * torch.tanh(x_n + torch.sigmoid(x_r + h_r) * h_n_rows) + z * h
        torch.testing.assert_close(hs[:, t], h)
    torch.testing.assert_close(h_n[0], h)


def test_the_size_of_the_weights_no_longer_matters():
    read = LayerNormGRU(D, H).double()
    x = torch.randn(N, T, D, **DOUBLE)
    before = read(x)[0]
    with torch.no_grad():
        for p in read.layer.parameters():
            p *= 1000
    torch.testing.assert_close(read(x)[0], before, rtol=1e-2, atol=1e-2)  # but for eps
    assert (read.layer(x)[0] - GRU(D, H, batch_first=True).double()(x)[0]).abs().max() > 0.1


def test_a_given_layer_is_used_and_everything_learns():
    plain = GRU(D, H, batch_first=True)
    read = LayerNormGRU(D, H, layer=plain)
    assert read.layer is plain and sum(p.numel() for p in read.parameters()) == 3 * H * (D + H + 2) + 4 * 3 * H
    read(torch.randn(N, T, D))[0].sum().backward()
    assert all(p.grad.abs().sum() > 0 for p in read.parameters())


@pytest.mark.parametrize("groups", [(2, 2), (3, 0), ()])
def test_groups_that_do_not_fit_are_refused(groups):
    with pytest.raises(ValueError, match="groups: expected"):
        LayerNormGRU(D, H, groups=groups)
