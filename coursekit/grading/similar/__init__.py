"""Answers that are more alike than a class's are by chance: pairs to look at, never points and no proof.

code.py      an answer as statements, whatever its names, comments, layout and the order of independent lines
slips.py     which wrong numbers one small change of the right answer gives: two people can make it alone
evidence.py  what two answers to an exercise share that few others have, weighed in bits
pairs.py     over all exercises, the pairs that are worth a look
collect.py   reads a course: what was handed in, and what grading kept. Nothing of a student runs
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from coursekit.grading.similar.evidence import Answer, Shared
from coursekit.grading.similar.listing import Pair, Pairs, pairs

if TYPE_CHECKING:
    from coursekit.grading.submission.course import Course

__all__ = ["CAUTION", "Answer", "Pair", "Pairs", "Shared", "pairs", "similar"]

CAUTION = (
    "This is no proof, and nothing here changes points. Two people who learnt together, or from the same page, write "
    "alike too. Read both answers, then talk with both before you conclude anything."
)


def similar(course: Course, assignment: str) -> Pairs:
    """The pairs of an assignment. Raises CourseError, with what to do, if there is nothing to compare."""
    from coursekit.grading.similar.collect import answers  # here, for it reads courses with nbgrader

    return pairs(*answers(course, assignment))
