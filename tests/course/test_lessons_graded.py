"""Every lesson, solved: its answers earn full marks from the trusted grader, in sandboxes that all lessons share."""

from __future__ import annotations

import contextlib
import functools

import pytest

from tests.course.learners import LESSONS, exercises, released, solved


@pytest.fixture(scope="module")
def server_for(isolated):
    """The sandbox that the grader would take: one without PyTorch for lessons that do not use it."""
    from coursekit.grading.run.remote import PRELUDE
    from coursekit.grading.run.sandbox import Server

    with contextlib.ExitStack() as opened:
        yield functools.cache(lambda torch: opened.enter_context(Server(prelude=PRELUDE, torch=torch)))


@pytest.mark.slow
@pytest.mark.parametrize("lesson", LESSONS)
def test_a_solved_notebook_earns_full_marks_from_the_trusted_grader(lesson, server_for):
    """In the sandbox there is no coursekit: an answer must not need more than its notebook and the libraries."""
    from coursekit.grading.run.job import Job
    from coursekit.grading.run.notebook import grade_notebook
    from coursekit.grading.submission.canonical import canonical

    nb = canonical(released(lesson), solved(lesson))
    server = server_for(Job.of(nb, lesson, lesson, "ada", b"a secret that is long enough").needs_torch)
    graded = grade_notebook(nb, server, lambda name: 11)
    assert graded.faults == {} and graded.flags == ()
    assert {name: r.score for name, r in graded.reports.items()} == dict.fromkeys(exercises(solved(lesson)), 1.0), [
        r.text for r in graded.reports.values() if not r.passed
    ]
