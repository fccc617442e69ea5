"""Fuzz what a stranger's process can send to the grader, for as long as you say: its frames, and its replies.

    python benchmarks/fuzz.py --minutes 30

Frames are damaged at random and read; replies are written by hypothesis and compared. The tests of tests/grading/run
do a bounded part of both. What fails is kept. A frame becomes a file of tests/grading/run/sandbox/frames, where a test
reads it from then on. A reply stays in hypothesis's own database (.hypothesis), and its example is printed, to be put
above test_a_reply_is_a_report. Exit status: 1 if anything failed.

Frames chosen by what they reach in the parser: fuzz_by_coverage.py.
"""

from __future__ import annotations

import argparse
import hashlib
import itertools
import random
import sys
import time
import traceback
from collections import Counter
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from hypothesis import HealthCheck, given, settings
from hypothesis.database import DirectoryBasedExampleDatabase

from coursekit.grading import bounds
from tests.grading.run.sandbox.test_wire import FRAMES, damaged, outcome, seeds
from tests.grading.run.scripted import Reply
from tests.grading.run.test_fuzzed_replies import EXERCISES, assert_a_report, replies

ROOT = Path(__file__).resolve().parents[1]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=10.0, help="for all together (default: 10)")
    parser.add_argument("--seed", type=int, default=None, help="of the frames (default: another one each time)")
    chosen = parser.parse_args()
    half = 30 * chosen.minutes
    failed = frames(time.monotonic() + half, random.Random(chosen.seed))
    failed += answers(time.monotonic() + half)
    sys.exit(failed > 0)


def frames(end: float, rng: random.Random) -> int:
    """Read damaged frames until the end. Returns how many could not be."""
    found = [*seeds(), *(path.read_bytes() for path in sorted(FRAMES.glob("*.bin")))]
    counted: Counter[str] = Counter()
    for number in itertools.count():
        if number % 1000 == 0 and time.monotonic() > end and number:
            break
        data = rng.choice(found)
        counted[read(damaged(data, rng, header_only=data in found[:2] and bool(number % 3)))] += 1
    print(f"frames: {sum(counted.values())}, {dict(counted)}")
    return counted["failed"]


def read(data: bytes) -> str:
    try:
        return outcome(data)
    except Exception:
        path = FRAMES / f"{hashlib.sha256(data).hexdigest()[:16]}.bin"
        path.write_bytes(data)
        print(f"{path.relative_to(ROOT)} fails:\n{traceback.format_exc()}")
        return "failed"


def answers(end: float) -> int:
    """Compare replies until the end, exercise by exercise. Returns for how many exercises one failed."""
    bounds.STEP_S, bounds.MEMORY_MB = 5.0, 300  # as in the test: what is not closed by construction is found by these
    database = DirectoryBasedExampleDatabase(ROOT / ".hypothesis" / "replies")
    how = settings(max_examples=50, deadline=None, database=database, suppress_health_check=list(HealthCheck))
    failed: set[str] = set()
    rounds = 0
    for name in itertools.cycle(EXERCISES):
        if time.monotonic() > end:
            break
        rounds += 1
        try:
            how(given(reply=replies())(_about(name)))()
        except Exception:
            failed.add(name)
            print(f"{name}:\n{traceback.format_exc()}")
    print(f"replies: {rounds} rounds of 50 over {len(EXERCISES)} exercises, failed: {sorted(failed) or 'none'}")
    return len(failed)


def _about(exercise: str) -> Callable[[Reply], None]:
    def compared(reply: Reply) -> None:
        assert_a_report(exercise, reply)

    return compared


if __name__ == "__main__":
    main()
