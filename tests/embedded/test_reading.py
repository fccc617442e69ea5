"""Files that learners have are read, and other files are refused in words."""

from __future__ import annotations

import io
import zipfile
from collections import OrderedDict

import numpy as np
import pytest
import torch
from torch.nn.utils import prune
from torch.nn.utils.parametrizations import weight_norm

from coursekit.embedded.model import ModelError
from coursekit.embedded.reading import read
from coursekit.nn import GRU
from tests.embedded.models import drawn


class Reader(torch.nn.Module):
    def __init__(self, layer, K=2):
        super().__init__()
        self.anything = layer
        self.answer = torch.nn.Linear(4, K)


def saved(module, path):
    torch.save(module.state_dict(), path)
    return path


@pytest.mark.parametrize(
    ("layer", "cell"),
    [
        (torch.nn.RNN(3, 4), "RNN"),
        (torch.nn.GRU(3, 4, batch_first=True), "GRU"),
        (torch.nn.GRU(3, 4, bias=False), "GRU"),
        (torch.nn.GRUCell(3, 4), "GRU"),
        (torch.nn.LSTM(3, 4).double(), "LSTM"),
        (GRU(3, 4), "GRU"),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, torch.nn.Module) else value,
)
def test_what_pytorch_saved(tmp_path, layer, cell):
    alone = read(saved(layer, tmp_path / "layer.pt"))
    model = read(saved(Reader(layer), tmp_path / "reader.weights"))
    assert alone.cell == model.cell == cell and (alone.D, alone.H, alone.K, model.K) == (3, 4, 0, 2)
    first = next(iter(layer.state_dict().values())).float().numpy()
    np.testing.assert_array_equal(model.params.W_ih, first)


@pytest.mark.parametrize("names", ["ours", "torch"])
def test_what_numpy_saved(tmp_path, names):
    model = drawn("LSTM")
    arrays = model.params._asdict() | {"W_out": model.W_out, "b_out": model.b_out}
    if names == "torch":
        arrays = {f"lstm.{k.replace('W_', 'weight_').replace('b_', 'bias_')}_l0": v for k, v in arrays.items()}
        arrays["head.weight"], arrays["head.bias"] = arrays.pop("lstm.weight_out_l0"), arrays.pop("lstm.bias_out_l0")
    path = tmp_path / "weights.npz"
    np.savez(path, **arrays)
    again = read(path)
    for ours, theirs in zip((*again.params, *again[1:]), (*model.params, *model[1:]), strict=True):
        np.testing.assert_array_equal(ours, theirs)


def gru_arrays(**changes):
    return {"W_ih": np.ones((12, 3)), "W_hh": np.ones((12, 4)), "b_ih": np.ones(12), "b_hh": np.ones(12)} | changes


def claims(path, shape):
    """An archive with an array of a few bytes that says it is larger than any memory."""
    head = io.BytesIO()
    np.lib.format.write_array_header_1_0(head, {"descr": "<f8", "fortran_order": False, "shape": shape})
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("W_ih.npy", head.getvalue())


def changed(change, name):
    layer = torch.nn.GRU(3, 4)
    change(layer, name)
    return layer


def spoilt(path):
    """An archive whose compressed bytes are none."""
    np.savez_compressed(path, **gru_arrays())
    content = bytearray(path.read_bytes())
    content[60:100] = b"\xff" * 40
    path.write_bytes(content)


