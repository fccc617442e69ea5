"""Tools that several tests of coursekit.nn share."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from torch import Tensor
from torch.nn.utils.rnn import PackedSequence

from coursekit import nn
from coursekit.nn import small
from coursekit.nn.native import build
from tests.nn.ways import InWalks
from tests.once import once

D, H, T, N = 3, 5, 6, 4


@pytest.fixture(autouse=True)
def _one_thread_and_a_seed():
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    torch.manual_seed(0)
    yield
    torch.set_num_threads(threads)


# A PyTorch extension of one line: a compiler that cannot make this one cannot be expected to make ours.
SMALLEST_EXTENSION = "#include <ATen/cpu/vec/vec.h>\n#include <torch/library.h>\n"


@pytest.fixture(scope="session")
def native_library(tmp_path_factory):
    """The steps in C++, compiled once for a run. Skips where there is no compiler, or none that makes extensions."""

    def make(folder: Path) -> None:
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("TORCH_EXTENSIONS_DIR", str(folder))
            for source, outcome in ((build.SOURCE, "ours"), (folder / "smallest.cpp", "smallest")):
                (folder / "smallest.cpp").write_text(SMALLEST_EXTENSION)
                patch.setattr(build, "SOURCE", source)
                try:
                    build.library()
                    break
                except build.Failed as failed:
                    (folder / outcome).write_text(str(failed))
                    if "had not ended" in str(failed):  # too busy a machine says nothing about the compiler
                        (folder / "smallest").write_text(str(failed))
                        break

    folder = once(tmp_path_factory, "native", make)
    if (folder / "smallest").exists():
        pytest.skip((folder / "smallest").read_text())
    assert not (folder / "ours").exists(), (folder / "ours").read_text()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TORCH_EXTENSIONS_DIR", str(folder))
        assert build.unavailable() is None
    return folder


@pytest.fixture(autouse=True)
def _compiled_for_native(request):
    """A test with "native" among its parameters gets the library, or is skipped."""
    if any(isinstance(value, str) and value == "native" for value in _parameters(request).values()):
        request.getfixturevalue("native_library")


@pytest.fixture(autouse=True)
def _in_walks(request, monkeypatch):
    """A test with `InWalks` among its parameters finds no step small."""
    if any(isinstance(value, InWalks) for value in _parameters(request).values()):
        monkeypatch.setattr(small, "LARGEST_STEP", 0)


def _parameters(request) -> dict:
    return request.node.callspec.params if hasattr(request.node, "callspec") else {}


@pytest.fixture
def twins():
    """A layer of torch.nn and ours with the same numbers, each drawn from the same seed."""

    def make(cell: str, *args, **options):
        torch.manual_seed(1)
        backend = {"backend": options.pop("backend")} if "backend" in options else {}
        theirs = getattr(torch.nn, cell)(*args, **options)
        torch.manual_seed(1)
        ours = getattr(nn, cell)(*args, **options, **backend)
        return theirs, ours

    return make


@pytest.fixture
def results():
    """Everything that a call gives: output, final states, and the gradients of all that requires one.

    x is the input, or a function that makes it from a leaf.
    """

    def run(module, x, states: tuple[Tensor, ...], *leaves: Tensor) -> list[Tensor]:
        hx = states if len(states) == 2 else states[0] if states else None
        y, last = module(x() if callable(x) else x, hx)
        outputs = [y.data if isinstance(y, PackedSequence) else y, *(last if isinstance(last, tuple) else (last,))]
        torch.manual_seed(2)  # the same random upstream gradients for every module
        upstream = [torch.randn_like(out) for out in outputs]
        return [*outputs, *torch.autograd.grad(outputs, [*leaves, *states, *module.parameters()], upstream)]

    return run


@pytest.fixture
def distance():
    """The largest error of any tensor, relative to its largest number; shapes and types must agree."""

    def measure(ours: list[Tensor], theirs: list[Tensor]) -> float:
        assert [(a.shape, a.dtype) for a in ours] == [(b.shape, b.dtype) for b in theirs]
        return max(((a - b).abs().max() / b.abs().max()).item() for a, b in zip(ours, theirs, strict=True))

    return measure
