"""Build the course as a static site: python -m book, or make book."""

from __future__ import annotations

import argparse
import os
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m book", description=__doc__)
    parser.add_argument("--out", type=Path, default=ROOT / "build" / "book", help="folder to build in")
    parser.add_argument(
        "--only", action="append", default=[], metavar="LESSON", help="a lesson, such as 05_gru; repeat"
    )
    parser.add_argument("--jobs", type=int, default=2, help="lessons that run at the same time; 1 for quiet timings")
    arguments = parser.parse_args()
    # The lessons' matrices are small: a second lesson on the second core is worth more than a second thread.
    if arguments.jobs > 1:
        os.environ.setdefault("OMP_NUM_THREADS", "1")
    try:
        from book.execute import BookError
        from book.site import build

        began = time.perf_counter()
        first = build(ROOT, arguments.out.resolve(), arguments.only, arguments.jobs)
    except BookError as problem:
        print(f"book: {problem}", file=sys.stderr)
        return 1
    print(f"{first}, in {time.perf_counter() - began:.0f} s")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
