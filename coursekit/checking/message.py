"""What a report says, as sections of plain sentences. The text and the HTML version are two renderings of them."""

from __future__ import annotations

import math
import re
import textwrap
from dataclasses import dataclass, replace

from coursekit.checking import sentences
from coursekit.checking.edit_words import edit_sentence
from coursekit.checking.facts import (
    Failure,
    FirstWrongValue,
    LargestError,
    NeverFilled,
    ReturnedElsewhere,
    Whole,
    WrongSteps,
)
from coursekit.checking.outcome import Case, CaseKind, Finding, FindingKind, Outcome, Verdict
from coursekit.checking.words import listed

_WIDTH = 100
_NAMED_DRAWS = 5  # more right draws than these are counted, not named
_ADVICE_AT_ONCE = 2  # of what draws advise, beside that of the simplest; more comes by hints
_LABEL = 14
_WORDS = re.compile(r"[^\s-]+(?: [^\s-]+)*")  # without a hyphen, at which a line may end, each a space apart


@dataclass(frozen=True)
class Section:
    """A label such as "Where" and the sentences that belong under it."""

    label: str
    sentences: tuple[str, ...]


def shown_points(points: float) -> str:
    """Points as exact as anybody reads them, and never rounded up to all of them."""
    return f"{math.floor(round(points * 100, 6)) / 100:g}"


def points(report: Outcome) -> str:
    """ "4.16 of 5 points"."""
    older = " for the older text" if report.outdated else ""
    return f"{shown_points(report.points)} of {report.max_points:g} points{older}"


def mark(report: Outcome) -> str:
    """The verdict in one character; an older text of the answer earns none."""
    if report.outdated:
        return "!"
    return "✓" if report.passed else "✗"


def headline(report: Outcome, graded: bool = False) -> str:
    """The verdict in one line. graded: for somebody who reads it after grading, and cannot try once more."""
    if report.outdated:
        return f"{report.exercise}: an older text of your answer was checked, not the newest."
    return _verdict(report, graded)


def _verdict(report: Outcome, graded: bool = False) -> str:
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
    if report.verdict == Verdict.RAISED and all(isinstance(f.what, Failure) and f.what.ours for f in _all(report)):
        return f"{name} is not what is asked for yet."
    if report.verdict == Verdict.RAISED:
        return f"{name} stops with an error."
    if good == total:
        return f"{name}: not right yet, though the numbers of all {total} draws are."
    return f"{name}: not right yet. {good} of {total} draws right."


def _all(report: Outcome) -> list[Finding]:
    return [finding for case in report.cases for finding in case.findings]


def sections(report: Outcome, graded: bool = False) -> list[Section]:
    """Everything under the headline: what the mistake is called, where it is in the learner's code, which results are
    wrong and where, what changed, what to do next, and the figures last. graded: see `headline`."""
    case = report.failed if report.verdict != Verdict.NOT_WRITTEN else None
    said = []
    if report.outdated:
        said += [Section("Newest text", (report.outdated,)), Section("Older text", (_verdict(report),))]
    said += _chance(report, case)
    if report.mistakes:
        lead = "Your answer does exactly what this known mistake does: "
        if len(report.mistakes) > 1:
            lead = "Your answer does exactly what these known mistakes do; on these draws they cannot be told apart: "
        names = "; or ".join(f"{m.name}" for m in report.mistakes)
        said.append(Section("Looks like", (f"{lead}{names}.",)))
        said.append(Section("Look at", tuple(m.hint for m in report.mistakes)))
    if report.edits:
        lead = "Your numbers are those of the right computation with this difference:"
        said.append(Section("Looks like", (lead, *dict.fromkeys(map(edit_sentence, report.edits)))))
    if report.along:
        said.append(Section("In your code", sentences.all_along(report.along)))
    if case is not None:
        said.append(Section("What", (_what(case, report),)))
        said.append(Section("Where", _where(case, report)))
        said.append(Section("Other draws", _spread(report)))
    said.append(Section("Change", report.since))
    said.append(Section("Next", () if graded else _next_step(report)))
    said.append(Section("Note", report.notes))
    if case is not None:
        said.append(Section("Figures", _figures(case, report)))
    return [section for section in said if section.sentences]


