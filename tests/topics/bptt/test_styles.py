"""Right answers of lesson 02 in unusual styles, and every setting that hides a wrong one."""

import numpy as np
import pytest
import torch

from coursekit.checking import evaluate, registry
from coursekit.topics.bptt.hidden_mistakes import SETTINGS, hidden
from tests.topics.answers import mistake, right


def step_one_number_at_a_time(dh, cache):
    W_ih, W_hh, b_ih, _ = cache.params
    dx, dh_prev = np.zeros(cache.x.shape), np.zeros(cache.h.shape)
    dW_ih, dW_hh, db = np.zeros(W_ih.shape), np.zeros(W_hh.shape), np.zeros(b_ih.shape)
    for n, j in np.ndindex(dh.shape):
        da = dh[n, j] * (1 - cache.h[n, j] ** 2)
        dx[n] += da * W_ih[j]
        dh_prev[n] += da * W_hh[j]
        dW_ih[j] += da * cache.x[n]
        dW_hh[j] += da * cache.h_prev[n]
        db[j] += da
    return {"dx": dx, "dh_prev": dh_prev, "dW_ih": dW_ih, "dW_hh": dW_hh, "db_ih": db, "db_hh": db}


def step_with_one_concatenated_matrix(dh, cache):
    W = np.concatenate([*cache.params[:2], cache.params.b_ih[:, None]], axis=1)
    ones = np.ones((len(dh), 1))
    inputs = np.concatenate([cache.x, cache.h_prev, ones], axis=1)
    da = dh * (1 + cache.h) * (1 - cache.h)
    D, H = cache.x.shape[1], dh.shape[1]
    d_inputs, dW = da @ W, np.einsum("nh,nk->hk", da, inputs)
    return [
        d_inputs[:, :D],
        d_inputs[:, D : D + H],
        dW[:, :D],
        dW[:, D : D + H],
        dW[:, -1],
        dW[:, -1],
    ]


def step_by_autograd(dh, cache):
    leaves = [torch.tensor(a, requires_grad=True) for a in (cache.x, cache.h_prev, *cache.params)]
    x, h_prev, W_ih, W_hh, b_ih, b_hh = leaves
    h = torch.tanh(x @ W_ih.T + b_ih + h_prev @ W_hh.T + b_hh)
    return torch.autograd.grad(h, leaves, torch.tensor(dh))


def step_in_float32(dh, cache):
    da = (dh * (1 - cache.h**2)).astype(np.float32)
    W_ih, W_hh = (W.astype(np.float32) for W in cache.params[:2])
    db = da.sum(0)
    return da @ W_ih, da @ W_hh, da.T @ cache.x.astype("f4"), da.T @ cache.h_prev.astype("f4"), db, db


@pytest.mark.parametrize(
    "answer", [step_one_number_at_a_time, step_with_one_concatenated_matrix, step_by_autograd, step_in_float32]
)
def test_a_right_step_back_passes_in_every_style(answer):
    report = right("rnn_step_backward", answer)
    assert any("float32" in note for note in report.notes) == (answer is step_in_float32)


def rnn_step_backward(dh, cache):
    raise AssertionError("while rnn_backward is checked, the reference stands here")


def backward_with_the_earlier_function(dhs, caches):
    dxs, total, dh_next = [], 0, 0
    for t in range(len(caches) - 1, -1, -1):
        dx, dh_next, *dW = rnn_step_backward(dhs[:, t] + dh_next, caches[t])
        dxs.insert(0, dx)
        total = dW if isinstance(total, int) else [a + b for a, b in zip(total, dW, strict=True)]
    return dxs, dh_next, *total  # dx as a list along time


def backward_by_autograd(dhs, caches):
    params = [torch.tensor(p, requires_grad=True) for p in caches[0].params]
    x = torch.tensor(np.stack([cache.x for cache in caches], axis=1), requires_grad=True)
    h0 = torch.tensor(caches[0].h_prev, requires_grad=True)
    W_ih, W_hh, b_ih, b_hh = params
    h, loss = h0, 0
    for t in range(x.shape[1]):
        h = torch.tanh(x[:, t] @ W_ih.T + b_ih + h @ W_hh.T + b_hh)
        loss = loss + (h * torch.tensor(dhs[:, t])).sum()
    return torch.autograd.grad(loss, [x, h0, *params])


def backward_that_collects_and_multiplies_once(dhs, caches):
    W_ih, W_hh, *_ = caches[0].params
    das, dh = [], np.zeros_like(dhs[:, 0])
    for t in reversed(range(len(caches))):
        das.append((dhs[:, t] + dh) * (1 - caches[t].h ** 2))
        dh = das[-1] @ W_hh
    da = np.stack(das[::-1], axis=1)
    x, h_prev = (np.stack([getattr(c, name) for c in caches], axis=1) for name in ("x", "h_prev"))
    db = da.sum(axis=(0, 1))
    return da @ W_ih, dh, np.tensordot(da, x, ([0, 1],) * 2), np.tensordot(da, h_prev, ([0, 1],) * 2), db, db


