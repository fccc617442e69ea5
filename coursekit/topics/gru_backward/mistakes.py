"""The known mistakes of lesson 06 on the way back and in a step of training, as answers that can be run."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from coursekit.checking import Mistake
from coursekit.recurrence.backward_mistakes import backward_mistakes
from coursekit.recurrence.squashing_mistakes import gate_slope_mistake, state_slope_mistake
from coursekit.reference import gradient_flow, gru
from coursekit.reference.numerics import sigmoid
from coursekit.topics.gru_backward.answers import cross_entropy, gru_backward, gru_step_backward, train_step
from coursekit.topics.gru_backward.paths import four_paths

# One step back: every line can be another. k is the cache.


def _gates(
    dh,
    k,
    n: Callable = lambda dh, k: dh * (1 - k.z) * (1 - k.n**2),
    z: Callable = lambda dh, k: dh * (k.h_prev - k.n) * k.z * (1 - k.z),
    r: Callable = lambda dan, k: dan * k.hn * k.r * (1 - k.r),
    n_from_h: Callable = lambda dan, k: dan * k.r,
) -> tuple[np.ndarray, np.ndarray]:
    """Gradients at W_ih x + b_ih and at W_hh h + b_hh, (N, 3H) both."""
    dan, daz = n(dh, k), z(dh, k)
    dar = r(dan, k)
    return np.concatenate([dar, daz, dan], axis=1), np.concatenate([dar, daz, n_from_h(dan, k)], axis=1)


def _finish(dh, dax, dah, k, dh_prev=None, h=None, db_hh=None, over: int = 1):
    """From the gates to everything that is asked for."""
    W_ih, W_hh, _, _ = k.params
    return (
        dax @ W_ih,
        dh * k.z + dah @ W_hh if dh_prev is None else dh_prev,
        dax.T @ k.x / over,
        dah.T @ (k.h_prev if h is None else h) / over,
        dax.sum(axis=0) / over,
        (dah if db_hh is None else db_hh).sum(axis=0) / over,
    )


def _wrong(finish: Callable = _finish, **lines: Callable) -> Callable:
    """A step back with another line at n, z, r or n_from_h, or another end."""

    def step(dh, cache):
        return finish(dh, *_gates(dh, cache, **lines), cache)

    return step


def _without(path: str) -> Callable:
    """A step back whose dh_prev lacks one of its four parts."""

    def step(dh, cache):
        parts = four_paths(dh, cache)._replace(**{path: 0})
        return _finish(dh, *_gates(dh, cache), cache, dh_prev=sum(parts))

    return step


def _new_h(cache) -> np.ndarray:
    """The state after the step of this cache."""
    return (1 - cache.z) * cache.n + cache.z * cache.h_prev


def _blocks_z_r_n(dh, dax, dah, k):
    dx, dh_prev, *weights = _finish(dh, dax, dah, k)
    thirds = (np.split(dw, 3) for dw in weights)
    return (dx, dh_prev, *(np.concatenate([z, r, n]) for r, z, n in thirds))


def _z_first(da):
    r, z, n = np.split(da, 3, axis=1)
    return np.concatenate([z, r, n], axis=1)


def _z_writes(dh, k):
    """Back through h = (1 - z) * h_prev + z * n, the update gate of Chung et al. 2014."""
    dax, dah = _gates(
        dh,
        k,
        n=lambda dh, k: dh * k.z * (1 - k.n**2),
        z=lambda dh, k: dh * (k.n - k.h_prev) * k.z * (1 - k.z),
    )
    return _finish(dh, dax, dah, k, dh_prev=dh * (1 - k.z) + dah @ k.params.W_hh)


def _slope_at(value: np.ndarray) -> np.ndarray:
    return sigmoid(value) * (1 - sigmoid(value))


def _dh_in_place(dh, cache):
    right = gru_step_backward(dh, cache)
    dh *= 1 - cache.z
    return right


STEP = (
    Mistake(
        "an update gate with the wrong sign: n - h_prev",
        "h = (1 - z) * n + z * h_prev. If z grows a little, towards which of the two does h move?",
        _wrong(z=lambda dh, k: dh * (k.n - k.h_prev) * k.z * (1 - k.z)),
    ),
    Mistake(
        "an update gate without the slope of its sigmoid",
        "The gradient at z is not yet the one at its argument.",
        _wrong(z=lambda dh, k: dh * (k.h_prev - k.n)),
    ),
    Mistake(
        "an update gate that sees only the old state",
        "z appears twice in the last line of the step, once as 1 - z.",
        _wrong(z=lambda dh, k: dh * k.h_prev * k.z * (1 - k.z)),
    ),
    Mistake(
        "the other convention, in which z writes",
        "Here z = 1 keeps the old state. So which share of dh goes to n, and which to h_prev?",
        _z_writes,
    ),
    Mistake(
        "a reset gate that gets no gradient",
        "r appears in the line of the candidate. What did it multiply there?",
        _wrong(r=lambda dan, k: 0 * dan),
    ),
    Mistake(
        "a reset gate that is given h_prev in place of W_hn h_prev + b_hn",
        "What did r multiply in this GRU: the state, or the product made from it? The cache has it as hn.",
        _wrong(r=lambda dan, k: dan * k.h_prev * k.r * (1 - k.r)),
    ),
    Mistake(
        "a reset gate without the slope of its sigmoid",
        "The gradient at r is not yet the one at its argument.",
        _wrong(r=lambda dan, k: dan * k.hn),
    ),
    Mistake(
        "a candidate without the slope of its tanh",
        "The way back from n to the argument of tanh goes through the derivative of tanh.",
        _wrong(n=lambda dh, k: dh * (1 - k.z)),
    ),
    Mistake(
        "a slope of tanh at the value of the candidate: 1 - tanh(n)^2",
        "The cache holds n after its tanh. The slope, written with n itself, needs no further tanh.",
        _wrong(n=lambda dh, k: dh * (1 - k.z) * (1 - np.tanh(k.n) ** 2)),
    ),
    Mistake(
        "a candidate with the slope of the sigmoid: n * (1 - n)",
        "n went through tanh. What is the slope of tanh, in terms of its value?",
        _wrong(n=lambda dh, k: dh * (1 - k.z) * k.n * (1 - k.n)),
    ),
    Mistake(
        "slopes of the sigmoid at the values of the gates: sigmoid(z) * (1 - sigmoid(z))",
        "The cache holds r and z after their sigmoid. The slope, written with such a value, needs no further sigmoid.",
        _wrong(
            z=lambda dh, k: dh * (k.h_prev - k.n) * _slope_at(k.z),
            r=lambda dan, k: dan * k.hn * _slope_at(k.r),
        ),
        also=(
            _wrong(
                z=lambda dh, k: dh * (k.h_prev - k.n) * _slope_at(k.z),
                r=lambda dan, k: dan * k.hn * _slope_at(k.r),
                n=lambda dh, k: dh * (1 - k.z) * (1 - np.tanh(k.n) ** 2),
            ),
        ),
    ),
    Mistake(
        "a reset gate that is reached without the slope of the candidate's tanh",
        "r stands inside of the tanh: what reaches it has gone back through the tanh.",
        lambda dh, k: _wrong(r=lambda dan, k: dh * (1 - k.z) * k.hn * k.r * (1 - k.r))(dh, k),
    ),
    Mistake(
        "a candidate whose product with W_in passes the reset gate as well",
        "n = tanh(W_in x + b_in + r * (W_hn h + b_hn)). Which of the two products does r multiply?",
        _wrong(finish=lambda dh, dax, dah, k: _finish(dh, dah, dah, k)),
    ),
    Mistake(
        "a candidate that is given all of dh",
        "h = (1 - z) * n + z * h_prev. What multiplies n?",
        _wrong(n=lambda dh, k: dh * (1 - k.n**2)),
    ),
    Mistake(
        "a candidate whose product with W_hn skips the reset gate",
        "On the way to W_hn h_prev + b_hn, the gradient of the candidate passes r. On the way to W_in x it does not.",
        _wrong(n_from_h=lambda dan, k: dan),
    ),
    Mistake(
        "a gradient of W_hh and b_hh without the reset gate, beside a right dh_prev",
        "W_hn and b_hn are inside the bracket that r multiplies. Compare the last H rows.",
        _wrong(finish=lambda dh, dax, dah, k: _finish(dh, dax, dax, k, dh_prev=dh * k.z + dah @ k.params.W_hh)),
    ),
    Mistake(
        "a gradient of b_hh that is a copy of that of b_ih",
        "For r and z the two are equal. Is b_hn added at the same place as b_in?",
        _wrong(finish=lambda dh, dax, dah, k: _finish(dh, dax, dah, k, db_hh=dax)),
    ),
    Mistake(
        "a gradient of W_hh built from the new state",
        "Which state did W_hh multiply in this step?",
        _wrong(finish=lambda dh, dax, dah, k: _finish(dh, dax, dah, k, h=_new_h(k))),
    ),
    Mistake(
        "a dh_prev without its direct path: z * dh",
        "The old state enters in four places. One of them is the last line of the step, without any matrix.",
        _without("direct"),
    ),
    Mistake(
        "a dh_prev without the path through the candidate",
        "The old state enters in four places. Which of them leads through W_hn?",
        _without("n"),
    ),
    Mistake(
        "a dh_prev without the path through the update gate",
        "The old state enters in four places. Which of them leads through W_hz?",
        _without("z"),
    ),
    Mistake(
        "a dh_prev without the path through the reset gate",
        "The old state enters in four places. Which of them leads through W_hr?",
        _without("r"),
    ),
    Mistake(
        "blocks in the order z, r, n",
        "The rows of the weights are in the order r, z, n, and so do their gradients.",
        _wrong(finish=_blocks_z_r_n),
        also=(_wrong(finish=lambda dh, dax, dah, k: _finish(dh, _z_first(dax), _z_first(dah), k)),),
    ),
    Mistake(
        "weight gradients that are a mean over the sequences",
        "The loss already says whether it is a sum or a mean. Going back, the sequences of a batch are added.",
        _wrong(finish=lambda dh, dax, dah, k: _finish(dh, dax, dah, k, over=len(dh))),
    ),
    Mistake(
        "a step that multiplies dh itself",
        "`dh *= ...` changes the caller's array, and the numbers that you return are right all the same. Give the "
        "product a new name.",
        _dh_in_place,
    ),
    gate_slope_mistake(
        lambda slope: _wrong(
            z=lambda dh, k: dh * (k.h_prev - k.n) * slope(k.z), r=lambda dan, k: dan * k.hn * slope(k.r)
        )
    ),
    state_slope_mistake(lambda slope: _wrong(n=lambda dh, k: dh * (1 - k.z) * slope(k.n))),
)


# A whole sequence back.


def _dW_hh(dh, cache, h):
    return _gates(dh, cache)[1].T @ h


SEQUENCE = tuple(backward_mistakes(gru_step_backward, _dW_hh, _new_h))


# One step of training.


def _loss_and_gradients(weights: Sequence, x, y, asked: Callable, read_out: Callable) -> tuple[float, list]:
    """Loss and gradients of the six arrays; `asked` says where in dhs the gradient stands."""
    *cell, W_out, b_out = weights
    hs, caches = gradient_flow.run(gru, gru.Params(*cell), x)
    loss, dscores = cross_entropy(hs[:, -1] @ W_out.T + b_out, y)
    dW_out, db_out = dscores.T @ hs[:, -1], dscores.sum(axis=0)
    dhs = asked(np.zeros_like(hs), dscores @ read_out(W_out, dW_out))
    _, _, *d_cell = gru_backward(dhs, caches)
    return loss, [*d_cell, dW_out, db_out]


def _at_last(dhs, dh):
    dhs[:, -1] = dh
    return dhs


def _clipped(grads: Sequence, max_norm: float) -> list:
    """All arrays scaled by one factor, so that their norm is at most max_norm."""
    norm = np.sqrt(sum(np.sum(g**2) for g in grads))
    return [g * (max_norm / norm if norm > max_norm else 1.0) for g in grads]


def _train_step(
    asked: Callable = lambda dhs, dh: _at_last(dhs, dh),
    read_out: Callable = lambda W_out, dW_out, lr: W_out,
    count: Callable = lambda new, old: new,
    clip: Callable = _clipped,
    step_along: Callable = lambda new, used, old: used,
    update: Callable = lambda w, g, lr: w - lr * g,
) -> Callable:
    """A step of training with another line.

    count: the gradients before clipping, from the new ones and what lay in the buffer. step_along: the gradients that
    the weights move along, from the new ones, the clipped ones and what lay in the buffer.
    """

    def step(weights, grads, x, y, lr, max_norm):
        loss, new = _loss_and_gradients(weights, x, y, asked, lambda W, dW: read_out(W, dW, lr))
        new = [count(a, b) for a, b in zip(new, grads, strict=True)]
        used = clip(new, max_norm)
        along = step_along(new, used, grads)
        return [update(w, g, lr) for w, g in zip(weights, along, strict=True)], used, loss

    return step


def _in_place(weights, grads, x, y, lr, max_norm):
    new, used, loss = train_step(weights, grads, x, y, lr, max_norm)
    for w, value in zip(weights, new, strict=True):
        w[...] = value
    return weights, used, loss


def _cell_only(weights, grads, x, y, lr, max_norm):
    new, used, loss = train_step(weights, grads, x, y, lr, max_norm)
    return [*new[:4], *weights[4:]], used, loss


TRAINING = (
    Mistake(
        "gradients that are not zeroed: added to those of the step before",
        "`grads` holds what the step before left behind. Does this step's gradient begin at zero? In PyTorch, "
        "`zero_grad()` is there for that.",
        _train_step(count=lambda new, old: old + new),
    ),
    Mistake(
        "stale gradients: a step along those of the step before",
        "Which gradients do the weights move along: those in the argument, or those that this batch gave?",
        _train_step(step_along=lambda new, used, old: old),
    ),
    Mistake(
        "a read-out that is updated before the gradient goes back through it",
        "All gradients belong to one and the same set of weights: the old ones. Change nothing before the last line.",
        _train_step(read_out=lambda W_out, dW_out, lr: W_out - lr * dW_out),
    ),
    Mistake(
        "a clip after the update",
        "The weights have moved along the long gradient already. What is the clip good for then?",
        _train_step(step_along=lambda new, used, old: new),
    ),
    Mistake(
        "no clip at all",
        "If the norm of all six gradients together exceeds max_norm, they are made shorter before the update.",
        _train_step(clip=lambda grads, max_norm: list(grads)),
    ),
    Mistake(
        "a clip for each array by itself",
        "One factor for all six arrays keeps the direction of the step.",
        _train_step(clip=lambda grads, max_norm: [_clipped([g], max_norm)[0] for g in grads]),
    ),
    Mistake(
        "a step with the wrong sign: up the slope",
        "The gradient points to where the loss grows. Which way leads down?",
        _train_step(update=lambda w, g, lr: w + lr * g),
    ),
    Mistake(
        "a step without the learning rate",
        "How far does the step go along the gradient?",
        _train_step(update=lambda w, g, lr: w - g),
    ),
    Mistake(
        "a loss that reaches every state",
        "Only the last state is read out. What is the gradient of the loss at the others, by itself?",
        _train_step(asked=lambda dhs, dh: dhs + dh[:, None]),
    ),
    Mistake(
        "a read-out that does not learn",
        "There are six arrays of weights: four of the GRU, and W_out and b_out.",
        _cell_only,
    ),
    Mistake(
        "weights that are changed in place",
        "`w -= ...` changes the caller's arrays. Return new ones.",
        _in_place,
    ),
)
