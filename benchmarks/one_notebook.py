"""How long one notebook takes: from a cold start of `coursekit grade-one`, and in a process that is warm.

python benchmarks/one_notebook.py [--lessons 00 05 07] [--runs 10]
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import nbformat

from coursekit.grading.platforms.lessons import Lesson, lesson
from coursekit.grading.platforms.one import fresh_seed, grade_one
from coursekit.lessons import build_solution
from coursekit.lessons.tree import lesson_texts


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--lessons", nargs="+", default=["00", "05", "07"])
    parser.add_argument("--runs", type=int, default=10)
    chosen = parser.parse_args()
    print(f"{'right answers':<22}{'cold':>9}{'warm, median':>15}{'warm, slowest':>15}")
    with tempfile.TemporaryDirectory(prefix="one-notebook-") as folder:
        for wanted in chosen.lessons:
            tell(lesson(wanted), Path(folder), chosen.runs)


def tell(one: Lesson, folder: Path, runs: int) -> None:
    """Grade the answered lesson and print a line."""
    path = folder / f"{one.name}.ipynb"
    nbformat.write(build_solution(next(text for text in lesson_texts() if text.stem == one.name)), path)
    command = [sys.executable, "-m", "coursekit.cli", "grade-one", str(path), "--as", "json"]
    began = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    cold = time.perf_counter() - began
    grade_one(path, one, fresh_seed())  # warms this process
    warm = []
    for _ in range(runs):
        result = grade_one(path, one, fresh_seed())
        assert result.total == result.max_points, result.problems
        warm.append(result.seconds)
    print(f"{one.name:<22}{cold:>7.1f} s{statistics.median(warm):>13.2f} s{max(warm):>13.2f} s", flush=True)


if __name__ == "__main__":
    main()
