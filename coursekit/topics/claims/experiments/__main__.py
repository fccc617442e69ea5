"""The full mode: every claim with FULL settings, recorded for the lesson to show beside the quick results.

    OMP_NUM_THREADS=1 python -m coursekit.topics.claims.experiments [--quick] [--claims parity,speed] [--folder FOLDER]

One thread, because NumPy's others would spend more processor time on such small networks than they save.
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path

from coursekit.results import recorded as records
from coursekit.topics.claims.experiments import CLAIMS, FULL, QUICK, measure
from coursekit.topics.claims.experiments.record import write


def main(arguments: list[str] | None = None) -> int:
    """Run, print as it goes, and write the file."""
    parser = argparse.ArgumentParser(
        prog="python -m coursekit.topics.claims.experiments", description=__doc__.splitlines()[0]
    )
    parser.add_argument("--quick", action="store_true", help="the settings of the notebook")
    parser.add_argument("--claims", default=",".join(CLAIMS), help="names, separated by commas; default: all")
    parser.add_argument("--folder", type=Path, default=Path("benchmarks/results"), help="where the record goes")
    given = parser.parse_args(arguments)
    names = given.claims.split(",")
    if unknown := set(names) - set(CLAIMS):
        parser.error(f"no such claim: {', '.join(sorted(unknown))}; there are {', '.join(CLAIMS)}")
    try:
        records.threads()
    except ValueError as problem:
        parser.error(str(problem))
    settings, results, start = QUICK if given.quick else FULL, {}, time.process_time()
    for name in names:
        before = time.process_time()
        results[name] = measure(name, settings)
        print(f"{results[name].text}\n({time.process_time() - before:.1f} s of processor time)\n", flush=True)
    print(f"written: {write(results, settings, time.process_time() - start, given.folder)}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
