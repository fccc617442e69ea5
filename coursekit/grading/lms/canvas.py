"""Canvas's gradebook as it exports and imports it.

Sources: lib/gradebook_exporter.rb and lib/gradebook_importer.rb of Canvas.
"""

from __future__ import annotations

import re

from coursekit.grading.lms.people import Identity
from coursekit.grading.lms.points import Place
from coursekit.grading.lms.sheet import Sheet, SheetError

NAME, NUMBER = "Student", "ID"
MOST = "Points Possible"
EXCUSED = "EX"
HOW = "In Canvas, open Grades and take Export, Export Entire Gradebook"

_OF_AN_ASSIGNMENT = re.compile(r"(?P<title>.*) \((?P<number>\d+)\)$")


def place(sheet: Sheet, assignment: str, column: str | None = None) -> Place:
    """Where the points of an assignment belong.

    column: the heading of its column, or the title in it; by default the one in whose title the assignment's name is.
    Raises SheetError.
    """
    who, name = sheet.column(NUMBER), sheet.column(NAME)
    if who is None or name is None:
        raise SheetError(f"there is no column {NUMBER!r} or {NAME!r}: it is no gradebook of Canvas. {HOW}")
    most, lines, names = "", {}, {}
    points = _column(sheet, assignment, column)
    for line in range(1, len(sheet.lines)):
        if sheet.get(line, name) == MOST:
            most = sheet.get(line, points)
        elif sheet.get(line, who):
            login = Identity(sheet.get(line, sheet.column("SIS Login ID")), ("id", "email"))
            school = Identity(sheet.get(line, sheet.column("SIS User ID")), ("id",))
            lines[line] = [Identity(sheet.get(line, who), ("id", "lms_user_id")), login, school]
            names[line] = sheet.get(line, name)
    return Place(points, lines, names, most, keeps=(EXCUSED,))


def _column(sheet: Sheet, assignment: str, wanted: str | None) -> int:
    titles = {number: found for number, head in enumerate(sheet.head) if (found := _OF_AN_ASSIGNMENT.match(head))}
    if wanted is not None:
        chosen = [number for number, found in titles.items() if wanted in (found[0], found["title"])]
    else:
        name = _spelt(assignment)
        chosen = [number for number, found in titles.items() if _spelt(found["title"]) == name]
        # Whole words: "hw1" is not in "hw10".
        chosen = chosen or [number for number, found in titles.items() if f" {name} " in f" {_spelt(found['title'])} "]
    if len(chosen) == 1:
        return chosen[0]
    there = ", ".join(repr(found[0]) for found in titles.values()) or f"none. {HOW}"
    what = f"called {wanted!r}" if wanted else f"for {assignment!r}"
    said = f"more than one column {what}" if chosen else f"no column {what}"
    raise SheetError(f"there is {said}. Name one with --column: {there}")


def _spelt(title: str) -> str:
    """05_gru and "05 GRU" are one title."""
    return re.sub(r"[\W_]+", " ", title).strip().casefold()
