"""Last stage: an assignment's results as one page for its teacher, or as a table.

data.py      what a report stands on
collect.py   reads it from the gradebook and from what grading kept
summary.py   counts: scores, verdicts, mistakes
attention.py says who needs a look, why, and what to do
figures.py   draws; svg.py puts a figure into the page
page.py      writes the page; words.py says numbers
export.py    points per question as CSV
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from coursekit.grading.submission.course import Course


def class_report(course: Course, assignment: str) -> str:
    """The HTML page of an assignment. Raises CourseError, with what to do, if there is nothing to report."""
    from coursekit.grading.report.collect import collect  # here, since `coursekit grade` needs one module of this room
    from coursekit.grading.report.page import page

    return page(collect(course, assignment))
