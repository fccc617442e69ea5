"""How often a wrong answer's line is told and its mistake named, and how often wrongly.

    python benchmarks/naming.py [--exercise gru_step] [--style stacked] [--every 7 [--first 3]] [--misses]

Right answers get one mechanical edit each (benchmarks/mutants.py): those of benchmarks/rewritten, which are written in
three styles, and for exercises that are not among them the course's own. Of the mutants that run, give arrays of the
right shapes and other numbers, it counts per exercise and style:

    accepted  a hole of the check
    told      the first wrong line is that of the edit, or one that reads what that line gives; or one of these is what
              it is said to read. exactly: it is that of the edit; other: it is none of these
    named     by a known mistake, or by a change of the right answer
    wrongly   named, but what was named computes other numbers than the mutant on draws that the check did not make:
              other seeds, and for the cells other sizes. Where it computes the same ones it describes the mutant
              rightly in words of its own, whatever the edit was

and prints the median and the largest milliseconds of a whole check.
"""

from __future__ import annotations

import argparse
import ast
import contextlib
import importlib
import inspect
import linecache
import statistics
import sys
import time
import types
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).parent))

from mutants import Mutant, mutants

from coursekit.checking import Report, evaluate, registry
from coursekit.checking.call import call_here
from coursekit.checking.diagnose import observe, same_array
from coursekit.checking.exercise import Exercise
from coursekit.checking.facts import FirstWrongValue, Incomplete
from coursekit.checking.outcome import FindingKind, Verdict
from coursekit.checking.portable.earlier import substituted
from coursekit.checking.portable.unwritten import marked
from coursekit.checking.search import answers_like
from coursekit.recurrence.draws import SEQUENCE_SIZES, STEP_SIZES

