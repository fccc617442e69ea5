"""How many planted pairs `coursekit similar` lists, and how many others.

    python benchmarks/similar.py [--lessons 04 05] [--students 30 100] [--classes 2] [--misses]

An invented class (coursekit.grading.demo): everybody writes the model answers or slips in a hand of their own, which
says the same in other words, and some copy what somebody else wrote, all of it or half, under other names, with other
comments, another layout and independent lines moved. Precision: the share of the listed pairs that was planted; recall:
the share of the planted ones that was listed. Only what this program wrote itself is run.
"""

from __future__ import annotations

import argparse
import functools
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from coursekit.checking import registry
from coursekit.checking.call import Call, call_here
from coursekit.checking.diagnose import observe
from coursekit.checking.portable.earlier import substituted
from coursekit.grading.demo import Slip, names, planted, written
from coursekit.grading.demo.slips import defined, right_answers
from coursekit.grading.run.along import digest, is_right, public_draws
from coursekit.grading.similar import Answer, Pairs, pairs
from coursekit.lessons import build_release, build_solution

LESSONS = Path(__file__).parents[1] / "solutions"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--lessons", nargs="+", default=["04", "05"])
    parser.add_argument("--students", nargs="+", type=int, default=[30, 100])
    parser.add_argument("--classes", type=int, default=2, help="of each size")
    parser.add_argument(
        "--misses", action="store_true", help="say which pairs were missed, and which were wrongly listed"
    )
    options = parser.parse_args()
    print("lesson                    students  planted  listed  precision  recall  recall of whole copies")
    total = np.zeros(5)
    for number in options.lessons:
        [text] = LESSONS.glob(f"{number}_*/*.md")
        for students in options.students:
            counts = np.zeros(5)
            for seed in range(options.classes):
                counts += count(text, students, seed, options.misses)
            print(f"{text.stem:<24}  {students:>8}  {said(counts)}", flush=True)
            total += counts
    print(f"{'all':<24}  {'':>8}  {said(total)}")


def said(counts: np.ndarray) -> str:
    """counts: planted pairs, listed ones, those of both, planted copies of everything, those of them listed."""
    there, listed, both, whole, whole_listed = counts
    precision = f"{both / listed:9.2f}" if listed else "        –"
    return f"{there:7.0f}  {listed:6.0f}  {precision}  {both / there:6.2f}  {whole_listed / whole:6.2f}"


def count(text: Path, students: int, seed: int, misses: bool = False) -> np.ndarray:
    number = max(2, students // 15)
    result = listed(text, students, seed, number)
    found = {pair.students for pair in result.found}
    whole = [tuple(sorted(pair)) for pair in planted(names(students), number, seed)]
    for pair in result.found if misses else ():
        if pair.students not in whole:
            print(f"  wrongly {pair.students} {pair.bits:.1f} of {result.needed:.1f}:", told(pair))
    for pair in [pair for pair in whole if pair not in found] if misses else ():
        print(f"  missed {pair}, copied {'all' if whole.index(pair) % 2 == 0 else 'half'}")
    return np.array([number, len(found), len(found & set(whole)), len(whole[::2]), len(found & set(whole[::2]))])


def told(pair: Any) -> str:
    return "; ".join(
        f"{each.exercise} {each.bits:.1f}{' numbers' if each.numbers else ''} {[one.form for one, _ in each.lines]}"
        for each in pair.shared
    )


def listed(text: Path, students: int, seed: int, number: int) -> Pairs:
    """What the list has of a class in which so many pairs were planted."""
    solution = build_solution(text)
    given = [cell.source for cell in build_release(text).cells if cell.cell_type == "code"]
    known = defined(solution, right_answers(solution))
    answers = list(_answers(written(text.stem, solution, students, seed, number), known))
    return pairs(answers, dict.fromkeys(right_answers(solution), given))


def _answers(everybody: dict[str, dict[str, Slip]], known: dict[str, Any]) -> Iterator[Answer]:
    numbers = functools.cache(lambda exercise, source: _numbers(exercise, source, known))
    for student, its in everybody.items():
        for exercise, slip in its.items():
            wrong = slip.mistake is not None
            named = (slip.mistake,) if slip.mistake else ()
            yield Answer(student, exercise, slip.source, named, numbers(exercise, slip.source) if wrong else "")


def _numbers(name: str, source: str, known: dict[str, Any]) -> str:
    """A name for the wrong numbers of an answer, on the first public draw where they are wrong."""
    exercise, own = registry.get(name), dict(known)
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        exec(source, own)
        with substituted(own[name], {earlier: registry.get(earlier).reference for earlier in exercise.uses}):
            for draw, want in public_draws(name):
                shapes = tuple(array.shape for array in want.values())
                call: Call = call_here(exercise, own[name], draw.args)
                got = observe(exercise, call, shapes).arrays
                if got is None or tuple(array.shape for array in got.values()) != shapes:
                    return ""
                if not is_right(exercise, draw, got, want):
                    return digest(got, want)
    return ""


if __name__ == "__main__":
    main()
