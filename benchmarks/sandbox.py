"""What the sandbox costs: start of the warm server, a worker up to its first result, its memory and its figures.

Run as `python benchmarks/sandbox.py [WORKERS]`.
"""

from __future__ import annotations

import statistics
import sys
import time
from pathlib import Path

import numpy as np
from grading_course import FIGURES

from coursekit.grading.run.sandbox import Server, Worker

CELL = """
import numpy as np
def step(x, h): return np.tanh(x + h), (x, h)
"""
ARRAY = np.ones((8, 16))


def milliseconds(start: float) -> float:
    return 1000 * (time.perf_counter() - start)


def private_mb(worker: Worker) -> float:
    """Memory that this worker does not share with the warm server, as the kernel counts it."""
    lines = Path(f"/proc/{worker.pid}/smaps_rollup").read_text().splitlines()
    return sum(int(line.split()[1]) for line in lines if line.startswith("Private_")) / 1024


def one(server: Server) -> dict[str, float]:
    start = time.perf_counter()
    with server.open() as worker:
        row = {"open": milliseconds(start)}
        worker.run_cell(CELL)
        worker.call("step", (ARRAY, ARRAY))
        row["open, one cell, one call"] = milliseconds(start)
        again = time.perf_counter()
        worker.call("step", (ARRAY, ARRAY))
        row["a further call"] = milliseconds(again)
        row["private MB"] = private_mb(worker)
        for figure in FIGURES:
            worker.run_cell(figure)
        row["private MB, two figures"] = private_mb(worker)
    row["all, with figures and end"] = milliseconds(start)
    row["CPU ms of the worker"] = 1000 * worker.usage["cpu_s"]
    return row


def main(workers: int) -> None:
    start = time.perf_counter()
    with Server() as server:
        print(f"level {server.level}, start of the server {milliseconds(start) / 1000:.2f} s, once")
        one(server)
        rows = [one(server) for _ in range(workers)]
    print(f"{workers} workers, one after another: median (and the worst tenth from)")
    for name in rows[0]:
        values = sorted(row[name] for row in rows)
        print(f"  {name:26} {statistics.median(values):8.2f}   ({values[int(0.9 * len(values))]:.2f})")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 100)
