"""Say how each question did over several years: how hard it was, whom it told apart, which mistakes came back.

A year is a course folder with its gradebook. The page and the table name nobody. Questions that were asked in several
years stand side by side, and nothing is graded and nothing is changed.

  coursekit years ../rnn-2025 ../rnn-2026 . --assignment 05_gru
  coursekit years ../rnn-2026 . --assignment 04_lstm --assignment 05_gru --out years.html --csv years.csv
"""

from __future__ import annotations

import argparse
from pathlib import Path

from coursekit import atomic
from coursekit.cli.errors import UserError, reason

SUMMARY = "say how each question did over several years"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add("courses", metavar="COURSE", nargs="+", type=Path, help="folders of courses, the oldest first")
    which = "its name, such as 05_gru; can be given more than once"
    add("--assignment", metavar="NAME", action="append", required=True, help=which)
    add("--out", metavar="FILE", type=Path, default=Path("years.html"), help="the page (default: years.html, here)")
    add("--csv", metavar="FILE", type=Path, help="also write a table: a line for each question and year")


def run(arguments: argparse.Namespace) -> int:
    from coursekit.grading.report.years import as_csv, over_years, page

    lines = over_years(_classes(arguments.courses, arguments.assignment))
    try:
        atomic.replace(arguments.out, page(lines))
        if arguments.csv:
            atomic.replace(arguments.csv, as_csv(lines))
    except OSError as error:
        raise UserError(f"cannot write {error.filename or arguments.out}: {reason(error)}.") from None
    for line in lines:
        print(f"{line.question} ({line.assignment})")
        for year in line.years:
            hard = "–" if year.difficulty is None else f"{100 * year.difficulty:.0f} % of the points"
            apart = "" if year.discrimination is None else f", tells apart {year.discrimination:.2f}"
            look = ", look" if year.weak else ""
            first = f", {year.mistakes[0][0]}" if year.mistakes else ""
            print(f"  {year.label}: {year.students}, {hard}{apart}{look}{first}")
    print(f"wrote {arguments.out}")
    return 0


def _classes(courses: list[Path], assignments: list[str]):
    """Every year's classes. A course in which one of the assignments was not given is fine, as long as one was."""
    from coursekit.grading.report.collect import collect
    from coursekit.grading.submission.course import Course, CourseError

    found, labels = [], set()
    for folder in courses:
        if not (folder / "nbgrader_config.py").is_file():
            raise UserError(f"{folder} is no folder of a course: there is no nbgrader_config.py in it.")
        label, last, there = folder.resolve().name, None, False
        if label in labels:
            raise UserError(f"two courses are in folders called {label}: rename one, for the page calls years by them.")
        labels.add(label)
        for assignment in dict.fromkeys(assignments):
            try:
                found.append((label, collect(Course(folder), assignment)))
                there = True
            except CourseError as error:
                last = error
        if not there:
            raise UserError(f"{folder}: {last}")
    return found
