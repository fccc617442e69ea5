"""Compile `steps.cpp` with PyTorch's own extension loader, once for each PyTorch and kind of processor, and load it.

The loader runs in a process of its own, in a folder of its own, and with a time limit: it waits without one for a lock
that a killed process has left, and for a compiler that hangs. The finished library is moved to where PyTorch keeps
extensions, whole or not at all. Two processes that compile at once do the same work twice, and either result will do.
"""

from __future__ import annotations

import functools
import hashlib
import os
import shlex
import shutil
import subprocess
import sys
import sysconfig
import tempfile
from pathlib import Path

import torch
from torch import Tensor

from coursekit import programs

SOURCE = Path(__file__).with_name("steps.cpp")
HEADERS = [SOURCE.with_name(name) for name in ("gemm.h", "rows.h", "walks.h")]
PATIENCE_S = 300  # a compilation takes 15 to 40 seconds of processor time
DTYPES = (torch.float32, torch.float64)

# What `at::vec` has to be told about the processor: by torch.backends.cpu.get_cpu_capability(), nothing elsewhere.
_VECTORS = {
    "AVX512": ["-mavx512f", "-mavx512dq", "-mavx512vl", "-mavx512bw", "-mavx2", "-mfma"],
    "AVX2": ["-mavx2", "-mfma", "-mf16c"],
}
_COMPILE = """
import sys
from torch.utils.cpp_extension import load
name, source, folder, *flags = sys.argv[1:]
load(name, [source], extra_cflags=flags, build_directory=folder, is_python_module=False)
"""


class Failed(Exception):
    """Why there is no library, in a phrase."""


def obstacle(x: Tensor, hidden_size: int) -> str | None:
    """Why the steps in C++ cannot run for this input on a processor, or None. The first call may compile them."""
    if x.dtype not in DTYPES:
        return f"it computes with float32 and float64, not with {x.dtype}"
    return unavailable()


@functools.cache
def unavailable() -> str | None:
    """As `obstacle`, whatever the input: tried once in a process, so that what failed does not fail slowly again."""
    try:
        torch.ops.load_library(library())
        _try_out()
    except Failed as failed:
        return str(failed)
    except (OSError, RuntimeError, AttributeError) as error:  # a library that this PyTorch cannot load or call
        return f"the compiled library does not work ({_first_line(error)})"
    return None


def library() -> Path:
    """The compiled library, from an earlier process or compiled now. Raises Failed."""
    capability = torch.backends.cpu.get_cpu_capability()
    flags = ["-O3"]
    if capability in _VECTORS:
        flags += [f"-DCPU_CAPABILITY={capability}", f"-DCPU_CAPABILITY_{capability}", *_VECTORS[capability]]
    sources = [file.read_text(encoding="utf-8") for file in (SOURCE, *HEADERS)]
    made_from = [*sources, torch.__version__, sysconfig.get_platform(), *flags]
    name = f"coursekit_native_{hashlib.sha256(repr(made_from).encode()).hexdigest()[:12]}"
    place = _kept() / name / f"{name}.so"
    if not place.exists():
        _require_tools()
        try:
            place.parent.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryDirectory(dir=place.parent, ignore_cleanup_errors=True) as folder:
                _compile(name, folder, flags)
                os.replace(Path(folder) / place.name, place)
        except OSError as error:
            raise Failed(f"its library cannot be kept in {place.parent} ({_first_line(error)})") from None
    return place


def _kept() -> Path:
    """Where PyTorch keeps extensions, which TORCH_EXTENSIONS_DIR moves."""
    from torch.utils.cpp_extension import get_default_build_root

    return Path(os.environ.get("TORCH_EXTENSIONS_DIR") or get_default_build_root())


def _require_tools() -> None:
    if sys.platform == "win32":
        raise Failed("it is compiled on Linux and macOS only")
    for tool, how in (
        (shlex.split(os.environ.get("CXX") or "c++")[0], "Debian: apt-get install g++; macOS: xcode-select --install"),
        ("ninja", "pip install ninja"),
    ):
        if shutil.which(tool, path=_path()) is None:
            raise Failed(f"the program {tool} is not installed ({how})")


def _path() -> str:
    """Where programs are looked for; those beside Python too, whose environment a notebook need not have activated."""
    return os.pathsep.join([os.environ.get("PATH", os.defpath), str(Path(sys.executable).parent)])


def _compile(name: str, folder: str, flags: list[str]) -> None:
    """Compile into a folder, in a process that ends with all that it has started. Raises Failed."""
    command = [sys.executable, "-c", _COMPILE, name, str(SOURCE), folder, *flags]
    try:
        done = programs.run(command, PATIENCE_S, cwd=folder, env=os.environ | {"PATH": _path()})
    except subprocess.TimeoutExpired:
        raise Failed(f"its compilation had not ended after {PATIENCE_S:g} seconds") from None
    if done.returncode != 0:
        raise Failed(f"its compilation failed ({_error_of(done.stdout + done.stderr)})")


def _error_of(said: str) -> str:
    """The line that tells the error, of all that a compilation has said; its last one if none does."""
    lines = [line.strip() for line in said.splitlines() if line.strip()] or ["it said nothing"]
    return next((line for line in lines if "error:" in line), lines[-1])[:200]


def _first_line(error: Exception) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0][:200]


def _try_out() -> None:
    """One step, with weights that are 1. Raises RuntimeError or AttributeError."""
    zeros = torch.zeros(1, 2, 2, dtype=torch.float32, device="cpu")
    hs, eye = torch.empty_like(zeros), torch.eye(2, dtype=torch.float32, device="cpu")
    torch.ops.coursekit_native.rnn_forward(zeros, eye, eye, eye, zeros[0, 0], hs, True, 1)
    if not torch.equal(hs[0], eye):
        raise RuntimeError("it computes something else")
