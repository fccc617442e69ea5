"""The kill matrix: is every known mistake rejected, and named, on every seed?

    python -m coursekit.checking.matrix [--seeds 20] [--lesson 05_gru]

prints one row per exercise and mistake and ends with status 1 if there is a hole.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from dataclasses import dataclass

from coursekit.checking import Exercise, evaluate, registry


@dataclass(frozen=True)
class Row:
    """One mistake of one exercise. caught and named count seeds; twins are mistakes with the same numbers."""

    exercise: str
    mistake: str
    seeds: int
    caught: int
    named: int
    twins: tuple[str, ...]

    @property
    def hole(self) -> bool:
        return min(self.caught, self.named) < self.seeds


def rows(exercise: Exercise, seeds: int = 20) -> Iterator[Row]:
    """Check every known mistake of an exercise as if a learner had written it."""
    for mistake in exercise.mistakes:
        reports = [evaluate(exercise, mistake.implement, seed) for seed in range(seeds)]
        twins = {name for report in reports for name in report.diagnoses} - {mistake.name}
        yield Row(
            exercise.name,
            mistake.name,
            seeds,
            caught=sum(not report.passed for report in reports),
            named=sum(mistake.name in report.diagnoses for report in reports),
            twins=tuple(sorted(twins)),
        )


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m coursekit.checking.matrix", description=__doc__.split("\n")[0])
    parser.add_argument("--seeds", type=int, default=20)
    parser.add_argument("--lesson", default="", help="only lessons whose name begins like this")
    options = parser.parse_args(arguments)
    holes = mistakes = exercises = 0
    for exercise in registry.every():
        if not exercise.lesson.startswith(options.lesson):
            continue
        exercises += 1
        accepted = sum(evaluate(exercise, exercise.reference, seed).passed for seed in range(options.seeds))
        print(f"{exercise.lesson}  {exercise.name}  (right answer accepted {accepted}/{options.seeds})")
        holes += accepted < options.seeds
        for row in rows(exercise, options.seeds):
            mistakes += 1
            holes += row.hole
            twins = f"  [same numbers: {'; '.join(row.twins)}]" if row.twins else ""
            mark = "HOLE" if row.hole else "ok"
            print(f"    {mark:<5}caught {row.caught}/{row.seeds}  named {row.named}/{row.seeds}  {row.mistake}{twins}")
    print(f"{exercises} exercises, {mistakes} mistakes, {holes} holes")
    return 1 if holes else 0


if __name__ == "__main__":
    sys.exit(main())
