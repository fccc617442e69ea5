"""The class report: an assignment's results as one page for its teacher.

data.py is what it stands on, collect.py reads it, summary.py counts, attention.py says who needs a look, figures.py
draws, page.py writes.
"""

from __future__ import annotations

from coursekit.grading.report.collect import collect
from coursekit.grading.report.page import page
from coursekit.grading.submission.course import Course


def class_report(course: Course, assignment: str) -> str:
    """The HTML page of an assignment. Raises CourseError, with what to do, if there is nothing to report."""
    return page(collect(course, assignment))
