"""The full mode: every experiment of lesson 19 with FULL settings, recorded for the lesson to show.

    OMP_NUM_THREADS=1 python -m coursekit.topics.scan_and_attention.experiments [--quick] [--only parity,recall]
        [--folder FOLDER]

What is not named keeps what the latest record holds.
"""

from __future__ import annotations

import time

from coursekit.results.record_command import Command
from coursekit.topics.scan_and_attention.experiments import EXPERIMENTS, FULL, QUICK, measure
from coursekit.topics.scan_and_attention.experiments.record import write


def main(arguments: list[str] | None = None) -> int:
    """Run, print as it goes, and write the file after each experiment: a stopped run keeps what is done."""
    command = Command("coursekit.topics.scan_and_attention.experiments", __doc__)
    command.add_parts("--only", EXPERIMENTS, "experiment")
    given = command.read(arguments)
    settings = QUICK if given.quick else FULL
    for name in given.names:
        before = time.process_time()
        found = measure(name, settings)
        spent = time.process_time() - before
        print(f"{name}: {spent:.1f} s of processor time", flush=True)
        path = write(name, found, spent, settings, given.folder)
    print(f"written: {path}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
