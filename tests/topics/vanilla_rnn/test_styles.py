"""Right answers of lesson 01 in unusual styles, and settings that would hide a mistake."""

import numpy as np
import pytest
import torch

from coursekit.checking import registry
from coursekit.topics.vanilla_rnn.answers import lm_loss as lm_loss_reference
from tests.topics.answers import right, shown_by_another_draw


def one_large_product(x, h, params):
    W = np.concatenate([params.W_ih, params.W_hh], axis=1)
    return np.tanh(np.concatenate([x, h], axis=1) @ W.T + params.b_ih + params.b_hh)


def with_torch(x, h, params):
    x, h, W_ih, W_hh, b_ih, b_hh = map(torch.from_numpy, (x, h, *params))
    cell = torch.nn.RNNCell(W_ih.shape[1], W_ih.shape[0], dtype=torch.float64)
    cell.load_state_dict({"weight_ih": W_ih, "weight_hh": W_hh, "bias_ih": b_ih, "bias_hh": b_hh})
    return cell(x, h)


def unit_by_unit(x, h, params):
    W_ih, W_hh, b_ih, b_hh = params
    return [
        [np.tanh(np.dot(W_ih[i], a) + np.dot(W_hh[i], s) + b_ih[i] + b_hh[i]) for i in range(len(W_hh))]
        for a, s in zip(x, h, strict=True)
    ]


@pytest.mark.parametrize(
    "answer",
    [
        one_large_product,
        with_torch,
        unit_by_unit,
        lambda x, h, p: (one_large_product(x, h, p), "a cache"),
        lambda x, h, p: np.tanh(
            np.einsum("nd,hd->nh", x, p.W_ih) + np.einsum("nk,hk->nh", h, p.W_hh) + (p.b_ih + p.b_hh)
        ),
        lambda x, h, p: one_large_product(x.astype(np.float32), h.astype(np.float32), p),
        lambda x, h, p: 1 - 2 / (1 + np.exp(2 * (x @ p.W_ih.T + p.b_ih + h @ p.W_hh.T + p.b_hh))),
    ],
)
def test_step_in_other_styles(answer):
    right("rnn_step", answer)


def projected_first(x, h0, params):
    from_x = np.einsum("ntd,hd->nth", x, params.W_ih) + params.b_ih + params.b_hh
    hs, h = np.empty_like(from_x), h0
    for t in range(x.shape[1]):
        hs[:, t] = h = np.tanh(from_x[:, t] + h @ params.W_hh.T)
    return hs


def recursive(x, h0, params):
    if x.shape[1] == 0:
        return np.empty((*x.shape[:2], h0.shape[1]))
    h = one_large_product(x[:, 0], h0, params)
    return np.concatenate([h[:, None], recursive(x[:, 1:], h, params)], axis=1)


@pytest.mark.parametrize(
    "answer",
    [
        projected_first,
        recursive,
        lambda x, h0, p: list(projected_first(x, h0, p).swapaxes(0, 1)),
        lambda x, h0, p: {"hs": torch.from_numpy(projected_first(x, h0, p))},
        lambda x, h0, p: (projected_first(x, h0, p), ["caches"]),
    ],
)
def test_forward_in_other_styles(answer):
    right("rnn_forward", answer)


def loss_by_loops(logits, targets, mask):
    count, loss, dlogits = mask.sum(), 0.0, np.zeros_like(logits)
    for n, t in zip(*np.nonzero(mask), strict=True):
        row = logits[n, t] - logits[n, t].max()
        loss -= row[targets[n, t]] - np.log(np.exp(row).sum())
        dlogits[n, t] = np.exp(row) / np.exp(row).sum()
        dlogits[n, t, targets[n, t]] -= 1
    return loss / count, dlogits / count


def loss_by_torch(logits, targets, mask):
    logits = torch.from_numpy(logits).requires_grad_()
    where = torch.from_numpy(mask)
    loss = torch.nn.functional.cross_entropy(logits[where], torch.from_numpy(targets)[where])
    (dlogits,) = torch.autograd.grad(loss, logits)
    return loss, dlogits


