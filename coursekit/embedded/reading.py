"""A model from the files that learners have: a state_dict that PyTorch saved, or arrays in an .npz.

    model = read(Path("digits.pt"))

From PyTorch: torch.save(module.state_dict(), "digits.pt"), where the module holds one RNN, LSTM or GRU (a layer or a
cell, one direction) and, if there is one, one linear read-out; their names do not matter. From NumPy: numpy.savez with
W_ih, W_hh, b_ih, b_hh and perhaps W_out, b_out, in the course's layout, or with the names of a state_dict. Which cell
it is shows in the shapes. A plain RNN is taken for one with tanh.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from coursekit.embedded.model import BLOCKS, MODULES, Model, ModelError

_OURS = ("W_ih", "W_hh", "b_ih", "b_hh")
_RECURRENT = re.compile(
    r"(?P<prefix>(?:.*\.)?)(?P<kind>weight_ih|weight_hh|bias_ih|bias_hh)(?P<layer>_l\d+(?:_reverse)?)?"
)
_COMPUTED = re.compile(r"(?:^|\.)parametrizations\.|_(?:orig|mask)$")
_KINDS = {"weight_ih": "W_ih", "weight_hh": "W_hh", "bias_ih": "b_ih", "bias_hh": "b_hh"}
_ZIP = b"PK\x03\x04"


def read(path: Path) -> Model:
    """The model in a file. Raises ModelError in words for a reader of the file, OSError if it cannot be opened.

    Nothing in the file is run: PyTorch reads weights only, NumPy reads no pickled objects.
    """
    with open(path, "rb") as file:
        begins = file.read(4)
    if begins == _ZIP and _is_npz(path):
        return model_of(_npz(path))
    if path.suffix == ".npz":
        raise ModelError("this is no .npz file of NumPy. Write one with numpy.savez(path, W_ih=..., W_hh=..., ...)")
    return model_of(_state_dict(path))


def model_of(arrays: Mapping[str, np.ndarray]) -> Model:
    """The model of these arrays by name. Raises ModelError."""
    if computed := [name for name in arrays if _COMPUTED.search(name)]:
        raise ModelError(
            f"{computed[0]}: a weight is computed from others. Make it plain before it is saved, with "
            "torch.nn.utils.prune.remove or torch.nn.utils.parametrize.remove_parametrizations"
        )
    named, left = _recurrent(arrays)
    W_out, b_out = _read_out(left)
    W_ih, W_hh = (np.asarray(named[name]) for name in _OURS[:2])
    if W_hh.ndim != 2 or 0 in W_hh.shape:
        raise ModelError(f"W_hh: expected a matrix with rows and columns, got shape {W_hh.shape}")
    blocks, rest = divmod(len(W_hh), W_hh.shape[1])
    cells = {count: cell for cell, count in BLOCKS.items()}
    if rest or blocks not in cells:
        raise ModelError(
            f"W_hh has the shape {W_hh.shape}; of an RNN it is (H, H), of a GRU (3H, H), of an LSTM (4H, H); "
            "it may be transposed"
        )
    zeros = np.zeros(len(W_hh))  # a layer with bias=False
    biases = [named.get(name, zeros) for name in _OURS[2:]]
    return Model.of(MODULES[cells[blocks]].Params(W_ih, W_hh, *biases), W_out, b_out)


def _recurrent(arrays: Mapping[str, np.ndarray]) -> tuple[dict[str, np.ndarray], dict[str, np.ndarray]]:
    """The four arrays of the one recurrent layer under the course's names, and what is left."""
    if "W_ih" in arrays or "W_hh" in arrays:
        named = {name: arrays[name] for name in _OURS if name in arrays}
        left = {name: array for name, array in arrays.items() if name not in _OURS}
        prefixes = {""}
    else:
        found = {name: match for name in arrays if (match := _RECURRENT.fullmatch(name))}
        beyond = [name for name, match in found.items() if match["layer"] not in (None, "_l0")]
        if beyond:
            raise ModelError(f"{beyond[0]} belongs to a second layer or direction; one of each is exported")
        prefixes = {match["prefix"] for match in found.values()}
        named = {_KINDS[match["kind"]]: arrays[name] for name, match in found.items()}
        if len(prefixes) == 1 and len(named) < len(found):
            raise ModelError(f"a layer and a cell share one name: {', '.join(sorted(found))}. Save one of them")
        left = {name: array for name, array in arrays.items() if name not in found}
    if len(prefixes) > 1:
        layers = ", ".join(sorted(prefix.rstrip(".") or "(no name)" for prefix in prefixes))
        raise ModelError(f"there are {len(prefixes)} recurrent layers: {layers}. Save the state_dict of one")
    missing = [name for name in _OURS[:2] if name not in named]
    if missing:
        there = ", ".join(sorted(arrays)[:6]) or "nothing"
        raise ModelError(
            f"there is no recurrent layer in it: {missing[0]}, or weight_{missing[0][2:]}_l0, is missing. "
            f"It holds {there}"
        )
    return named, left


