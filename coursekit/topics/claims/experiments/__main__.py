"""The full mode: every claim with FULL settings, recorded for the lesson to show beside the quick results.

    OMP_NUM_THREADS=1 python -m coursekit.topics.claims.experiments [--quick] [--claims parity,speed] [--folder FOLDER]

One thread, because NumPy's others would spend more processor time on such small networks than they save.
"""

from __future__ import annotations

import time

from coursekit.results.record_command import Command
from coursekit.topics.claims.experiments import CLAIMS, FULL, QUICK, measure
from coursekit.topics.claims.experiments.record import write


def main(arguments: list[str] | None = None) -> int:
    """Run, print as it goes, and write the file."""
    command = Command("coursekit.topics.claims.experiments", __doc__)
    command.add_parts("--claims", CLAIMS, "claim")
    given = command.read(arguments)
    settings, results, start = QUICK if given.quick else FULL, {}, time.process_time()
    for name in given.names:
        before = time.process_time()
        results[name] = measure(name, settings)
        print(f"{results[name].text}\n({time.process_time() - before:.1f} s of processor time)\n", flush=True)
    print(f"written: {write(results, settings, time.process_time() - start, given.folder)}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
