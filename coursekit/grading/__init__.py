"""Submissions of strangers: from what was handed in to a row of the gradebook and a page about the class.

submission/  what was handed in, read without believing it, and rebuilt on what was handed out
run/         the notebook runs in a sandbox, and its answers are checked from outside of it
gradebook/   scores and comments are decided, and written as rows; notebooks for people
report/      the page about a class
feedback/    the page that a student gets back

batch.py leads an assignment through the stages. nbgrader/ lets nbgrader's own commands and the formgrader do the same.
platforms/ leads one notebook through them, without a gradebook, for platforms that have their own.
lms/ takes points and feedback from the gradebook into the files of learning management systems.
new_course/ makes a course, demo/ a class that hands something in.

The process that compares never runs a student's code; from the process that does, only data comes back.
"""

from __future__ import annotations

import sys

# jsonschema, which nbformat imports, builds parsers of addresses and durations for a check of formats that notebooks
# have no use for. That took a third of the time in which `coursekit grade` starts, so it is told that there are none.
for _parser in ("rfc3987_syntax", "rfc3986_validator", "isoduration"):
    sys.modules.setdefault(_parser, None)
