"""Layer normalisation against torch.nn.LayerNorm, and the normalised GRU against its equations."""

from __future__ import annotations

import pytest
import torch
from torch.nn.utils import parametrizations, prune

from coursekit.nn import GRU, LayerNormGRU, layer_norm
from coursekit.reference.conventions import STATE_DICT_KEYS

N, T, D, H = 4, 6, 3, 5
DOUBLE = {"dtype": torch.float64}
REPARAMETRISATIONS = {
    "a pruned bias": lambda layer: prune.identity(layer, "bias_ih_l0"),
    "a pruned weight": lambda layer: prune.identity(layer, "weight_hh_l0"),
    "weight_norm": lambda layer: parametrizations.weight_norm(layer, "weight_hh_l0"),
    "weight_norm of the inputs": lambda layer: parametrizations.weight_norm(layer, "weight_ih_l0"),
    "registered in another order": lambda layer: layer._parameters.update(
        {name: layer._parameters.pop(name) for name in reversed(STATE_DICT_KEYS)}
    ),
}


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
        """Group by group, by the equations of `layer_norm`."""
        done = []
        for k, blocks in enumerate(groups):
            own = slice(sum(groups[:k]) * H, (sum(groups[:k]) + blocks) * H)
            done.append(layer_norm(rows[:, own], gain[own], bias[own]))
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


@pytest.mark.parametrize("change", REPARAMETRISATIONS)
def test_weights_are_found_by_name(change):
    """What moves or computes a weight changes nothing, before a step of training and after it."""
    torch.manual_seed(1)
    plain = LayerNormGRU(D, H).double()
    torch.manual_seed(1)
    changed = LayerNormGRU(D, H).double()
    REPARAMETRISATIONS[change](changed.layer)
    x = torch.randn(N, T, D, **DOUBLE)
    torch.testing.assert_close(changed(x), plain(x))
    descent = torch.optim.SGD(changed.parameters(), 0.1)
    for _ in range(2):
        before = changed(x)[0]
        before.square().sum().backward()
        descent.step()
        assert not torch.equal(changed(x)[0], before)


def test_without_biases_of_the_layer():
    layer, same = GRU(D, H, bias=False).double(), GRU(D, H).double()
    same.load_state_dict(layer.state_dict() | {name: torch.zeros(3 * H) for name in STATE_DICT_KEYS[2:]})
    x = torch.randn(N, T, D, **DOUBLE)
    torch.testing.assert_close(LayerNormGRU(D, H, layer=layer)(x), LayerNormGRU(D, H, layer=same)(x))


def test_layers_that_do_not_fit_are_refused():
    for options in (dict(num_layers=2), dict(bidirectional=True)):
        with pytest.raises(ValueError, match="expected num_layers=1 and bidirectional=False"):
            LayerNormGRU(D, H, layer=GRU(D, H, **options))
    with pytest.raises(ValueError, match=r"expected a GRU\(3, 5\)"):
        LayerNormGRU(D, H, layer=GRU(D, H + 1))


@pytest.mark.parametrize("batch_first", [True, False])
def test_autocast(batch_first):
    read = LayerNormGRU(D, H, layer=GRU(D, H, batch_first=batch_first))
    x = torch.randn(N, T, D)
    with torch.autocast("cpu", torch.bfloat16):
        hs, _ = read(x)
    assert hs.dtype == torch.bfloat16 and hs.shape == (N, T, H)
    torch.testing.assert_close(hs.float(), read(x)[0], rtol=0.05, atol=0.05)
