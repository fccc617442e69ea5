"""Right answers of lesson 05 in unusual styles, and settings that would hide a mistake."""

import numpy as np
import pytest
import torch

from coursekit.checking import evaluate, registry
from coursekit.reference import conventions, gru
from coursekit.reference.numerics import relative_error, sigmoid
from tests.topics.answers import mistake, right


def one_large_product(x, h, params):
    """[x, h] times one matrix for the gates, as articles draw it; the candidate's two parts stay apart."""
    W_ih, W_hh, b_ih, b_hh = params
    H = h.shape[1]
    W = np.concatenate([W_ih, W_hh], axis=1)[: 2 * H]
    gates = sigmoid(np.concatenate([x, h], axis=1) @ W.T + (b_ih + b_hh)[: 2 * H])
    r, z = gates[:, :H], gates[:, H:]
    n = np.tanh(x @ W_ih[2 * H :].T + b_ih[2 * H :] + r * (h @ W_hh[2 * H :].T + b_hh[2 * H :]))
    return n + z * (h - n)


def with_einsum(x, h, params):
    """Weights as (3, H, ...): the gate is an axis of its own."""
    N, H = h.shape
    W_ih, W_hh, b_ih, b_hh = (array.reshape(3, H, *array.shape[1:]) for array in params)
    from_x = np.einsum("nd,ghd->gnh", x, W_ih) + b_ih[:, None]
    from_h = np.einsum("nk,ghk->gnh", h, W_hh) + b_hh[:, None]
    r, z = 1 / (1 + np.exp(-(from_x[:2] + from_h[:2])))
    return (1 - z) * np.tanh(from_x[2] + r * from_h[2]) + z * h


def unit_by_unit(x, h, params):
    W_ih, W_hh, b_ih, b_hh = params
    H = h.shape[1]
    new = []
    for a, s in zip(x, h, strict=True):
        from_x = [sum(w * v for w, v in zip(row, a, strict=True)) + b for row, b in zip(W_ih, b_ih, strict=True)]
        from_h = [sum(w * v for w, v in zip(row, s, strict=True)) + b for row, b in zip(W_hh, b_hh, strict=True)]
        row = []
        for i in range(H):
            r = 1 / (1 + np.exp(-from_x[i] - from_h[i]))
            z = 1 / (1 + np.exp(-from_x[H + i] - from_h[H + i]))
            row.append((1 - z) * np.tanh(from_x[2 * H + i] + r * from_h[2 * H + i]) + z * s[i])
        new.append(row)
    return new


def with_torch(x, h, params):
    x, h, W_ih, W_hh, b_ih, b_hh = map(torch.from_numpy, (x, h, *params))
    cell = torch.nn.GRUCell(x.shape[1], h.shape[1], dtype=x.dtype)
    cell.load_state_dict({"weight_ih": W_ih, "weight_hh": W_hh, "bias_ih": b_ih, "bias_hh": b_hh})
    return cell(x, h)


def z_writes_inside(x, h, params):
    """The other convention with converted weights is the same function."""
    _, cache = gru.step(x, h, conventions.flip_update_gate(params))
    return (1 - cache.z) * h + cache.z * cache.n


@pytest.mark.parametrize(
    "answer",
    [
        one_large_product,
        with_einsum,
        unit_by_unit,
        with_torch,
        z_writes_inside,
        lambda x, h, p: gru.step(x, h, p),  # a cache beside the state
        lambda x, h, p: {"h": one_large_product(x, h, p)},
        lambda x, h, p: one_large_product(x.astype(np.float32), h.astype(np.float32), p),
    ],
)
def test_step_in_other_styles(answer):
    right("gru_step", answer)


def projected_first(x, h0, params):
    """All products with x before the loop."""
    from_x, h, hs = x @ params.W_ih.T + params.b_ih, h0, []
    for t in range(x.shape[1]):
        xr, xz, xn = np.split(from_x[:, t], 3, axis=1)
        hr, hz, hn = np.split(h @ params.W_hh.T + params.b_hh, 3, axis=1)
        z = sigmoid(xz + hz)
        h = (1 - z) * np.tanh(xn + sigmoid(xr + hr) * hn) + z * h
        hs.append(h)
    return hs


def with_torch_layer(x, h0, params):
    layer = torch.nn.GRU(x.shape[2], h0.shape[1], batch_first=True, dtype=torch.float64)
    layer.load_state_dict({k: torch.from_numpy(v) for k, v in conventions.to_state_dict(params).items()})
    return layer(torch.from_numpy(x), torch.from_numpy(h0)[None])


