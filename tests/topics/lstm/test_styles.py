"""Right answers of lesson 04 in unusual styles, and settings that would hide a mistake."""

import numpy as np
import pytest
import torch

from coursekit.checking import evaluate, registry, sentences
from coursekit.reference import lstm
from tests.topics.answers import mistake, right


def one_large_product(x, h, c, params):
    W = np.concatenate([params.W_ih, params.W_hh], axis=1)
    a = np.concatenate([x, h], axis=1) @ W.T + (params.b_ih + params.b_hh)
    H = h.shape[1]
    gates = 0.5 + 0.5 * np.tanh(0.5 * a)
    c = gates[:, H : 2 * H] * c + gates[:, :H] * np.tanh(a[:, 2 * H : 3 * H])
    return gates[:, 3 * H :] * np.tanh(c), c


def with_torch(x, h, c, params):
    x, h, c, *arrays = map(torch.from_numpy, (x, h, c, *params))
    cell = torch.nn.LSTMCell(x.shape[1], h.shape[1], dtype=torch.float64)
    cell.load_state_dict(dict(zip(("weight_ih", "weight_hh", "bias_ih", "bias_hh"), arrays, strict=True)))
    return cell(x, (h, c))


@pytest.mark.parametrize(
    "answer",
    [
        one_large_product,
        with_torch,
        lambda *args: list(one_large_product(*args)),
        lambda *args: dict(zip(("c", "h"), one_large_product(*args)[::-1], strict=True)),
        lambda x, h, c, p: one_large_product(x.astype(np.float32), h.astype(np.float32), c.astype(np.float32), p),
    ],
)
def test_step_in_other_styles(answer):
    right("lstm_step", answer)


@pytest.mark.parametrize(
    ("order", "raised", "name"),
    [("ifgo", 1.0, "1 added to its argument"), ("iofg", 0.0, "order i, o, f, g"), ("ifog", 0.0, "order i, f, o, g")],
)
def test_a_posted_step_is_told_what_is_another_one_in_it(order, raised, name):
    """The forget bias that TensorFlow's first cell adds in every step, and the rows as ONNX has them."""

    def step(x, h, c, params):
        blocks = np.split(x @ params.W_ih.T + params.b_ih + h @ params.W_hh.T + params.b_hh, 4, axis=1)
        a = dict(zip(order, blocks, strict=True))
        i, f, o = (0.5 + 0.5 * np.tanh(0.5 * b) for b in (a["i"], a["f"] + raised, a["o"]))
        c = f * c + i * np.tanh(a["g"])
        return o * np.tanh(c), c

    (found,) = evaluate("lstm_step", step).diagnoses
    assert name in found


def lists_over_time(x, h0, c0, params):
    h, c, hs, cs = h0, c0, [], []
    for x_t in x.swapaxes(0, 1):
        h, c = one_large_product(x_t, h, c, params)
        hs.append(h)
        cs.append(c)
    return hs, cs


def into_empty_arrays(x, h0, c0, params):
    hs, cs = np.empty((2, *x.shape[:2], h0.shape[1]))
    for t in range(x.shape[1]):
        before = (hs[:, t - 1], cs[:, t - 1]) if t else (h0, c0)
        hs[:, t], cs[:, t] = one_large_product(x[:, t], *before, params)
    return hs, cs


@pytest.mark.parametrize("answer", [lists_over_time, into_empty_arrays])
def test_forward_in_other_styles(answer):
    right("lstm_forward", answer)


def back_by_autograd(dh, dc, cache):
    """The gradient of sum(dh * h) + sum(dc * c)."""
    tensors = [torch.tensor(a, requires_grad=True) for a in (cache.x, cache.h_prev, cache.c_prev, *cache.params)]
    x, h, c, W_ih, W_hh, b_ih, b_hh = tensors
    i, f, g, o = (x @ W_ih.T + b_ih + h @ W_hh.T + b_hh).chunk(4, dim=1)
    new_c = f.sigmoid() * c + i.sigmoid() * g.tanh()
    new_h = o.sigmoid() * new_c.tanh()
    return torch.autograd.grad([new_h, new_c], tensors, [torch.tensor(dh), torch.tensor(dc)])


