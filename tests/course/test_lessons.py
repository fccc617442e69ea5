"""Every lesson, as learners get it and as it is solved: really run, from top to bottom."""

from __future__ import annotations

import functools

import pytest

from coursekit.checking import registry
from coursekit.cli import running
from coursekit.lessons import leaks
from tests import warm
from tests.course.learners import LESSONS, ROOT, exercises, released, solved
from tests.course.running import run_lesson

# A figure whose texts overlap or are cut off is an error of its cell.
WATCH_THE_FIGURES = f"""
import sys
sys.path.append({str(ROOT)!r})
from tests.figures.layout import watch
watch()
"""

# Whether a check says "not written" does not depend on what was learnt: the same trainings run to their end in the
# solved notebook, with the lesson's own answers.
TRAIN_A_LITTLE = f"""
import sys
sys.path.append({str(ROOT)!r})
from tests.course.few_steps import few_steps
few_steps()
"""


@pytest.fixture
def warm_kernel(monkeypatch):
    """Kernels whose imports of other packages are done, which is half of what a lesson without its trainings takes."""
    monkeypatch.setattr(
        running, "_kernel_of_this_python", functools.partial(warm.kernel, running._kernel_of_this_python)
    )


every_lesson = pytest.mark.parametrize("lesson", LESSONS)


@every_lesson
def test_a_released_notebook_holds_no_answer_and_no_output(lesson):
    nb = released(lesson)
    assert leaks(nb, solved(lesson)) == []
    assert all(not cell.get("outputs") and cell.get("execution_count") is None for cell in nb.cells)


@every_lesson
def test_a_lesson_checks_all_its_exercises(lesson):
    assert sorted(exercises(released(lesson))) == sorted(e.name for e in registry.every() if e.lesson == lesson)


@pytest.mark.slow
@every_lesson
def test_a_released_notebook_runs_and_each_check_fails_only_for_its_own_stub(lesson, tmp_path, warm_kernel):
    nb = released(lesson)
    found = run_lesson(lesson, nb, tmp_path, first=TRAIN_A_LITTLE)
    assert [r.exercise for r in found] == exercises(nb)
    assert {r.verdict for r in found} == {"not written"}, [(r.exercise, r.verdict) for r in found]
    assert sum(r.points for r in found) == 0


@pytest.mark.slow
@every_lesson
def test_a_solved_notebook_runs_and_scores_full(lesson, tmp_path, warm_kernel):
    found = run_lesson(lesson, solved(lesson), tmp_path, first=WATCH_THE_FIGURES)
    assert all(r.passed for r in found), [r.text for r in found if not r.passed]
    assert sum(r.points for r in found) == sum(r.most for r in found) > 0
