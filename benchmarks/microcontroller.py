"""Lesson 20's table: a GRU that reads digits, in float32 and int8, its bytes, right answers and microseconds.

    OMP_NUM_THREADS=1 python benchmarks/microcontroller.py

trains four widths on five seeds, compiles what `coursekit export-c` writes for each, times every step, and writes
benchmarks/results/microcontroller-<date>.json. It needs the extras [torch,data] and a C compiler.
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path

from coursekit.embedded import compiler
from coursekit.results import recorded
from coursekit.topics.microcontroller import record

RESULTS = Path(__file__).resolve().parent / "results"


def main() -> None:
    argparse.ArgumentParser(description=__doc__.split("\n")[0]).parse_args()
    recorded.threads()  # before anything is trained: without them nothing can be written
    if compiler.find() is None:
        raise SystemExit(
            "There is no C compiler here, and its microseconds are what is recorded: install gcc or clang."
        )
    found = record.measure()
    path = recorded.write(record.KIND, found, time.process_time(), RESULTS)
    print(record.budget_table(record.recorded(RESULTS)))
    print(f"wrote {path}")


if __name__ == "__main__":
    main()