@pytest.mark.parametrize(
    "answer",
    [
        loss_by_loops,
        loss_by_torch,
        lambda a, y, m: dict(zip(("loss", "dlogits"), loss_by_loops(a, y, m), strict=True)),
        lambda a, y, m: loss_by_loops(a.astype(np.float32), y, m),
    ],
)
def test_loss_in_other_styles(answer):
    right("lm_loss", answer)


def test_the_gradient_of_the_loss_is_the_gradient_of_the_loss():
    from coursekit.reference.numerics import numerical_gradient, relative_error

    draw = registry.get("lm_loss").draws(0)[2].args
    logits, targets, mask = draw.values()
    measured = numerical_gradient(lambda a: lm_loss_reference(a, targets, mask)[0], logits)
    assert relative_error(lm_loss_reference(logits, targets, mask)[1], measured) < 1e-8


def sample(params, W_out, b_out, start_ids, u, temperature, pick=np.searchsorted, kind=np.float64):
    def step(symbol, h):
        return np.tanh(params.W_ih[:, symbol] + params.b_ih + h @ params.W_hh.T + params.b_hh).astype(kind)

    h, ids = np.zeros(len(params.b_hh), kind), []
    for symbol in start_ids:
        h = step(symbol, h)
    for number in u:
        logits = (W_out @ h + b_out) / temperature
        p = np.exp(logits - logits.max())
        ids.append(pick(np.cumsum(p / p.sum()), number))
        h = step(ids[-1], h)
    return ids


@pytest.mark.parametrize(
    "answer",
    [
        sample,
        lambda *args: np.array(sample(*args, pick=lambda borders, number: int((borders <= number).sum()))),
        lambda *args: sample(*args, pick=lambda borders, number: next(k for k, b in enumerate(borders) if b > number)),
        lambda *args: torch.tensor(sample(*args)),
        lambda *args: np.array(sample(*args), float),
        lambda *args: sample(*args, kind=np.float32),
    ],
)
def test_sampling_in_other_styles(answer):
    right("sample_text", answer)


def test_no_number_of_a_draw_lies_near_a_border_between_two_symbols():
    """Otherwise the last digit of a sum would decide which symbol is right."""
    for seed in range(20):
        for draw in registry.get("sample_text").draws(seed):
            distance = []

            def pick(borders, number, distance=distance):
                distance.append(np.abs(borders - number).min())
                return np.searchsorted(borders, number)

            sample(**draw.args, pick=pick)
            assert min(distance) > 1e-4


@pytest.mark.parametrize(
    ("exercise", "mistake", "hidden_in"),
    [
        ("rnn_forward", "a loop that starts every step from h0", {"one step"}),
        ("lm_loss", "a division by N", {"one step"}),
        ("lm_loss", "a mean over all positions", {"one step", "no padding"}),
        ("lm_loss", "a mean of the sequences' means", {"one step", "no padding"}),
        ("lm_loss", "exponentials that overflow", {"one step", "no padding", "padding at the end"}),
        ("lm_loss", "the logarithm of a probability", {"one step", "no padding", "padding at the end"}),
    ],
)
def test_what_one_draw_hides_another_one_shows(exercise, mistake, hidden_in):
    assert len(shown_by_another_draw(exercise, mistake, hidden_in).diagnoses) == 1


def test_settings_that_hide_mistakes_of_the_rnn_are_not_used():
    """Zero states or biases, or equal sizes, let wrong steps pass."""
    for name in ("rnn_step", "rnn_forward"):
        for draw in registry.get(name).draws(0):
            *arrays, params = draw.args.values()
            assert all(np.abs(a).min() > 0 for a in (*arrays, *params))
            assert not np.array_equal(params.b_ih, params.b_hh)
            assert len(set(draw.sizes.values())) == len(draw.sizes)
