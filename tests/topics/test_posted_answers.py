"""Wrong answers as people post them: another style than the known mistakes are written in, and the same name."""

import numpy as np
import pytest

from coursekit.checking import evaluate
from coursekit.reference import gradient_flow, gru, rnn
from coursekit.reference.numerics import sigmoid, softmax
from tests.topics.edited import edited

NAMES = {"np": np, "gradient_flow": gradient_flow, "gru": gru, "rnn": rnn, "sigmoid": sigmoid, "softmax": softmax}

ANSWERS = {  # right, but for what is replaced
    "sigmoid": """
def sigmoid(x):
    e = np.exp(-np.abs(x))
    return np.where(x >= 0, 1, e) / (1 + e)
""",
    "softmax": """
def softmax(x):
    e = np.exp(x - x.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)
""",
    "relative_error": """
def relative_error(a, b):
    return np.abs(a - b).max() / np.abs(b).max()
""",
    "rnn_forward": """
def rnn_forward(x, h0, params):
    h, hs = h0, []
    for t in range(x.shape[1]):
        h = rnn_step(x[:, t], h, params)
        hs.append(h)
    return np.stack(hs, axis=1)
""",
    "lm_loss": """
def lm_loss(logits, targets, mask):
    m = logits.max(axis=-1, keepdims=True)
    e = np.exp(logits - m)
    p = e / e.sum(axis=-1, keepdims=True)
    log_p = logits - m - np.log(e.sum(axis=-1, keepdims=True))
    chosen = np.take_along_axis(log_p, targets[..., None], axis=-1)[..., 0]
    loss = -(chosen * mask).sum() / mask.sum()
    y = np.eye(logits.shape[-1])[targets]
    return loss, (p - y) * mask[..., None] / mask.sum()
""",
    "truncated_bptt": """
def truncated_bptt(series, h0, params, W_out, k):
    loss, h, total, T = 0.0, h0, [0, 0, 0, 0], series.shape[1] - 1
    for start in range(0, T, k):
        stop = min(start + k, T)
        hs, caches = gradient_flow.run(rnn, params, series[:, start:stop], h)
        error = hs @ W_out.T - series[:, start + 1 : stop + 1]
        loss += 0.5 * np.sum(error**2)
        total = [a + b for a, b in zip(total, rnn_backward(error @ W_out, caches)[2:])]
        h = hs[:, -1]
    return (loss, h, *total)
""",
    "clip_by_global_norm": """
def clip_by_global_norm(grads, max_norm):
    norm = np.sqrt(sum(np.sum(g**2) for g in grads))
    if norm > max_norm:
        grads = [g * max_norm / norm for g in grads]
    return grads, norm
""",
    "step_jacobian": """
def step_jacobian(cache):
    return np.einsum("ni,ij->nij", 1 - cache.h**2, cache.params.W_hh)
""",
    "gradient_profile": """
def gradient_profile(caches, dh):
    norms = [np.linalg.norm(dh, axis=1).mean()]
    for cache in reversed(caches):
        dh = (dh * (1 - cache.h**2)) @ cache.params.W_hh
        norms.append(np.linalg.norm(dh, axis=1).mean())
    return np.array(norms) / norms[0]
""",
    "scale_spectral_radius": """
def scale_spectral_radius(W, radius):
    return W * radius / np.abs(np.linalg.eigvals(W)).max()
""",
    "lstm_step": """
def lstm_step(x, h, c, params):
    W_ih, W_hh, b_ih, b_hh = params
    W = np.concatenate([W_ih, W_hh], axis=1)
    a = np.concatenate([x, h], axis=1) @ W.T + b_ih + b_hh
    ai, af, ag, ao = np.split(a, 4, axis=1)
    i, f, g, o = sigmoid(ai), sigmoid(af), np.tanh(ag), sigmoid(ao)
    c_next = f * c + i * g
    h_next = o * np.tanh(c_next)
    return h_next, c_next
""",
    "lstm_forward": """
def lstm_forward(x, h0, c0, params):
    h, c, hs, cs = h0, c0, [], []
    for t in range(x.shape[1]):
        h, c = lstm_step(x[:, t], h, c, params)
        hs.append(h), cs.append(c)
    return np.stack(hs, axis=1), np.stack(cs, axis=1)
""",
    "lstm_step_backward": """
def lstm_step_backward(dh, dc, cache):
    x, h_prev, c_prev, i, f, g, o, c, tanh_c, params = cache
    dc = dc + dh * o * (1 - tanh_c**2)
    di, df, dg, do = dc * g, dc * c_prev, dc * i, dh * tanh_c
    slope = lambda s: s * (1 - s)
    parts = [di * slope(i), df * slope(f), dg * (1 - g**2), do * slope(o)]
    da = np.concatenate(parts, axis=1)
    db = da.sum(axis=0)
    return da @ params.W_ih, da @ params.W_hh, dc * f, da.T @ x, da.T @ h_prev, db, db.copy()
""",
    "init_lstm": """
def init_lstm(params, forget_bias):
    W_ih, W_hh, b_ih, b_hh = params
    b_ih, b_hh, H = b_ih.copy(), b_hh.copy(), W_hh.shape[1]
    b_ih[H : 2 * H] = forget_bias
    b_hh[H : 2 * H] = 0
    return W_ih, W_hh, b_ih, b_hh
""",
    "gru_step": """
def gru_step(x, h, params):
    gi, gh = x @ params.W_ih.T + params.b_ih, h @ params.W_hh.T + params.b_hh
    i_r, i_z, i_n = np.split(gi, 3, axis=1)
    h_r, h_z, h_n = np.split(gh, 3, axis=1)
    gate = sigmoid
    n = np.tanh(i_n + gate(i_r + h_r) * h_n)
    return n + gate(i_z + h_z) * (h - n)
""",
    "gru_step_backward": """
def gru_step_backward(dh, cache):
    x, h_prev, r, z, n, hn, params = cache
    slope = lambda s: s * (1 - s)
    dan = dh * (1 - z) * (1 - n**2)
    daz = dh * (h_prev - n) * slope(z)
    dar = dan * hn * slope(r)
    dax, dah = np.concatenate([dar, daz, dan], axis=1), np.concatenate([dar, daz, dan * r], axis=1)
    dh_prev = dh * z + dah @ params.W_hh
    return dax @ params.W_ih, dh_prev, dax.T @ x, dah.T @ h_prev, dax.sum(axis=0), dah.sum(axis=0)
""",
    "adam_step": """
def adam_step(weight, gradient, m, v, t, lr, beta1, beta2, eps):
    m = beta1 * m + (1 - beta1) * gradient
    v = beta2 * v + (1 - beta2) * gradient**2
    step = lr * m / (1 - beta1**t) / (np.sqrt(v / (1 - beta2**t)) + eps)
    return weight - step, m, v
""",
    "early_stopping": """
def early_stopping(losses, patience):
    best, smallest = 0, np.inf
    for epoch, loss in enumerate(losses):
        if loss < smallest:
            best, smallest = epoch, loss
    return best, len(losses) - 1 - best >= patience
""",
    "fit": """
def fit(model, optimiser, loss_of, epochs, valid, patience):
    import copy, torch
    train_losses, valid_losses = [], []
    for batches in epochs:
        model.train()
        total = rows = 0
        for batch in batches:
            loss = loss_of(model, batch)
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            total, rows = total + loss.item() * len(batch[0]), rows + len(batch[0])
        train_losses.append(total / rows)
        model.eval()
        with torch.no_grad():
            valid_losses.append(loss_of(model, valid).item())
        best, stop = early_stopping(valid_losses, patience)
        if best == len(valid_losses) - 1:
            kept = copy.deepcopy(model.state_dict())
        if stop:
            break
    model.load_state_dict(kept)
    return train_losses, valid_losses
""",
    "linear_scan": """
def linear_scan(a, b, h0):
    h, hs = h0, []
    for t in range(a.shape[1]):
        h = a[:, t] * h + b[:, t]
        hs.append(h)
    return np.stack(hs, axis=1)
""",
    "causal_attention": """
def causal_attention(q, k, v, past_k, past_v):
    keys, values = np.concatenate([past_k, k], axis=1), np.concatenate([past_v, v], axis=1)
    S, P = q.shape[1], past_k.shape[1]
    scores = q @ keys.transpose(0, 2, 1) / np.sqrt(q.shape[-1])
    scores = np.where(np.tril(np.ones((S, P + S), bool), P), scores, -np.inf)
    e = np.exp(scores - scores.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True) @ values, keys, values
""",
}
POSTED = (  # the exercise, what is replaced, by what, and how the name begins
    ("sigmoid", "np.where(x >= 0, 1, e) / (1 + e)", "1 / 1 + np.exp(-x)", "a division of the 1 alone"),
    ("softmax", "axis=-1", "axis=1", "a softmax along axis 1"),
    (
        "softmax",
        "e / e.sum(axis=-1, keepdims=True)",
        "np.log(e / e.sum(-1)[..., None])",
        "the logarithm of the softmax",
    ),
    ("relative_error", "np.abs(b).max()", "max(np.abs(a).max(), np.abs(b).max())", "the largest entry of a and b"),
    ("relative_error", "np.abs(b).max()", "(np.abs(a) + np.abs(b)).max()", "the largest entry of a and b together"),
    ("relative_error", "np.abs(a - b).max()", "np.abs(a - b).mean()", "a mean in place of the maximum"),
    ("rnn_forward", "np.stack(hs, axis=1)", "np.array(hs).reshape(*x.shape[:2], -1)", "states that are reshaped"),
    ("lm_loss", "m = logits.max(axis=-1, keepdims=True)", "m = 0", "exponentials that overflow"),
    ("lm_loss", "axis(log_p,", "axis(np.log(p + 1e-12),", "a small number added to the probabilities"),
    ("lm_loss", "(p - y)", "(-y / p)", "a gradient at the probabilities"),
    ("lm_loss", "(p - y)", "(logits - y)", "a gradient with the logits"),
    ("lm_loss", "axis=-1, keepdims=True", "axis=1, keepdims=True", "probabilities of which those of all steps"),
    (
        "lm_loss",
        "-(chosen * mask).sum() / mask.sum()",
        "-((chosen * mask).sum(1) / mask.sum(1)).mean()",
        "a mean of the sequences' means",
    ),
    ("truncated_bptt", "0.0, h0,", "0.0, np.zeros_like(h0),", "an h0 that is ignored"),
    ("clip_by_global_norm", "max_norm / norm", "1 / norm", "long gradients made as long as 1"),
    ("clip_by_global_norm", "norm > max_norm", "norm < max_norm", "a comparison the wrong way round"),
    (
        "clip_by_global_norm",
        "if norm > max_norm:\n        grads = [g * max_norm / norm for",
        "grads = [g * max_norm / (norm + 1e-9) for",
        "a clip that scales small gradients up, but",
    ),
    (
        "clip_by_global_norm",
        "np.sqrt(sum(np.sum(g**2) for g in grads))",
        "sum(np.abs(g).sum() for g in grads)",
        "the sum of the absolute values",
    ),
    ("step_jacobian", "ij->nij", "ji->nij", "a Jacobian with the columns of W_hh"),
    ("step_jacobian", "1 - cache.h**2", "cache.h * (1 - cache.h)", "the slope of the sigmoid"),
    ("gradient_profile", "W_hh", "W_hh.T", "a way back on which W_hh is transposed"),
    ("gradient_profile", "np.linalg.norm(dh, axis=1)", "(dh**2).sum(axis=1)", "squared norms"),
    ("scale_spectral_radius", "np.abs(np.linalg.eigvals(W)).max()", "abs(np.linalg.eigvals(W)[0])", "the first eigen"),
    ("scale_spectral_radius", " * radius", "", "a spectral radius of 1"),
    ("lstm_step", "[x, h]", "[h, x]", "h before x"),
    ("lstm_step", "np.split(a, 4, axis=1)", "a.reshape(4, len(x), -1)", "blocks cut by reshape(4, N, H)"),
    ("lstm_step", "np.split(a, 4, axis=1)", "(a[:, k::4] for k in range(4))", "every fourth column"),
    ("lstm_step", "f * c", "(1 - i) * c", "1 - i in place of the forget gate"),
    ("lstm_step", "return h_next, c_next", "return h_next, c", "the old cell returned"),
    (
        "lstm_forward",
        "h, c, hs, cs = h0, c0",
        "h, c, hs, cs = 0 * h0, 0 * c0",
        "a loop that starts from zeros and ignores",
    ),
    ("lstm_forward", "h, c, params)", "c, h, params)", "h and c exchanged at every step"),
    (
        "lstm_forward",
        "h, c = lstm_step(x[:, t], h, c, params)\n        hs.append(h), cs.append(c)",
        "hs.append(h), cs.append(c)\n        h, c = lstm_step(x[:, t], h, c, params)",
        "state and cell before each step",
    ),
    (
        "lstm_step_backward",
        "lambda s: s * (1 - s)",
        "lambda s: sigmoid(s) * (1 - sigmoid(s))",
        "slopes of the sigmoid at",
    ),
    ("lstm_step_backward", "1 - g**2", "1 - np.tanh(g) ** 2", "a slope of tanh at the value"),
    ("lstm_step_backward", "di, df,", "df, di,", "i and f exchanged on the way back"),
    (
        "lstm_step_backward",
        "np.concatenate(parts",
        "np.concatenate([parts[k] for k in (1, 0, 2, 3)]",
        "blocks in the order f",
    ),
    ("init_lstm", "b_ih[H : 2 * H] = ", "b_ih[H : 2 * H] += ", "a forget bias added to the random numbers"),
    ("init_lstm", "= forget_bias", "= 1", "a forget bias of 1"),
    (
        "gru_step_backward",
        "lambda s: s * (1 - s)",
        "lambda s: sigmoid(s) * (1 - sigmoid(s))",
        "slopes of the sigmoid at",
    ),
    ("gru_step_backward", "1 - n**2", "1 - np.tanh(n) ** 2", "a slope of tanh at the value"),
    ("gru_step_backward", "(1 - n**2)", "n * (1 - n)", "a candidate with the slope of the sigmoid"),
    ("gru_step_backward", "dar = dan", "dar = dh * (1 - z)", "a reset gate that is reached without"),
    ("gru_step_backward", "daz, dan]", "daz, dan * r]", "a candidate whose product with W_in passes"),
    ("gru_step_backward", "[dar, daz,", "[daz, dar,", "blocks in the order z, r, n"),
    ("adam_step", ") + eps)", "))", "a division without eps"),
    ("adam_step", ") + eps)", ")) + eps", "a division without eps"),
    ("adam_step", "gradient**2", "gradient", "v as an average of the gradient"),
    ("adam_step", "beta1 * m + (1 - beta1)", "beta2 * m + (1 - beta2)", "beta1 and beta2 exchanged"),
    ("adam_step", "beta1 * m + (1 - beta1)", "(1 - beta1) * m + beta1", "the shares of old and new exchanged"),
    ("early_stopping", "len(losses) - 1 - best >= patience", "False", "an answer of False"),
    ("fit", "            optimiser.step()\n", "", "a loop that learns nothing"),
    ("linear_scan", "a[:, t] * h + b[:, t]", "b[:, t] * h + a[:, t]", "a and b exchanged"),
    ("linear_scan", "+ b[:, t]", "+ (1 - a[:, t]) * b[:, t]", "a mean of the state before and b"),
    ("causal_attention", "bool), P)", "bool), P - 1)", "a mask that hides a step from itself"),
    ("causal_attention", "np.sqrt(q.", "np.sqrt(v.", "scores divided by the square root of V"),
    ("gru_step", "gate = sigmoid", "gate = lambda a: np.maximum(0, np.minimum(1, (a + 3) / 6))", "a hard sigmoid"),
    ("gru_step", "gate = sigmoid", "gate = lambda a: np.clip(0.2 * a + 0.5, 0, 1)", "a hard sigmoid"),
    ("gru_step", "n = np.tanh(", "n = (lambda a: a / (abs(a) + 1))(", "softsign"),
    ("gru_step", "n = np.tanh(", "n = (lambda a: a * (a > 0))(", "a function with corners"),
    ("gru_step_backward", "s * (1 - s)", "np.full_like(s, 0.2) * (0 < s) * (s < 1)", "the slope of a hard sigmoid"),
    ("gru_step_backward", "(1 - n**2)", "(1 - abs(n)) ** 2", "the slope of softsign"),
    ("lstm_step", "np.tanh(c_next)", "(c_next / (1 + np.abs(c_next)))", "softsign"),
    ("lstm_step", "[x, h]", "[x, c]", "an LSTM with peepholes"),
    ("lstm_step", "    i, f", "    ai, af, ao = ai + c, af + c, ao + c\n    i, f", "an LSTM with peepholes"),
    ("adam_step", "weight - step", "weight * (1 - lr * 0.01) - step", "Adam with weight decay"),
    ("adam_step", "    m = beta1", "    gradient = gradient + 0.1 * weight; m = beta1", "Adam with weight decay"),
    ("adam_step", "lr * m /", "lr * (beta1 * m + (1 - beta1) * gradient) /", "Adam that looks ahead"),
)


def written(exercise, *edit):
    return edited(ANSWERS[exercise], exercise, NAMES, *edit)


@pytest.mark.parametrize("exercise", ANSWERS)
def test_what_they_are_made_of_is_right(exercise):
    report = evaluate(exercise, written(exercise))
    assert report.passed, report.text


@pytest.mark.parametrize(("exercise", "old", "new", "name"), POSTED)
def test_a_wrong_answer_in_another_style_has_its_name(exercise, old, new, name):
    report = evaluate(exercise, written(exercise, old, new), along=False)
    assert not report.passed
    assert [found[: len(name)] for found in report.diagnoses] == [name], report.text


def test_weights_of_one_sign_are_not_called_too_large():
    import torch

    class GRU(torch.nn.GRU):
        def __init__(self, D, H):
            super().__init__(D, H, batch_first=True)
            for parameter in self.parameters():
                torch.nn.init.uniform_(parameter, 0, H**-0.5)

    assert evaluate("GRU", GRU, along=False).diagnoses == ("first weights of one sign",)