@pytest.mark.parametrize(
    "answer",
    [
        backward_with_the_earlier_function,
        backward_by_autograd,
        backward_that_collects_and_multiplies_once,
    ],
)
def test_a_right_backward_pass_passes_in_every_style(answer):
    right("rnn_backward", answer)


def truncated_by_detaching(series, h0, params, W_out, k):
    params, series, W_out = (
        [torch.tensor(p, requires_grad=True) for p in params],
        torch.tensor(series),
        torch.tensor(W_out),
    )
    W_ih, W_hh, b_ih, b_hh = params
    h, loss = torch.tensor(h0), torch.tensor(0.0, dtype=torch.float64)
    for t in range(series.shape[1] - 1):
        h = h.detach() if t % k == 0 else h
        h = torch.tanh(series[:, t] @ W_ih.T + b_ih + h @ W_hh.T + b_hh)
        loss = loss + 0.5 * (h @ W_out.T - series[:, t + 1]).square().sum()
    return loss, h, *torch.autograd.grad(loss, params)


def test_truncation_may_be_done_by_autograd_and_detach():
    right("truncated_bptt", truncated_by_detaching)


def test_the_loss_and_the_state_of_truncated_bptt_do_not_depend_on_the_length_of_a_piece():
    exercise = registry.get("truncated_bptt")
    args = dict(exercise.draws(0)[-1].args)
    results = [exercise.reference(*(args | {"k": k}).values()) for k in (1, 4, 9)]
    for loss, h, *_ in results[1:]:
        assert loss == pytest.approx(results[0][0], rel=1e-12)
        np.testing.assert_allclose(h, results[0][1])
    assert not np.allclose(results[0][3], results[2][3])


def clip_as_pytorch_does(grads, max_norm):
    tensors = [torch.tensor(g, requires_grad=True) for g in grads]
    for tensor, g in zip(tensors, grads, strict=True):
        tensor.grad = torch.tensor(g)
    norm = torch.nn.utils.clip_grad_norm_(tensors, max_norm)  # divides by norm + 1e-6
    return [tensor.grad for tensor in tensors], norm


def clip_with_min(grads, max_norm):
    norm = np.linalg.norm(np.concatenate([g.ravel() for g in grads]))
    return tuple(g * min(1.0, max_norm / max(norm, 1e-300)) for g in grads), norm


@pytest.mark.parametrize("answer", [clip_as_pytorch_does, clip_with_min])
def test_right_clipping_passes_in_every_style(answer):
    right("clip_by_global_norm", answer)


def test_an_answer_that_forgets_the_norm_is_told_what_is_missing():
    report = evaluate("clip_by_global_norm", lambda grads, max_norm: grads)
    assert "4 values came back, 5 are asked for" in report.text


# By mistake: the settings that hide it. A setting that hides nothing stands nowhere.
ONE_STEP = {"one step, h0 = 0", "one step"}
HIDES = {
    "weight gradients that are overwritten": ONE_STEP,
    "a hand-over that replaces": ONE_STEP | {"loss on the last step only"},
    "no hand-over": ONE_STEP,
    "a loop that runs forward": ONE_STEP,
    "a hand-over that piles up": ONE_STEP,
    "a gradient of W_hh that takes the last state": {"only dW_ih compared"},
    "a gradient of W_hh built from the new state": {"only dW_ih compared"},
    "a dx whose steps stand in reverse": ONE_STEP | {"only dW_ih compared"},
    "a dh0 that has not gone back": {"only dW_ih compared"},
    "weight gradients that are a mean over time": ONE_STEP,
    "an upstream gradient that is changed in place": {setting.name for setting in SETTINGS},
}


@pytest.mark.parametrize("beginning", HIDES)
def test_a_mistake_that_some_test_hides_is_caught_and_named_by_the_check(beginning):
    known = mistake("rnn_backward", beginning)
    assert {name for name, passes in hidden()[known.name].items() if passes} == HIDES[beginning]
    report = evaluate("rnn_backward", known.implement)
    assert not report.passed
    assert report.diagnoses == (known.name,)


def test_the_table_of_hidden_mistakes_covers_every_mistake():
    assert len(hidden()) == len(HIDES)
    assert hidden(seed=1) == hidden(seed=0)


@pytest.mark.parametrize(
    ("number", "sentence"),
    [
        (0, "Right: dx, dh0"),
        (1, "Right after t=1, wrong from t=1 backwards"),
        (3, "Wrong at every time step"),
        (9, "exactly 1/3 of the expected one, and T = 3"),
        (10, "changes its argument dhs in place"),
    ],
)
def test_the_report_says_where(number, sentence):
    assert sentence in " ".join(evaluate("rnn_backward", _mistake("rnn_backward", number)).text.split())


def test_a_mean_over_the_batch_is_recognised_by_its_ratio():
    (mean,) = (m for m in registry.get("rnn_step_backward").mistakes if "mean over the sequences" in m.name)
    said = " ".join(evaluate("rnn_step_backward", mean.implement).text.split())
    assert "exactly 1/4 of the expected one, and N = 4" in said


def _mistake(name, number):
    return registry.get(name).mistakes[number].implement
