"""`nbgrader export` without two traps: what nobody has decided is no number, and a name is no formula."""

from __future__ import annotations

import csv
import io
from pathlib import Path

from nbgrader.api import Gradebook
from nbgrader.plugins import CsvExportPlugin

from coursekit import atomic
from coursekit.grading.gradebook.booked import booked, worth
from coursekit.grading.spreadsheet import harmless
from coursekit.grading.submission.names import one_spelling
from coursekit.grading.submission.withdrawn import withdrawn

COLUMNS = ("assignment", "duedate", "timestamp", "student_id", "last_name", "first_name", "email")
NUMBERS = ("raw_score", "late_submission_penalty", "score", "max_score")


class UndecidedIsNoNumber(CsvExportPlugin):
    """nbgrader's table, with its columns and lines.

    raw_score and score are empty as long as a question of a submission is undecided, where nbgrader counts it as 0.
    Who has handed in nothing has 0, as there. Who has left the class has no line.
    """

    def export(self, gradebook: Gradebook) -> None:
        text = io.StringIO(newline="")
        writer = csv.writer(text)
        writer.writerow((*COLUMNS, *NUMBERS))
        left = withdrawn(Path(self.parent.coursedir.root)) if self.parent else {}
        for assignment in gradebook.assignments:
            if self.assignment and assignment.name not in map(str, self.assignment):
                continue
            there = {entry.id: entry for entry in booked(gradebook.db, assignment).values()}
            most = sum(worth(assignment).values())
            for student in gradebook.students:
                if one_spelling(student.id) in left:
                    continue
                if self.student and student.id not in map(str, self.student):
                    continue
                entry = there.get(student.id)
                absent = entry is None or not entry.begun
                numbers = (0.0, 0.0, 0.0) if absent else (entry.raw, entry.penalty, entry.total)
                names = (student.id, student.last_name, student.first_name, student.email)
                times = (assignment.duedate, None if entry is None else entry.time)
                fields = (assignment.name, *times, *names, *numbers, most)
                writer.writerow(["" if field is None else harmless(field) for field in fields])
        place = Path(self.to or "grades.csv")
        atomic.replace(place, text.getvalue(), 0o644)
        self.log.info("Exported grades to %s", place)
