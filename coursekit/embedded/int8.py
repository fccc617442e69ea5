"""Weights in int8, one scale for each row, and the step that computes with them: the mirror of the generated C.

A row w becomes q = round(w / s) with s = max|w| / 127. A vector that meets it, the input or the state, is rounded at
every step in the same way, with one scale of its own. Their product is a sum of integers, exact in int32, times both
scales. Biases, gates and the state that is carried stay float32, so nothing accumulates in 8 bits.

    small = Quantised.of(model)
    h, c = step(small, x, h, c)            # float32, operation for operation as in the header
    error_bound(model).at(largest_x)       # how far one such step can be from a float32 step
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from coursekit.embedded.model import Model
from coursekit.reference.numerics import sigmoid

LEVELS = 127  # -127 to 127: -128 would have no partner
_SLACK = 2e-5
"""What float32 may add to the difference of two steps: sums in another order, expf and tanhf of another library."""


class Rows(NamedTuple):
    """A matrix (R, C) in int8: W = q * scale[:, None], nearly."""

    q: np.ndarray  # (R, C), int8
    scale: np.ndarray  # (R,), float32

    @property
    def back(self) -> np.ndarray:
        """What the product computes with, in float64."""
        return self.q * self.scale[:, None].astype(np.float64)


class Quantised(NamedTuple):
    """A model with its matrices in int8. cell: RNN, GRU or LSTM."""

    cell: str
    W_ih: Rows
    W_hh: Rows
    b_ih: np.ndarray
    b_hh: np.ndarray
    W_out: Rows
    b_out: np.ndarray

    @classmethod
    def of(cls, model: Model) -> Quantised:
        """The same model, its three matrices rounded row by row."""
        W_ih, W_hh, b_ih, b_hh = model.params
        return cls(model.cell, rows(W_ih), rows(W_hh), b_ih, b_hh, rows(model.W_out), model.b_out)


def rows(W: np.ndarray) -> Rows:
    """A matrix in int8 with one scale for each row; a row of zeros has the scale 1."""
    scale = _scale(np.abs(W).max(axis=1, initial=0).astype(np.float32))
    return Rows(_rounded(W / scale[:, None]), scale)


def vector(v: np.ndarray) -> tuple[np.ndarray, np.float32]:
    """(C,) -> int8 (C,) and its one scale."""
    scale = _scale(np.abs(v).max().astype(np.float32))
    return _rounded(v.astype(np.float32) / scale), scale


def _scale(largest: np.ndarray) -> np.ndarray:
    scale = np.float32(largest / np.float32(LEVELS))
    return np.where(scale > 0, scale, np.float32(1))[()]


def _rounded(values: np.ndarray) -> np.ndarray:
    return np.clip(np.rint(values), -LEVELS, LEVELS).astype(np.int8)


def product(W: Rows, b: np.ndarray, v: np.ndarray) -> np.ndarray:
    """W v + b, (R,) float32, by a sum of integers for each row."""
    q, scale = vector(v)
    return (W.q.astype(np.int32) @ q.astype(np.int32)).astype(np.float32) * (W.scale * scale) + b


def step(small: Quantised, x: np.ndarray, h: np.ndarray, c: np.ndarray | None = None) -> tuple:
    """One step of one sequence: x (D,), h (H,), for an LSTM c (H,) -> the next h and c (None but for an LSTM)."""
    x, h = (np.asarray(value, np.float32) for value in (x, h))
    ax, ah = product(small.W_ih, small.b_ih, x), product(small.W_hh, small.b_hh, h)
    if small.cell == "RNN":
        return np.tanh(ax + ah), None
    if small.cell == "LSTM":
        i, f, g, o = np.split(ax + ah, 4)
        c = sigmoid(f) * np.asarray(c, np.float32) + sigmoid(i) * np.tanh(g)
        return sigmoid(o) * np.tanh(c), c
    (xr, xz, xn), (hr, hz, hn) = np.split(ax, 3), np.split(ah, 3)
    r, z = sigmoid(xr + hr), sigmoid(xz + hz)
    n = np.tanh(xn + r * hn)
    return (1 - z) * n + z * h, None


def states(small: Quantised, x: np.ndarray) -> np.ndarray:
    """A whole sequence x (T, D), from a state of zeros -> h after each step (T, H)."""
    h = c = np.zeros(small.W_hh.q.shape[1], np.float32)
    hs = []
    for x_t in np.asarray(x, np.float32):
        h, c = step(small, x_t, h, c)
        hs.append(h)
    return np.stack(hs)


def read_out(small: Quantised, h: np.ndarray) -> np.ndarray:
    """(H,) -> (K,)."""
    return product(small.W_out, small.b_out, np.asarray(h, np.float32))


class Bound(NamedTuple):
    """How far an int8 step can be from a float32 step, both from the same state with |h| <= 1, in any entry.

    constant + per_input * max|x| + max|c| * (per_cell + per_cell_and_input * max|x|); c is that of an LSTM.
    read_out: how far the outputs of one state can be from each other.
    """

    constant: float
    per_input: float
    per_cell: float
    per_cell_and_input: float
    read_out: float

    def at(self, x: float, c: float = 0.0) -> float:
        """For inputs up to x in size, and a cell state up to c."""
        return self.constant + self.per_input * x + c * min(1.0, self.per_cell + self.per_cell_and_input * x)


def error_bound(model: Model) -> Bound:
    """The bound of one step, from the rounding errors of these very weights.

    A rounded vector v is off by at most max|v| / 254 in each entry. So row i of a product is off by at most
    max|v| * sum_j(|Q_ij| / 254 + |Q_ij - W_ij|), Q being W after rounding. sigmoid passes on a quarter of that at
    most, tanh all of it. A step that begins where the last one has ended begins with its error: the bound holds for
    each step by itself, not for the end of a sequence.
    """
    W_ih, W_hh = model.params[:2]
    x, h = _off(W_ih), _off(W_hh)  # for each row, by unit of max|x|, and for |h| <= 1
    out = float(_off(model.W_out).max(initial=0)) + _SLACK
    if model.cell == "RNN":
        return Bound(float(h.max()) + _SLACK, float(x.max()), 0.0, 0.0, out)
    if model.cell == "LSTM":
        (xi, xf, xg, xo), (hi, hf, hg, ho) = np.split(x, 4), np.split(h, 4)
        # c' = f c + i g, and h' = o tanh(c'): what c' is off by, h' is off by as well.
        of_x, of_h = xi / 4 + xg + xo / 4, hi / 4 + hg + ho / 4
        return Bound(float(of_h.max()) + _SLACK, float(of_x.max()), float(hf.max()) / 4, float(xf.max()) / 4, out)
    (xr, xz, xn), (hr, hz, hn) = np.split(x, 3), np.split(h, 3)
    W_hn, b_hn = np.split(W_hh, 3)[2], np.split(model.params.b_hh, 3)[2]
    most = np.abs(W_hn).sum(axis=1, dtype=float) + np.abs(b_hn)  # of |W_hn h + b_hn|
    # h' = (1 - z) n + z h, where |h - n| <= 2; n = tanh(xn + r hn), where an error of r meets hn.
    of_x = xn + most * xr / 4 + 2 * xz / 4
    of_h = hn + most * hr / 4 + 2 * hz / 4
    return Bound(float(of_h.max()) + _SLACK, float(of_x.max()), 0.0, 0.0, out)


def _off(W: np.ndarray) -> np.ndarray:
    """By how much a row of the product can be off, for each unit of the largest entry of the vector. (R,)"""
    used = rows(W).back
    return (np.abs(used) / (2 * LEVELS) + np.abs(used - W)).sum(axis=1)