def _chance(report: Outcome, case: Case | None) -> list[Section]:
    """Where chance is in an answer, nothing else that is said of its numbers tells anything."""
    found = [f for each in report.cases if each is not case for f in each.findings if f.kind is FindingKind.RANDOM]
    return [Section("First", (sentences.what(f, report.exercise), *sentences.where(f))) for f in found[:1]]


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
    said += [edit_sentence(edit) for edit in report.edits][:1]
    where = next((sentences.where(finding)[:1] for finding in case.findings if sentences.where(finding)), ())
    return tuple(said) or (_what(case, report), *where)


def as_text(report: Outcome, graded: bool = False) -> str:
    """The whole report as plain text, for terminals, screen readers and logs. graded: see `headline`."""
    lines = [f"{mark(report)} {headline(report, graded)}" + ("" if graded else f"  [{points(report)}]")]
    for section in sections(report, graded):
        body = _wrapped(" ".join(section.sentences))
        for label, line in zip([section.label] + [""] * len(body), body, strict=False):
            lines.append(f"  {label:<{_LABEL}}{line}")
    return "\n".join(lines)


def _wrapped(text: str) -> list[str]:
    """Lines beside the labels, as `textwrap` makes them, which takes ten times as long where words are nothing else."""
    width, lines = _WIDTH - _LABEL - 2, []
    rest = text if _WORDS.fullmatch(text) else ""
    while len(rest) > width and (end := rest.rfind(" ", 0, width + 1)) > 0:
        lines.append(rest[:end])
        rest = rest[end + 1 :]
    return [*lines, rest] if 0 < len(rest) <= width else textwrap.wrap(text, width)


def case_title(case: Case) -> str:
    """A case by its name and its sizes: "one step (N=4, D=3, H=5)"."""
    sizes = ", ".join(f"{name}={size}" for name, size in case.sizes.items())
    return f"{case.name} ({sizes})" if sizes else case.name


def _told(finding: Finding, report: Outcome) -> Finding:
    """The finding with its result told apart from an argument of the same name: "the returned h"."""
    return replace(finding, tensor=f"the returned {finding.tensor}") if finding.tensor in report.also_given else finding


def _what(case: Case, report: Outcome) -> str:
    first = sentences.what(_told(case.findings[0], report), report.exercise)
    named = [f.tensor for f in case.findings if f.tensor]
    if len(named) > 1 and {(f.kind, f.what) for f in case.findings} == {(FindingKind.VALUE, None)}:
        first = f"{', '.join(named)} have wrong numbers."
    if case.right:
        first += f" Right: {', '.join(case.right)}."
    return _begun(first) if case.kind == CaseKind.CONDUCT else f"In the draw “{case_title(case)}”: {first}"


def _begun(sentence: str) -> str:
    return f"T{sentence[1:]}" if sentence.startswith("the returned ") else sentence


def _where(case: Case, report: Outcome) -> tuple[str, ...]:
    """Sentences that localise. With several wrong tensors each gets its own, led by its name."""
    several = sum(bool(finding.tensor) for finding in case.findings) > 1
    alike: dict[str, list[str]] = {}  # the names of the tensors of which one and the same is said
    for finding in case.findings:
        places = _places(finding, report)
        named = several and finding.tensor and not any(isinstance(f, ReturnedElsewhere) for f in finding.where)
        if places:
            alike.setdefault(" ".join(places[:2] if several else places), []).extend([finding.tensor] if named else [])
    said = [f"{listed(names)}: {places}" if names else places for places, names in alike.items()]
    advised = case.advice and (report.passed or _advises(case))
    return (*said, case.advice) if advised else tuple(said)


def _advises(case: Case) -> bool:
    """Whether the advice of the draw has to do with what is wrong: with numbers, and not with what is no result."""
    return bool(case.advice) and any(finding.kind is FindingKind.VALUE for finding in case.findings)


