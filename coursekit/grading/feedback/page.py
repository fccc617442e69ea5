"""The page as HTML: nothing is loaded from elsewhere, nothing runs, and every string is escaped or was cleaned."""

from __future__ import annotations

import functools
import html
import re
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup
from nbconvert.filters import strip_ansi
from nbformat import NotebookNode
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import PythonLexer

from coursekit.checking import Verdict
from coursekit.grading.feedback.parts import Question, pieces, questions, remarks
from coursekit.grading.safe_text import plain

_HERE = Path(__file__).parent
_LIGHT, _DARK = "default", "github-dark"

_STANDINGS = {
    "right": ("✓", "right"),
    "partly": ("◐", "partly right"),
    "wrong": ("✗", "not right"),
    "unwritten": ("–", "not written"),
    "open": ("?", "a person will decide"),
    "graded": ("✎", "graded by a person"),
}
_ENDINGS = {
    Verdict.RAISED: "stops with an error",
    Verdict.TIMEOUT: "does not come to an end",
    Verdict.EXITED: "leaves Python instead of returning",
}


def page(nb: NotebookNode, own: dict[str, Any], policy: str) -> str:
    """The whole page.

    nb:     the autograded notebook. Its Markdown, and the comments in its metadata, are clean HTML; its graded cells
            hold the gradebook's score, None for one that is undecided.
    own:    what nbgrader says of the notebook: its name, the assignment, the student, the penalty for lateness. The
            watcher says also which of a day's tries this is (`tries`), or why there is nothing but that (`not_graded`).
    policy: the Content-Security-Policy.
    """
    found = pieces(nb)
    asked = questions(found)
    penalty, late_s = float(own.get("late_penalty") or 0), float(own.get("late_s") or 0)
    decided = [question.points for question in asked if question.points is not None]
    text = (
        _environment()
        .get_template("page.html.j2")
        .render(
            policy=policy,
            style=Markup(_style()),
            name=own.get("notebook", ""),
            over=_over(own),
            total=max(0.0, sum(decided) - penalty),
            most=sum(question.most for question in asked),
            lead=_lead(asked),
            late=_late(late_s, penalty),
            tries=own.get("tries", ""),
            not_graded=own.get("not_graded", ""),
            remarks=remarks(nb),
            questions=asked,
            pieces=found,
            standings=_STANDINGS,
            said=_said,
        )
    )
    return plain(text)


def _over(own: dict[str, Any]) -> str:
    """What the page is, and whose."""
    assignment = own.get("assignment", "")
    named = assignment if assignment != own.get("notebook") else ""
    return " · ".join(filter(None, ("Feedback", named, own.get("student", ""))))


def _lead(asked: list[Question]) -> list[str]:
    """How it went, in a sentence or two."""
    checked = [question for question in asked if question.checked and question.points is not None]
    right = sum(question.points >= question.most for question in checked)
    waiting = [question for question in asked if question.points is None]
    said = []
    if checked and right == len(checked):
        said.append("Every exercise is right." if right > 1 else "The exercise is right.")
    elif checked:
        said.append(f"{right} of {len(checked)} exercises {'is' if right == 1 else 'are'} right.")
    if waiting:
        several = len(waiting) > 1
        who = f"{len(waiting)} answers wait" if several else "One answer waits"
        said.append(f"{who} for a person, so the points are not final.")
    return said


def _late(late_s: float, penalty: float) -> str:
    if not late_s and not penalty:
        return ""
    how = f"Handed in {_duration(late_s)} late" if late_s else "Handed in late"
    return f"{how}; {f'{penalty:g} points are taken off' if penalty else 'no points are taken off'}."


def _duration(seconds: float) -> str:
    for unit, size in (("day", 86400), ("hour", 3600), ("minute", 60)):
        if seconds >= size:
            number = round(seconds / size)
            return f"{number} {unit}{'' if number == 1 else 's'}"
    return "less than a minute"


def _said(question: Question) -> str:
    """What a question came to, in words."""
    words = _STANDINGS[question.standing][1]
    ending = _ENDINGS.get(question.verdict, "") if question.standing in ("partly", "wrong") else ""
    return ending or words


@functools.cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(_HERE), autoescape=True, undefined=StrictUndefined, trim_blocks=True
    )
    environment.filters.update(
        clean=Markup, code=_code, number=lambda value: f"{round(value, 2):g}", python=_python, shown=_shown
    )
    return environment


def _python(source: str) -> Markup:
    """Python, in colours."""
    return Markup(highlight(source, PythonLexer(stripnl=False), HtmlFormatter(nowrap=True)))


def _shown(output: NotebookNode, of_check: bool = False) -> tuple[str, str | Markup]:
    """What an output is, "report" (of a check: the grader wrote it), "picture", "error" or "text", and its content."""
    if output.output_type == "stream":
        return "text", strip_ansi(output.text)
    if output.output_type == "error":
        return "error", strip_ansi("\n".join(output.traceback))
    data = output.get("data", {})
    if of_check and "text/html" in data:
        return "report", Markup(data["text/html"])
    if "image/png" in data:
        return "picture", f"data:image/png;base64,{''.join(data['image/png'].split())}"
    return "text", strip_ansi(str(data.get("text/plain", "")))


def _code(text: str) -> Markup:
    """`words` between backticks as code; all else escaped."""
    return Markup(re.sub(r"`([^`]+)`", r"<code>\1</code>", html.escape(text)))


@functools.cache
def _style() -> str:
    """The style sheet, with the colours of code on light and on dark pages."""
    light, dark = (HtmlFormatter(style=name).get_style_defs(".python") for name in (_LIGHT, _DARK))
    colours = f"{light}\n@media screen and (prefers-color-scheme: dark) {{\n{dark}\n}}\n"
    return colours + (_HERE / "style.css").read_text(encoding="utf-8")
