"""The class report as one HTML page: nothing is loaded from elsewhere, every string is escaped, and nothing runs but
sort.js, which the page's policy names by its hash."""

from __future__ import annotations

import base64
import hashlib
import html
import os
import re
from collections.abc import Mapping
from itertools import groupby
from pathlib import Path
from statistics import median, quantiles
from typing import Any
from urllib.parse import quote_from_bytes

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from coursekit.checking import Verdict
from coursekit.grading.report import figures
from coursekit.grading.report.across import Line, across
from coursekit.grading.report.alike import alike
from coursekit.grading.report.attention import Look, looks, written_answers
from coursekit.grading.report.data import BY_HAND, UNDECIDED, Class, Mark, Student
from coursekit.grading.report.summary import Summary, summarise
from coursekit.grading.report.svg import svg
from coursekit.grading.report.words import count, listed, percent, seconds
from coursekit.grading.safe_text import plain
from coursekit.grading.similar import CAUTION, Pairs

_HERE = Path(__file__).parent

_MOST_PAIRS = 20

PAGE_ROWS = 200
"""Lines of a table that are shown at a time: a browser takes seconds to lay out thousands."""

_KINDS = {
    "not read": "Could not be read",
    "not decided": "The grader could not decide",
    "not graded": "Not graded yet",
    "outdated": "Changed since it was graded",
    "time unknown": "A time that cannot be read",
    "not isolated": "Graded without isolation",
    "read with a remark": "Read with a remark",
    "not from scratch?": "Perhaps not from scratch",
}
_SIGNS = {
    Verdict.PASSED: "✓",
    Verdict.WRONG: "✗",
    Verdict.RAISED: "!",
    Verdict.TIMEOUT: "∞",
    Verdict.EXITED: "⊘",
    Verdict.NOT_WRITTEN: "–",
}
_OTHERS = {UNDECIDED: ("?", "to be decided"), BY_HAND: ("✎", "graded by hand")}
_OTHER_COLOURS = {UNDECIDED: "#e0a100", BY_HAND: "#5b8fc7"}


def page(*groups: Class, folder: Path | None = None, similar: Mapping[str, Pairs] | None = None) -> str:
    """The whole report: of one assignment, or of several with a summary across them.

    folder:  where the page will lie; links to the files of submissions lead from there. None: there are no links.
    similar: by assignment, pairs that are unusually alike; None where that was not asked for.
    """
    environment = _environment()
    several = len(groups) > 1
    parts = [_Part(group, f"a{number}-" if several else "") for number, group in enumerate(groups, 1)]
    script = (_HERE / "sort.js").read_text(encoding="utf-8")
    text = environment.get_template("frame.html.j2").render(
        course=groups[0].course,
        made=groups[0].made,
        title=groups[0].course if several else groups[0].assignment,
        names=[group.assignment for group in groups],
        across=across([part.line for part in parts]) if several else None,
        parts=[Markup(_assignment(environment, part, several, folder, similar or {})) for part in parts],
        style=Markup(_style()),
        script=Markup(script),
        script_hash=base64.b64encode(hashlib.sha256(script.encode()).digest()).decode(),
    )
    return plain(text).lstrip()


class _Part:
    """One assignment on its page. at: what the names of its places begin with."""

    def __init__(self, group: Class, at: str) -> None:
        self.group, self.at = group, at
        self.summary, self.looks = summarise(group), looks(group)

    @property
    def line(self) -> Line:
        return Line(self.group, self.at, self.summary, len({look.student for look in self.looks}))


def _assignment(
    environment: Environment, part: _Part, deep: bool, folder: Path | None, similar: Mapping[str, Pairs]
) -> str:
    group, summary, found = part.group, part.summary, part.looks
    written = written_answers(group)
    signs = {verdict: (sign, figures.VERDICT_LOOKS[verdict][0]) for verdict, sign in _SIGNS.items()} | _OTHERS
    return environment.get_template("page.html.j2").render(
        group=group,
        summary=summary,
        at=part.at,
        deep=int(deep),
        lead=_lead(summary, found, written),
        tiles=_tiles(summary, found),
        looks=[(kind, list(same)) for kind, same in groupby(found, key=lambda look: look.kind)],
        kinds=_KINDS,
        written=written,
        alike=alike(group),
        similar=similar.get(group.assignment),
        caution=CAUTION,
        most_pairs=_MOST_PAIRS,
        signs=signs,
        shown=_shown,
        sort_key=_sort_key,
        remarks=_remarks,
        linked=folder is not None and any(student.files for student in group.students),
        link=lambda path: _link(path, folder),
        share=lambda student: 100 * min(1.0, student.points / group.max_points) if group.max_points else 0.0,
        **_drawn(summary, part.at),
    )


def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(_HERE), autoescape=True, undefined=StrictUndefined, trim_blocks=True
    )
    environment.globals.update(count=count, listed=listed, percent=percent, page_rows=PAGE_ROWS, later=_later)
    environment.filters.update(code=_code, slug=_slug)
    return environment


def _later(line: int) -> str:
    """For a line that is not on a table's first page. Without a script it is shown all the same."""
    return " hidden" if line >= PAGE_ROWS else ""