STYLES = ("split_gates", "stacked", "loops")
REWRITTEN = (
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
OWN = "own"
OTHER_SEEDS = (1001, 1002)
_SMALL_S = 0.1


@dataclass
class Row:
    """The counts of one exercise in one style."""

    mutants: int = 0
    accepted: int = 0
    told: int = 0
    exactly: int = 0
    elsewhere: int = 0
    named: int = 0
    wrongly: int = 0
    ms: tuple[float, ...] = ()

    def __add__(self, other: Row) -> Row:
        return Row(*(getattr(self, name) + getattr(other, name) for name in self.__dataclass_fields__))


def styles(exercise: str) -> tuple[str, ...]:
    return STYLES if exercise in REWRITTEN else (OWN,)


def source(exercise: str, style: str) -> tuple[str, dict[str, Any]]:
    """A file of right answers as `ast` writes it, so that edited copies keep the numbers of the lines; and the names
    that it needs."""
    if style != OWN:
        text = (Path(__file__).parent / "rewritten" / f"{style}.py").read_text(encoding="utf-8")
        return ast.unparse(ast.parse(text)), {}
    reference = registry.get(exercise).reference
    module = importlib.import_module(reference.__module__)
    tree = ast.parse(Path(module.__file__).read_text(encoding="utf-8"))
    alone = [node for node in tree.body if isinstance(node, ast.FunctionDef) and node.name == reference.__name__]
    return ast.unparse(ast.Module(alone, [])), dict(vars(module))


def function(text: str, names: dict[str, Any], name: str, filename: str) -> Callable:
    """The function of this name in a source, whose lines can be quoted."""
    linecache.cache[filename] = (len(text), None, text.splitlines(keepends=True), filename)
    names = {**names, "__name__": "answers"}
    exec(compile(text, filename, "exec", dont_inherit=True), names)
    return names[name]


def reports(
    exercise: str, style: str, every: int = 1, first: int = 0
) -> Iterator[tuple[Mutant, Callable, Report, float]]:
    """The report of every n-th mutant, from the first on, that runs and has other numbers than the right answer."""
    text, names = source(exercise, style)
    known = registry.get(exercise)
    right = _numbers(known, known.reference, [known.draws(0)])
    own = known.reference.__name__ if style == OWN else exercise
    for number, mutant in enumerate(mutants(text, own)):
        if number % every != first % every:
            continue
        filename = f"<{style} {exercise} {number}>"
        answer = function(mutant.source, names, own, filename)
        start = time.perf_counter()
        report = evaluate(exercise, answer)
        report._repr_html_()
        seconds = time.perf_counter() - start
        linecache.cache.pop(filename, None)
        kinds = {finding.kind for case in report.draws for finding in case.findings}
        if report.verdict not in (Verdict.PASSED, Verdict.WRONG) or kinds - {FindingKind.VALUE, FindingKind.NAN}:
            continue
        if report.passed and _same(_numbers(known, answer, [known.draws(0)]), right, 1e-9):
            continue
        yield mutant, answer, report, 1e3 * seconds


def _numbers(exercise: Exercise, answer: Callable, draws: Sequence[Sequence], theirs: bool = True) -> list:
    """What an answer returns in these draws. theirs: a learner's, which is lent the right answers that it may call."""
    numbers = []
    lent = {name: registry.get(name).reference for name in exercise.uses}
    with substituted(answer, lent) if theirs else contextlib.nullcontext():
        for draw in (draw for some in draws for draw in some):
            value = exercise.call(exercise.reference, draw.args)
            parts = (value,) if len(exercise.returns) == 1 else tuple(value)
            shapes = tuple(np.asarray(part).shape for part in parts)
            numbers.append(observe(exercise, call_here(exercise, answer, draw.args), shapes).arrays)
    return numbers


def _same(some: list, others: list, tolerance: float = 1e-5) -> bool:
    return all(
        a is b if a is None or b is None else all(same_array(np.asarray(a[k]), np.asarray(b[k]), tolerance) for k in a)
        for a, b in zip(some, others, strict=True)
    )


@contextlib.contextmanager
def other_sizes() -> Iterator[None]:
    """While this lasts, the exercises on cells draw arrays of sizes that no check has."""
    before = [(sizes, {name: dict(size) for name, size in sizes.items()}) for sizes in (STEP_SIZES, SEQUENCE_SIZES)]
    try:
        for sizes, _ in before:
            for size in sizes.values():
                size.update({axis: number + 2 for axis, number in size.items()})
        yield
    finally:
        for sizes, kept in before:
            sizes.update(kept)


def named_rightly(exercise: Exercise, answer: Callable, report: Report) -> bool:
    """Whether all that is named computes what the mutant does, on draws that the check did not make."""
    with other_sizes():
        draws = [exercise.draws(seed) for seed in OTHER_SEEDS]
    mine = _numbers(exercise, answer, draws)
    known = [each.implement for each in exercise.mistakes if each.name in report.diagnoses]
    named = [_numbers(exercise, each, draws, theirs=False) for each in known]
    with np.errstate(all="ignore"), marked():
        found = answers_like(exercise) if report.edits else []
        named += [[each(draw) for some in draws for draw in some] for each in found]
    return all(_same(numbers, mine) for numbers in named)


def row(exercise: str, style: str, every: int = 1, misses: bool = False, first: int = 0) -> Row:
    """The counts of one exercise in one style."""
    counts = Row()
    for mutant, answer, report, ms in reports(exercise, style, every, first):
        line = next((fact.line for fact in report.along if isinstance(fact, FirstWrongValue)), None)
        lines = {line, *(fact.line for fact in report.along if isinstance(fact, Incomplete))}
        near = bool(lines & {mutant.line, *mutant.takers})
        named = bool(report.edits or report.mistakes)
        wrongly = named and not named_rightly(registry.get(exercise), answer, report)
        elsewhere = line is not None and not near and not report.passed
        counts += Row(1, report.passed, near, line == mutant.line, elsewhere, named, wrongly, (ms,))
        if misses and not (near and named and not wrongly):
            said = [*report.diagnoses, *map(str, report.edits)] if named else "no name"
            told = "" if near else f"told {line}, "
            print(
                f"  {style} {exercise} line {mutant.line}: {mutant.edit}: {told}{'WRONGLY ' if wrongly else ''}{said}"
                f"{' ACCEPTED' if report.passed else ''}",
                flush=True,
            )
    return counts


def exercises() -> list[str]:
    """Those whose right answer is a function of NumPy arrays that the mutator can read and that does not take long."""
    return [each.name for each in registry.every() if each.lesson < "06b" or _is_small(each)]


def _is_small(exercise: Exercise) -> bool:
    if exercise.lesson.startswith(("06b", "07")) or not isinstance(exercise.reference, types.FunctionType):
        return False  # modules of PyTorch
    text = inspect.getsource(exercise.reference)
    return "torch" not in text and "Tensor" not in text and min(_cpu_seconds(exercise) for _ in range(2)) < _SMALL_S


def _cpu_seconds(exercise: Exercise) -> float:
    """Of the right answer on all draws. Not by the clock: which exercises are counted must not hang on the machine."""
    start = time.process_time()
    for draw in exercise.draws(0):
        exercise.call(exercise.reference, draw.args)
    return time.process_time() - start


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--exercise", choices=exercises(), nargs="*")
    parser.add_argument("--style", choices=(*STYLES, OWN))
    parser.add_argument("--every", type=int, default=1, help="try every n-th mutant only")
    parser.add_argument("--first", type=int, default=0, help="the number of the mutant to begin with")
    parser.add_argument("--misses", action="store_true", help="list the mutants whose line or name is not told")
    options = parser.parse_args()
    columns = ("mutants", "accepted", "told", "exactly", "other", "named", "wrongly", "ms", "most")
    print(f"{'':<26}{'':<13}" + "".join(f"{column:>9}" for column in columns))
    total = Row()
    for exercise in options.exercise or exercises():
        for style in styles(exercise):
            if options.style in (None, style):
                one = row(exercise, style, options.every, options.misses, options.first)
                total += one
                _print(exercise, style, one)
    _print("all", "", total)


def _print(exercise: str, style: str, one: Row) -> None:
    line, exactly, named = (f"{value / max(one.mutants, 1):.0%}" for value in (one.told, one.exactly, one.named))
    times = (statistics.median(one.ms), max(one.ms)) if one.ms else (0.0, 0.0)
    print(
        f"{exercise:<26}{style:<13}{one.mutants:>9}{one.accepted:>9}{line:>9}{exactly:>9}{one.elsewhere:>9}{named:>9}{one.wrongly:>9}"
        f"{times[0]:>9.0f}{times[1]:>9.0f}",
        flush=True,
    )


if __name__ == "__main__":
    main()
