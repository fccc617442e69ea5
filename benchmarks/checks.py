"""How long a learner waits for a report.

    python benchmarks/checks.py [--runs 30]

prints, for every exercise, the median milliseconds from `check(answer)` to the finished HTML report: for the right
answer, and for the slowest of its known mistakes (which is run against all others to be named). Below it the median
seconds of `import coursekit` and of the first `check` in a fresh interpreter.
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import time
from collections.abc import Callable

from coursekit.checking import Exercise, evaluate, registry


def milliseconds(exercise: Exercise, answer: Callable, runs: int) -> float:
    """Median time of a whole check, the HTML included."""
    times = []
    for seed in range(runs):
        start = time.perf_counter()
        evaluate(exercise, answer, seed)._repr_html_()
        times.append(1e3 * (time.perf_counter() - start))
    return statistics.median(times)


def fresh_interpreter(statement: str, runs: int) -> float:
    """Median seconds that a statement takes in an interpreter of its own, without the interpreter's start."""
    code = f"import time; start = time.perf_counter(); {statement}; print(time.perf_counter() - start)"
    runs_of_it = [
        subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True) for _ in range(runs)
    ]
    return statistics.median(float(run.stdout) for run in runs_of_it)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--runs", type=int, default=30)
    runs = parser.parse_args().runs
    print(f"{'lesson':<24}{'exercise':<26}{'right, ms':>10}{'wrong, ms':>10}")
    for exercise in registry.every():
        right = milliseconds(exercise, exercise.reference, runs)
        wrong = max(milliseconds(exercise, m.implement, max(runs // 5, 3)) for m in exercise.mistakes)
        print(f"{exercise.lesson:<24}{exercise.name:<26}{right:>10.1f}{wrong:>10.1f}")
    first = (
        "from coursekit.checking import evaluate, registry; evaluate('gru_step', registry.get('gru_step').reference)"
    )
    print(f"import coursekit                  {fresh_interpreter('import coursekit', 7):.3f} s")
    print(f"first check, imports included     {fresh_interpreter(first, 7):.3f} s")


if __name__ == "__main__":
    main()
