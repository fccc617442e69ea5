"""The process that measures for gpu.py: reads jobs as lines of JSON, answers each with a line of JSON.

It is a process of its own because a kernel that fails can take the whole CUDA context with it, and one that hangs can
only be ended from outside. gpu.py starts another one then and goes on with the next job.
"""

from __future__ import annotations

import json
import statistics
import sys
import time

import torch

import coursekit.nn
from coursekit.nn.gru import graphed

CHECK_STEPS = 24  # sequence length of the comparison with float64
LARGEST_ERROR = {"fp32": 1e-4, "tf32": 2e-2, "fp16": 2e-2, "bf16": 1e-1}
DTYPES = {"fp32": torch.float32, "tf32": torch.float32, "fp16": torch.float16, "bf16": torch.bfloat16}


def set_arithmetic(name: str) -> None:
    """float32 products with or without TF32, in cuBLAS and in cuDNN."""
    torch.backends.cuda.matmul.allow_tf32 = torch.backends.cudnn.allow_tf32 = name == "tf32"


def build(job: dict, device: str, dtype: torch.dtype) -> torch.nn.Module:
    torch.manual_seed(0)
    if job["backend"] == "torch":
        return getattr(torch.nn, job["cell"])(job["H"], job["H"]).to(device, dtype)
    return getattr(coursekit.nn, job["cell"])(job["H"], job["H"], backend=job["backend"]).to(device, dtype)


def everything(module: torch.nn.Module, x: torch.Tensor, upstream: torch.Tensor) -> list[torch.Tensor]:
    """All hidden states and every gradient."""
    x = x.detach().requires_grad_()
    y = module(x)[0]
    return [y, *torch.autograd.grad(y, [x, *module.parameters()], upstream)]


def error(module: torch.nn.Module, job: dict, device: str, dtype: torch.dtype) -> float:
    """Largest distance of any result from the readable loop in float64 on the same numbers, relative per tensor."""
    exact = getattr(coursekit.nn, job["cell"])(job["H"], job["H"], backend="readable").to(device, torch.float64)
    exact.load_state_dict(module.state_dict())
    steps = min(CHECK_STEPS, job["T"])
    x, upstream = torch.randn(2, steps, job["N"], job["H"], device=device).to(dtype)
    found, right = everything(module, x, upstream), everything(exact, x.double(), upstream.double())
    return max(((a.double() - b).abs().max() / b.abs().max()).item() for a, b in zip(found, right, strict=True))


def median_ms(function, device: str, seconds: float) -> tuple[float, int]:
    """Median time of a call in milliseconds, by the GPU's own clock, after three calls that do not count."""
    for _ in range(3):
        function()
    if device == "cpu":
        start = time.perf_counter()
        function()
        return 1e3 * (time.perf_counter() - start), 1
    torch.cuda.synchronize()
    times, end = [], time.perf_counter() + seconds
    while len(times) < 5 or (len(times) < 50 and time.perf_counter() < end):
        marks = [torch.cuda.Event(enable_timing=True) for _ in range(6)]
        for mark in marks[:-1]:  # five calls in a row: the processor runs ahead of the GPU, as in training
            mark.record()
            function()
        marks[-1].record()
        torch.cuda.synchronize()
        times += [a.elapsed_time(b) for a, b in zip(marks, marks[1:], strict=False)]
    return statistics.median(times), len(times)


def measure(job: dict, device: str) -> dict:
    """Check, then time: microseconds per time step, forward alone and forward with backward."""
    set_arithmetic(job["arithmetic"])
    dtype = DTYPES[job["arithmetic"]]
    graphed.forget()
    module = build(job, device, dtype)
    distance = error(module, job, device, dtype)
    used = getattr(module, "backend_used", "torch")
    if used != job["backend"]:
        return {"failed": module.backend_reason}
    if not distance < LARGEST_ERROR[job["arithmetic"]]:
        return {"failed": f"wrong result: differs from float64 by {distance:.1e}", "error": distance}
    x, upstream = torch.randn(2, job["T"], job["N"], job["H"], device=device).to(dtype)

    def forward() -> None:
        with torch.no_grad():
            module(x)

    ahead, runs_ahead = median_ms(forward, device, job["seconds"])
    both, runs_both = median_ms(lambda: everything(module, x, upstream), device, job["seconds"])
    per_step = 1e3 / job["T"]
    return {
        "error": distance,
        "forward_us": ahead * per_step,
        "both_us": both * per_step,
        "runs": [runs_ahead, runs_both],
    }


def main(device: str) -> None:
    answers = sys.stdout
    sys.stdout = sys.stderr  # nothing else may write between the answers
    for line in sys.stdin:
        job = json.loads(line)
        try:
            answer = measure(job, device)
        except Exception as problem:  # whatever it is, it belongs in the table, and the next job must run
            answer = {"failed": f"{type(problem).__name__}: {' '.join(str(problem).split())[:300]}"}
            answer["poisoned"] = "CUDA error" in str(problem)
        print(json.dumps(answer), file=answers, flush=True)


if __name__ == "__main__":
    main(sys.argv[1])
