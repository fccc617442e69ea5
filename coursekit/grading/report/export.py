"""Points per question as CSV, for spreadsheets and learning management systems."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from pathlib import Path

from coursekit.grading.batch import Row

COLUMNS = ("student", "exercise", "points", "max_points", "verdict", "diagnoses", "fault", "flags")


def write_csv(path: Path, rows: Iterable[Row]) -> None:
    """One line per student and exercise. Points are empty where a person has to decide."""
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(COLUMNS)
        for row in rows:
            for question in row.questions:
                points = "" if question.points is None else question.points
                fields = (row.student, question.exercise, points, question.max_points, question.verdict)
                texts = ("; ".join(question.diagnoses), question.fault, "; ".join(row.flags))
                writer.writerow([_plain(field) for field in (*fields, *texts)])
            if row.problems:
                writer.writerow([_plain(row.student), "", "", "", "not read", "", _plain("; ".join(row.problems)), ""])
            elif not row.questions:
                writer.writerow([_plain(row.student), "", "", "", "not decided", "", _plain(row.failed), ""])


def _plain(field: object) -> object:
    """A text that a spreadsheet would take for a formula gets a quote before it."""
    return f"'{field}" if isinstance(field, str) and field[:1] in ("=", "+", "-", "@", "\t", "\r") else field
