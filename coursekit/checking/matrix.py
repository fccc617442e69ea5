"""The kill matrix: is every known mistake caught, and told apart from everything else that is known?

    python -m coursekit.checking.matrix [--seeds 20] [--lesson 05_gru]

A known mistake is run as if a learner had written it. It is caught if the check does not pass it. It is told apart if
what it does on the draws of a seed is what neither the right answer does nor another known mistake of the exercise, and
if it does the same once more. Two mistakes that no draw can tell apart are written as one, with a name that says both.

Prints one row per exercise and mistake, and ends with status 1 if there is a hole: a right answer that is rejected, or
a mistake that is not caught, or not told apart, on every seed. How many of the mistakes that learners make are known is
another question, which no row answers.
"""

from __future__ import annotations

import argparse
import dataclasses
import sys
from collections.abc import Iterator
from dataclasses import dataclass

from coursekit.checking import registry
from coursekit.checking.engine import evaluate
from coursekit.checking.exercise import Exercise, Mistake

_RIGHT = "the right answer"


@dataclass(frozen=True)
class Row:
    """One mistake of one exercise. caught and told_apart count seeds; same: what had its numbers on some seed."""

    exercise: str
    mistake: str
    seeds: int
    caught: int
    told_apart: int
    same: tuple[str, ...]

    @property
    def hole(self) -> bool:
        return min(self.caught, self.told_apart) < self.seeds


def rows(exercise: Exercise, seeds: int = 20) -> Iterator[Row]:
    """Check every known mistake of an exercise, with the right answer among what it could be taken for."""
    candidates = (*exercise.mistakes, Mistake(_RIGHT, "", exercise.reference))
    with_right = dataclasses.replace(exercise, mistakes=candidates)
    for mistake in exercise.mistakes:
        reports = [evaluate(with_right, mistake.implement, seed) for seed in range(seeds)]
        same = {name for report in reports for name in report.diagnoses} - {mistake.name}
        yield Row(
            exercise.name,
            mistake.name,
            seeds,
            caught=sum(not report.passed for report in reports),
            told_apart=sum(report.diagnoses == (mistake.name,) for report in reports),
            same=tuple(sorted(same)),
        )


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m coursekit.checking.matrix", description=__doc__.split("\n")[0])
    parser.add_argument("--seeds", type=int, default=20)
    parser.add_argument("--lesson", default="", help="only lessons whose name begins like this")
    options = parser.parse_args(arguments)
    holes = exercises = 0
    found: list[Row] = []
    for exercise in registry.every():
        if not exercise.lesson.startswith(options.lesson):
            continue
        exercises += 1
        accepted = sum(evaluate(exercise, exercise.reference, seed).passed for seed in range(options.seeds))
        print(f"{exercise.lesson}  {exercise.name}  (right answer accepted {accepted}/{options.seeds})")
        holes += accepted < options.seeds
        for row in rows(exercise, options.seeds):
            found.append(row)
            print(_line(row))
    caught = sum(row.caught == row.seeds for row in found)
    apart = sum(row.told_apart == row.seeds for row in found)
    holes += sum(row.hole for row in found)
    print(
        f"{exercises} exercises, {len(found)} mistakes, on {options.seeds} of {options.seeds} seeds: {caught} caught, "
        f"{apart} told apart; {holes} holes"
    )
    return 1 if holes else 0


def _line(row: Row) -> str:
    same = f"  [same numbers: {'; '.join(row.same)}]" if row.same else ""
    counts = f"caught {row.caught}/{row.seeds}  told apart {row.told_apart}/{row.seeds}"
    return f"    {'HOLE' if row.hole else 'ok':<5}{counts}  {row.mistake}{same}"


if __name__ == "__main__":
    sys.exit(main())