def _drawn(summary: Summary, at: str) -> dict[str, Any]:
    """Every figure that has something to show, and what stands under it."""
    drawn: dict[str, Any] = dict.fromkeys(("scores_figure", "verdicts_figure", "mistakes_figure", "seconds_figure"))
    if summary.scores:
        drawn["scores_figure"] = Markup(svg(figures.class_scores(summary), f"{at}scores"))
        drawn["scores_caption"] = _scores_caption(summary)
    tried = [exercise for exercise in summary.checked if exercise.answers]
    if tried:
        drawn["verdicts_figure"] = Markup(svg(figures.class_verdicts(tried), f"{at}exercises"))
    mistakes = summary.known_mistakes
    if mistakes:
        drawn["mistakes_figure"] = Markup(svg(figures.class_mistakes(mistakes), f"{at}mistakes"))
        shown = min(figures.LARGEST, len(mistakes))
        every = len(mistakes) == shown
        drawn["mistakes_caption"] = (
            f"{'All known mistakes' if every else f'The {shown} most frequent of {len(mistakes)} known mistakes'}, as "
            "shares of the answers to their exercise. Below, exercise by exercise, with the hint."
        )
    if summary.seconds:
        drawn["seconds_figure"] = Markup(svg(figures.class_seconds(summary), f"{at}time"))
        drawn["seconds_caption"] = _seconds_caption(summary)
    return drawn


def _lead(summary: Summary, found: list[Look], written: int) -> list[str]:
    """The report in a few sentences, for whoever reads no further."""
    group, said = summary.group, []
    if summary.scores:
        most = f"{group.max_points:g}"
        said.append(f"Half of the class has {summary.median:g} of {most} points or more.")
    hardest = summary.hardest
    if hardest is not None:
        said.append(f"The hardest exercise is {hardest.question.name}: {percent(hardest.passed)} passed.")
    elif summary.checked and any(exercise.answers for exercise in summary.checked):
        said.append("Everybody passed every exercise.")
    if summary.known_mistakes:
        first = summary.known_mistakes[0]
        said.append(f"The most frequent mistake, made by {percent(first.share)}: {first.name} ({first.exercise}).")
    names = {look.student for look in found}
    if names:
        said.append(f"{count(len(names), 'submission')} {'needs' if len(names) == 1 else 'need'} a look.")
    if written:
        said.append(f"{count(written, 'written answer')} {'waits' if written == 1 else 'wait'} for you.")
    return said if names or written else [*said, "Nothing waits for you."]


def _tiles(summary: Summary, found: list[Look]) -> list[tuple[str, str]]:
    group = summary.group
    tiles = [(str(len(group.students)), "submissions" if len(group.students) != 1 else "submission")]
    if summary.scores:
        tiles.append((f"{summary.median:g} / {group.max_points:g}", "median of the points"))
    answers = sum(exercise.answers for exercise in summary.checked)
    if answers:
        passed = sum(exercise.verdicts.get(Verdict.PASSED, 0) for exercise in summary.checked)
        tiles.append((percent(passed / answers), "of all answers passed"))
    tiles.append((str(len({look.student for look in found})), "to look at"))
    return tiles


def _scores_caption(summary: Summary) -> list[str]:
    group, scores = summary.group, summary.scores
    said = []
    if len(scores) >= 4:
        low, _, high = quantiles(scores, n=4, method="inclusive")
        said.append(f"The middle half of the class has between {round(low, 2):g} and {round(high, 2):g} points.")
    full = sum(score >= group.max_points for score in scores)
    who = count(full, "submission") if full else "Nobody"
    said.append(f"{who} {'have' if full > 1 else 'has'} all points.")
    said.append("Points are those of the gradebook, with what was given by hand, extra credit and late penalties.")
    left_out = len(group.students) - len(scores)
    if left_out:
        said.append(f"Left out: {count(left_out, 'submission')} of which nothing is decided yet.")
    return said


def _seconds_caption(summary: Summary) -> list[str]:
    timed = [student for student in summary.group.students if student.cpu_s is not None]
    slowest = sorted(timed, key=lambda student: -student.cpu_s)[:3]
    named = ", ".join(f"{student.name} ({seconds(student.cpu_s)})" for student in slowest)
    return [
        f"CPU time of the notebooks' own cells, in all {seconds(sum(summary.seconds))}; half of them need "
        f"{seconds(median(summary.seconds))} or less.",
        f"The most: {named}.",
    ]


def _remarks(student: Student) -> list[str]:
    said = []
    if student.problems:
        said.append("not read")
    if student.state in ("not graded", "outdated"):
        said.append(_KINDS[student.state].lower())
    if student.late_s > 0:
        said.append(f"{seconds(student.late_s)} late" + (f", −{student.penalty:g}" if student.penalty else ""))
    if student.flags:
        said.append("perhaps not from scratch")
    if student.doubts:
        said.append("time unknown")
    if student.unprotected:
        said.append("graded without isolation")
    return [*said, *student.remarks]


def _shown(mark: Mark) -> str:
    """The verdict whose sign a mark gets."""
    if mark.verdict == BY_HAND:
        return UNDECIDED if mark.points is None else BY_HAND
    return mark.verdict if mark.verdict in _SIGNS else UNDECIDED if mark.points is None else BY_HAND


def _sort_key(mark: Mark | None) -> float | str:
    """By which a column of marks is sorted; empty for what is not known."""
    return "" if mark is None or mark.points is None else mark.points


def _link(path: Path, folder: Path) -> str:
    """A relative address that no name of a folder can turn into another one."""
    return quote_from_bytes(os.fsencode(os.path.relpath(path, folder)), safe="/")


def _style() -> str:
    """The style sheet, with a background for every verdict's sign."""
    colours = {verdict: look[1] for verdict, look in figures.VERDICT_LOOKS.items()} | _OTHER_COLOURS
    rules = "".join(f".v-{_slug(verdict)} {{ background: {colour}; }}\n" for verdict, colour in colours.items())
    return (_HERE / "style.css").read_text(encoding="utf-8") + rules


def _slug(verdict: str) -> str:
    return re.sub(r"[^a-z]+", "-", verdict) or "by-hand"


def _code(text: str) -> Markup:
    """`words` between backticks as code; all else escaped."""
    return Markup(re.sub(r"`([^`]+)`", r"<code>\1</code>", html.escape(text)))
