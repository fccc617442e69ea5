"""Reading arguments: every array gets the right shape and one floating-point type, or an error that names it."""

from __future__ import annotations

import numpy as np


def require(name: str, array: np.ndarray, shape: tuple[int, ...], letters: str) -> None:
    """Raise ValueError unless `array` has `shape`; `letters` is the same shape in symbols, such as "(3H, H)"."""
    if array.shape == shape:
        return
    hint = ": is it transposed?" if array.ndim == 2 and array.shape == shape[::-1] else ""
    raise ValueError(f"{name}: expected shape {shape} = {letters}, got {array.shape}{hint}")


def as_floats(names: list[str], arrays: list) -> list[np.ndarray]:
    """The arguments as arrays of one common floating-point type (float32 only if all of them are float32)."""
    arrays = [np.asarray(array) for array in arrays]
    for name, array in zip(names, arrays, strict=True):
        if array.dtype.kind not in "fiub":
            raise ValueError(f"{name}: expected an array of real numbers, got dtype {array.dtype}")
    dtype = np.result_type(*arrays)
    dtype = dtype if dtype.kind == "f" else np.dtype(np.float64)
    return [array.astype(dtype, copy=False) for array in arrays]


def require_weights(gates: int, W_ih, W_hh, b_ih, b_hh, D: int | None = None) -> tuple[int, int]:
    """Check the four arrays of a cell with that many gates against each other; return (D, H)."""
    G = "" if gates == 1 else str(gates)
    if W_hh.ndim != 2 or 0 in W_hh.shape:
        raise ValueError(f"W_hh: expected two axes, ({G}H, H), got shape {W_hh.shape}")
    H = min(W_hh.shape)
    require("W_hh", W_hh, (gates * H, H), f"({G}H, H)")
    if W_ih.ndim != 2 or 0 in W_ih.shape:
        raise ValueError(f"W_ih: expected two axes, ({G}H, D), got shape {W_ih.shape}")
    if W_ih.shape[0] != gates * H:
        D = D or (W_ih.shape[0] if W_ih.shape[1] == gates * H else W_ih.shape[1])
        require("W_ih", W_ih, (gates * H, D), f"({G}H, D)")
    require("b_ih", b_ih, (gates * H,), f"({G}H,)")
    require("b_hh", b_hh, (gates * H,), f"({G}H,)")
    return W_ih.shape[1], H


def read(x, states: dict, params, gates: int, axes: str) -> list[np.ndarray]:
    """Return [x, *states, W_ih, W_hh, b_ih, b_hh] checked and of one type. `axes`: "(N, D)" or "(N, T, D)"."""
    names = ["x", *states, "W_ih", "W_hh", "b_ih", "b_hh"]
    try:
        weights = list(params)
    except TypeError:
        weights = []
    if len(weights) != 4:
        raise ValueError("params: expected the four arrays Params(W_ih, W_hh, b_ih, b_hh)")
    arrays = as_floats(names, [x, *states.values(), *weights])
    x = arrays[0]
    if x.ndim != axes.count(",") + 1 or 0 in x.shape:
        raise ValueError(f"x: expected shape {axes}, every size at least 1, got {x.shape}")
    D, H = require_weights(gates, *arrays[-4:], D=x.shape[-1])
    require("x", x, (*x.shape[:-1], D), axes)
    for name, array in zip(states, arrays[1:-4], strict=True):
        require(name, array, (x.shape[0], H), "(N, H)")
    return arrays
