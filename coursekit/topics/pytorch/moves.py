"""Lesson 06b, weights that move: layers of a torch.nn.GRU taken to NumPy, and run there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from torch import Tensor

from coursekit.reference import conventions, gru


def to_numpy(state_dict: Mapping[str, Tensor]) -> list[gru.Params]:
    """The weights of each layer of a torch.nn.GRU, the first layer first, from weight_ih_l0, weight_ih_l1, ..."""
    layers = len(state_dict) // len(conventions.STATE_DICT_KEYS)
    return [
        conventions.from_state_dict(
            {key: state_dict[f"{key.removesuffix('0')}{k}"] for key in conventions.STATE_DICT_KEYS}, gru.Params
        )
        for k in range(layers)
    ]


def numpy_states(x: np.ndarray, layers: Sequence[gru.Params]) -> np.ndarray:
    """The states (N, T, H) of the last of several GRU layers, each from zeros, for x (N, T, D)."""
    for params in layers:
        x, _ = gru.forward(x, np.zeros((len(x), params.W_hh.shape[1])), params)
    return x
