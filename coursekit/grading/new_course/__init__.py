"""A new nbgrader course in an empty folder: configuration, sources with answers, gradebook, due dates, students.

roster.py reads a list of students, plan.py what the course is to hold, files.py has the texts that it begins with, and
making.py makes it, whole or not at all.
"""

from coursekit.grading.new_course.making import add_source, make
from coursekit.grading.new_course.plan import (
    Assignment,
    Plan,
    PlanError,
    course_name,
    due_dates,
    known_lessons,
    lessons,
)
from coursekit.grading.new_course.roster import Person, read_roster

__all__ = [
    "Assignment",
    "Person",
    "Plan",
    "PlanError",
    "add_source",
    "course_name",
    "due_dates",
    "known_lessons",
    "lessons",
    "make",
    "read_roster",
]
