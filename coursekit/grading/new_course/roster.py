"""A list of students as CSV: nbgrader's own, or as Moodle and Canvas export it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from coursekit.grading.submission.names import unusable
from coursekit.sources.csv_table import Row, csv_table
from coursekit.sources.text_file import BadFile, other_kind
from coursekit.told import Told

FIELDS = ("id", "first_name", "last_name", "email", "lms_user_id")

# By the column that tells the system apart, in lower case: what each of its columns is called here. A student's id
# names a folder and is what they log in with.
SYSTEMS: tuple[tuple[str, Mapping[str, str]], ...] = (
    ("sis login id", {"sis login id": "id", "id": "lms_user_id", "student": "last_name, first_name"}),
    (
        "username",
        {
            "username": "id",
            "first name": "first_name",
            "last name": "last_name",
            "surname": "last_name",
            "email address": "email",
            "id number": "lms_user_id",
        },
    ),
    ("id", {name.replace("_", mark): name for name in FIELDS for mark in "_ "}),
)


class RosterError(Told, ValueError):
    """A list of students that cannot be read; the message says what is wrong, and on which line."""


@dataclass(frozen=True)
class Person:
    """A student, in nbgrader's words."""

    id: str
    first_name: str = ""
    last_name: str = ""
    email: str = ""
    lms_user_id: str = ""


def read_roster(path: Path) -> tuple[Person, ...]:
    """The students in a CSV file, whichever program wrote it. Raises RosterError or OSError."""
    content = path.read_bytes()
    if said := other_kind(content):
        raise RosterError(f"{path} is {said}.")
    try:
        text = content.decode("utf-8-sig")  # spreadsheets put a mark before the first column
    except UnicodeDecodeError:
        raise RosterError(f"{path} is not UTF-8 text: save it as CSV UTF-8.") from None
    try:
        columns, rows = _table(text, path)
    except BadFile as error:
        raise RosterError(f"{error}.") from None
    people: dict[str, Person] = {}
    for where, cells in rows:
        values = {name: value for name, value in zip(columns, cells, strict=False) if name and value}
        if "id" not in values:  # an empty line, or Canvas's line of possible points
            continue
        person = Person(**_with_names(values))
        if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._@-]*", person.id):
            raise RosterError(
                f"{where}: {person.id!r} cannot name a folder of submissions: give them a name of letters and digits."
            )
        if said := unusable(person.id):
            raise RosterError(f"{where}: {said}.")
        if person.id in people:
            raise RosterError(f"{where}: {person.id} stands there twice: take one of the lines out.")
        people[person.id] = person
    if not people:
        raise RosterError(f"{path} names no students: write one below the other, under the names of the columns.")
    return tuple(people.values())


def _table(text: str, path: Path) -> tuple[list[str], list[Row]]:
    """For each column the field that it fills, or "" for one that is not needed; and the rows. Raises BadFile too."""
    for telling, meanings in SYSTEMS:
        header, rows = csv_table(text, (telling,), str(path), cased=False)
        if telling in header:
            return [meanings.get(name, "") for name in header], rows
    raise RosterError(
        f"{path} has no column that names the students: id (nbgrader), Username (Moodle) or SIS Login ID (Canvas)."
    )


def _with_names(values: dict[str, str]) -> dict[str, str]:
    """Canvas has one column, "Lovelace, Ada"."""
    whole = values.pop("last_name, first_name", "")
    if whole:
        values["last_name"], _, first = whole.partition(", ")
        values["first_name"] = first
    return values
