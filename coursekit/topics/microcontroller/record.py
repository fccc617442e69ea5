"""The run that is too long for the lesson: four widths, five seeds, and the latencies of one machine with a compiler.

`OMP_NUM_THREADS=1 python benchmarks/microcontroller.py` writes it; `recorded()` reads it back.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from coursekit.embedded import budget, c_source, compiler
from coursekit.results import recorded as records
from coursekit.results.table import Table
from coursekit.topics.microcontroller.agreement import agreement
from coursekit.topics.microcontroller.latency import C_FLOAT, C_INT8, latencies, percentiles
from coursekit.topics.microcontroller.task import STAGES, compare, digit_task

KIND = "microcontroller"
IN_C = (C_FLOAT, C_INT8)  # those of Python are measured in the lesson, on the reader's own computer
UNITS, SEEDS, ROWS = (16, 32, 64, 128), (0, 1, 2, 3, 4), 20_000


def measure(
    units: Sequence[int] = UNITS,
    seeds: Sequence[int] = SEEDS,
    rows: int = ROWS,
    stages: Sequence[tuple[int, float]] = STAGES,
) -> dict[str, Any]:
    """For each width: bytes, operations, right answers of each seed in per cent, and latencies over that many rows."""
    task = digit_task()
    table, models = compare(task, units, seeds, stages=stages)
    stream = np.resize(task.test.x.reshape(-1, task.test.x.shape[-1]), (rows, task.test.x.shape[-1]))
    found = []
    for width in units:
        model = models[width][0]
        kinds = {kind: budget.of(model, kind == "int8") for kind in ("float32", "int8")}
        found.append(
            {
                "units": width,
                "bytes": {kind: sizes.weights for kind, sizes in kinds.items()},
                "state": kinds["int8"].state,
                "products": kinds["int8"].products,
                "right": {kind: list(table.row(f"GRU, {width} units, {kind}").values) for kind in kinds},
                "differences": agreement(model, stream[:400]),
                "code": compiler.code_bytes(c_source.header(model, "digits", int8=True), "digits", model),
                "us": {name: percentiles(took) for name, took in latencies(model, stream).items() if name in IN_C},
            }
        )
    others = {row.name: row.values[0] for row in table.rows if row.baseline}
    return {"compiler": compiler.about(), "rows": rows, "baselines": others, "widths": found}


def recorded(folder: Path | None = None) -> dict[str, Any] | None:
    """The latest record, None if there is none: what `results.recorded` says of a run, and what `measure` found."""
    return records.latest(KIND, folder)


def latency_table(latency: dict[str, Sequence[float]], caption: str) -> Table:
    """p50, p95 and p99 in microseconds for each way to take a step."""
    columns = ("a row in, an answer out", "p50 (µs)", "p95 (µs)", "p99 (µs)")
    return Table(columns, [(name, *three) for name, three in latency.items()], caption)


def budget_table(record: dict[str, Any]) -> Table:
    """All widths of a record: bytes, operations, right answers, and the microseconds of the C."""
    rows = []
    for one in record["widths"]:
        for kind, name in zip(("float32", "int8"), IN_C, strict=True):
            us = one["us"].get(name, (None, None, None))
            right = float(np.mean(one["right"][kind]))
            rows.append(
                (f"{one['units']} units, {kind}", one["bytes"][kind], one["state"], one["products"], right, *us)
            )
    columns = ("GRU", "bytes of weights", "of state", "multiply-adds", "right (%)", "p50 (µs)", "p95 (µs)", "p99 (µs)")
    return Table(columns, rows, f"Recorded on {record['date']}: {record['machine']}; {record['compiler']}")