def back_gate_by_gate(dh, dc, cache):
    """No concatenation: each gate adds its own share, into lists of blocks."""
    k, whole = cache, dc + dh * cache.o * (1 - np.tanh(cache.c) ** 2)
    slopes = {
        "i": whole * k.g * (k.i - k.i**2),
        "f": whole * k.c_prev * (k.f - k.f**2),
        "g": whole * k.i * (1 - k.g) * (1 + k.g),
        "o": dh * np.tanh(k.c) * (k.o - k.o**2),
    }
    W_ih, W_hh = (np.split(W, 4) for W in k.params[:2])
    dx = sum(np.einsum("nh,hd->nd", da, W) for da, W in zip(slopes.values(), W_ih, strict=True))
    dh_prev = sum(np.einsum("nh,hk->nk", da, W) for da, W in zip(slopes.values(), W_hh, strict=True))
    dW_ih, dW_hh = (np.vstack([np.einsum("nh,nk->hk", da, v) for da in slopes.values()]) for v in (k.x, k.h_prev))
    db = np.hstack([da.sum(0) for da in slopes.values()])
    return {
        "dc_prev": whole * k.f,
        "dx": dx,
        "dh_prev": dh_prev,
        "dW_ih": dW_ih,
        "dW_hh": dW_hh,
        "db_ih": db,
        "db_hh": db,
    }


@pytest.mark.parametrize("answer", [back_by_autograd, back_gate_by_gate])
def test_step_backward_in_other_styles(answer):
    right("lstm_step_backward", answer)


def back_in_one_go(dhs, dc_T, caches):
    """The package's fast backward pass, from a cache made anew."""
    x, c = np.stack([k.x for k in caches], axis=1), caches[0]
    _, _, cache = lstm.forward(x, c.h_prev, c.c_prev, c.params)
    return lstm.backward(dhs, dc_T, cache)


def back_by_recursion(dhs, dc_T, caches):
    def above(t):
        """What arrives at h_t and c_t, and the weights' gradients of all later steps."""
        if t == len(caches) - 1:
            return dhs[:, t], dc_T, [0, 0, 0, 0], []
        dh, dc, weights, dx = above(t + 1)
        step = lstm.step_backward(dh, dc, caches[t + 1])
        return (
            dhs[:, t] + step.dh_prev,
            step.dc_prev,
            [a + b for a, b in zip(weights, step[3:], strict=True)],
            [step.dx, *dx],
        )

    dh, dc, weights, dx = above(0)
    first = lstm.step_backward(dh, dc, caches[0])
    weights = [a + b for a, b in zip(weights, first[3:], strict=True)]
    return [[first.dx, *dx], first.dh_prev, first.dc_prev, *weights]


@pytest.mark.parametrize("answer", [back_in_one_go, back_by_recursion])
def test_backward_in_other_styles(answer):
    right("lstm_backward", answer)


@pytest.mark.parametrize("share", [0.0, 0.5, 1.0, -2.0])
def test_any_split_of_the_forget_bias_between_the_two_biases_is_right(share):
    def init(params, forget_bias):
        b_ih, b_hh = params.b_ih.copy(), params.b_hh.copy()
        f = slice(len(b_ih) // 4, len(b_ih) // 2)
        b_ih[f], b_hh[f] = share * forget_bias, (1 - share) * forget_bias
        return [params.W_ih, params.W_hh, b_ih, b_hh]

    right("init_lstm", init)


@pytest.mark.parametrize("start", ["missing parentheses", "a dc from the future that is dropped"])
def test_a_gradient_at_the_new_cell_shows_what_dc_0_hides(start):
    known = mistake("lstm_step_backward", start)
    dh, dc, cache = registry.get("lstm_step_backward").draws(0)[0].args.values()
    hidden = zip(known.implement(dh, 0 * dc, cache), lstm.step_backward(dh, 0 * dc, cache), strict=True)
    assert all(np.allclose(a, b) for a, b in hidden)
    assert evaluate("lstm_step_backward", known.implement).diagnoses == (known.name,)


@pytest.mark.parametrize(
    ("exercise", "start"),
    [
        ("lstm_forward", "a cell that is not carried on"),
        ("lstm_forward", "a loop that runs backwards in time"),
        ("lstm_backward", "no hand-over of dh"),
        ("lstm_backward", "a hand-over that replaces"),
        ("lstm_backward", "weight gradients that are overwritten"),
        ("lstm_backward", "a loop that runs forward"),
    ],
)
def test_more_than_one_step_shows_what_one_step_hides(exercise, start):
    known = mistake(exercise, start)
    report = evaluate(exercise, known.implement)
    assert [case.name for case in report.draws if case.passed] == ["one step"]
    assert known.name in report.diagnoses


def test_a_report_says_which_gates_and_which_steps_are_wrong():
    report = evaluate("lstm_step_backward", mistake("lstm_step_backward", "a forget gate that is given").implement)
    where = {f.tensor: " ".join(sentences.where(f)) for f in report.failed.findings}
    assert "The rows of f are wrong, those of i, g and o are right." in where["dW_hh"]
    assert "dc_prev" in report.failed.right
    report = evaluate("lstm_backward", mistake("lstm_backward", "no hand-over of dh").implement)
    full = next(case for case in report.cases if case.name == "full size")
    (dx,) = [f for f in full.findings if f.tensor == "dx"]
    assert "Right after t=4, wrong from t=4 backwards." in sentences.where(dx)
