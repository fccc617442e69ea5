"""The same cell in other conventions: which block of rows is which gate, which way z points, whose bias.

The course and PyTorch store gates as blocks of H rows, in the order r, z, n (GRU) and i, f, g, o (LSTM), with
two biases. Keras stores the transposed matrices, ONNX adds a leading axis for the direction, and both order
the blocks in their own way: their h (the GRU's candidate) is n here, their c (the LSTM's candidate) is g.
Every function returns new arrays, checks all shapes, and raises ValueError naming the array at fault.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np

from . import gru, lstm, rnn
from ._shapes import WEIGHTS, as_floats, require, require_axes, require_weights

GATES = {rnn.Params: 1, gru.Params: 3, lstm.Params: 4}
STATE_DICT_KEYS = ("weight_ih_l0", "weight_hh_l0", "bias_ih_l0", "bias_hh_l0")

# Positions, in this course's order, of the blocks as the other side lists them.
GRU_ZRH = (1, 0, 2)  # Keras and ONNX: z, r, h
LSTM_IFCO = (0, 1, 2, 3)  # Keras: i, f, c, o
LSTM_IOFC = (0, 3, 1, 2)  # ONNX: i, o, f, c

OTHER_MODEL = (
    "the reset gate acts on the state before the product with the recurrent matrix: a different model, "
    "which no weights of this one reproduce."
)


class KerasWeights(NamedTuple):
    """What `layer.get_weights()` lists. GRU: bias (2, 3H), input then recurrent. LSTM: bias (4H,)."""

    kernel: np.ndarray  # (D, G·H) with G = 3 or 4
    recurrent_kernel: np.ndarray  # (H, G·H)
    bias: np.ndarray


class OnnxWeights(NamedTuple):
    """The inputs W, R and B of the ONNX operators GRU and LSTM, one direction."""

    W: np.ndarray  # (1, G·H, D) with G = 3 or 4
    R: np.ndarray  # (1, G·H, H)
    B: np.ndarray  # (1, 2·G·H): input biases, then recurrent ones


def flip_update_gate(params: gru.Params) -> gru.Params:
    """Exchange the roles of z and 1 - z: from "z keeps the old state" to "z writes the new one", or back.

    1 - σ(a) = σ(-a), so negating all that feeds z (its rows of both matrices and of both biases) is exact:
    h = (1 - z) * n + z * h_prev with the old weights equals h = z * n + (1 - z) * h_prev with the new ones.
    """
    flipped = [array.copy() for array in _checked(params, 3)]
    H = flipped[1].shape[1]
    for array in flipped:
        array[H : 2 * H] *= -1
    return gru.Params(*flipped)


def gru_to_keras(params: gru.Params) -> KerasWeights:
    """For keras.layers.GRU(H, reset_after=True), the default: transposed, blocks z, r, h, both biases."""
    W_ih, W_hh, b_ih, b_hh = (_reorder(array, GRU_ZRH) for array in _checked(params, 3))
    return KerasWeights(W_ih.T.copy(), W_hh.T.copy(), np.stack([b_ih, b_hh]))


def gru_from_keras(kernel, recurrent_kernel, bias, reset_after: bool = True) -> gru.Params:
    """From keras.layers.GRU: kernel (D, 3H), recurrent_kernel (H, 3H), bias (2, 3H).

    With reset_after=False Keras multiplies r into the state before the matrix product, W_hn (r * h). No
    weights make the course's cell, r * (W_hn h + b_hn), compute that, so it is an error.
    """
    kernel, recurrent_kernel, bias = _floats(kernel=kernel, recurrent_kernel=recurrent_kernel, bias=bias)
    if bias.shape == (6 * len(recurrent_kernel),):
        raise ValueError(
            f"bias: expected shape (2, 3H), got {bias.shape}, that of CuDNNGRU, which keeps its matrices in another "
            "order too: load its file into keras.layers.GRU(reset_after=True), which converts them."
        )
    if not reset_after or bias.ndim == 1:
        raise ValueError(
            f"bias: expected shape (2, 3H) and reset_after=True, got {bias.shape} and "
            f"reset_after={reset_after}. With reset_after=False {OTHER_MODEL}"
        )
    H = _keras_units(kernel, recurrent_kernel, 3)
    require("bias", bias, (2, 3 * H), "(2, 3H)")
    arrays = kernel.T, recurrent_kernel.T, *bias
    return gru.Params(*(_reorder(array, GRU_ZRH, back=True) for array in arrays))


def lstm_to_keras(params: lstm.Params) -> KerasWeights:
    """For keras.layers.LSTM(H): transposed, the same order of blocks, and the two biases added into one."""
    W_ih, W_hh, b_ih, b_hh = (_reorder(array, LSTM_IFCO) for array in _checked(params, 4))
    return KerasWeights(W_ih.T.copy(), W_hh.T.copy(), b_ih + b_hh)


def lstm_from_keras(kernel, recurrent_kernel, bias) -> lstm.Params:
    """From keras.layers.LSTM: kernel (D, 4H), recurrent_kernel (H, 4H), bias (4H,). b_hh becomes zero."""
    kernel, recurrent_kernel, bias = _floats(kernel=kernel, recurrent_kernel=recurrent_kernel, bias=bias)
    H = _keras_units(kernel, recurrent_kernel, 4)
    require("bias", bias, (4 * H,), "(4H,)")
    arrays = kernel.T, recurrent_kernel.T, bias
    W_ih, W_hh, b_ih = (_reorder(array, LSTM_IFCO, back=True) for array in arrays)
    return lstm.Params(W_ih, W_hh, b_ih, np.zeros_like(b_ih))


def gru_to_onnx(params: gru.Params) -> OnnxWeights:
    """For the ONNX operator GRU with the attribute linear_before_reset=1; blocks z, r, h."""
    return _to_onnx(params, GRU_ZRH)


def gru_from_onnx(W, R, B, *, linear_before_reset: int) -> gru.Params:
    """From the ONNX operator GRU: W (1, 3H, D), R (1, 3H, H), B (1, 6H).

    The attribute linear_before_reset must be 1, and has to be given because ONNX's own default is 0: another
    model, which multiplies r into the state before the product.
    """
    if linear_before_reset != 1:
        raise ValueError(
            f"linear_before_reset: expected 1, got {linear_before_reset}. With linear_before_reset=0 {OTHER_MODEL}"
        )
    return gru.Params(*_from_onnx(W, R, B, GRU_ZRH))


def lstm_to_onnx(params: lstm.Params) -> OnnxWeights:
    """For the ONNX operator LSTM; blocks i, o, f, c."""
    return _to_onnx(params, LSTM_IOFC)


def lstm_from_onnx(W, R, B) -> lstm.Params:
    """From the ONNX operator LSTM without peepholes: W (1, 4H, D), R (1, 4H, H), B (1, 8H)."""
    return lstm.Params(*_from_onnx(W, R, B, LSTM_IOFC))


def to_state_dict(params) -> dict[str, np.ndarray]:
    """NumPy arrays under the keys of a one-layer torch.nn.RNN, LSTM or GRU (torch.from_numpy converts)."""
    if type(params) not in GATES:
        raise ValueError(f"params: expected rnn.Params, lstm.Params or gru.Params, got {type(params)}")
    arrays = _checked(params, GATES[type(params)])
    return {key: array.copy() for key, array in zip(STATE_DICT_KEYS, arrays, strict=True)}


def from_state_dict(state_dict: Mapping, cell: type):
    """Params of class `cell` (rnn.Params, lstm.Params or gru.Params) from a one-layer, one-way torch module.

    `state_dict` holds weight_ih_l0 (G·H, D), weight_hh_l0 (G·H, H), bias_ih_l0 and bias_hh_l0 (G·H,), as
    tensors on any device or as arrays. A torch.nn.RNN must use tanh, its default: the weights do not say.
    """
    if cell not in GATES:
        raise ValueError(f"cell: expected rnn.Params, lstm.Params or gru.Params, got {cell!r}")
    missing = [key for key in STATE_DICT_KEYS if key not in state_dict]
    if missing:
        raise ValueError(f"state_dict: {missing[0]} is missing, the keys are {list(state_dict)}")
    extra = [key for key in state_dict if key not in STATE_DICT_KEYS]
    if extra:
        raise ValueError(f"state_dict: {extra[0]} has no place in one layer with one direction")
    arrays = _floats(**{key: state_dict[key] for key in STATE_DICT_KEYS})
    require_weights(GATES[cell], *arrays, names=STATE_DICT_KEYS)
    return cell(*(array.copy() for array in arrays))


def _checked(params, gates: int) -> list[np.ndarray]:
    arrays = _floats(**dict(zip(WEIGHTS, params, strict=True)))
    require_weights(gates, *arrays)
    return arrays


def _floats(**arrays) -> list[np.ndarray]:
    """Arrays of one floating-point type. A tensor is what can detach itself, so torch need not be there."""
    plain = [a.detach().cpu().numpy() if hasattr(a, "detach") else a for a in arrays.values()]
    return as_floats(list(arrays), plain)


def _reorder(array: np.ndarray, order: Sequence[int], back: bool = False) -> np.ndarray:
    """Put the blocks of rows into that order, or (`back`) out of it."""
    order = np.argsort(order) if back else order
    blocks = np.split(array, len(order))
    return np.concatenate([blocks[k] for k in order])


def _keras_units(kernel: np.ndarray, recurrent_kernel: np.ndarray, gates: int) -> int:
    """H, once both matrices fit each other."""
    require_axes("kernel", kernel, f"(D, {gates}H)")
    require_axes("recurrent_kernel", recurrent_kernel, f"(H, {gates}H)")
    H = min(recurrent_kernel.shape)
    require("recurrent_kernel", recurrent_kernel, (H, gates * H), f"(H, {gates}H)")
    D = kernel.shape[1] if kernel.shape[0] == gates * H else kernel.shape[0]
    require("kernel", kernel, (D, gates * H), f"(D, {gates}H)")
    return H


def _to_onnx(params, order: Sequence[int]) -> OnnxWeights:
    W_ih, W_hh, b_ih, b_hh = (_reorder(array, order) for array in _checked(params, len(order)))
    return OnnxWeights(W_ih[None], W_hh[None], np.concatenate([b_ih, b_hh])[None])


def _from_onnx(W, R, B, order: Sequence[int]) -> list[np.ndarray]:
    W, R, B = _floats(W=W, R=R, B=B)
    G = len(order)
    require_axes("W", W, f"(1, {G}H, D)")
    require_axes("R", R, f"(1, {G}H, H)")
    H, D = R.shape[2], W.shape[2]
    require("R", R, (1, G * H, H), f"(1, {G}H, H)")
    require("W", W, (1, G * H, D), f"(1, {G}H, D)")
    require("B", B, (1, 2 * G * H), f"(1, {2 * G}H)")
    return [_reorder(array, order, back=True) for array in (W[0], R[0], *np.split(B[0], 2))]
