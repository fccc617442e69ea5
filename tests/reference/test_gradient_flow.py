"""Where a gradient goes, held against the fast backward passes and against what is known of initial weights."""

import numpy as np
import pytest

from coursekit.reference import gradient_flow, gru, lstm, rnn

N, T, D, H = 4, 12, 3, 6


@pytest.fixture
def drawn():
    rng = np.random.default_rng(0)
    return rng, rng.standard_normal((N, T, D)), rng.uniform(-0.5, 0.5, (N, H))


@pytest.mark.parametrize("cell", [rnn, gru])
def test_what_survives_to_the_first_state_is_what_the_backward_pass_finds(cell, drawn):
    rng, x, h0 = drawn
    params, dh = cell.init(D, H, rng), rng.standard_normal((N, H))
    dhs = np.zeros((N, T, H))
    dhs[:, -1] = dh
    _, cache = cell.forward(x, h0, params)
    expected = np.linalg.norm(cell.backward(dhs, cache).dh0, axis=1).mean() / np.linalg.norm(dh, axis=1).mean()
    profile = gradient_flow.surviving(cell, params, x, dh, h0)
    assert profile.shape == (T + 1,)
    assert profile[0] == 1
    assert profile[-1] == pytest.approx(expected, rel=1e-10)


def test_the_state_of_an_lstm_counts_with_its_cell(drawn):
    rng, x, h0 = drawn
    params, dh = lstm.init(D, H, rng), rng.standard_normal((N, H))
    dhs = np.zeros((N, T, H))
    dhs[:, -1] = dh
    _, _, cache = lstm.forward(x, h0, np.zeros((N, H)), params)
    back = lstm.backward(dhs, np.zeros((N, H)), cache)
    length = np.sqrt(np.sum(back.dh0**2 + back.dc0**2, axis=1)).mean()
    expected = length / np.linalg.norm(dh, axis=1).mean()
    assert gradient_flow.surviving(lstm, params, x, dh, h0)[-1] == pytest.approx(expected, rel=1e-10)


@pytest.mark.parametrize("cell", [rnn, lstm, gru])
def test_the_two_sources_of_a_gradient_add_up_to_its_norm(cell, drawn):
    rng, x, h0 = drawn
    params, dhs = cell.init(D, H, rng), rng.standard_normal((N, T, H))
    _, caches = gradient_flow.run(cell, params, x, h0)
    own, future = gradient_flow.two_sources(cell, dhs, caches)
    assert future[-1] == 0
    assert own[-1] == pytest.approx(np.linalg.norm(dhs[:, -1]))
    if cell is rnn:  # the whole gradient at h_1, from the backward pass of the steps after the first
        _, cache = cell.forward(x[:, 1:], caches[0].h, params)
        whole = dhs[:, 0] + cell.backward(dhs[:, 1:], cache).dh0
        assert own[0] + future[0] == pytest.approx(np.linalg.norm(whole))


def test_a_loss_at_the_last_step_only_has_no_other_source(drawn):
    rng, x, _ = drawn
    dhs = np.zeros((N, T, H))
    dhs[:, -1] = rng.standard_normal((N, H))
    _, caches = gradient_flow.run(rnn, rnn.init(D, H, rng), x)
    own, future = gradient_flow.two_sources(rnn, dhs, caches)
    assert not own[:-1].any()
    assert np.all(np.diff(future[:-1]) > 0)


def test_a_factor_per_step_is_the_slope_of_the_logarithm():
    assert gradient_flow.factor_per_step(3 * 0.8 ** np.arange(30)) == pytest.approx(0.8)
    with pytest.raises(ValueError, match="choose a smaller `first`"):
        gradient_flow.factor_per_step(np.ones(5))


def test_at_the_usual_initialisation_all_three_cells_lose_about_the_same_share_per_step():
    factors = {cell: factor(cell, lambda params: params) for cell in (rnn, lstm, gru)}
    assert 0.5 < factors[rnn] < factors[lstm] < factors[gru] < 0.7


def test_the_bias_of_the_update_gate_decides_and_its_sign_matters():
    def biased(value):
        def start(params):
            b_ih, b_hh = params.b_ih.copy(), params.b_hh.copy()
            b_ih[64:128], b_hh[64:128] = value, 0
            return params._replace(b_ih=b_ih, b_hh=b_hh)

        return factor(gru, start)

    assert biased(-3.0) < 0.4
    assert 0.93 < biased(3.0) < 0.98
    assert 0.98 < biased(5.0) < 1.0


def factor(cell, start):
    rng = np.random.default_rng(0)
    params = start(cell.init(8, 64, rng))
    profile = gradient_flow.surviving(cell, params, rng.standard_normal((4, 40, 8)), rng.standard_normal((4, 64)))
    return gradient_flow.factor_per_step(profile)
