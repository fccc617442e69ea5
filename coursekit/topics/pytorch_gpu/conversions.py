"""Lesson 07: the GRU as Keras and ONNX write it, each in its own layout, and as PyTorch runs weights of either."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from torch import nn

from coursekit.reference.conventions import STATE_DICT_KEYS
from coursekit.reference.numerics import sigmoid


def keras_states(x: np.ndarray, kernel: np.ndarray, recurrent_kernel: np.ndarray, bias: np.ndarray) -> np.ndarray:
    """The states (N, T, H) of keras.layers.GRU with reset_after=True, from zeros, for x (N, T, D).

    kernel (D, 3H), recurrent_kernel (H, 3H), bias (2, 3H), input then state; blocks z, r, h.
    """
    h, hs = np.zeros((len(x), len(recurrent_kernel))), []
    for t in range(x.shape[1]):
        x_z, x_r, x_h = np.split(x[:, t] @ kernel + bias[0], 3, axis=1)
        h_z, h_r, h_h = np.split(h @ recurrent_kernel + bias[1], 3, axis=1)
        z, r = sigmoid(x_z + h_z), sigmoid(x_r + h_r)
        h = z * h + (1 - z) * np.tanh(x_h + r * h_h)
        hs.append(h)
    return np.stack(hs, axis=1)


def onnx_states(x: np.ndarray, W: np.ndarray, R: np.ndarray, B: np.ndarray, linear_before_reset: int) -> np.ndarray:
    """The states (N, T, H) of the ONNX operator GRU, one direction, from zeros, for x (N, T, D).

    W (1, 3H, D), R (1, 3H, H), B (1, 6H), input then state; blocks z, r, h. With linear_before_reset = 1, r multiplies
    the recurrent product of h; with 0, the default of ONNX, the state before that product.
    """
    W, R, (b_input, b_state) = W[0], R[0], np.split(B[0], 2)
    (R_z, R_r, R_h), (b_z, b_r, b_h) = np.split(R, 3), np.split(b_state, 3)
    h, hs = np.zeros((len(x), R.shape[1])), []
    for t in range(x.shape[1]):
        x_z, x_r, x_h = np.split(x[:, t] @ W.T + b_input, 3, axis=1)
        z, r = sigmoid(x_z + h @ R_z.T + b_z), sigmoid(x_r + h @ R_r.T + b_r)
        recurrent = r * (h @ R_h.T + b_h) if linear_before_reset else (r * h) @ R_h.T + b_h
        h = (1 - z) * np.tanh(x_h + recurrent) + z * h
        hs.append(h)
    return np.stack(hs, axis=1)


def torch_states(x: np.ndarray, weights: Sequence[np.ndarray]) -> np.ndarray:
    """The states (N, T, H) of torch.nn.GRU in float64, from zeros, for x (N, T, D).

    weights: W_ih (3H, D), W_hh (3H, H), b_ih (3H,), b_hh (3H,). Raises RuntimeError where a shape does not fit.
    """
    layer = nn.GRU(x.shape[2], np.shape(weights[1])[1], batch_first=True, dtype=torch.float64)
    layer.load_state_dict({key: torch.tensor(w) for key, w in zip(STATE_DICT_KEYS, weights, strict=True)})
    return layer(torch.tensor(x))[0].detach().numpy()
