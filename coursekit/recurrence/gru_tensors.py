"""What exercises say of the states and weights of a GRU: of arrays in lesson 05, of a layer of PyTorch in 06b, 07."""

from __future__ import annotations

from coursekit.checking import Tensor

LAYER_SIZES = {"small": (3, 5), "fresh numbers": (3, 5), "more inputs than units": (7, 2)}
"""Inputs and units of the layers whose weights are moved."""

PARTS = {
    "r": "the reset gate r",
    "z": "the update gate z",
    "n": "the candidate n",
    "hn": "the part of the candidate that comes from h",
    "h": "the state h",
}
"""What the variables of the right answers are called in words."""

LAYER_PARTS = {**PARTS, "hs": "the states hs"}

STATES = Tensor("hs", ("N", "T", "H"), sequence="T")
_SHAPES = {"ih": ("3H", "D"), "hh": ("3H", "H")}


def weight_tensors(*names: str) -> tuple[Tensor, ...]:
    """Tensors for arrays whose names tell their shape: W_ih, bias_hh_l0, ..."""
    shapes = {name: next(shape for key, shape in _SHAPES.items() if key in name) for name in names}
    return tuple(
        Tensor(name, shape[:1] if "b" in name.split("_")[0] else shape, blocks=("r", "z", "n"))
        for name, shape in shapes.items()
    )
