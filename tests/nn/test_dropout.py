"""Variational dropout: one mask for a sequence, another for the next, the right mean, and nothing when it is off."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch.nn.utils import parametrizations, prune

from coursekit.nn import GRU, VariationalDropout, VariationalGRU
from coursekit.nn.dropout import sequence_mask
from coursekit.reference.conventions import STATE_DICT_KEYS

N, T, D, H = 4, 6, 3, 5


def test_one_mask_for_all_steps_and_another_for_each_sequence():
    y = VariationalDropout(0.4)(torch.ones(50, T, 20))
    assert (y == y[:, :1]).all()
    assert y.unique().tolist() == [0.0, pytest.approx(1 / 0.6)]
    assert len({tuple(row) for row in y[:, 0].tolist()}) == 50
    assert (y == 0).float().mean() == pytest.approx(0.4, abs=0.05)  # 1000 draws: three standard deviations


def test_a_mask_has_the_mean_one():
    mask = sequence_mask(torch.ones(2000, T, 50), 0.7)
    assert mask.shape == (2000, 1, 50)
    assert mask.mean() == pytest.approx(1, abs=0.02)


@pytest.mark.parametrize("p", [0.0, 1.0])
def test_the_ends_of_the_scale(p):
    x = torch.randn(N, T, D)
    torch.testing.assert_close(VariationalDropout(p)(x), (1 - p) * x)


def test_off_when_judged():
    x, drop, read = torch.randn(N, T, D), VariationalDropout(0.5).eval(), VariationalGRU(D, H, inputs=0.5, states=0.5)
    assert drop(x) is x
    torch.testing.assert_close(read.eval()(x), read.layer(x))
    assert not torch.equal(read.train()(x)[0], read.layer(x)[0])


def test_without_dropout_the_loop_is_the_plain_layer():
    read = VariationalGRU(D, H, states=1e-12).double()  # so small that nothing is dropped, yet the loop runs
    x, h0 = torch.randn(N, T, D).double(), torch.randn(1, N, H).double()
    torch.testing.assert_close(read(x, h0), read.layer(x, h0))


def test_masked_states_are_the_equations(monkeypatch):
    read = VariationalGRU(D, H, inputs=0.5, states=0.5).double()
    masks = []
    bernoulli = torch.Tensor.bernoulli_

    def remember(self, p):
        masks.append(bernoulli(self, p))
        return masks[-1]

    monkeypatch.setattr(torch.Tensor, "bernoulli_", remember)
    x, h0 = torch.randn(N, T, D).double(), torch.randn(1, N, H).double()
    hs, h_n = read(x, h0)
    assert [mask.shape for mask in masks] == [(N, 1, D), (N, H)]  # one draw for the sequence, none for a step
    mask_x, mask_h = (mask.numpy() for mask in masks)  # divided by 1 - p in place since

    W_ih, W_hh, b_ih, b_hh = (getattr(read.layer, name).detach().numpy() for name in STATE_DICT_KEYS)
    h = h0[0].numpy()
    for t in range(T):
        from_x = (mask_x[:, 0] * x[:, t].numpy()) @ W_ih.T + b_ih
        from_h = (mask_h * h) @ W_hh.T + b_hh
        r, z = (1 / (1 + np.exp(-(from_x + from_h)[:, k * H : (k + 1) * H])) for k in (0, 1))
        n = np.tanh(from_x[:, 2 * H :] + r * from_h[:, 2 * H :])
        h = (1 - z) * n + z * h
        np.testing.assert_allclose(hs[:, t].detach(), h, rtol=1e-10)
    np.testing.assert_allclose(h_n[0].detach(), h, rtol=1e-10)


def test_a_plain_layer_s_weights_fit_and_learn():
    plain, read = GRU(D, H, batch_first=True), VariationalGRU(D, H, inputs=0.2, states=0.2)
    read.layer.load_state_dict(plain.state_dict())
    read(torch.randn(N, T, D))[0].sum().backward()
    assert all(p.grad.abs().sum() > 0 for p in read.parameters())


def test_what_does_not_fit_is_refused():
    with pytest.raises(ValueError, match="p: a probability from 0 to 1, got 1.5"):
        VariationalDropout(1.5)
    with pytest.raises(ValueError, match="states: a probability"):
        VariationalGRU(D, H, states=-0.1)
    with pytest.raises(ValueError, match=r"expected x of shape \(N, T, D\)"):
        VariationalDropout(0.5)(torch.ones(3, 4))


@pytest.mark.parametrize("change", [prune.identity, parametrizations.weight_norm])
@pytest.mark.parametrize("name", ["weight_ih_l0", "weight_hh_l0", "bias_ih_l0"])
def test_weights_are_found_by_name(change, name):
    if (change, name) == (parametrizations.weight_norm, "bias_ih_l0"):
        change, name = prune.identity, "bias_hh_l0"
    read, x = VariationalGRU(D, H, inputs=0.2, states=0.2), torch.randn(N, T, D)
    torch.manual_seed(4)
    before = read(x)
    change(read.layer, name)
    torch.manual_seed(4)
    torch.testing.assert_close(read(x), before)
    descent = torch.optim.SGD(read.parameters(), 0.1)
    for _ in range(2):
        read(x)[0].sum().backward()
        descent.step()
