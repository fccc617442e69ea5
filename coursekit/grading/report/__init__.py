"""Last stage: an assignment's results as one page for its teacher, or as a table.

data.py      what a report stands on
collect.py   reads it from the gradebook and from what grading kept
summary.py   counts: scores, verdicts, mistakes
attention.py says who needs a look, why, and what to do
figures.py   draws; svg.py puts a figure into the page
across.py    puts several assignments side by side
page.py      writes the page: frame.html.j2 around page.html.j2 for each assignment; words.py says numbers
export.py    points per question as CSV
anonymous.py the class under pseudonyms; names.py finds names in texts
years.py     how questions did over several years
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from coursekit.grading.submission.course import Course


def class_report(
    course: Course, assignments: Sequence[str], folder: Path | None = None, with_similar: bool = False
) -> str:
    """The HTML page of one or several assignments. Raises CourseError, with what to do, if one has nothing to report.

    folder:       where the page will lie, from where links to files lead. None: without links.
    with_similar: also list pairs of answers that are unusually alike.
    """
    from coursekit.grading.report.collect import collect  # here, since `coursekit grade` needs one module of this room
    from coursekit.grading.report.page import page
    from coursekit.grading.similar import similar

    groups = [collect(course, assignment) for assignment in assignments]
    found = {assignment: similar(course, assignment) for assignment in assignments} if with_similar else None
    return page(*groups, folder=folder, similar=found)
