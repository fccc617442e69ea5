"""How often the first wrong line of an answer is told, and how often wrongly.

    python benchmarks/naming.py [--exercise gru_step] [--every 1] [--misses]

Right answers, rewritten in three styles (benchmarks/rewritten), get one mechanical edit each (benchmarks/mutants.py).
Of those that run, give arrays of the right shapes and other numbers, it counts per exercise and style: accepted (a
hole of the check), told (the line of the edit, or one that reads what that line gives; or one of these is what the
first wrong line is said to read), told exactly the line of the edit, and told another line. It prints the median and
the largest milliseconds of a whole check.
"""

from __future__ import annotations

import argparse
import ast
import linecache
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from mutants import Mutant, mutants

from coursekit.checking import Report, evaluate, registry
from coursekit.checking.facts import FirstWrongValue, Incomplete
from coursekit.checking.outcome import FindingKind, Verdict

STYLES = ("split_gates", "stacked", "loops")
EXERCISES = (
    "rnn_step",
    "rnn_forward",
    "rnn_step_backward",
    "rnn_backward",
    "lstm_step",
    "lstm_forward",
    "gru_step",
    "gru_forward",
    "gru_step_backward",
)


@dataclass
class Row:
    """The counts of one exercise in one style."""

    mutants: int = 0
    accepted: int = 0
    told: int = 0
    exact: int = 0
    elsewhere: int = 0
    ms: tuple[float, ...] = ()

    def __add__(self, other: Row) -> Row:
        return Row(*(getattr(self, name) + getattr(other, name) for name in self.__dataclass_fields__))


def source(style: str) -> str:
    """A file of right answers as `ast` writes it, so that edited copies keep the numbers of the lines."""
    text = (Path(__file__).parent / "rewritten" / f"{style}.py").read_text(encoding="utf-8")
    return ast.unparse(ast.parse(text))


def function(text: str, name: str, filename: str) -> Callable:
    """The function of this name in a source, whose lines can be quoted."""
    linecache.cache[filename] = (len(text), None, text.splitlines(keepends=True), filename)
    names: dict = {"__name__": "answers"}
    exec(compile(text, filename, "exec"), names)
    return names[name]


def reports(exercise: str, style: str, every: int = 1) -> Iterator[tuple[Mutant, Report, float]]:
    """The report of every n-th mutant that runs and has other numbers than the right answer."""
    text = source(style)
    right = _numbers(exercise, function(text, exercise, f"<{style}>"))
    for number, mutant in enumerate(mutants(text, exercise)):
        if number % every:
            continue
        answer = function(mutant.source, exercise, f"<{style} {exercise} {number}>")
        start = time.perf_counter()
        report = evaluate(exercise, answer)
        report._repr_html_()
        seconds = time.perf_counter() - start
        linecache.cache.pop(f"<{style} {exercise} {number}>", None)
        kinds = {finding.kind for case in report.draws for finding in case.findings}
        if report.verdict not in (Verdict.PASSED, Verdict.WRONG) or kinds - {FindingKind.VALUE, FindingKind.NAN}:
            continue
        if report.passed and _numbers(exercise, answer) == right:
            continue
        yield mutant, report, 1e3 * seconds


def _numbers(exercise: str, answer: Callable) -> list[str]:
    """What an answer returns on the first draws, to nine digits."""
    known = registry.get(exercise)
    said = []
    for draw in known.draws(0)[:2]:
        value = known.call(answer, draw.args)
        parts = value if isinstance(value, tuple) else (value,)
        said += [" ".join(f"{number:.9e}" for number in part.ravel()) for part in parts]
    return said


def row(exercise: str, style: str, every: int = 1, misses: bool = False) -> Row:
    """The counts of one exercise in one style."""
    counts = Row()
    for mutant, report, ms in reports(exercise, style, every):
        line = next((fact.line for fact in report.along if isinstance(fact, FirstWrongValue)), None)
        lines = {line, *(fact.line for fact in report.along if isinstance(fact, Incomplete))}
        near = bool(lines & {mutant.line, *mutant.takers})
        counts += Row(
            1, report.passed, near, line == mutant.line, line is not None and not near and not report.passed, (ms,)
        )
        if misses and not near:
            print(f"  {style} {exercise} line {mutant.line}: {mutant.edit}: told {line}")
    return counts


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--exercise", choices=EXERCISES)
    parser.add_argument("--style", choices=STYLES)
    parser.add_argument("--every", type=int, default=1, help="try every n-th mutant only")
    parser.add_argument("--misses", action="store_true", help="list the mutants whose line is not told")
    options = parser.parse_args()
    print(
        f"{'':<20}{'':<14}{'mutants':>8}{'accepted':>10}{'told':>7}{'exactly':>9}{'elsewhere':>11}{'ms':>7}{'most':>7}"
    )
    total = Row()
    for exercise in (options.exercise,) if options.exercise else EXERCISES:
        for style in (options.style,) if options.style else STYLES:
            one = row(exercise, style, options.every, options.misses)
            total += one
            _print(exercise, style, one)
    _print("all", "", total)


def _print(exercise: str, style: str, one: Row) -> None:
    share = [f"{value / max(one.mutants, 1):.0%}" for value in (one.told, one.exact)]
    times = (statistics.median(one.ms), max(one.ms)) if one.ms else (0.0, 0.0)
    print(
        f"{exercise:<20}{style:<14}{one.mutants:>8}{one.accepted:>10}{share[0]:>7}{share[1]:>9}{one.elsewhere:>11}"
        f"{times[0]:>7.0f}{times[1]:>7.0f}",
        flush=True,
    )


if __name__ == "__main__":
    main()
