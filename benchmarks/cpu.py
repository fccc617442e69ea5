"""Time every CPU implementation of the three cells against torch.nn, in one process and on the same numbers.

    python benchmarks/cpu.py [--quick] [--threads 1|all] [--dtype float32|float64] [--cells gru,rnn,lstm]
    python benchmarks/cpu.py --all [--quick] [--cells gru,rnn,lstm]     # one thread and all, float32 and float64

One run is a forward and a backward pass with a loss on every step: gradients of x, of the initial states
and of all weights. The jobs of a shape take turns, so that a busy machine disturbs them alike. With one
thread the clock is the process's own processor time; with all threads it is wall time. Medians are compared.

Self-efficiency is the time of the matrix products alone, run again on the same arrays, over the whole time:
the share of the work that nobody can avoid. Unlike the ratio, it does not move when torch changes.
"""

from __future__ import annotations

import argparse
import contextlib
import math
import os
import platform
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import numpy as np
import torch

import coursekit.nn
from coursekit.nn import gemm
from coursekit.nn.denormals import flush_denormals
from coursekit.reference import FAST, gru, lstm, processor, rnn
from coursekit.reference.conventions import STATE_DICT_KEYS
from coursekit.reference.numerics import relative_error

SHAPES = {  # T, N, D, H
    "A": (50, 1, 32, 32),
    "B": (100, 32, 64, 64),
    "C": (100, 32, 128, 128),
    "D": (256, 64, 128, 256),
    "E": (1000, 16, 64, 128),
    "F": (64, 256, 256, 512),
}
CELLS = {"gru": gru, "rnn": rnn, "lstm": lstm}
LARGEST_ERROR = {"float32": 1e-3, "float64": 1e-10}

Run = Callable[[], list]  # one forward and backward: [hs, dx, dh0, (dc0,) dW_ih, dW_hh, db_ih, db_hh]


@dataclass(frozen=True)
class Problem:
    """What every implementation is given: arrays, batch first."""

    cell: str
    x: np.ndarray
    states: tuple[np.ndarray, ...]
    params: tuple[np.ndarray, ...]
    dhs: np.ndarray

    @staticmethod
    def draw(cell: str, shape: tuple[int, int, int, int], dtype: str) -> Problem:
        T, N, D, H = shape
        rng = np.random.default_rng(0)
        x, dhs = (rng.normal(size=(N, T, size)).astype(dtype) for size in (D, H))
        states = tuple(rng.normal(size=(N, H)).astype(dtype) for _ in range(2 if cell == "lstm" else 1))
        return Problem(cell, x, states, CELLS[cell].init(D, H, rng, dtype), dhs)


@dataclass(frozen=True)
class Implementation:
    """One row of the table. `prepare` does what a user does once; the Run that it returns is timed."""

    name: str
    prepare: Callable[[Problem], Run]
    replay: Callable[[Run], Callable[[], None]] | None = None  # the run's matrix products alone
    bars: dict[str, float] = field(default_factory=dict)  # cell -> highest geometric mean, float32, one thread


def in_numpy(problem: Problem, fast: bool) -> Run:
    module = FAST[CELLS[problem.cell]] if fast else CELLS[problem.cell]
    dc_T = [np.zeros_like(state) for state in problem.states[1:]]

    def run() -> list:
        hs, *_, cache = module.forward(problem.x, *problem.states, problem.params)
        return [hs, *module.backward(problem.dhs, *dc_T, cache)]

    return run


def replay_numpy(run: Run) -> Callable[[], None]:
    """Record the operands of every np.matmul and np.dot of one run."""
    products, calls = {name: getattr(np, name) for name in ("matmul", "dot")}, []

    def recording(product):
        def record(a, b, out=None):
            calls.append((product, a, b, out))
            return product(a, b, out=out)

        return record

    for name, product in products.items():
        setattr(np, name, recording(product))
    try:
        run()
    finally:
        for name, product in products.items():
            setattr(np, name, product)

    @flush_denormals()  # the operands are what a run has left behind: results of results, which may have vanished
    def replay() -> None:
        for product, a, b, out in calls:
            product(a, b, out=out)

    return replay


def torch_layer(problem: Problem, library=torch.nn, **options) -> Run:
    """The yardstick, torch.nn with batch_first=True; or the layer of the same name from another library."""
    N, T, D = problem.x.shape
    H = problem.dhs.shape[-1]
    x, *states = (torch.tensor(array, requires_grad=True) for array in (problem.x, *problem.states))
    layer = getattr(library, problem.cell.upper())(D, H, batch_first=True, dtype=x.dtype, **options)
    with torch.no_grad():
        for name, array in zip(STATE_DICT_KEYS, problem.params, strict=True):
            getattr(layer, name).copy_(torch.tensor(array))
    dhs = torch.tensor(problem.dhs)
    leaves = [x, *states, *layer.parameters()]

    def run() -> list:
        initial = [state[None] for state in states]
        hs, _ = layer(x, tuple(initial) if problem.cell == "lstm" else initial[0])
        return [hs.detach(), *torch.autograd.grad(hs, leaves, dhs)]

    return run


