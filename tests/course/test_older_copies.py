"""Copies of lessons that were handed out before exercises moved to another lesson: still checked, still graded.

Until December 2026 lesson 07 also asked for `GRU` and `to_torch_state_dict`, which are asked for in lesson 06b now.
"""

from __future__ import annotations

import nbformat
import pytest
from nbformat import NotebookNode

from coursekit.checking import evaluate
from coursekit.grading.platforms.lessons import lesson, recognised
from coursekit.grading.run.job import Job
from coursekit.grading.run.notebook import grade_notebook
from coursekit.grading.run.remote import PRELUDE
from coursekit.grading.submission.canonical import canonical
from tests.course.learners import exercises, released, solved

NOW, MOVED = "07_pytorch_gpu", ("GRU", "to_torch_state_dict")
IMPORTS = "import statistics\n\nimport numpy as np\nimport torch\nimport torch.nn.functional as F\nfrom torch import nn"


def older(make) -> NotebookNode:
    """Lesson 07 as it was, without its texts and pictures: the cells of seven exercises. make: released or solved."""
    moved = [cell for cell in make("06b_pytorch").cells if _exercise(cell) in MOVED]
    stayed = [cell for cell in make(NOW).cells if _exercise(cell)]
    return nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(IMPORTS), *moved, *stayed])


def _exercise(cell: NotebookNode) -> str:
    return cell.metadata.get("nbgrader", {}).get("grade_id", "").removeprefix("check_")


def test_an_older_copy_is_recognised_by_its_cells_and_each_half_of_it_by_its_own():
    assert len(exercises(older(released))) == 7
    assert recognised(older(solved), "homework.ipynb").name == NOW
    assert recognised(released("06b_pytorch"), "homework.ipynb").name == "06b_pytorch"


@pytest.mark.parametrize("name", MOVED)
def test_an_exercise_that_moved_is_checked_by_its_name(name):
    names = {}
    source = next(cell.source for cell in solved("06b_pytorch").cells if _exercise(cell) == name)
    exec(f"{IMPORTS}\n{source}", names)
    report = evaluate(name, names[name])
    assert report.passed and report.score == 1.0, report.text


@pytest.mark.slow
def test_an_older_copy_is_graded_by_the_notebook_it_was_made_from_and_by_that_of_today(isolated):
    from coursekit.grading.run.sandbox import Server

    with Server(prelude=PRELUDE, torch=True) as server:
        for handed_out, most in ((older(released), 7), (released(NOW), 5)):
            nb = canonical(handed_out, older(solved))
            assert Job.of(nb, NOW, NOW, "ada", b"a secret that is long enough").needs_torch
            graded = grade_notebook(nb, server, lambda name: 11)
            assert graded.faults == {} and len(graded.reports) == most
            assert all(report.score == 1.0 for report in graded.reports.values())


@pytest.mark.parametrize("wanted", ["06b", "6b", "06b_pytorch"])
def test_the_lesson_in_between_is_found_by_its_number(wanted):
    assert lesson(wanted).name == "06b_pytorch"
    assert lesson("06").name == lesson("6").name == "06_gru_backward" and lesson("7").name == NOW
