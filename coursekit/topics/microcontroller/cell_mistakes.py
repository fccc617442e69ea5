"""Runnable mistakes of lesson 20 in what belongs to the cell: its weights in ONNX's order, and its step in int8."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

import numpy as np

from coursekit.checking import Mistake
from coursekit.recurrence.squashing_mistakes import gate_mistake, state_mistakes
from coursekit.topics.microcontroller.answers import gru_step_int8, to_onnx_order
from coursekit.topics.microcontroller.mistakes import levels

Array = np.ndarray


def _rows(array: Array, order: Sequence[int]) -> Array:
    blocks = np.split(array, 3)
    return np.concatenate([blocks[k] for k in order])


def _onnx(
    order: Sequence[int] = (1, 0, 2),
    bias_order: Sequence[int] | None = None,
    flag: int = 1,
    biases: Callable[[Array, Array], Sequence[Array]] = lambda b_ih, b_hh: (b_ih, b_hh),
    turn: Callable[[Array], Array] = lambda block: block,
    z_sign: int = 1,
    axis: bool = True,
) -> Callable:
    """A conversion with another order of blocks, other biases, another attribute."""

    def answer(W_ih, W_hh, b_ih, b_hh):
        W, R = _rows(W_ih, order), _rows(W_hh, order)
        R = np.concatenate([turn(block) for block in np.split(R, 3)])
        parts = [_rows(b, order if bias_order is None else bias_order) for b in biases(b_ih, b_hh)]
        H = R.shape[1]
        for array in (W, R, *parts):
            array[:H] *= z_sign
        found = W, R, np.concatenate(parts)
        return (*(array[None] if axis else array for array in found), flag)

    return answer


def _interleaved(W_ih, W_hh, b_ih, b_hh):
    """Both biases of each gate side by side: z of the input, z of the state, r of the input, ..."""
    W, R, B, flag = to_onnx_order(W_ih, W_hh, b_ih, b_hh)
    parts = np.split(B[0], 6)
    return W, R, np.concatenate([parts[k] for k in (0, 3, 1, 4, 2, 5)])[None], flag


ONNX = (
    Mistake(
        "rows left in the order r, z, n",
        "ONNX lists the update gate first, then the reset gate. Which blocks change places?",
        _onnx(order=(0, 1, 2)),
    ),
    Mistake(
        "rows in the order n, z, r",
        "The candidate is the last block on both sides.",
        _onnx(order=(2, 1, 0)),
    ),
    Mistake(
        "rows in the order z, n, r",
        "The candidate is the last block on both sides.",
        _onnx(order=(1, 2, 0)),
    ),
    Mistake(
        "matrices reordered, biases left in the order r, z, n",
        "The biases have blocks too.",
        _onnx(bias_order=(0, 1, 2)),
    ),
    Mistake(
        "biases reordered, matrices left in the order r, z, n",
        "The matrices have blocks too.",
        _onnx(order=(0, 1, 2), bias_order=(1, 0, 2)),
    ),
    Mistake(
        "linear_before_reset left at 0",
        "0 is ONNX's default, and there r meets the state before the product. Where does it act in your cell?",
        _onnx(flag=0),
    ),
    Mistake(
        "rows left in the order r, z, n, and linear_before_reset at 0",
        "Two things: the order of the blocks, and where the reset gate acts.",
        _onnx(order=(0, 1, 2), flag=0),
    ),
    Mistake(
        "the bias of the state before that of the input",
        "B begins with what belongs to W. For r and z only the sum matters, for n it does not.",
        _onnx(biases=lambda b_ih, b_hh: (b_hh, b_ih)),
    ),
    Mistake(
        "the two biases added, and zeros behind them",
        "The candidate's state bias is inside the reset, its input bias outside: they cannot be added.",
        _onnx(biases=lambda b_ih, b_hh: (b_ih + b_hh, 0 * b_hh)),
    ),
    Mistake(
        "the two biases of each block side by side",
        "B holds the whole bias of the input first, then the whole bias of the state.",
        _interleaved,
    ),
    Mistake(
        "the square blocks of W_hh transposed",
        "The shape cannot tell whether a square block is transposed. ONNX multiplies by its rows, as PyTorch does.",
        _onnx(turn=np.transpose),
    ),
    Mistake(
        "z negated, as for a convention in which z writes",
        "In ONNX z keeps, as in the course: h = (1 - z) * n + z * h.",
        _onnx(z_sign=-1),
    ),
    Mistake(
        "arrays without the axis for the direction",
        "A GRU of ONNX can read in two directions: every array has an axis for that in front, here of length 1.",
        _onnx(axis=False),
    ),
)


def _sigmoid(a: Array) -> Array:
    return 1 / (1 + np.exp(-a))


def _rounded(v: Array, how: Callable[[Array], Array] = np.rint, scale: float | None = None) -> tuple[Array, float]:
    scale = (np.abs(v).max() / 127 or 1.0) if scale is None else scale
    return levels(v / scale, how).astype(np.int32), scale


def _gates(ax: Array, ah: Array, h: Array, gate: Callable = _sigmoid, squash: Callable = np.tanh) -> Array:
    xr, xz, xn = np.split(ax, 3)
    hr, hz, hn = np.split(ah, 3)
    z = gate(xz + hz)
    return (1 - z) * squash(xn + gate(xr + hr) * hn) + z * h


def _step(
    round_x: Callable[[Array], tuple[Array, float]] = _rounded,
    round_h: Callable[[Array], tuple[Array, float]] = _rounded,
    sums: type = np.int32,
    y_of: Callable[..., Array] = lambda sums, scale, v_scale, b: sums * scale * v_scale + b,
    finish: Callable[[Array, Array, Array], Array] = _gates,
    carried: Callable[[Array], Array] = lambda h: h,
) -> Callable:
    """A step with other rounding, other sums, another way back to real numbers, other gates, another state carried."""

    def answer(x, h, weights):
        q_ih, scale_ih, q_hh, scale_hh, b_ih, b_hh = weights
        (x_q, x_scale), (h_q, h_scale) = round_x(x), round_h(h)
        ax = y_of(q_ih.astype(sums) @ x_q.astype(sums), scale_ih, x_scale, b_ih)
        ah = y_of(q_hh.astype(sums) @ h_q.astype(sums), scale_hh, h_scale, b_hh)
        return finish(ax, ah, carried(h))

    return answer


def _back(h: Array) -> Array:
    q, scale = _rounded(h)
    return q * scale


def _one_scale(x: Array, h: Array, weights: Sequence[Array]) -> Array:
    """Input and state rounded with the larger of the two scales."""
    scale = max(np.abs(x).max(), np.abs(h).max()) / 127
    return _step(lambda v: _rounded(v, scale=scale), lambda v: _rounded(v, scale=scale))(x, h, weights)


def _scale_of_x(x: Array, h: Array, weights: Sequence[Array]) -> Array:
    """The state rounded with its own scale, and scaled back with that of the input."""
    x_scale = np.abs(x).max() / 127 or 1.0
    return _step(round_h=lambda v: (_rounded(v)[0], x_scale))(x, h, weights)


def _signed(v: Array) -> tuple[Array, float]:
    return _rounded(v, scale=v.max() / 127 or 1.0)


def _unguarded(x: Array, h: Array, weights: Sequence[Array]) -> Array:
    if x.any() and h.any():
        return gru_step_int8(x, h, weights)
    return np.full(h.shape, np.nan)


def _one_bias(ax: Array, ah: Array, h: Array, b_hh: Array) -> Array:
    """b_hn outside of the reset."""
    H = len(h)
    shift = np.concatenate([np.zeros(2 * H), b_hh[2 * H :]])
    return _gates(ax + shift, ah - shift, h)


def _outside(x: Array, h: Array, weights: Sequence[Array]) -> Array:
    return _step(finish=lambda ax, ah, h: _one_bias(ax, ah, h, weights[5]))(x, h, weights)


def _reset_first(x: Array, h: Array, weights: Sequence[Array]) -> Array:
    """r on the state before it is rounded and multiplied: what linear_before_reset=0 means."""
    q_ih, scale_ih, q_hh, scale_hh, b_ih, b_hh = weights
    (x_q, x_scale), (h_q, h_scale), H = _rounded(x), _rounded(h), len(h)
    ax = (q_ih.astype(np.int32) @ x_q) * scale_ih * x_scale + b_ih
    ah = (q_hh.astype(np.int32) @ h_q) * scale_hh * h_scale + b_hh
    r, z = np.split(_sigmoid(ax[: 2 * H] + ah[: 2 * H]), 2)
    rh_q, rh_scale = _rounded(r * h)
    hn = (q_hh[2 * H :].astype(np.int32) @ rh_q) * scale_hh[2 * H :] * rh_scale + b_hh[2 * H :]
    return (1 - z) * np.tanh(ax[2 * H :] + hn) + z * h


def _z_swapped(ax: Array, ah: Array, h: Array) -> Array:
    H = len(h)
    signs = np.repeat([1.0, -1.0, 1.0], H)
    return _gates(signs * ax, signs * ah, h)


def _reordered(ax: Array, ah: Array, h: Array) -> Array:
    return _gates(_rows(ax, (1, 0, 2)), _rows(ah, (1, 0, 2)), h)


def _no_reset(ax: Array, ah: Array, h: Array) -> Array:
    H = len(h)
    return (1 - _sigmoid(ax + ah)[H : 2 * H]) * np.tanh((ax + ah)[2 * H :]) + _sigmoid(ax + ah)[H : 2 * H] * h


STEP = (
    Mistake(
        "a state that is carried in 8 bits",
        "Only what goes into the product is rounded. A slow change, smaller than a level, would be lost at every step.",
        _step(carried=_back),
    ),
    Mistake(
        "one scale for input and state",
        "If the input is large, the state has few levels left. Each of the two vectors has its own maximum.",
        _one_scale,
    ),
    Mistake(
        "a product of the state with the scale of the input",
        "Which vector was divided by which scale?",
        _scale_of_x,
    ),
    Mistake(
        "the largest entry in place of the largest size",
        "A vector with an entry of -2 and nothing above 1 needs a scale for 2.",
        _step(_signed, _signed),
    ),
    Mistake(
        "vectors cut off in place of rounded",
        "astype drops what comes after the point. Round first.",
        _step(lambda v: _rounded(v, np.trunc), lambda v: _rounded(v, np.trunc)),
    ),
    Mistake(
        "sums in 8 bits",
        "int8 times int8 stays int8 in NumPy, and wraps round without a word. What type do the sums need?",
        _step(sums=np.int8),
    ),
    Mistake(
        "an input that stays as it is",
        "Then its product is one of real numbers, which the machine was meant to be spared.",
        _step(round_x=lambda v: (v, 1.0), sums=np.float64),
    ),
    Mistake(
        "a state that stays as it is in the product",
        "Then its product is one of real numbers, which the machine was meant to be spared.",
        _step(round_h=lambda v: (v, 1.0), sums=np.float64),
    ),
    Mistake(
        "input and state that stay as they are",
        "Only the weights are in 8 bits then. Both vectors are rounded as well, each with its own scale.",
        _step(lambda v: (v, 1.0), lambda v: (v, 1.0), sums=np.float64),
    ),
    Mistake(
        "products without the scales of the vectors",
        "Each vector was divided by its scale. What undoes that?",
        _step(y_of=lambda sums, scale, v_scale, b: sums * scale + b),
    ),
    Mistake(
        "products without the scales of the rows",
        "Each row was divided by its scale. What undoes that?",
        _step(y_of=lambda sums, scale, v_scale, b: sums * v_scale + b),
    ),
    Mistake(
        "biases that are scaled too",
        "The biases are real numbers. Where do they come in: before the scales, or after them?",
        _step(y_of=lambda sums, scale, v_scale, b: (sums + b) * scale * v_scale),
    ),
    Mistake(
        "products without biases",
        "b_ih and b_hh have not been rounded away.",
        _step(y_of=lambda sums, scale, v_scale, b: sums * scale * v_scale),
    ),
    Mistake(
        "a vector of zeros divided by zero",
        "The first state is zero, and so is an empty row of a sensor. Which scale does no harm there?",
        _unguarded,
    ),
    Mistake(
        "a GRU whose update gate is swapped",
        "z keeps: it multiplies the old state.",
        _step(finish=_z_swapped),
    ),
    Mistake(
        "rows read in the order z, r, n",
        "That is ONNX's order. The weights here have the course's.",
        _step(finish=_reordered),
    ),
    Mistake(
        "a GRU without a reset gate",
        "r multiplies what the state adds to the candidate.",
        _step(finish=_no_reset),
    ),
    Mistake(
        "a reset gate that acts before the product",
        "That is another cell, the one of linear_before_reset=0. Here r multiplies the product, bias included.",
        _reset_first,
    ),
    Mistake(
        "a bias b_hn outside of the reset",
        "r multiplies the product and its bias.",
        _outside,
    ),
    gate_mistake(lambda hard: _step(finish=partial(_gates, gate=hard))),
    *state_mistakes(lambda squash: _step(finish=partial(_gates, squash=squash))),
)
