"""What the tests of every room ask of answers: are they accepted, and does some draw show each mistake?"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from coursekit.checking import Mistake, evaluate, registry
from coursekit.checking.report import Report


def right(exercise: str, answer: Callable[..., Any], seeds: Iterable[int] = range(5)) -> Report:
    """The answer passes with full points on every seed. Returns the last report."""
    for seed in seeds:
        report = evaluate(exercise, answer, seed)
        assert report.passed and report.score == 1.0, report.text
        assert not any("warns" in note for note in report.notes), report.text
    return report


def mistake(exercise: str, beginning: str) -> Mistake:
    """The one known mistake of that name, or whose name begins so."""
    known = registry.get(exercise).mistakes
    (found,) = [m for m in known if m.name == beginning] or [m for m in known if m.name.startswith(beginning)]
    return found


def shown_by_another_draw(exercise: str, beginning: str, hidden_in: set[str]) -> Report:
    """A mistake that passes in the draws of these names is caught and named all the same. Returns the report."""
    known = mistake(exercise, beginning)
    report = evaluate(exercise, known.implement)
    assert hidden_in <= {case.name for case in report.draws if case.passed}
    assert known.name in report.diagnoses and not report.passed
    return report
