"""The known mistakes of lesson 05 in a step, a sequence and a held gate, as answers that can be run."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from coursekit.checking import Mistake
from coursekit.recurrence.forward_mistakes import forward_mistakes
from coursekit.recurrence.squashing_mistakes import gate_mistake, state_mistakes
from coursekit.reference.gru import Params
from coursekit.reference.numerics import sigmoid
from coursekit.topics.gru.answers import (
    gru_forward,
    gru_step,
    gru_step_reset_before,
    gru_with_clamped_gate,
    to_other_convention,
)

# One step: every known mistake is the same step with one line changed.


def _parts(x, h, params: Params) -> list[np.ndarray]:
    """The products of a step with their biases, (N, H) each: xr, xz, xn from the input, hr, hz, hn from the state."""
    W_ih, W_hh, b_ih, b_hh = params
    return [*np.split(x @ W_ih.T + b_ih, 3, axis=1), *np.split(h @ W_hh.T + b_hh, 3, axis=1)]


def _wrong(
    gate: Callable = lambda from_x, from_h: sigmoid(from_x + from_h),
    candidate: Callable = lambda xn, r, hn: np.tanh(xn + r * hn),
    output: Callable = lambda r, z, n, h: (1 - z) * n + z * h,
) -> Callable:
    """A step with another line for both gates, for the candidate or for the output."""

    def step(x, h, params):
        xr, xz, xn, hr, hz, hn = _parts(x, h, params)
        r, z = gate(xr, hr), gate(xz, hz)
        return output(r, z, candidate(xn, r, hn), h)

    return step


def _gates_in_order_z_r_n(x, h, params):
    xz, xr, xn, hz, hr, hn = _parts(x, h, params)
    r, z = sigmoid(xr + hr), sigmoid(xz + hz)
    return (1 - z) * np.tanh(xn + r * hn) + z * h


def _without_b_hn(params: Params) -> Params:
    H = params.W_hh.shape[1]
    return params._replace(b_hh=np.concatenate([params.b_hh[: 2 * H], np.zeros(H)]))


def _without_b_hh(params: Params) -> Params:
    return params._replace(b_hh=np.zeros_like(params.b_hh))


def _b_hn_outside_reset(x, h, params):
    H = h.shape[1]
    b_hn = params.b_hh[2 * H :]
    return _wrong(candidate=lambda xn, r, hn: np.tanh(xn + b_hn + r * (hn - b_hn)))(x, h, params)


def _state_first(x, h, params):
    W = np.concatenate([params.W_ih, params.W_hh], axis=1)
    H = h.shape[1]
    hx = np.concatenate([h, x], axis=1)
    r, z = np.split(sigmoid(hx @ W[: 2 * H].T + (params.b_ih + params.b_hh)[: 2 * H]), 2, axis=1)
    _, _, xn, _, _, hn = _parts(x, h, params)
    return (1 - z) * np.tanh(xn + r * hn) + z * h


def _overflowing(a):
    with np.errstate(all="ignore"):
        return np.exp(a) / (1 + np.exp(a))


def _untransposed(x, h, params):
    H = h.shape[1]
    blocks = params.W_hh.reshape(3, H, H).transpose(0, 2, 1)
    return gru_step(x, h, params._replace(W_hh=blocks.reshape(3 * H, H)))


def _changes_h(x, h, params):
    h[...] = gru_step(x, h, params)
    return h


_OVERFLOW = Mistake(
    "a sigmoid exp(a) / (1 + exp(a)) that overflows",
    "For a large number both exponentials are infinite, and infinity / infinity is not a number. Lesson 00 has a "
    "sigmoid that never overflows.",
    _wrong(gate=lambda from_x, from_h: _overflowing(from_x + from_h)),
)
_ONE_BIAS = "In the papers of 2014, and in most posts that follow them, a gate has one bias or none; here it has two."
_TWO_BIASES = "Every product has its bias: W_ih x + b_ih and W_hh h + b_hh."

STEP = (
    Mistake(
        "an update gate that is swapped: (1 - z) * h + z * n",
        "In this course z keeps. With z = 1 the new state must equal the old one. Chung et al. 2014 let z write; "
        "the lesson maps one convention onto the other.",
        _wrong(output=lambda r, z, n, h: (1 - z) * h + z * n),
    ),
    Mistake(
        "h before x in the gates, where the weights stand as W_ih before W_hh",
        "One large product is a fine idea. The columns of [x, h] must be in the order of the columns of [W_ih, W_hh].",
        _state_first,
    ),
    Mistake(
        "a reset gate before the product: W_hn (r * h)",
        "That is the GRU of Cho et al. 2014, and another model. Here r multiplies the finished product, its bias "
        "included.",
        gru_step_reset_before,
    ),
    Mistake(
        "two things at once: a reset gate before the product, W_hn (r * h), and an update gate that is swapped, "
        "(1 - z) * h + z * n",
        "Both are written so in the papers of 2014, and in most posts that follow them. Here r multiplies the "
        "finished product, its bias included, and with z = 1 the new state must equal the old one.",
        lambda x, h, params: gru_step_reset_before(x, h, to_other_convention(params)),
    ),
    Mistake(
        "two things at once: a reset gate before the product, W_hn (r * h), and a missing bias b_hh",
        f"{_ONE_BIAS} And r multiplies the finished product, with that bias.",
        lambda x, h, params: gru_step_reset_before(x, h, _without_b_hh(params)),
    ),
    Mistake(
        "three things at once: a reset gate before the product, W_hn (r * h), an update gate that is swapped, "
        "(1 - z) * h + z * n, and a missing bias b_hh",
        f"{_ONE_BIAS} Here r multiplies the finished product, with that bias, and with z = 1 the new state must equal "
        "the old one.",
        lambda x, h, params: gru_step_reset_before(x, h, to_other_convention(_without_b_hh(params))),
    ),
    Mistake(
        "a candidate without the reset gate",
        "r does not reach the candidate. Which term of n does r multiply?",
        _wrong(candidate=lambda xn, r, hn: np.tanh(xn + hn)),
    ),
    Mistake(
        "a reset gate on the whole candidate: tanh(r * (x part + h part))",
        "r resets what comes from the past. The part that comes from x does not pass through it.",
        _wrong(candidate=lambda xn, r, hn: np.tanh(r * (xn + hn))),
    ),
    Mistake(
        "1 - r in place of r",
        "With r = 1 the past reaches the candidate in full.",
        _wrong(candidate=lambda xn, r, hn: np.tanh(xn + (1 - r) * hn)),
    ),
    Mistake(
        "a candidate without its tanh",
        "The candidate must lie in (-1, 1), like every state.",
        _wrong(candidate=lambda xn, r, hn: xn + r * hn),
    ),
    Mistake(
        "a candidate with sigmoid in place of tanh",
        "Gates lie in (0, 1), the candidate in (-1, 1). Which function gives which range?",
        _wrong(candidate=lambda xn, r, hn: sigmoid(xn + r * hn)),
    ),
    Mistake(
        "gates with tanh in place of sigmoid",
        "A gate is a share: it lies in (0, 1). Print the smallest entry of your r and z.",
        _wrong(gate=lambda from_x, from_h: np.tanh(from_x + from_h)),
    ),
    Mistake(
        "gates without their sigmoid",
        "A gate is a share: it lies in (0, 1). Print the smallest and the largest entry of your r and z.",
        _wrong(gate=lambda from_x, from_h: from_x + from_h),
    ),
    Mistake(
        "gates that see the input only",
        "What a gate does depends on the state as well. Each gate is made of two parts.",
        _wrong(gate=lambda from_x, from_h: sigmoid(from_x)),
    ),
    Mistake(
        "weight rows read in the order z, r, n",
        "The rows are in the order r, z, n, as in PyTorch. Keras and ONNX begin with z.",
        _gates_in_order_z_r_n,
    ),
    Mistake(
        "r in place of z in the last line",
        "r only shapes the candidate. The gate that mixes the candidate with the old state is z.",
        _wrong(output=lambda r, z, n, h: (1 - r) * n + r * h),
    ),
    Mistake(
        "a candidate that is not multiplied by 1 - z",
        "The two weights of the last line add up to 1. Without that the state can leave (-1, 1).",
        _wrong(output=lambda r, z, n, h: n + z * h),
    ),
    Mistake(
        "an old state that is dropped: h = (1 - z) * n",
        "Where does the part of the old state go that z keeps?",
        _wrong(output=lambda r, z, n, h: (1 - z) * n),
    ),
    Mistake(
        "a missing bias b_hn",
        "There are two biases, and the candidate's part of b_hh counts too. Look at its last H entries.",
        lambda x, h, params: gru_step(x, h, _without_b_hn(params)),
    ),
    Mistake(
        "a bias b_hn outside the reset gate",
        "r multiplies W_hn h + b_hn as a whole. This is why the two biases cannot be merged into one.",
        _b_hn_outside_reset,
    ),
    Mistake(
        "a missing bias b_ih",
        _TWO_BIASES,
        lambda x, h, params: gru_step(x, h, params._replace(b_ih=np.zeros_like(params.b_ih))),
    ),
    Mistake(
        "a missing bias b_hh",
        _TWO_BIASES,
        lambda x, h, params: gru_step(x, h, _without_b_hh(params)),
    ),
    Mistake(
        "recurrent weights that are not transposed",
        "Rows of W_hh belong to the new units. The states are the rows of h (N, H): which axis of W_hh is summed over?",
        _untransposed,
    ),
    Mistake(
        "a step that ignores the old state",
        "The old state enters four times: in both gates, in the candidate, and in the last line.",
        lambda x, h, params: gru_step(x, np.zeros_like(h), params),
    ),
    Mistake(
        "a step that writes the new state into h itself",
        "`h *= z`, `h += ...` and `h[:] = ...` change the caller's array. Give the new state an array of its own.",
        _changes_h,
    ),
    _OVERFLOW,
    gate_mistake(lambda hard: _wrong(gate=lambda from_x, from_h: hard(from_x + from_h))),
    *state_mistakes(lambda squash: _wrong(candidate=lambda xn, r, hn: squash(xn + r * hn))),
)

FORWARD = forward_mistakes(gru_step)


# The reset gate before the product.


def _gates(x, h, params, gate: Callable = sigmoid) -> tuple[np.ndarray, np.ndarray]:
    xr, xz, _, hr, hz, _ = _parts(x, h, params)
    return gate(xr + hr), gate(xz + hz)


def _candidate_of(state, x, h, params, squash: Callable = np.tanh) -> np.ndarray:
    """tanh(W_in x + b_in + W_hn state + b_hn) for any state (N, H), or another function of it."""
    H = h.shape[1]
    return squash(_parts(x, h, params)[2] + state @ params.W_hh[2 * H :].T + params.b_hh[2 * H :])


def _reset_before(gate: Callable = sigmoid, squash: Callable = np.tanh) -> Callable:
    """The step with another function in the place of the sigmoid or of tanh."""

    def step(x, h, params):
        r, z = _gates(x, h, params, gate)
        return (1 - z) * _candidate_of(r * h, x, h, params, squash) + z * h

    return step


def _reset_everywhere(x, h, params):
    r, _ = _gates(x, h, params)
    _, z = _gates(x, r * h, params)
    return (1 - z) * _candidate_of(r * h, x, h, params) + z * h


def _reset_in_output(x, h, params):
    r, z = _gates(x, h, params)
    return (1 - z) * _candidate_of(r * h, x, h, params) + z * r * h


def _reset_bias(x, h, params):
    H = h.shape[1]
    r, z = _gates(x, h, params)
    xn, b_hn = _parts(x, h, params)[2], params.b_hh[2 * H :]
    n = np.tanh(xn + (r * h) @ params.W_hh[2 * H :].T + r * b_hn)
    return (1 - z) * n + z * h


def _reset_by_z(x, h, params):
    _, z = _gates(x, h, params)
    return (1 - z) * _candidate_of(z * h, x, h, params) + z * h


RESET_BEFORE = (
    Mistake(
        "the GRU of the first exercise, with the reset after the product",
        "The two agree where h = 0 and b_hn = 0, and in general nowhere else. What does r multiply here?",
        gru_step,
    ),
    Mistake(
        "a reset state in the update gate as well",
        "r resets the state for the candidate only. The gates themselves see h.",
        _reset_everywhere,
    ),
    Mistake(
        "a reset state in the last line as well",
        "The last line mixes the candidate with h itself, not with r * h.",
        _reset_in_output,
    ),
    Mistake(
        "a bias b_hn inside the reset gate",
        "Only h is multiplied by r. The bias is added after the product, in full.",
        _reset_bias,
    ),
    Mistake(
        "a missing bias b_hn",
        "The product with W_hn still has its bias, the last H entries of b_hh.",
        lambda x, h, params: gru_step_reset_before(x, h, _without_b_hn(params)),
    ),
    Mistake(
        "z in place of r",
        "The first block of rows belongs to r, the second to z.",
        _reset_by_z,
    ),
    Mistake(
        "an update gate that is swapped",
        "Only the place of r differs from the first exercise. z still keeps.",
        lambda x, h, params: gru_step_reset_before(x, h, to_other_convention(params)),
    ),
    gate_mistake(lambda hard: _reset_before(gate=hard)),
    *state_mistakes(lambda squash: _reset_before(squash=squash)),
)


# One gate held at a value.


def _held_at_the_first_step(x, h0, params, gate, value):
    first = gru_with_clamped_gate(x[:, :1], h0, params, gate, value)
    return np.concatenate([first, gru_forward(x[:, 1:], first[:, 0], params)], axis=1) if x.shape[1] > 1 else first


def _clamped(gate_of: Callable = sigmoid, squash: Callable = np.tanh) -> Callable:
    """The loop with another function in the place of the sigmoid or of tanh."""

    def loop(x, h0, params, gate, value):
        h, hs = h0, []
        for t in range(x.shape[1]):
            xr, xz, xn, hr, hz, hn = _parts(x[:, t], h, params)
            r = value if gate == "r" else gate_of(xr + hr)
            z = value if gate == "z" else gate_of(xz + hz)
            h = (1 - z) * squash(xn + r * hn) + z * h
            hs.append(h)
        return np.stack(hs, axis=1)

    return loop


def _both_clamped(x, h0, params, gate, value):
    h, hs = h0, []
    for t in range(x.shape[1]):
        _, _, xn, _, _, hn = _parts(x[:, t], h, params)
        h = (1 - value) * np.tanh(xn + value * hn) + value * h
        hs.append(h)
    return np.stack(hs, axis=1)


CLAMPED = (
    Mistake(
        "a value put in before the sigmoid",
        "The gate itself is held, after its sigmoid. Held at 1 before it, the gate would be sigmoid(1) = 0.73.",
        lambda *args: gru_with_clamped_gate(*args[:-1], sigmoid(args[-1])),
    ),
    Mistake(
        "an update gate that is swapped: held at 1 - value",
        "Here z = 1 keeps the old state for ever, and z = 0 drops it at once.",
        lambda x, h0, params, gate, value: gru_with_clamped_gate(
            x, h0, params, gate, 1 - value if gate == "z" else value
        ),
    ),
    Mistake(
        "the other gate held",
        '"r" is the reset gate and shapes the candidate, "z" the update gate and mixes.',
        lambda x, h0, params, gate, value: gru_with_clamped_gate(x, h0, params, "z" if gate == "r" else "r", value),
    ),
    Mistake(
        "both gates held",
        "Only the gate that is named is held. The other one follows its equation.",
        _both_clamped,
    ),
    Mistake(
        "a gate held only at the first step",
        "The gate is held at every step. Is the line that holds it inside the loop?",
        _held_at_the_first_step,
    ),
    Mistake(
        "no gate held",
        "Compute both gates as always, then replace the one that is named.",
        lambda x, h0, params, gate, value: gru_forward(x, h0, params),
    ),
    gate_mistake(lambda hard: _clamped(gate_of=hard)),
    *state_mistakes(lambda squash: _clamped(squash=squash)),
)