@pytest.mark.parametrize(
    "answer",
    [
        lambda x, h0, p: np.stack(projected_first(x, h0, p), axis=1),
        lambda x, h0, p: with_torch_layer(x, h0, p)[0],
        lambda x, h0, p: gru.forward(x, h0, p)[0],  # read-only memory
        lambda x, h0, p: {"hs": np.array(projected_first(x, h0, p)).swapaxes(0, 1)},
    ],
)
def test_forward_in_other_styles(answer):
    right("gru_forward", answer)


def test_the_pair_of_a_torch_layer_is_one_value_too_many():
    report = evaluate("gru_forward", with_torch_layer)
    assert not report.passed and "asked for: hs. The first one is right" in " ".join(report.text.split())


def negated_block(params):
    new = []
    for array in params:
        r, z, n = np.split(array, 3)
        new.append(np.vstack([r, -z, n]) if array.ndim == 2 else np.hstack([r, -z, n]))
    return new


@pytest.mark.parametrize(
    "answer",
    [
        negated_block,
        lambda p: dict(zip(p._fields, negated_block(p), strict=True)),
        lambda p: tuple(torch.from_numpy(array) for array in negated_block(p)),
        lambda p: [
            np.concatenate([a[: len(a) // 3], -a[len(a) // 3 :][: len(a) // 3], a[-(len(a) // 3) :]]) for a in p
        ],
    ],
)
def test_conversion_in_other_styles(answer):
    right("to_other_convention", answer)


def reset_before_as_onnx(x, h, params):
    """ONNX's equations for linear_before_reset = 0, in its order z, r, h."""
    W, R, B = conventions.gru_to_onnx(params)
    H = h.shape[1]
    Wz, Wr, Wh = W[0].reshape(3, H, -1)
    Rz, Rr, Rh = R[0].reshape(3, H, H)
    Wbz, Wbr, Wbh, Rbz, Rbr, Rbh = B[0].reshape(6, H)
    z = sigmoid(x @ Wz.T + h @ Rz.T + Wbz + Rbz)
    r = sigmoid(x @ Wr.T + h @ Rr.T + Wbr + Rbr)
    return (1 - z) * np.tanh(x @ Wh.T + (r * h) @ Rh.T + Rbh + Wbh) + z * h


def test_reset_before_in_other_styles():
    right("gru_step_reset_before", reset_before_as_onnx)


def clamped_by_weights(x, h0, params, gate, value):
    """No rows for the held gate: its sigmoid gets a constant, the logit of the value."""
    H = h0.shape[1]
    rows = slice(0, H) if gate == "r" else slice(H, 2 * H)
    W_ih, W_hh, b_ih, b_hh = (array.copy() for array in params)
    W_ih[rows], W_hh[rows], b_hh[rows] = 0, 0, 0
    b_ih[rows] = np.clip(np.log(max(value, 1e-300)) - np.log(max(1 - value, 1e-300)), -500, 500)
    return gru.forward(x, h0, gru.Params(W_ih, W_hh, b_ih, b_hh))[0]


def test_a_clamped_gate_in_other_styles():
    right("gru_with_clamped_gate", clamped_by_weights)


@pytest.mark.parametrize(
    "answer",
    [
        lambda D, H: sum(p.numel() for p in torch.nn.GRU(D, H).parameters()),
        lambda D, H: 3 * H * (D + H + 2),
        lambda D, H: np.int64(3 * H * (D + H + 2)),
        lambda D, H: float(3 * H * (D + H + 2)),
    ],
)
def test_a_count_in_other_styles(answer):
    right("gru_parameter_count", answer)


def sequence(N=4, T=6, D=3, H=5):
    rng = np.random.default_rng(0)
    params = gru.init(D, H, rng)
    return rng.standard_normal((N, T, D)), rng.uniform(0.2, 0.9, (N, H)), params


def without_biases(params):
    return params._replace(b_ih=np.zeros_like(params.b_ih), b_hh=np.zeros_like(params.b_hh))


# Settings in which a wrong step gives the right numbers: (what the step is called with, mistakes that pass there).
x, h0, PARAMS = sequence()
HIDING = {
    "a zero state": ((x[:, 0], 0 * h0, PARAMS), ("a step that ignores the old state", "an old state that is dropped")),
    "a zero state and zero biases": (
        (x[:, 0], 0 * h0, without_biases(PARAMS)),
        ("a reset gate before the product", "a candidate without the reset gate", "1 - r in place of r"),
    ),
    "zero biases": (
        (x[:, 0], h0, without_biases(PARAMS)),
        ("a missing bias b_hn", "a bias b_hn outside the reset gate", "a missing bias b_ih", "a missing bias b_hh"),
    ),
}
HIDDEN = [(setting, name) for setting, (_, names) in HIDING.items() for name in names]


@pytest.mark.parametrize(("setting", "name"), HIDDEN)
def test_a_mistake_that_a_setting_hides_is_caught_and_named_by_the_check(setting, name):
    wrong = mistake("gru_step", name).implement
    args, _ = HIDING[setting]
    assert relative_error(wrong(*args), gru.step(*args)[0]) < 1e-12  # this setting alone would accept it
    for seed in range(3):
        report = evaluate("gru_step", wrong, seed)
        assert not report.passed
        assert any(found.startswith(name) for found in report.diagnoses)


@pytest.mark.parametrize("swapped", [False, True])
@pytest.mark.parametrize("biases", [1, 2])
def test_a_posted_step_is_told_all_that_is_another_one_in_it(biases, swapped):
    """[h, x] times one matrix for each gate, as posts have it, with one bias or both."""

    def step(x, h, params):
        A = np.concatenate([params.W_hh, params.W_ih], axis=1)
        b = params.b_ih + (biases - 1) * params.b_hh
        (Ar, Az, An), (br, bz, bn) = np.split(A, 3), np.split(b, 3)
        hx = np.concatenate([h, x], axis=1)
        r, z = sigmoid(hx @ Ar.T + br), sigmoid(hx @ Az.T + bz)
        n = np.tanh(np.concatenate([r * h, x], axis=1) @ An.T + bn)
        return (1 - z) * h + z * n if swapped else (1 - z) * n + z * h

    (name,) = evaluate("gru_step", step).diagnoses
    assert "reset gate before the product" in name
    assert ("swapped" in name) == swapped and ("missing bias b_hh" in name) == (biases == 1)


@pytest.mark.parametrize("name", ["a candidate without its tanh", "a reset gate before the product"])
def test_small_weights_and_a_loose_tolerance_would_hide_it(name):
    """A state that such a network reaches, no biases, and 1e-6 as the largest error allowed."""
    small = without_biases(gru.Params(*(0.01 * array for array in PARAMS)))
    wrong = mistake("gru_step", name).implement
    assert np.abs(wrong(x[:, 0], 0.01 * h0, small) - gru.step(x[:, 0], 0.01 * h0, small)[0]).max() < 1e-6
    assert any(found.startswith(name) for found in evaluate("gru_step", wrong).diagnoses)


@pytest.mark.parametrize("name", ["a loop that starts every step from h0", "a loop that starts from zeros"])
def test_one_step_hides_a_state_that_is_not_handed_on(name):
    wrong = mistake("gru_forward", name).implement
    start = h0 if "from h0" in name else 0 * h0
    assert relative_error(wrong(x[:, :1], start, PARAMS), gru.forward(x[:, :1], start, PARAMS)[0]) < 1e-12
    assert name in "; ".join(evaluate("gru_forward", wrong).diagnoses)


def test_the_settings_that_hide_mistakes_are_not_used():
    for name in ("gru_step", "gru_forward", "gru_step_reset_before", "gru_with_clamped_gate"):
        for draw in registry.get(name).draws(0):
            x, h, params, *_ = draw.args.values()
            assert all(np.abs(array).min() > 0 for array in (x, h, *params))
            assert not np.array_equal(params.b_ih, params.b_hh)
            assert len(set(draw.sizes.values())) == len(draw.sizes)


def test_the_hint_about_the_two_places_of_r_is_true():
    """They agree where h = 0 and b_hn = 0, not where only the state is zero."""
    before, after = mistake("gru_step", "a reset gate before").implement, lambda *args: gru.step(*args)[0]
    nowhere = x[:, 0], 0 * h0, PARAMS
    agree = x[:, 0], 0 * h0, without_biases(PARAMS)
    assert relative_error(before(*agree), after(*agree)) < 1e-12
    assert relative_error(before(*nowhere), after(*nowhere)) > 1e-2


def test_the_gru_of_most_posts_is_rejected_and_both_halves_are_named():
    def gru_step(x, h, params):
        H = h.shape[1]
        xr, xz, xn = np.split(x @ params.W_ih.T + params.b_ih, 3, axis=1)
        hr, hz, _ = np.split(h @ params.W_hh.T + params.b_hh, 3, axis=1)
        r, z = sigmoid(xr + hr), sigmoid(xz + hz)
        n = np.tanh(xn + (r * h) @ params.W_hh[2 * H :].T + params.b_hh[2 * H :])
        return z * n + (1 - z) * h

    for seed in range(5):
        report = evaluate("gru_step", gru_step, seed)
        (name,) = report.diagnoses
        assert not report.passed and "before the product" in name and "swapped" in name
