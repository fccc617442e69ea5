"""The kill matrix: is every known mistake caught, and told apart from everything else that is known?

    python -m coursekit.checking.matrix [--seeds 20] [--lesson 05_gru]

A known mistake is run as if a learner had written it. It is caught if the check does not pass it. It is told apart if
what it does on the draws of a seed is what neither the right answer does nor another known mistake of the exercise, and
if it does the same once more. Two mistakes that no draw can tell apart are written as one, with a name that says both.

Beside the known mistakes every exercise is tried with wrong answers that nobody wrote for it (`mutants`): guesses must
earn next to nothing, and right answers that are spoilt must pass on no seed. A verdict that depends on the seed is a
hole: the draws have what shows the mistake by chance only.

Prints one row per exercise and mistake, and ends with status 1 if there is a hole: a right answer that is rejected, or
a mistake that is not caught, or not told apart, on every seed, or a guess that earns something. How many of the
mistakes that learners make are known is another question, which no row answers.
"""

from __future__ import annotations

import argparse
import dataclasses
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from coursekit.checking import mutants, registry
from coursekit.checking.drawn import drawn
from coursekit.checking.engine import evaluate
from coursekit.checking.exercise import Exercise, Mistake
from coursekit.checking.report import Report

_RIGHT = "the right answer"

GUESSED = 0.15
"""A guess that earns so much of the points is a hole."""

_WHOLE = frozenset({"to_torch_state_dict"})
"""Exercises whose right answer is the arguments, under other names: there the arguments are no guess."""


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


def rows(exercise: Exercise, seeds: Sequence[int] = range(20)) -> Iterator[Row]:
    """Check every known mistake of an exercise, with the right answer among what it could be taken for.

    A mistake has a row for each way to make it.
    """
    candidates = (*exercise.mistakes, Mistake(_RIGHT, "", exercise.reference))
    with_right = dataclasses.replace(exercise, mistakes=candidates)
    forms = [form for mistake in exercise.mistakes for form in mistake.forms]
    found: list[list[Report]] = [[] for _ in forms]
    for seed in seeds:  # seed by seed, because what is known of one is kept
        for form, reports in zip(forms, found, strict=True):
            reports.append(evaluate(with_right, form.implement, seed, along=False, search=0))
    for mistake, reports in zip(forms, found, strict=True):
        same = {name for report in reports for name in report.diagnoses} - {mistake.name}
        yield Row(
            exercise.name,
            mistake.name,
            len(seeds),
            caught=sum(not report.passed for report in reports),
            told_apart=sum(report.diagnoses == (mistake.name,) for report in reports),
            same=tuple(sorted(same)),
        )


@dataclass(frozen=True)
class Mutant:
    """A wrong answer that was not written for the exercise. passed: on how many seeds; most: its highest score."""

    exercise: str
    name: str
    seeds: int
    passed: int
    most: float
    guess: bool

    @property
    def hole(self) -> bool:
        return self.passed > 0 or (self.guess and self.most >= GUESSED)


def mutant_rows(exercise: Exercise, seeds: Sequence[int] = range(20)) -> Iterator[Mutant]:
    """Check every guess and every spoilt answer of an exercise."""
    bare = dataclasses.replace(exercise, mistakes=())  # what they are called does not matter here
    found: dict[tuple[str, bool], list[Report]] = {}
    for seed in seeds:
        known = drawn(bare, seed)
        tried = [(name, True, caller) for name, caller in mutants.guesses(known)]
        tried += [(name, False, caller) for name, caller in mutants.spoilt(bare, known)]
        for name, guess, caller in tried:
            if name != mutants.ARGUMENTS or exercise.name not in _WHOLE:
                report = evaluate(bare, bare.reference, seed, caller=caller, search=0)
                found.setdefault((name, guess), []).append(report)
    for (name, guess), reports in found.items():
        passed, most = sum(report.passed for report in reports), max(report.score for report in reports)
        yield Mutant(exercise.name, name, len(seeds), passed, most, guess)


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m coursekit.checking.matrix", description=__doc__.split("\n")[0])
    parser.add_argument("--seeds", type=int, default=20)
    parser.add_argument("--lesson", default="", help="only lessons whose name begins like this")
    options = parser.parse_args(arguments)
    exercises = [each for each in registry.every() if each.lesson.startswith(options.lesson)]
    if not exercises:
        parser.error(f"no exercise is in a lesson that begins with {options.lesson!r}: is its package installed?")
    holes = 0
    seeds = range(options.seeds)
    found: list[Row] = []
    others: list[Mutant] = []
    for exercise in exercises:
        accepted = sum(evaluate(exercise, exercise.reference, seed).passed for seed in seeds)
        print(f"{exercise.lesson}  {exercise.name}  (right answer accepted {accepted}/{options.seeds})")
        holes += accepted < options.seeds
        for row in rows(exercise, seeds):
            found.append(row)
            print(_line(row))
        tried = list(mutant_rows(exercise, seeds))
        others += tried
        print(_mutants_line(tried))
    caught = sum(row.caught == row.seeds for row in found)
    apart = sum(row.told_apart == row.seeds for row in found)
    holes += sum(row.hole for row in (*found, *others))
    spoilt = [mutant for mutant in others if not mutant.guess]
    if others:
        print(
            f"{len(others) - len(spoilt)} guesses earn {max(m.most for m in others if m.guess):.0%} at most; "
            f"{len(spoilt)} spoilt answers, {sum(not m.passed for m in spoilt)} rejected on every seed"
        )
    print(
        f"{len(exercises)} exercises, {len(found)} mistakes, on {options.seeds} of {options.seeds} seeds: "
        f"{caught} caught, {apart} told apart; {holes} holes"
    )
    return 1 if holes else 0


def _mutants_line(tried: list[Mutant]) -> str:
    holes = [f"{m.name}: passed {m.passed}/{m.seeds}, earns up to {m.most:.0%}" for m in tried if m.hole]
    said = "; ".join(holes) or f"guesses earn {max(m.most for m in tried if m.guess):.0%} at most"
    return f"    {'HOLE' if holes else 'ok':<5}{len(tried)} guesses and spoilt answers: {said}"


def _line(row: Row) -> str:
    same = f"  [same numbers: {'; '.join(row.same)}]" if row.same else ""
    counts = f"caught {row.caught}/{row.seeds}  told apart {row.told_apart}/{row.seeds}"
    return f"    {'HOLE' if row.hole else 'ok':<5}{counts}  {row.mistake}{same}"


if __name__ == "__main__":
    sys.exit(main())
