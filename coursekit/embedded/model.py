"""What can be exported: one recurrent layer, and perhaps a linear read-out of its state.

model = Model.of(gru.init(8, 32, rng), W_out, b_out)
model.D, model.H, model.K              # inputs, units, outputs; K is 0 without a read-out
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from coursekit.reference import gru, lstm, rnn

Params = rnn.Params | gru.Params | lstm.Params
CELLS = {rnn.Params: "RNN", gru.Params: "GRU", lstm.Params: "LSTM"}
MODULES = {"RNN": rnn, "GRU": gru, "LSTM": lstm}
BLOCKS = {"RNN": 1, "GRU": 3, "LSTM": 4}
_NAMES = ("W_ih", "W_hh", "b_ih", "b_hh", "W_out", "b_out")

MOST_COLUMNS = (2**31 - 1) // 127**2
"""As many products of two int8 fit one int32 sum, whatever the numbers are."""


class ModelError(ValueError):
    """These weights cannot be exported; the message says which and why."""


class Model(NamedTuple):
    """Weights in float32 and in PyTorch's layout; read-out W_out (K, H), b_out (K,), with K = 0 where there is none."""

    params: Params
    W_out: np.ndarray
    b_out: np.ndarray

    @classmethod
    def of(cls, params: Params, W_out=None, b_out=None) -> Model:
        """The weights, checked and rounded to float32. Raises ModelError naming the array at fault."""
        if type(params) not in CELLS:
            raise ModelError(f"params: expected rnn.Params, gru.Params or lstm.Params, got {type(params).__name__}")
        cell, arrays = CELLS[type(params)], dict(zip(_NAMES, params, strict=False))
        arrays["W_out"] = np.zeros((0, *np.shape(arrays["W_hh"])[-1:])) if W_out is None else W_out
        arrays["b_out"] = np.zeros(np.shape(arrays["W_out"])[:1]) if b_out is None else b_out
        rounded = {name: _float32(name, array) for name, array in arrays.items()}
        _require_shapes(cell, rounded)
        *weights, W_out, b_out = rounded.values()
        return cls(type(params)(*weights), W_out, b_out)

    @property
    def cell(self) -> str:
        """RNN, GRU or LSTM."""
        return CELLS[type(self.params)]

    @property
    def D(self) -> int:
        """Inputs of a step."""
        return self.params.W_ih.shape[1]

    @property
    def H(self) -> int:
        """Units."""
        return self.params.W_hh.shape[1]

    @property
    def K(self) -> int:
        """Outputs of the read-out, 0 without one."""
        return len(self.b_out)

    @property
    def states(self) -> int:
        """Vectors (H,) that are carried from step to step: h, and c of an LSTM."""
        return 2 if self.cell == "LSTM" else 1


def _float32(name: str, array) -> np.ndarray:
    array = np.asarray(array)
    if array.dtype.kind not in "fiu":
        raise ModelError(f"{name}: expected real numbers, got an array of type {array.dtype}")
    if not np.isfinite(array).all():
        raise ModelError(f"{name} holds NaN or infinity: the training has failed, and there is nothing to export")
    with np.errstate(over="ignore", under="ignore"):
        rounded = array.astype(np.float32)
    if not np.isfinite(rounded).all():
        raise ModelError(f"{name} holds {np.abs(array).max():.3g}, which float32 cannot hold")
    return rounded


def _require_shapes(cell: str, arrays: dict[str, np.ndarray]) -> None:
    """W_hh says how many units there are, W_ih how many inputs; all else has to fit."""
    blocks = BLOCKS[cell]
    for name in ("W_ih", "W_hh", "W_out"):
        if arrays[name].ndim != 2 or not arrays[name].shape[1] or (name != "W_out" and not len(arrays[name])):
            raise ModelError(f"{name}: expected a matrix with rows and columns, got shape {arrays[name].shape}")
    D, H, K = arrays["W_ih"].shape[1], arrays["W_hh"].shape[1], len(arrays["W_out"])
    rows = f"{blocks if blocks > 1 else ''}H"
    wanted = {
        "W_hh": ((blocks * H, H), f"({rows}, H)"),
        "W_ih": ((blocks * H, D), f"({rows}, D)"),
        "b_ih": ((blocks * H,), f"({rows},)"),
        "b_hh": ((blocks * H,), f"({rows},)"),
        "W_out": ((K, H), "(K, H)"),
        "b_out": ((K,), "(K,)"),
    }
    for name, (shape, letters) in wanted.items():
        if arrays[name].shape != shape:
            raise ModelError(f"{name}: expected shape {shape} = {letters} of a {cell}, got {arrays[name].shape}")
    if max(D, H) > MOST_COLUMNS:
        raise ModelError(f"a step reads {max(D, H):,} numbers at once; at most {MOST_COLUMNS:,} can be summed in int32")
