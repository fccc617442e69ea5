"""What a report says, as sections of plain sentences. The text and the HTML version are two renderings of them."""

from __future__ import annotations

import textwrap
from dataclasses import dataclass

from coursekit.checking import sentences
from coursekit.checking.facts import FirstWrongValue, WrongSteps
from coursekit.checking.outcome import Case, CaseKind, Finding, FindingKind, Outcome, Verdict

_WIDTH = 100
_NAMED_DRAWS = 5  # more right draws than these are counted, not named
_LABEL = 14


@dataclass(frozen=True)
class Section:
    """A label such as "Where" and the sentences that belong under it."""

    label: str
    sentences: tuple[str, ...]


def headline(report: Outcome, graded: bool = False) -> str:
    """The verdict in one line. graded: for somebody who reads it after grading, and cannot try once more."""
    name, total = report.exercise, len(report.draws)
    good = sum(case.passed for case in report.draws)
    if graded and report.passed:
        return f"{name}: right."
    if report.passed and good < total:
        return f"{name}: right on {good} of {total} public draws, which is enough. Grading uses other draws."
    if report.passed:
        return f"{name}: right on all {total} public draws. Grading uses other draws."
    if report.verdict == Verdict.NOT_WRITTEN:
        return f"{name} is not written yet."
    if report.verdict == Verdict.TIMEOUT:
        return f"{name} does not come to an end."
    if report.verdict == Verdict.EXITED:
        return f"{name} leaves Python instead of returning."
    if report.verdict == Verdict.RAISED:
        return f"{name} stops with an error."
    if good == total:
        return f"{name}: not right yet, though the numbers of all {total} draws are."
    return f"{name}: not right yet. {good} of {total} draws right."


def sections(report: Outcome, graded: bool = False) -> list[Section]:
    """Everything under the headline: the first wrong line, what changed, where, how far off, which known mistake, what
    to try next. graded: see `headline`."""
    case = report.failed
    said = [Section("In your code", tuple(map(sentences.along, report.along)))] if report.along else []
    if report.since:
        said.append(Section("Change", report.since))
    if case is not None and report.verdict != Verdict.NOT_WRITTEN:
        said.append(Section("What", (_what(case, report.exercise),)))
        where = _where(case)
        if where:
            said.append(Section("Where", where))
        measured = [f for f in case.findings if f.error is not None]
        if measured:
            worst = max(measured, key=lambda f: f.error)
            said.append(Section("Error", (f"Relative error {worst.error:.2g}; allowed is {worst.tolerance:.0e}.",)))
        spread = _spread(report)
        if spread:
            said.append(Section("Other draws", spread))
    if report.mistakes:
        lead = "Your answer does exactly what this known mistake does: "
        if len(report.mistakes) > 1:
            lead = "Your answer does exactly what these known mistakes do; on these draws they cannot be told apart: "
        names = "; or ".join(f"{m.name}" for m in report.mistakes)
        said.append(Section("Looks like", (f"{lead}{names}.",)))
        said.append(Section("Look at", tuple(m.hint for m in report.mistakes)))
    following = "" if graded else _next_step(report)
    if following:
        said.append(Section("Next", (following,)))
    if report.notes:
        said.append(Section("Note", report.notes))
    return said


def in_short(report: Outcome) -> tuple[str, ...]:
    """What was found, in one or two sentences: the first wrong line and the known mistake, or else what is wrong and
    where. () if the verdict says it all."""
    case = report.failed
    if case is None or report.passed or report.verdict == Verdict.NOT_WRITTEN:
        return ()
    said = [sentences.along(fact) for fact in report.along if isinstance(fact, FirstWrongValue)][:1]
    if report.mistakes:
        names = "; or ".join(mistake.name for mistake in report.mistakes)
        said.append(f"Your answer does exactly what this known mistake does: {names}.")
    where = next((sentences.where(finding)[:1] for finding in case.findings if sentences.where(finding)), ())
    return tuple(said) or (_what(case, report.exercise), *where)


def as_text(report: Outcome) -> str:
    """The whole report as plain text, for terminals, screen readers and logs."""
    mark = "✓" if report.passed else "✗"
    lines = [f"{mark} {headline(report)}  [{report.points:g} of {report.max_points:g} points]"]
    for section in sections(report):
        body = textwrap.wrap(" ".join(section.sentences), _WIDTH - _LABEL - 2)
        for label, line in zip([section.label] + [""] * len(body), body, strict=False):
            lines.append(f"  {label:<{_LABEL}}{line}")
    return "\n".join(lines)


