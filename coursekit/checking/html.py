"""A report as HTML: no scripts, no style sheet, readable on light and dark pages and without colours."""

from __future__ import annotations

import html
import re

from coursekit.checking.as_code import as_code
from coursekit.checking.message import Section, case_title, headline, mark, points, sections
from coursekit.checking.outcome import CaseKind, Outcome, Verdict

# Both colours keep a contrast above 3:1 on white and on near-black, and differ for colour-blind readers;
# the words say the verdict all the same. Text itself takes the colour of the page.
_PASSED, _FAILED = "#1f8a70", "#d2691e"
_CONDUCT = "arguments left alone, results in memory of their own, the same numbers twice"
_CELL = "text-align:left;padding:0.1em 1em 0.1em 0"
_LINE = "var(--jp-border-color2, #9a9a9a)"


def as_html(report: Outcome, graded: bool = False) -> str:
    """The report for a notebook page; graded: for one that is read after grading, and shows the gradebook's points."""
    colour = _PASSED if mark(report) == "✓" else _FAILED
    title = html.escape(headline(report, graded))
    beside = "" if graded else f' <span style="white-space:nowrap;opacity:0.8">{points(report)}</span>'
    return (
        f'<div role="group" aria-label="Report: {title}" '
        f'style="border-left:5px solid {colour};padding:0.2em 0 0.2em 0.9em;max-width:52em;line-height:1.5">'
        f'<p style="margin:0 0 0.3em 0"><strong><span aria-hidden="true" style="color:{colour}">'
        f"{mark(report)}</span> {title}</strong>{beside}</p>"
        f"{_body(sections(report, graded))}{'' if graded else _example(report)}{_details(report)}</div>"
    )


def _body(said: list[Section]) -> str:
    # A grid and not a table: notebook pages stripe and right-align tables, and this is not tabular data.
    rows = []
    for section in said:
        text = "<br>".join(_code(html.escape(sentence)) for sentence in section.sentences)
        rows.append(f'<div style="font-weight:600">{section.label}</div><div style="min-width:0">{text}</div>')
    if not rows:
        return ""
    return f'<div style="display:grid;grid-template-columns:8em 1fr;gap:0.1em 0.8em">{"".join(rows)}</div>'


def _example(report: Outcome) -> str:
    """Arguments, expected and returned numbers of the simplest wrong draw, folded."""
    if report.passed or report.example is None or report.verdict == Verdict.NOT_WRITTEN:
        return ""
    wrong = [finding.tensor for finding in report.failed.findings]
    what = f"Arguments, expected and returned numbers in the draw “{report.example.draw}”"
    code = html.escape(as_code(report.example, wrong))
    return (
        f'<details style="margin-top:0.3em"><summary style="cursor:pointer">{html.escape(what)}</summary>'
        f'<pre style="margin:0.3em 0;font-size:0.95em;overflow-x:auto">{code}</pre></details>'
    )


def _details(report: Outcome) -> str:
    if report.verdict == Verdict.NOT_WRITTEN:
        return ""
    head = "".join(
        f'<th scope="col" style="{_CELL};border-bottom:1px solid {_LINE}">{label}</th>'
        for label in ("Draw", "Right", "Wrong")
    )
    rows = []
    for case in report.cases:
        wrong = ", ".join(dict.fromkeys(f.tensor or f.kind for f in case.findings)) or "nothing"
        right = ", ".join(case.right) or ("all" if case.passed else "nothing")
        mark = "✓" if case.passed else "✗"
        what = case_title(case) if case.kind == CaseKind.DRAW else f"{case.name}: {_CONDUCT}"
        cells = (f"{mark} {what}", right, wrong)
        row = "".join(f'<td style="{_CELL}">{html.escape(c)}</td>' for c in cells)
        rows.append(f'<tr style="background:transparent">{row}</tr>')
    return (
        f'<details style="margin-top:0.3em"><summary style="cursor:pointer">All {len(report.draws)} draws</summary>'
        f'<table style="border-collapse:collapse;margin:0.3em 0;font-size:0.95em;color:inherit">'
        f"<thead><tr>{head}</tr></thead>"
        f"<tbody>{''.join(rows)}</tbody></table></details>"
    )


def _code(escaped: str) -> str:
    """`words` between backticks as code."""
    return re.sub(r"`([^`]+)`", r"<code>\1</code>", escaped)
