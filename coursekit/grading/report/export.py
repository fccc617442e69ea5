"""Points per question as CSV, for spreadsheets and learning management systems."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator
from pathlib import Path

from coursekit import atomic
from coursekit.grading.gradebook.table import Row
from coursekit.grading.spreadsheet import harmless

COLUMNS = ("student", "exercise", "points", "max_points", "verdict", "diagnoses", "fault", "flags")
WHOLE = ("late_s", "penalty", "total", "max_total", "remarks")
"""Columns about the whole submission; each of its lines repeats them."""

NOT_READ, NOT_DECIDED, UNPROTECTED = "not read", "not decided", "run without isolation"


def write_csv(path: Path, rows: Iterable[Row]) -> None:
    """One line per student and exercise, with the numbers of the gradebook.

    Points are empty where a person has to decide, and so is the total as long as one of the questions is undecided.
    Raises OSError if the file cannot be written; what was there then stands.
    """
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow((*COLUMNS, *WHOLE))
    for row in rows:
        for fields in _lines(row):
            writer.writerow([harmless(field) for field in (*fields, *_whole(row))])
    atomic.replace(path, text.getvalue(), 0o644)


def _lines(row: Row) -> Iterator[tuple[object, ...]]:
    flags, problems = "; ".join(row.flags), "; ".join(row.problems)
    if row.problems:
        yield row.student, "", "", "", NOT_READ, "", problems, ""
    elif not row.questions:
        yield row.student, "", "", "", NOT_DECIDED, "", row.failed, ""
    for question in row.questions:
        points = "" if question.points is None else question.points
        fields = (row.student, question.exercise, points, question.max_points, question.verdict)
        yield *fields, "; ".join(question.diagnoses), question.fault, flags


def _whole(row: Row) -> tuple[object, ...]:
    total = "" if row.total is None else row.total
    unprotected = (UNPROTECTED,) if row.unprotected else ()
    remarks = "; ".join((*row.doubts, *unprotected, *row.remarks))
    return round(row.late_s), row.penalty, total, row.max_points or "", remarks
