"""A new nbgrader course in an empty folder: configuration, sources with answers, gradebook, due dates, students."""

from coursekit.grading.new_course.making import Assignment, add_source, make
from coursekit.grading.new_course.plan import Plan, PlanError, course_name, due_dates, known_lessons, lessons
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