def _places(finding: Finding, report: Outcome) -> list[str]:
    """What localises a finding, but for figures, and for what was said of the learner's lines already."""
    told = _told(finding, report)
    kept = tuple(f for f in finding.where if not isinstance(f, LargestError) and f not in report.along)
    if kept and isinstance(kept[0], (Whole, NeverFilled)):  # which says of every entry whether it is right
        kept = kept[:1]
    return list(map(_begun, sentences.where(replace(told, where=kept))))


def _figures(case: Case, report: Outcome) -> tuple[str, ...]:
    """The largest error, and how large it is beside what is allowed."""
    measured = [f for f in case.findings if f.error is not None]
    if not measured:
        return ()
    worst = max(measured, key=lambda f: f.error)
    at = [sentences.place(f, _told(worst, report).tensor) for f in worst.where if isinstance(f, LargestError)]
    return (*at[:1], f"Relative error {worst.error:.2g}; allowed is {worst.tolerance:.0e}.")


def _spread(report: Outcome) -> tuple[str, ...]:
    """Which of the other draws are right and which are not: that, too, tells what the mistake is."""
    case = report.failed
    right = [c.name for c in report.draws if c.passed]
    wrong = [c for c in report.draws if not c.passed and c is not case]
    said = []
    if right and case.kind == CaseKind.DRAW:
        said.append(f"Right: {', '.join(right) if len(right) <= _NAMED_DRAWS else f'{len(right)} draws'}.")
    advice = dict.fromkeys(c.advice for c in wrong if _advises(c))
    if any(advice) and (report.passed or len(advice) <= _ADVICE_AT_ONCE):
        for each in advice:
            names = "”, “".join(c.name for c in wrong if _advises(c) and c.advice == each)
            said.append(f"Also not right: “{names}”. {each}".rstrip())
    elif any(advice):
        said.append(f"Also not right: {len(wrong)} draws. `hint({report.exercise})` tells of one after the other.")
    elif wrong:
        names = ", ".join(c.name for c in wrong) if len(wrong) <= _NAMED_DRAWS else f"{len(wrong)} draws"
        said.append(f"Also not right: {names}.")
    if case.kind == CaseKind.DRAW:
        said += [
            _begun(sentences.what(_told(f, report), report.exercise))
            for each in report.cases
            if each.kind == CaseKind.CONDUCT
            for f in each.findings
            if f.kind is not FindingKind.RANDOM
        ]
    # The next case is the first with more than one step, and may say when it goes wrong.
    times = [(c, sentences.place(fact, f.tensor)) for c in wrong[:2] for f in c.findings for fact in _bounds(f)]
    if times and not any(_bounds(f) for f in case.findings):
        said.append(f"In “{times[0][0].name}”: {times[0][1]}")
    return tuple(said)


def _bounds(finding: Finding) -> list[WrongSteps]:
    """What tells the time step at which the finding begins or ends."""
    return [fact for fact in finding.where if isinstance(fact, WrongSteps) and fact.bounded]


def _next_step(report: Outcome) -> tuple[str, ...]:
    """The least costly next experiment, which can be done in a new cell or wherever else `check` is called."""
    if report.passed or report.outdated:
        return ()
    hint = f"`hint({report.exercise})` gives a hint."
    if report.verdict == Verdict.NOT_WRITTEN:
        return (f"Replace the line `raise NotImplementedError()` and run the cell. {hint}",)
    case = report.failed
    kinds = {finding.kind for finding in case.findings}
    if kinds & {FindingKind.TIMEOUT, FindingKind.EXITED}:
        return ()
    if case.kind == CaseKind.CONDUCT or _advises(case):
        return (hint,)
    whole = "with its whole error" if FindingKind.RAISED in kinds else "with all that it prints"
    return (
        f"In a new cell: `e = check({report.exercise}).example`. Then `e.inputs` are the arguments of this draw, "
        f"`e.got` and `e.expected` the results, and `e.run()` calls your answer once more, {whole}.",
    )
