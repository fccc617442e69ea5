"""Lesson 07: the course's GPU kernels of a GRU, shown, and run on the processor by Triton's interpreter."""

from __future__ import annotations

import ast
import importlib.util
import json
import os
import subprocess
import sys
from pathlib import Path

import coursekit.nn
from coursekit import programs

_PATIENCE_S = 300.0  # it takes three

# One layer, forwards and backwards: the kernels in float32 against the readable code in float64.
_PROGRAM = """
import json, torch
from coursekit.nn.gru import launch, readable
torch.manual_seed(0)
T, N, D, H = 6, 5, 7, 24
sizes = {"x": (T, N, D), "h0": (N, H), "W_ih": (3 * H, D), "W_hh": (3 * H, H), "b_ih": (3 * H,), "b_hh": (3 * H,)}
args = [(torch.randn(size) / H**0.5).requires_grad_() for size in sizes.values()]
exact = [a.detach().double().requires_grad_() for a in args]
upstream = torch.randn(T, N, H)
hs, truth = launch.gru(*args), readable.gru(*exact)
ours = [hs, *torch.autograd.grad(hs, args, upstream)]
right = [truth, *torch.autograd.grad(truth, exact, upstream.double())]
errors = [((a.double() - b).abs().max() / b.abs().max()).item() for a, b in zip(ours, right)]
print(json.dumps(dict(zip(["hs", *("d" + name for name in sizes)], errors))))
"""


class CannotRun(RuntimeError):
    """The interpreter does not run here; the text says why."""


def source_of(name: str) -> str:
    """The code of one kernel of coursekit/nn/gru/kernel.py, which is readable without Triton."""
    text = (Path(coursekit.nn.__file__).parent / "gru" / "kernel.py").read_text(encoding="utf-8")
    (kernel,) = (node for node in ast.parse(text).body if isinstance(node, ast.FunctionDef) and node.name == name)
    return ast.get_source_segment(text, kernel)


def interpreted_errors() -> dict[str, float]:
    """max|a - b| / max|b| of the states and of every gradient, by name. Raises CannotRun.

    In a process of its own, because the interpreter has to be switched on before Triton is imported.
    """
    if importlib.util.find_spec("triton") is None:
        raise CannotRun("Triton is not installed. It exists for Linux: pip install triton. The lesson does without.")
    interpreted = os.environ | {"TRITON_INTERPRET": "1", "OMP_NUM_THREADS": "1"}
    program = [sys.executable, "-c", _PROGRAM]
    try:
        done = programs.run(program, _PATIENCE_S, env=interpreted)
    except subprocess.TimeoutExpired:
        raise CannotRun(f"The interpreter had not ended after {_PATIENCE_S:g} s.") from None
    if done.returncode:
        raise CannotRun(f"The interpreter did not run here: {done.stderr.strip().splitlines()[-1]}")
    return json.loads(done.stdout)