def replay_gemm(run: Run) -> Callable[[], None]:
    """Record the operands of every product that goes through coursekit.nn.gemm in one run."""
    projector, adder, add_gradient, calls = gemm.projector, gemm.adder, gemm.add_gradient, []

    def recording(product):
        return lambda *operands, **to: (calls.append(partial(product, *operands, **to)), product(*operands, **to))[1]

    def recording_prepared(prepare):
        return lambda *operands: recording(prepare(*operands))

    gemm.projector, gemm.adder = recording_prepared(projector), recording_prepared(adder)
    gemm.add_gradient = recording(add_gradient)
    try:
        run()
    finally:
        gemm.projector, gemm.adder, gemm.add_gradient = projector, adder, add_gradient

    def replay() -> None:
        with torch.no_grad():
            for call in calls:
                call()

    return replay


def replay_fast(run: Run) -> Callable[[], None]:
    """The products of a run whose steps are small, which are NumPy's, or large."""
    replays = replay_numpy(run), replay_gemm(run)
    return lambda: [replay() for replay in replays]


def ours(backend: str) -> Callable[[Problem], Run]:
    return partial(torch_layer, library=coursekit.nn, backend=backend)


IMPLEMENTATIONS = [
    Implementation("NumPy readable", partial(in_numpy, fast=False)),
    Implementation("NumPy fast", partial(in_numpy, fast=True), replay_numpy, {"gru": 0.45, "rnn": 0.45, "lstm": 1.0}),
    Implementation("PyTorch readable", ours("readable"), bars={"gru": 1.03}),
    Implementation("PyTorch fast", ours("fast"), replay_fast, {"gru": 0.60, "rnn": 0.60, "lstm": 1.1}),
    Implementation("PyTorch native", ours("native"), bars={"gru": 0.45, "rnn": 0.45, "lstm": 0.9}),
]


def take_turns(jobs: list[Callable], seconds: float, clock: Callable[[], float]) -> list[float]:
    """Run the jobs in turn, at least three rounds and about `seconds`; return the median time of each."""
    times = [[] for _ in jobs]
    end = time.perf_counter() + seconds
    while len(times[0]) < 3 or time.perf_counter() < end:
        for job, record in zip(jobs, times, strict=True):
            start = clock()
            job()
            record.append(clock() - start)
    return [statistics.median(record) for record in times]


def require_same_answer(name: str, ours: list, torchs: list, dtype: str) -> None:
    """A fast wrong answer does not count."""
    error = max(relative_error(np.asarray(a), np.asarray(b)) for a, b in zip(ours, torchs, strict=True))
    if not error < LARGEST_ERROR[dtype]:
        raise SystemExit(f"{name}: differs from torch.nn by {error:.1e}, so its time means nothing")


def race(cell: str, shape: str, args: argparse.Namespace) -> dict:
    """Times in seconds: {"torch.nn": t, (name, "run"): t, (name, "matmul"): t, ...} for one shape."""
    problem = Problem.draw(cell, SHAPES[shape], args.dtype)
    jobs: dict = {"torch.nn": torch_layer(problem)}
    expected = jobs["torch.nn"]()
    for implementation in IMPLEMENTATIONS:
        run = implementation.prepare(problem)
        require_same_answer(f"{implementation.name}, {cell}, {shape}", run(), expected, args.dtype)
        jobs[implementation.name, "run"] = run
        if implementation.replay:
            jobs[implementation.name, "matmul"] = implementation.replay(run)
    del expected
    clock = time.process_time if args.threads == "1" else time.perf_counter
    seconds = take_turns(list(jobs.values()), args.seconds, clock)
    return dict(zip(jobs, seconds, strict=True))


def geometric_mean(values: list[float]) -> float:
    return math.exp(statistics.fmean(map(math.log, values)))


