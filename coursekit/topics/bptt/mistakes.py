"""The known mistakes of lesson 02, as answers that can be run."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from coursekit.checking import Mistake
from coursekit.recurrence.backward_mistakes import back
from coursekit.recurrence.squashing_mistakes import state_slope_mistake
from coursekit.reference import gradient_flow, rnn
from coursekit.topics.bptt.answers import rnn_backward, rnn_step_backward, truncated_bptt

# One step back: da is the gradient at the argument of tanh, and every mistake is one other line.


def _step(
    slope: Callable = lambda c: 1 - c.h**2,
    to_h_prev: Callable = lambda da, W_hh: da @ W_hh,
    to_W_hh: Callable = lambda da, dh, c: da.T @ c.h_prev,
    to_bias: Callable = lambda da, dh: da.sum(axis=0),
    over: Callable = lambda c: 1,
) -> Callable:
    """One step back with another line: the slope of tanh, the way to h_prev, to W_hh or to the biases."""

    def step(dh, cache):
        da, n = dh * slope(cache), over(cache)
        db = to_bias(da, dh) / n
        return (
            da @ cache.params.W_ih,
            to_h_prev(da, cache.params.W_hh),
            da.T @ cache.x / n,
            to_W_hh(da, dh, cache) / n,
            db,
            db.copy(),
        )

    return step


def _step_in_place(dh, cache):
    dh *= 1 - cache.h**2
    return rnn_step_backward(dh / (1 - cache.h**2), cache)


STEP = (
    Mistake(
        "a slope of tanh taken at h: 1 - tanh(h)^2",
        "h is the tanh already. Its slope at that point, written with h itself, needs no further tanh.",
        _step(slope=lambda c: 1 - np.tanh(c.h) ** 2),
    ),
    Mistake(
        "a step back without the slope of tanh",
        "The way back from h to the argument of tanh goes through the derivative of tanh.",
        _step(slope=lambda c: np.ones_like(c.h)),
    ),
    Mistake(
        "a slope of tanh taken from the old state: 1 - h_prev^2",
        "The tanh of this step produced h, not h_prev.",
        _step(slope=lambda c: 1 - c.h_prev**2),
    ),
    Mistake(
        "the slope of the sigmoid: h * (1 - h)",
        "This network squashes with tanh. What is the derivative of tanh, in terms of its value?",
        _step(slope=lambda c: c.h * (1 - c.h)),
    ),
    Mistake(
        "a way to h_prev that uses W_hh on the wrong side: da @ W_hh.T",
        "Forward, h_prev is multiplied by W_hh.T. The way back is the transpose of the way forward.",
        _step(to_h_prev=lambda da, W_hh: da @ W_hh.T),
    ),
    Mistake(
        "a gradient of W_hh built from the new state h",
        "Which state did W_hh multiply in this step?",
        _step(to_W_hh=lambda da, dh, c: da.T @ c.h),
    ),
    Mistake(
        "a gradient of W_hh that is transposed",
        "Row j of W_hh leads to unit j. So row j of its gradient belongs to da of unit j.",
        _step(to_W_hh=lambda da, dh, c: c.h_prev.T @ da),
    ),
    Mistake(
        "weight gradients that are a mean over the sequences",
        "The loss already says whether it is a sum or a mean. Going back, the sequences of a batch are added.",
        _step(over=lambda c: len(c.h)),
    ),
    Mistake(
        "bias gradients taken before the slope of tanh",
        "The biases are inside the tanh. Which gradient reaches the inside?",
        _step(to_bias=lambda da, dh: dh.sum(axis=0)),
    ),
    Mistake(
        "a step that multiplies dh itself",
        "`dh *= ...` changes the caller's array, and the numbers that you return are right all the same. "
        "Make a new one: `da = dh * ...`.",
        _step_in_place,
    ),
    state_slope_mistake(lambda slope: _step(slope=lambda c: slope(c.h))),
)


# A whole sequence back.


def _back(dhs, caches, **lines: Callable):
    """Back through time with another line: see `backward_mistakes.back`."""
    return back(rnn_step_backward, dhs, (), caches, **lines)


def _reversed_dx(dhs, caches):
    dx, *others = rnn_backward(dhs, caches)
    return (dx[:, ::-1].copy(), *others)


def _last_state_before_the_first(dhs, caches):
    wrong = [cache._replace(h_prev=caches[t - 1].h) for t, cache in enumerate(caches)]
    return rnn_backward(dhs, wrong)


def _upstream_in_place(dhs, caches):
    right = rnn_backward(dhs.copy(), caches)
    for t in reversed(range(1, len(caches))):
        _, dh_prev, *_ = rnn_step_backward(dhs[:, t], caches[t])
        dhs[:, t - 1] += dh_prev
    return right


def _first_step_left_out(dhs, caches):
    dx, dh0, *others = rnn_backward(dhs, caches)
    _, at_h1, *_ = rnn_backward(dhs[:, 1:], caches[1:]) if len(caches) > 1 else (None, np.zeros_like(dh0))
    return (dx, dhs[:, 0] + at_h1, *others)


def _mean_over_time(dhs, caches):
    dx, dh0, *weights = rnn_backward(dhs, caches)
    return (dx, dh0, *(dw / len(caches) for dw in weights))


SEQUENCE = (
    Mistake(
        "weight gradients that are overwritten at every step",
        "Every step used the same weights, so every step contributes. What do you do with the contribution "
        "of the step before when the next one arrives?",
        lambda dhs, caches: _back(dhs, caches, keep=lambda total, new: new),
    ),
    Mistake(
        "a hand-over that replaces the loss of each step: dh = dh_next",
        "A state is used twice: by its own loss and by the next state. Both gradients arrive at it.",
        lambda dhs, caches: _back(dhs, caches, arrive=lambda dh_t, dh_next, last: dh_t if last else dh_next),
    ),
    Mistake(
        "no hand-over: dh = dhs[:, t]",
        "A state is used twice: by its own loss and by the next state. What arrives from the next one?",
        lambda dhs, caches: _back(dhs, caches, arrive=lambda dh_t, dh_next, last: dh_t),
    ),
    Mistake(
        "a loop that runs forward in time",
        "What arrives at step t from the future has to be known first. So where does the loop begin?",
        lambda dhs, caches: _back(dhs, caches, times=range),
    ),
    Mistake(
        "a hand-over that piles up: dh_next += dh_prev",
        "dh_prev of step t holds everything from the future already. It takes the place of the old dh_next.",
        lambda dhs, caches: _back(dhs, caches, pass_on=lambda handed, before: [before[0] + handed[0]]),
    ),
    Mistake(
        "a gradient of W_hh that takes the last state for the state before the first",
        "Index -1 is the last step, not the one before the first. The first step came from h0: its cache holds it.",
        _last_state_before_the_first,
    ),
    Mistake(
        "a gradient of W_hh built from the new state h",
        "Which state did W_hh multiply in this step?",
        lambda dhs, caches: rnn_backward(dhs, [cache._replace(h_prev=cache.h) for cache in caches]),
    ),
    Mistake(
        "a dx whose steps stand in reverse order",
        "The loop runs backwards, so a list that is appended to does too.",
        _reversed_dx,
    ),
    Mistake(
        "a dh0 that has not gone back through the first step",
        "dh0 is the gradient at the state before the first step: what the first step passes on.",
        _first_step_left_out,
    ),
    Mistake(
        "weight gradients that are a mean over time",
        "The steps are added up, as in the loss. A mean would be exactly T times smaller.",
        _mean_over_time,
    ),
    Mistake(
        "an upstream gradient that is changed in place: dhs[:, t] += dh_next",
        "The numbers are right, but dhs belongs to the caller, who may use it again. Put the sum into a new array.",
        _upstream_in_place,
    ),
)


# Truncation: gradients of predicting the next value of a series, in pieces of k steps.


def _pieces(
    series,
    h0,
    params,
    W_out,
    k,
    first_state: Callable = lambda h, h0: h,
    cut: Callable = lambda T, k: [(s, min(s + k, T)) for s in range(0, T, k)],
    target: Callable = lambda series, start, stop: series[:, start + 1 : stop + 1],
    keep: Callable = lambda total, new: [a + b for a, b in zip(total, new, strict=True)],
):
    """Loss, last state and weight gradients with another start of a piece, other pieces, targets or sums."""
    loss, h, total = 0.0, h0, [np.zeros_like(p) for p in params]
    for start, stop in cut(series.shape[1] - 1, k):
        hs, caches = gradient_flow.run(rnn, params, series[:, start:stop], first_state(h, h0))
        wanted = target(series, start, stop)
        error = hs[:, : wanted.shape[1]] @ W_out.T - wanted
        loss += 0.5 * np.sum(error**2)
        dhs = np.zeros_like(hs)
        dhs[:, : wanted.shape[1]] = error @ W_out
        total = keep(total, rnn_backward(dhs, caches)[2:])
        h = hs[:, -1]
    return (loss, h, *total)


PIECES = (
    Mistake(
        "a graph that is not cut",
        "These are the gradients of full back-propagation through time. Where does dh_next become zero again?",
        lambda series, h0, params, W_out, k: truncated_bptt(series, h0, params, W_out, series.shape[1]),
    ),
    Mistake(
        "a state that begins at h0 again in every piece",
        "Only the gradient stops at a border. The state goes on: a piece starts where the one before ended.",
        lambda *args: _pieces(*args, first_state=lambda h, h0: h0),
    ),
    Mistake(
        "a state that is set to zero at every border",
        "Only the gradient stops at a border. The state goes on: a piece starts where the one before ended.",
        lambda *args: _pieces(*args, first_state=lambda h, h0: h if h is h0 else np.zeros_like(h)),
    ),
    Mistake(
        "an h0 that is ignored: the first piece begins at zero",
        "Only at a border is something cut, and there only the gradient. Where does the first piece begin?",
        lambda series, h0, *rest: truncated_bptt(series, np.zeros_like(h0), *rest),
    ),
    Mistake(
        "targets that stop at the border: the last step of a piece predicts nothing",
        "The last input of a piece has a target too. It is the first value of the next piece.",
        lambda *args: _pieces(*args, target=lambda series, start, stop: series[:, start + 1 : stop]),
    ),
    Mistake(
        "targets that are not shifted: every step predicts its own input",
        "What does step t predict? Compare the first entry of x with the first entry of the target.",
        lambda *args: _pieces(*args, target=lambda series, start, stop: series[:, start:stop]),
    ),
    Mistake(
        "a last piece that is left out because it is shorter than k",
        "T need not be a multiple of k. What happens to the steps that are left over?",
        lambda *args: _pieces(*args, cut=lambda T, k: [(s, s + k) for s in range(0, T - k + 1, k)]),
    ),
    Mistake(
        "gradients of the last piece only",
        "The gradients of the pieces are added up.",
        lambda *args: _pieces(*args, keep=lambda total, new: list(new)),
    ),
)


# Clipping.


def _norm(grads) -> float:
    """The Euclidean norm of all entries of all arrays together."""
    return float(np.sqrt(sum(np.sum(g**2) for g in grads)))


def _scaled(grads, factor):
    return [g * factor for g in grads]


def _shrink(norm: float, max_norm: float) -> float:
    return max_norm / norm if norm > max_norm else 1.0


def _per_tensor(grads, max_norm):
    return [g * _shrink(_norm([g]), max_norm) for g in grads], _norm(grads)


def _in_place(grads, max_norm):
    factor = _shrink(_norm(grads), max_norm)
    for g in grads:
        g *= factor
    return grads, _norm(grads)


def _norm_afterwards(grads, max_norm):
    clipped = _scaled(grads, _shrink(_norm(grads), max_norm))
    return clipped, _norm(clipped)


def _by_other_norm(norm: Callable) -> Callable:
    return lambda grads, max_norm: (_scaled(grads, _shrink(norm(grads), max_norm)), norm(grads))


def _always(grads, max_norm):
    norm = _norm(grads)
    return _scaled(grads, np.float64(max_norm) / norm), norm


def _the_short_ones(grads, max_norm, eps: float = 0.0):
    norm = _norm(grads)
    with np.errstate(all="ignore"):
        return [g * max_norm / np.float64(norm + eps) if norm < max_norm else g for g in grads], norm


CLIP = (
    Mistake(
        "a clip for each array by itself",
        "One factor for all arrays keeps the direction of the step. Measure one norm over all of them together.",
        _per_tensor,
    ),
    Mistake(
        "a clip of every single value",
        "np.clip cuts the large entries only and turns the direction. Here the whole gradient is made shorter.",
        lambda grads, max_norm: ([np.clip(g, -max_norm, max_norm) for g in grads], _norm(grads)),
    ),
    Mistake(
        "a clip that also scales small gradients up",
        "A gradient shorter than max_norm stays as it is. What if it is zero?",
        _always,
    ),
    Mistake(
        "a clip that scales small gradients up, but for those that are zero",
        "A gradient shorter than max_norm stays as it is: there is nothing to be saved from.",
        lambda grads, max_norm: (_scaled(grads, max_norm / (_norm(grads) + 1e-8)), _norm(grads)),
    ),
    Mistake(
        "long gradients made as long as 1: max_norm is not used",
        "How long may a gradient be? Divide by its norm, and what else?",
        lambda grads, max_norm: (_scaled(grads, 1 / _norm(grads) if _norm(grads) > max_norm else 1.0), _norm(grads)),
    ),
    Mistake(
        "a comparison the wrong way round: short gradients are made longer, and long ones stay",
        "Which gradients are dangerous, the long ones or the short ones?",
        _the_short_ones,
        also=(lambda grads, max_norm: _the_short_ones(grads, max_norm, 1e-8),),
    ),
    Mistake(
        "the sum of the absolute values of all entries",
        "The norm is the square root of the sum of squares.",
        _by_other_norm(lambda grads: float(sum(np.abs(g).sum() for g in grads))),
    ),
    Mistake(
        "a clip in place, with the norm measured afterwards",
        "The norm that is worth looking at is the one before clipping, and the caller's arrays are not "
        "yours to change.",
        _in_place,
    ),
    Mistake(
        "a norm measured after clipping",
        "After clipping, the norm is max_norm whenever anything was clipped. Return the norm before.",
        _norm_afterwards,
    ),
    Mistake(
        "a norm without its square root",
        "The norm is the square root of the sum of squares.",
        _by_other_norm(lambda grads: _norm(grads) ** 2),
    ),
    Mistake(
        "the sum of the norms of the arrays",
        "Norms do not add up; squares do. Add the squares of all entries, then take one root.",
        _by_other_norm(lambda grads: float(sum(_norm([g]) for g in grads))),
    ),
    Mistake(
        "the norm of the largest array",
        "All arrays count. Add the squares of all entries, then take one root.",
        _by_other_norm(lambda grads: max(_norm([g]) for g in grads)),
    ),
)