def _read_out(left: Mapping[str, np.ndarray]) -> tuple[np.ndarray | None, np.ndarray | None]:
    """The weight and the bias of the one linear layer among what is left; None, None if nothing is left."""
    rest = dict(left)
    weights = [name for name in rest if name == "W_out" or re.fullmatch(r"(?:.*\.)?weight", name)]
    weights = [name for name in weights if np.ndim(rest[name]) == 2] or weights  # a normalisation's is a vector
    if embedding := [name for name in weights if re.search(r"(?:^|[._])emb", name.lower())]:
        raise ModelError(f"{embedding[0]} belongs to an embedding, and what is exported reads vectors of numbers")
    if len(weights) > 1:
        raise ModelError(f"there are {len(weights)} linear layers: {', '.join(weights)}. One read-out is exported")
    W_out = b_out = None
    if weights:
        W_out = rest.pop(weights[0])
        bias = "b_out" if weights[0] == "W_out" else weights[0].removesuffix("weight") + "bias"
        b_out = rest.pop(bias, None)
    if rest:
        raise ModelError(f"{next(iter(rest))} has no place in one recurrent layer with a linear read-out")
    return W_out, b_out


def _is_npz(path: Path) -> bool:
    """PyTorch's files are archives as well; in NumPy's every member is an array."""
    try:
        with zipfile.ZipFile(path) as archive:
            names = archive.namelist()
    except zipfile.BadZipFile:
        return False
    return bool(names) and all(name.endswith(".npy") for name in names)


def _npz(path: Path) -> dict[str, np.ndarray]:
    try:
        with np.load(path, allow_pickle=False) as file:
            return {name: file[name] for name in file.files}
    except Exception as problem:  # what a damaged archive raises is not one class, and an array may claim any size
        raise ModelError(f"its arrays cannot be read: {problem}") from None


def _state_dict(path: Path) -> dict[str, np.ndarray]:
    import torch

    advice = "Save the state_dict: torch.save(module.state_dict(), path)"
    try:
        found = torch.load(path, map_location="cpu", weights_only=True)
    except OSError:
        raise
    except Exception:  # what PyTorch raises for a file of another kind is not one class
        raise ModelError(f"this is no file of weights that PyTorch saved, nor an .npz. {advice}") from None
    if not isinstance(found, Mapping) or not all(isinstance(part, torch.Tensor) for part in found.values()):
        raise ModelError(f"it holds something else than a state_dict. {advice}")
    odd = [name for name, part in found.items() if not isinstance(name, str) or _is_odd(part)]
    if odd:
        raise ModelError(f"{odd[0]} is no dense tensor of plain real numbers under a name")
    return {name: part.detach().to(torch.float64).numpy() for name, part in found.items()}


def _is_odd(tensor) -> bool:
    if tensor.is_complex() or tensor.is_quantized or tensor.is_nested or tensor.is_meta:
        return True
    if str(tensor.layout) != "torch.strided":
        return True
    return tensor.numel() * tensor.element_size() > tensor.untyped_storage().nbytes()  # fewer numbers than it claims
