"""In the sandbox, too, a training loop is checked with the right `early_stopping`, so that one mistake counts once."""

from __future__ import annotations

import pytest

from coursekit.grading.run.notebook import grade_notebook
from coursekit.grading.run.remote import PRELUDE
from coursekit.grading.submission.canonical import canonical
from tests.course.learners import answer, released, right_answers

LESSON = "06b_pytorch"
NEVER = "def early_stopping(losses, patience):\n    return len(losses) - 1, False"


@pytest.mark.slow
def test_a_wrong_early_stopping_costs_itself_alone(isolated):
    from coursekit.grading.run.sandbox import Server

    nb = answer(released(LESSON), right_answers(LESSON) | {"early_stopping": NEVER})
    with Server(prelude=PRELUDE, torch=True) as server:
        graded = grade_notebook(canonical(released(LESSON), nb), server, lambda name: 11)
    assert graded.faults == {} and graded.reports["early_stopping"].score < 1
    others = {name: report.score for name, report in graded.reports.items() if name != "early_stopping"}
    assert len(others) == 5 and set(others.values()) == {1.0}
