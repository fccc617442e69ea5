"""Wrong answers to the exercises of a lesson, found by changing its model answers and asking the checks."""

from __future__ import annotations

import ast
import contextlib
import random
import re
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from nbformat import NotebookNode

from coursekit.checking import evaluate, registry
from coursekit.grading.demo.edits import edits
from coursekit.lessons.cells import checked_by, grade_id, nbgrader_part

_ENOUGH = 12
"""So many different known mistakes of an exercise make a class varied enough."""

_MOST = 150
"""So many changed answers are tried for an exercise: a check of a large model takes a while."""

_LIMIT_S = 2.0


@dataclass(frozen=True)
class Slip:
    """An answer, mostly a wrong one. mistake: the known mistake whose numbers it gives, "" if it is another one, None
    if it is right."""

    source: str
    mistake: str | None


def right_answers(solution: NotebookNode) -> dict[str, str]:
    """The sources of a lesson's model answers, without the markers around them, by exercise."""
    cells = {grade_id(cell): cell for cell in solution.cells}
    names = [name for name in map(checked_by, cells) if name is not None]
    return {name: re.sub(r"[ \t]*### (BEGIN|END) SOLUTION\n?", "", cells[name].source).rstrip() for name in names}


def slips(solution: NotebookNode, seed: int = 0) -> dict[str, list[Slip]]:
    """By exercise, wrong answers: first those that are known mistakes, each once, then a few others.

    solution: the notebook with the model answers.
    seed:     which changes are tried first.
    """
    answers = right_answers(solution)
    names = defined(solution, answers)
    return {name: _slips_of(name, source, names, seed) for name, source in answers.items()}


def _slips_of(exercise: str, source: str, names: dict[str, Any], seed: int) -> list[Slip]:
    candidates = edits(source)
    random.Random(f"{seed}/{exercise}").shuffle(candidates)
    known: dict[str, Slip] = {}
    others: list[Slip] = []
    for candidate in candidates[:_MOST]:
        mistake = _mistake(exercise, candidate, names)
        if mistake is None:
            continue
        if mistake:
            known.setdefault(mistake, Slip(candidate, mistake))
        else:
            others.append(Slip(candidate, ""))
        if len(known) == _ENOUGH:
            break
    return [*known.values(), *others[: max(2, len(known) // 3)]]


def _mistake(exercise: str, source: str, names: dict[str, Any]) -> str | None:
    """The known mistake that an answer makes, "" for a wrong answer with no name, None for a right one."""
    own = dict(names)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            exec(source, own)  # one of our own model answers, with one place changed
            report = evaluate(registry.get(exercise), own[exercise], limit=_LIMIT_S, search=0)
        except Exception:  # an edit that the checks themselves stumble over makes no good example
            return None
    if report.passed:
        return None
    return report.diagnoses[0] if report.diagnoses else ""


def defined(solution: NotebookNode, answers: dict[str, str]) -> dict[str, Any]:
    """What an answer of the lesson can use: its imports, the functions of its plain cells, its other answers."""
    names: dict[str, Any] = {}
    plain = [cell.source for cell in solution.cells if cell.cell_type == "code" and not nbgrader_part(cell)]
    for statement in _definitions([*plain, *answers.values()]):
        # What a definition needs may be made by a cell that trains something. Then it is left out.
        with contextlib.suppress(Exception), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            exec(compile(ast.Module([statement], []), "a cell of the lesson", "exec"), names)
    return names


def _definitions(sources: list[str]) -> Iterator[ast.stmt]:
    for source in sources:
        try:
            tree = ast.parse(source)
        except SyntaxError:  # a cell with a magic command
            continue
        wanted = (ast.Import, ast.ImportFrom, ast.FunctionDef, ast.ClassDef)
        yield from (statement for statement in tree.body if isinstance(statement, wanted))