def case_title(case: Case) -> str:
    """A case by its name and its sizes: "one step (N=4, D=3, H=5)"."""
    sizes = ", ".join(f"{name}={size}" for name, size in case.sizes.items())
    return f"{case.name} ({sizes})" if sizes else case.name


def _what(case: Case, exercise: str) -> str:
    first = sentences.what(case.findings[0], exercise)
    named = [f.tensor for f in case.findings if f.tensor]
    if len(named) > 1 and {(f.kind, f.what) for f in case.findings} == {(FindingKind.VALUE, None)}:
        first = f"{', '.join(named)} have wrong numbers."
    if case.right:
        first += f" Right: {', '.join(case.right)}."
    return first if case.kind == CaseKind.CONDUCT else f"In the draw “{case_title(case)}”: {first}"


def _where(case: Case) -> tuple[str, ...]:
    """Sentences that localise. With several wrong tensors each gets its own, led by its name."""
    located = [finding for finding in case.findings if sentences.where(finding)]
    said = tuple(_one_where(finding, several=len(located) > 1) for finding in located)
    return (*said, case.advice) if case.advice else said


def _one_where(finding: Finding, several: bool) -> str:
    where = sentences.where(finding)
    said = " ".join(where[:2] if several else where)
    return f"{finding.tensor}: {said}" if several and finding.tensor else said


def _spread(report: Outcome) -> tuple[str, ...]:
    """Which of the other cases are right and which are not: that, too, tells what the mistake is."""
    case = report.failed
    right = [c.name for c in report.draws if c.passed]
    wrong = [c for c in report.cases if not c.passed and c is not case]
    said = []
    if right:
        said.append(f"Right: {', '.join(right) if len(right) <= _NAMED_DRAWS else f'{len(right)} draws'}.")
    if wrong and any(c.advice for c in wrong):
        for advice in dict.fromkeys(c.advice for c in wrong):
            names = "”, “".join(c.name for c in wrong if c.advice == advice)
            said.append(f"Also not right: “{names}”. {advice}".rstrip())
    elif wrong:
        said.append(f"Also wrong: {', '.join(c.name for c in wrong)}.")
    # The next case is the first with more than one step, and may say when it goes wrong.
    times = [sentences.place(fact, f.tensor) for c in wrong[:2] for f in c.findings for fact in _bounds(f)]
    if times and not any(_bounds(f) for f in case.findings):
        said.append(f"In “{wrong[0].name}”: {times[0]}")
    return tuple(said)


def _bounds(finding: Finding) -> list[WrongSteps]:
    """What tells the time step at which the finding begins or ends."""
    return [fact for fact in finding.where if isinstance(fact, WrongSteps) and fact.bounded]


def _next_step(report: Outcome) -> str:
    """The least costly next experiment."""
    if report.passed:
        return ""
    if report.verdict == Verdict.NOT_WRITTEN:
        return (
            f"Replace the line `raise NotImplementedError()` and run the cell. `hint({report.exercise})` gives a hint."
        )
    case = report.failed
    kinds = {finding.kind for finding in case.findings}
    if kinds & {FindingKind.TIMEOUT, FindingKind.EXITED}:
        return ""
    if case.kind == CaseKind.CONDUCT:
        return f"`hint({report.exercise})` gives a hint."
    again = f"`r = check({report.exercise})`"
    if case.advice and FindingKind.VALUE in kinds:
        return f"{again}, then `{report.exercise}(*r.example.inputs.values())` runs this draw once more."
    if kinds & {FindingKind.RAISED, FindingKind.TYPE}:
        return f"{again}, then `{report.exercise}(*r.example.inputs.values())` shows the whole error."
    if FindingKind.SHAPE in kinds:
        return f"{again}, then compare the shapes in `r.example.got` and `r.example.expected`."
    tensor = next(f.tensor for f in case.findings if f.tensor)
    return (
        f"{again}, then compare `r.example.got[{tensor!r}]` with `r.example.expected[{tensor!r}]`; "
        f"`r.example.inputs` are the arguments, small enough to follow by hand."
    )