def print_table(cell: str, times: dict[str, dict], judge: bool) -> None:
    def row(label: str, values: list[float], last: str, digits: int = 2) -> None:
        print(f"{label:<28}" + "".join(f"{value:>9.{digits}f}" for value in values) + f"   {last}")

    print(f"\n{cell.upper():<28}" + "".join(f"{shape:>9}" for shape in times) + "   geometric mean")
    row("torch.nn, ms", [1e3 * t["torch.nn"] for t in times.values()], "", digits=1)
    for implementation in IMPLEMENTATIONS:
        name, bar = implementation.name, implementation.bars.get(cell)
        ratios = [t[name, "run"] / t["torch.nn"] for t in times.values()]
        mean = geometric_mean(ratios)
        verdict = f", bar {bar:.2f} {'met' if mean <= bar else 'MISSED'}" if judge and bar else ""
        worst = max(times, key=lambda shape: times[shape][name, "run"] / times[shape]["torch.nn"])
        row(f"{name}, ratio", ratios, f"{mean:.3f}, worst {worst} {max(ratios):.2f}{verdict}")
        if implementation.replay:
            shares = [t[name, "matmul"] / t[name, "run"] for t in times.values()]
            row("  self-efficiency", shares, f"{geometric_mean(shares):.3f}")


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Time the CPU implementations against torch.nn.")
    parser.add_argument("--all", action="store_true", help="print the four tables, one after the other")
    parser.add_argument("--quick", action="store_true", help="fewer rounds: a first impression in under a minute")
    parser.add_argument("--threads", choices=("1", "all"), default="1")
    parser.add_argument("--dtype", choices=tuple(LARGEST_ERROR), default="float32")
    parser.add_argument("--cells", default="gru,rnn,lstm", help="which cells, with commas")
    parser.add_argument(
        "--keep-coretype",
        action="store_true",
        help="obey OPENBLAS_CORETYPE; otherwise NumPy, like torch, picks the kernels for this processor",
    )
    args = parser.parse_args()
    args.seconds = 0.3 if args.quick else 4.0
    args.cells = args.cells.split(",")
    if unknown := set(args.cells) - set(CELLS):
        parser.error(f"unknown cell {unknown.pop()!r}: choose among {', '.join(CELLS)}")
    return args


def environment(args: argparse.Namespace) -> dict[str, str]:
    """The environment that the libraries have to find when they load."""
    wanted = dict(os.environ)
    if not args.keep_coretype:
        wanted.pop("OPENBLAS_CORETYPE", None)
    if args.threads == "1":
        wanted |= dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
    else:
        for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
            wanted.pop(variable, None)
    return wanted


def processor_name() -> str:
    """As the maker calls it, where Linux tells; a family and model tell apart what a virtual machine calls alike."""
    with contextlib.suppress(OSError):
        lines = Path("/proc/cpuinfo").read_text().splitlines()
        said = {key.strip(): value.strip() for key, _, value in (line.partition(":") for line in lines)}
        if "model name" in said:
            return f"{said['model name']} (family {said.get('cpu family')}, model {said.get('model')})"
    return platform.processor() or platform.machine()


def every_table() -> int:
    """One process for each, as the number of threads is set before the libraries load."""
    rest = [argument for argument in sys.argv if argument != "--all"]
    codes = [
        subprocess.run([sys.executable, *rest, "--threads", threads, "--dtype", dtype]).returncode
        for threads in ("1", "all")
        for dtype in LARGEST_ERROR
    ]
    return max(codes)


def describe(args: argparse.Namespace) -> str:
    """Everything that a reader needs in order to judge the figures."""
    clock = "processor time" if args.threads == "1" else "wall time"
    blas = np.show_config(mode="dicts")["Build Dependencies"]["blas"]
    kernels = os.environ.get("OPENBLAS_CORETYPE") or "kernels of its own choice"
    shapes = "  ".join(f"{name} {shape}" for name, shape in SHAPES.items())
    cache = processor.second_level_cache() >> 10
    return f"""\
{args.dtype}, threads: {torch.get_num_threads()}, {clock}; ratios to torch.nn, lower is faster
{processor_name()}, second-level cache {cache} KB, {torch.backends.cpu.get_cpu_capability()}
Python {platform.python_version()}, torch {torch.__version__}, NumPy {np.__version__}
BLAS of NumPy: {blas["name"]} {blas["version"]}, {kernels}
T, N, D, H: {shapes}"""


def main() -> int:
    args = arguments()
    if args.all:
        return every_table()
    wanted = environment(args)
    if wanted != dict(os.environ):
        return subprocess.run([sys.executable, *sys.argv], env=wanted).returncode
    if args.threads == "1":
        torch.set_num_threads(1)
    print(describe(args))
    for cell in args.cells:
        times = {shape: race(cell, shape, args) for shape in SHAPES}
        print_table(cell, times, judge=args.threads == "1" and args.dtype == "float32")
    return 0


if __name__ == "__main__":
    sys.exit(main())
