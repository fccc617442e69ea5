"""The map of the course as HTML: a line with a station for each lesson. No scripts and no style sheet.

States differ by shape, then by colour; nothing is said by a background, which paper does not show. Text takes the
colour of the page, so that the map is readable in light and dark themes.
"""

from __future__ import annotations

import html

from coursekit.desk.course_map import MARKS, OPEN, RIGHT, TRIED, CourseMap, LessonPart, Stop

# As in reports: above 3:1 on white and on near-black, and apart for colour-blind readers.
_COLOURS = {RIGHT: "#1f8a70", TRIED: "#d2691e", OPEN: "currentColor"}
_LINE = "var(--jp-border-color1, #9a9a9a)"
_CELL = "text-align:left;vertical-align:top;padding:0.1em 1.2em 0.1em 0"


def as_html(course: CourseMap) -> str:
    """The map for a notebook page."""
    label = html.escape(f"Your progress: {course.headline}", quote=True)
    notes = "".join(f'<p style="margin:0.4em 0 0 0">{html.escape(note)}</p>' for note in course.notes)
    rows = "".join(map(_lesson, course.lessons))
    return (
        f'<div role="group" aria-label="{label}" style="max-width:52em;line-height:1.5">'
        f'<p style="margin:0 0 0.2em 0"><strong>{html.escape(course.headline)}</strong></p>'
        f'<p style="margin:0 0 0.6em 0">{_advice(course)}</p>'
        f'<ol style="list-style:none;margin:0;padding:0">{rows}</ol>{_legend()}{_details(course)}{notes}</div>'
    )


def _advice(course: CourseMap) -> str:
    """The sentence that says where to go on, with the lesson's title as a link."""
    lesson, words = course.following, html.escape(course.advice)
    if lesson is None:
        return words
    title = html.escape(f"{lesson.number} · {lesson.title}")
    return words.replace(title, _link(lesson, title))


def _link(lesson: LessonPart, escaped: str) -> str:
    return f'<a href="{html.escape(lesson.link, quote=True)}">{escaped}</a>' if lesson.link else escaped


def _lesson(lesson: LessonPart) -> str:
    title = _link(lesson, html.escape(f"{lesson.number} · {lesson.title}"))
    boxes = "".join(map(_box, lesson.stops))
    spoken = ", ".join(f"{stop.exercise} {stop.state}" for stop in lesson.stops)
    station = (
        f'<span aria-hidden="true" style="flex:none;width:1.5em;text-align:center;font-weight:700;'
        f'color:{_COLOURS[lesson.state]}">{MARKS[lesson.state]}</span>'
    )
    return (
        '<li style="display:flex;flex-wrap:wrap;align-items:center;gap:0 0.8em;padding:0.25em 0;margin:0;'
        f'border-bottom:1px solid {_LINE}">{station}<span style="flex:1 1 15em">{title}</span>'
        f'<span role="img" aria-label="{html.escape(spoken, quote=True)}" '
        f'style="flex:0 1 15em;display:flex;flex-wrap:wrap;gap:0.25em">{boxes}</span>'
        f'<span style="flex:none;min-width:4em;text-align:right">{lesson.right} of {len(lesson.stops)}</span></li>'
    )


def _box(stop: Stop) -> str:
    colour, heavy = _COLOURS[stop.state], stop.state != OPEN
    edge = f"2px solid {colour}" if heavy else "1px dotted currentColor"
    mark = MARKS[stop.state] if heavy else "&nbsp;"
    return (
        f'<span title="{html.escape(f"{stop.exercise}: {stop.state}", quote=True)}" style="display:inline-block;'
        f"box-sizing:border-box;width:1.6em;height:1.6em;line-height:1.3em;text-align:center;border:{edge};"
        f'border-radius:3px;color:{colour}{"" if heavy else ";opacity:0.6"}">{mark}</span>'
    )


def _legend() -> str:
    words = {RIGHT: "right", TRIED: "tried, not right yet", OPEN: "not begun"}
    shown = "".join(
        f'<span style="margin-right:1.2em"><span aria-hidden="true" style="color:{_COLOURS[state]}">'
        f"{MARKS[state]}</span> {words[state]}</span>"
        for state in words
    )
    return f'<p style="margin:0.4em 0 0 0;font-size:0.9em">{shown}</p>'


def _details(course: CourseMap) -> str:
    """Every exercise that was begun, in a table that is closed at first."""
    rows = []
    for stop in course.stops:
        if stop.state != OPEN:
            cells = (
                f"{MARKS[stop.state]} {stop.state}",
                str(stop.tries),
                f"{stop.earned:g} of {stop.points:g}",
                stop.note,
            )
            row = "".join(f'<td style="{_CELL}">{html.escape(cell)}</td>' for cell in cells)
            head = f'<th scope="row" style="{_CELL};font-weight:normal"><code>{html.escape(stop.exercise)}</code></th>'
            rows.append(f'<tr style="background:transparent">{head}{row}</tr>')
    if not rows:
        return ""
    labels = ("Exercise", "State", "Tries", "Points", "Remark")
    head = "".join(f'<th scope="col" style="{_CELL};border-bottom:1px solid {_LINE}">{label}</th>' for label in labels)
    return (
        '<details style="margin-top:0.4em"><summary style="cursor:pointer">Exercise by exercise</summary>'
        '<table style="border-collapse:collapse;margin:0.3em 0;font-size:0.95em;color:inherit">'
        f"<thead><tr>{head}</tr></thead><tbody>{''.join(rows)}</tbody></table></details>"
    )
