"""The Triton kernels without a GPU: compiled for sm_90 (H100, H200), no register spilled, shared memory in budget."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import torch

triton = pytest.importorskip("triton", reason="the package triton is not installed")
from triton.backends.compiler import GPUTarget  # noqa: E402
from triton.compiler import ASTSource  # noqa: E402

from coursekit.nn.gru import cluster, launch  # noqa: E402
from coursekit.nn.gru import kernel as one_block  # noqa: E402
from tests.processes import finished  # noqa: E402

CUOBJDUMP = Path(triton.__file__).parent / "backends" / "nvidia" / "bin" / "cuobjdump"
LARGEST_SHARED = 227 * 1024  # of one block on sm_90
TYPES = {"float32": "fp32", "float16": "fp16", "bfloat16": "bf16"}
ALWAYS = {"counters": "*i32", "direct": "*fp32"}
INTEGERS = ("T", "N", "first", "steps", "first_row")

# H at the ends of every plan, and others, whose rows are masked; above 256 only 512 is launched
CASES = [
    *[("float32", "ieee", H) for H in (50, 64, 100, 256, 512)],
    *[("float32", "tf32", H) for H in (64, 100, 128, 200, 512)],
    *[("float16", "ieee", H) for H in (128, 512)],
    *[("bfloat16", "ieee", H) for H in (64, 100, 144, 200, 256, 512)],
]

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not CUOBJDUMP.exists(), reason="this triton comes without cuobjdump"),
    pytest.mark.skipif(triton.knobs.runtime.interpret, reason="TRITON_INTERPRET is set: nothing is compiled"),
]


def resources(kernel, dtype: str, constants: dict, warps: int, folder: Path) -> tuple[int, int]:
    """Bytes of stack per thread (spilled registers) and of shared memory per block."""
    signature = {
        name: "constexpr" if name in constants else "i32" if name in INTEGERS else ALWAYS.get(name, f"*{TYPES[dtype]}")
        for name in kernel.arg_names
    }
    if "direct" in signature:
        signature["dh0"] = "*fp32"
    source = ASTSource(fn=kernel, signature=signature, constexprs=constants)
    options = launch.OPTIONS | {"num_warps": warps}
    compiled = triton.compile(source, target=GPUTarget("cuda", 90, 32), options=options)
    binary = folder / "kernel.cubin"
    binary.write_bytes(compiled.asm["cubin"])
    usage = finished([CUOBJDUMP, "-res-usage", binary], check=True).stdout
    return int(re.search(r"STACK:(\d+)", usage)[1]), compiled.metadata.shared


@pytest.mark.parametrize(("dtype", "precision", "H"), CASES)
def test_nothing_spills(monkeypatch, tmp_path, dtype, precision, H):
    monkeypatch.setenv("TRITON_CACHE_DIR", str(tmp_path))
    kind = getattr(torch, dtype)
    plan = launch.plan(H, kind, precision)
    constants = dict(H=H, HP=plan.padded, ROWS=launch.ROWS, PRECISION=precision)
    if plan.units == plan.padded:
        forward, backward = one_block.gru_forward, one_block.gru_backward
        forward_only = dict(KEEP=True)
    else:
        forward, backward = cluster.cluster_forward, cluster.cluster_backward
        constants |= dict(UNITS=plan.units, SYNC=True)
        forward_only = dict(KEEP=True, CHUNK=plan.chunk)
    budget = launch.shared_bytes(plan, kind)
    assert budget <= LARGEST_SHARED
    for kernel, constant in ((forward, constants | forward_only), (backward, constants)):
        stack, shared = resources(kernel, dtype, constant, plan.warps, tmp_path)
        assert stack == 0, f"{kernel.__name__} spills {stack} bytes per thread"
        assert shared <= budget, f"{kernel.__name__} needs {shared} bytes of shared memory"
