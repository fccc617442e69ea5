"""What comes in: every array has the right shape and one floating-point type, or an error names it. What goes out:
results that share their memory with a cache are read-only."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

WEIGHTS = ("W_ih", "W_hh", "b_ih", "b_hh")


def require(name: str, array: np.ndarray, shape: tuple[int, ...], letters: str) -> None:
    """Raise ValueError unless `array` has `shape`; `letters` is that shape in symbols, such as "(3H, H)"."""
    if array.shape == shape:
        return
    hint = ": is it transposed?" if array.ndim == 2 and array.shape == shape[::-1] else ""
    raise ValueError(f"{name}: expected shape {shape} = {letters}, got {array.shape}{hint}")


def require_axes(name: str, array: np.ndarray, letters: str) -> None:
    """Raise ValueError unless `array` has the axes of `letters`, such as "(N, T, D)", and none is empty."""
    if array.ndim != letters.count(",") + 1 or 0 in array.shape:
        raise ValueError(f"{name}: expected shape {letters}, no size 0, got {array.shape}")


def as_floats(names: Sequence[str], arrays: Sequence) -> list[np.ndarray]:
    """The arguments as arrays of one floating-point type: float32 only if all of them are float32."""
    arrays = [np.asarray(array) for array in arrays]
    for name, array in zip(names, arrays, strict=True):
        if array.dtype.kind not in "fiub":
            raise ValueError(f"{name}: expected an array of real numbers, got {_what(array)}")
    dtype = np.result_type(*arrays)
    dtype = dtype if dtype.kind == "f" else np.dtype(np.float64)
    return [array.astype(dtype, copy=False) for array in arrays]


def _what(array: np.ndarray) -> str:
    """What there is instead of real numbers."""
    if array.dtype == object and array.ndim == 0:
        return "None" if array.item() is None else f"one {type(array.item()).__name__}"
    kinds = {"c": "complex ones", "U": "texts", "S": "texts", "O": "Python objects that are none"}
    return kinds.get(array.dtype.kind, f"one of type {array.dtype}")


def require_weights(blocks: int, W_ih, W_hh, b_ih, b_hh, names: Sequence[str] = WEIGHTS) -> tuple[int, int]:
    """Check the four arrays of a cell with that many blocks against each other; return (D, H)."""
    rows = "H" if blocks == 1 else f"{blocks}H"
    require_axes(names[0], W_ih, f"({rows}, D)")
    require_axes(names[1], W_hh, f"({rows}, H)")
    H = min(W_hh.shape)
    D = W_ih.shape[0] if W_ih.shape[1] == blocks * H else W_ih.shape[1]
    require(names[1], W_hh, (blocks * H, H), f"({rows}, H)")
    require(names[0], W_ih, (blocks * H, D), f"({rows}, D)")
    require(names[2], b_ih, (blocks * H,), f"({rows},)")
    require(names[3], b_hh, (blocks * H,), f"({rows},)")
    return D, H


def read(x, states: dict, params, blocks: int, axes: str) -> list[np.ndarray]:
    """[x, *states, W_ih, W_hh, b_ih, b_hh], checked and of one type. `axes` of x: "(N, D)" or "(N, T, D)"."""
    if not isinstance(params, Sequence) or len(params) != 4:
        raise ValueError("params: expected the four arrays Params(W_ih, W_hh, b_ih, b_hh)")
    arrays = as_floats(["x", *states, *WEIGHTS], [x, *states.values(), *params])
    x = arrays[0]
    require_axes("x", x, axes)
    D, H = require_weights(blocks, *arrays[-4:])
    require("x", x, (*x.shape[:-1], D), axes)
    for name, array in zip(states, arrays[1:-4], strict=True):
        require(name, array, (x.shape[0], H), "(N, H)")
    return arrays


def read_gradient(name: str, gradient, like: np.ndarray, letters: str) -> np.ndarray:
    """An upstream gradient, checked to have the shape of `like` and brought to its type."""
    (gradient,) = as_floats([name], [gradient])
    require(name, gradient, like.shape, letters)
    return gradient.astype(like.dtype, copy=False)


def read_only(view: np.ndarray) -> np.ndarray:
    """The same view, through which nothing can be changed."""
    view.flags.writeable = False
    return view
