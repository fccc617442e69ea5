"""The full mode: every experiment of lesson 19 with FULL settings, recorded for the lesson to show.

    OMP_NUM_THREADS=1 python -m coursekit.topics.scan_and_attention.experiments [--quick] [--only parity,recall]
        [--folder FOLDER]

What is not named keeps what the latest record holds.
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path

from coursekit.results import recorded as records
from coursekit.topics.scan_and_attention.experiments import EXPERIMENTS, FULL, QUICK, measure
from coursekit.topics.scan_and_attention.experiments.record import write


def main(arguments: list[str] | None = None) -> int:
    """Run, print as it goes, and write the file after each experiment: a stopped run keeps what is done."""
    parser = argparse.ArgumentParser(
        prog="python -m coursekit.topics.scan_and_attention.experiments", description=__doc__.splitlines()[0]
    )
    parser.add_argument("--quick", action="store_true", help="the settings of the notebook")
    parser.add_argument("--only", default=",".join(EXPERIMENTS), help="names, separated by commas; default: all")
    parser.add_argument("--folder", type=Path, default=Path("benchmarks/results"), help="where the record goes")
    given = parser.parse_args(arguments)
    names = given.only.split(",")
    if unknown := set(names) - set(EXPERIMENTS):
        parser.error(f"no such experiment: {', '.join(sorted(unknown))}; there are {', '.join(EXPERIMENTS)}")
    try:
        records.threads()
    except ValueError as problem:
        parser.error(str(problem))
    settings = QUICK if given.quick else FULL
    for name in names:
        before = time.process_time()
        found = measure(name, settings)
        spent = time.process_time() - before
        print(f"{name}: {spent:.1f} s of processor time", flush=True)
        path = write(name, found, spent, settings, given.folder)
    print(f"written: {path}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
