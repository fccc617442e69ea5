"""Fuzz the parser of frames with atheris, which keeps what reaches new lines of it.

    pip install atheris
    python benchmarks/fuzz_by_coverage.py -max_total_time=600

All options are libFuzzer's. What it keeps lies in .hypothesis/frames; a frame that fails is written to the current
folder: put it into tests/grading/run/sandbox/frames. atheris is no part of this course's environment.
"""

from __future__ import annotations

import sys
from pathlib import Path

import atheris

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))
WATCHED = ["coursekit.grading.run.sandbox.inside.wire", "coursekit.grading.run.sandbox.channel"]


def main() -> None:
    with atheris.instrument_imports(include=WATCHED):
        from tests.grading.run.sandbox.test_wire import FRAMES, outcome

    kept = ROOT / ".hypothesis" / "frames"
    kept.mkdir(parents=True, exist_ok=True)
    atheris.Setup([*sys.argv, str(kept), str(FRAMES)], outcome)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
