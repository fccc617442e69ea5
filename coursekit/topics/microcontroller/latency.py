"""A row of the sensor in, an answer out: how long that takes, step by step, in Python and in the compiled C.

taken = latencies(model, x)             # name -> nanoseconds of each step (n,)
percentiles(taken["C, float32"])        # p50, p95, p99 in microseconds
"""

from __future__ import annotations

import gc
import time
from collections.abc import Callable

import numpy as np
import torch

from coursekit.embedded import c_source, compiler
from coursekit.embedded.int8 import Quantised
from coursekit.embedded.model import Model
from coursekit.reference import conventions
from coursekit.topics.microcontroller.answers import gru_step_int8

WARM_UP = 200
C_FLOAT, C_INT8 = "C, float32", "C, int8"
NUMPY_INT8, EAGER = "NumPy, int8 mirror", "PyTorch, a step at a time"
NAMES = (EAGER, NUMPY_INT8, C_FLOAT, C_INT8)


def latencies(model: Model, x: np.ndarray) -> dict[str, np.ndarray]:
    """Nanoseconds of each step with its read-out, for rows x (n, D). What has no compiler here is left out."""
    found = {EAGER: _clocked(_eager(model), x), NUMPY_INT8: _clocked(_mirror(model), x)}
    try:
        for name, in_int8 in ((C_FLOAT, False), (C_INT8, True)):
            with compiler.compiled(c_source.header(model, "digits", in_int8), "digits", model) as program:
                program.nanoseconds(x[:WARM_UP])
                found[name] = program.nanoseconds(x)
    except compiler.CompilerError:
        pass
    return found


def percentiles(nanoseconds: np.ndarray) -> tuple[float, float, float]:
    """p50, p95 and p99 in microseconds."""
    p50, p95, p99 = np.percentile(nanoseconds, (50, 95, 99)) / 1000
    return float(p50), float(p95), float(p99)


def _clocked(step: Callable[[np.ndarray], object], x: np.ndarray) -> np.ndarray:
    """Python's collector is held back: its pauses are Python's, and would be told as the step's."""
    for row in x[:WARM_UP]:
        step(row)
    taken = np.empty(len(x), np.int64)
    collecting = gc.isenabled()
    gc.disable()
    try:
        for k, row in enumerate(x):
            before = time.perf_counter_ns()
            step(row)
            taken[k] = time.perf_counter_ns() - before
    finally:
        if collecting:
            gc.enable()
    return taken


def _mirror(model: Model) -> Callable[[np.ndarray], np.ndarray]:
    small, h = Quantised.of(model), np.zeros(model.H, np.float32)
    weights = (*small.W_ih, *small.W_hh, small.b_ih, small.b_hh)

    def step(row: np.ndarray) -> np.ndarray:
        nonlocal h
        h = gru_step_int8(row, h, weights)
        return model.W_out @ h + model.b_out

    return step


def _eager(model: Model) -> Callable[[np.ndarray], torch.Tensor]:
    layer, read_out = torch.nn.GRU(model.D, model.H, batch_first=True), torch.nn.Linear(model.H, model.K)
    weights = conventions.to_state_dict(model.params)
    layer.load_state_dict({name: torch.from_numpy(part) for name, part in weights.items()})
    read_out.load_state_dict({"weight": torch.tensor(model.W_out), "bias": torch.tensor(model.b_out)})
    h = torch.zeros(1, 1, model.H)

    def step(row: np.ndarray) -> torch.Tensor:
        nonlocal h
        with torch.no_grad():
            hs, h = layer(torch.from_numpy(row)[None, None], h)
            return read_out(hs[0, 0])

    return step