REFUSED = {
    "text.pt": (lambda path: path.write_text("hello, world"), "no file of weights that PyTorch saved, nor an .npz"),
    "empty.pt": (lambda path: path.write_bytes(b""), "no file of weights that PyTorch saved"),
    "empty.npz": (lambda path: path.write_bytes(b""), "no .npz file of NumPy"),
    "cut.npz": (lambda path: path.write_bytes(b"PK\x03\x04 and no more"), "no .npz file of NumPy"),
    "module.pt": (lambda path: torch.save(torch.nn.GRU(3, 4), path), r"torch\.save\(module\.state_dict\(\), path\)"),
    "list.pt": (lambda path: torch.save([torch.ones(3)], path), "something else than a state_dict"),
    "numbers.pt": (lambda path: torch.save({"weight": 3}, path), "something else than a state_dict"),
    "complex.pt": (lambda path: torch.save({"a": torch.ones(2, dtype=torch.cfloat)}, path), "plain real numbers"),
    "sparse.pt": (lambda path: torch.save({"a": torch.eye(2).to_sparse()}, path), "plain real numbers"),
    "objects.npz": (lambda path: np.savez(path, W_ih=np.array([print])), "cannot be read"),
    "other.npz": (lambda path: np.savez(path, a=np.ones(3)), "no recurrent layer in it: W_ih.*It holds a"),
    "half.npz": (lambda path: np.savez(path, W_ih=np.ones((12, 3))), "W_hh, or weight_hh_l0, is missing"),
    "turned.npz": (lambda path: np.savez(path, **gru_arrays(W_hh=np.ones((4, 12)))), "it may be transposed"),
    "odd.npz": (lambda path: np.savez(path, **gru_arrays(W_hh=np.ones((8, 4)))), r"of a GRU \(3H, H\)"),
    "number.npz": (lambda path: np.savez(path, **gru_arrays(W_hh=np.ones(()))), "W_hh: expected a matrix"),
    "claims.npz": (lambda path: claims(path, (10**7, 10**7)), "its arrays cannot be read"),
    "spoilt.npz": (lambda path: spoilt(path), "its arrays cannot be read"),
    "scalar.npz": (lambda path: np.savez(path, **gru_arrays(W_out=np.ones(()))), "W_out: expected a matrix"),
    "wide.pt": (lambda path: torch.save({"a": torch.ones(1).expand(10**7, 10**6)}, path), "plain real numbers"),
    "meta.pt": (lambda path: torch.save({"a": torch.ones(2, device="meta")}, path), "plain real numbers"),
    "nested.pt": (
        lambda path: torch.save({"a": torch.nested.nested_tensor([torch.ones(2), torch.ones(3)])}, path),
        "plain real numbers",
    ),
    "more.npz": (lambda path: np.savez(path, **gru_arrays(scale=np.ones(3))), "scale has no place in one recurrent"),
    "two.npz": (
        lambda path: np.savez(path, **gru_arrays(**{"a.weight": np.ones((2, 4)), "b.weight": np.ones((2, 4))})),
        "2 linear layers: a.weight, b.weight",
    ),
    "deep.pt": (lambda path: saved(torch.nn.GRU(3, 4, num_layers=2), path), "weight_ih_l1 belongs to a second layer"),
    "both.pt": (lambda path: saved(torch.nn.GRU(3, 4, bidirectional=True), path), "_reverse belongs to a second layer"),
    "twins.pt": (
        lambda path: saved(torch.nn.ModuleDict({"a": torch.nn.GRU(3, 4), "b": torch.nn.GRU(3, 4)}), path),
        "2 recurrent layers: a, b",
    ),
    "pruned.pt": (lambda path: saved(changed(prune.identity, "bias_ih_l0"), path), "bias_ih_l0_orig: a weight is comp"),
    "normed.pt": (
        lambda path: saved(changed(weight_norm, "weight_hh_l0"), path),
        "original0: a weight is computed",
    ),
    "words.pt": (
        lambda path: saved(torch.nn.Sequential(OrderedDict(emb=torch.nn.Embedding(9, 4), b=torch.nn.GRU(4, 4))), path),
        "emb.weight belongs to an embedding",
    ),
    "layer norm.npz": (
        lambda path: np.savez(path, **gru_arrays(**{"a.weight": np.ones(4), "b.weight": np.ones((2, 4))})),
        "a.weight has no place",
    ),
    "cell and layer.pt": (
        lambda path: torch.save(
            {"weight_ih": torch.zeros(12, 3), "weight_ih_l0": torch.ones(12, 3), "weight_hh": torch.ones(12, 4)}, path
        ),
        "a layer and a cell share one name",
    ),
}


def test_a_read_out_may_have_any_name(tmp_path):
    arrays = {f"rnn.{name}": np.ones(shape) for name, shape in (("weight_ih_l0", (12, 3)), ("weight_hh_l0", (12, 4)))}
    np.savez(tmp_path / "model.npz", **arrays, **{"remember.weight": np.ones((2, 4))})
    assert read(tmp_path / "model.npz").K == 2


@pytest.mark.filterwarnings("ignore::UserWarning")
@pytest.mark.parametrize("name", REFUSED)
def test_other_files_are_refused_in_words(tmp_path, name):
    write, said = REFUSED[name]
    write(tmp_path / name)
    with pytest.raises(ModelError, match=said):
        read(tmp_path / name)


def test_nothing_in_a_file_is_run(tmp_path):
    class Trap:
        def __reduce__(self):
            return (open, (str(tmp_path / "sprung"), "w"))

    torch.save({"weight_ih_l0": Trap()}, tmp_path / "trap.pt")
    with pytest.raises(ModelError, match="no file of weights"):
        read(tmp_path / "trap.pt")
    assert not (tmp_path / "sprung").exists()
