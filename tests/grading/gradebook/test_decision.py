"""What the cells of a notebook are worth: of what the grader found, and never of what a cell shows."""

import numpy as np
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output
from nbgrader.utils import compute_checksum

from coursekit.checking import evaluate, registry
from coursekit.grading.gradebook.decision import decided
from coursekit.grading.run.notebook import Graded

FULL = new_output("execute_result", data={"text/plain": "4.0"})
EXERCISE = registry.get("gru_step")


def own(name, grade=False, solution=False, task=False, points=4.0):
    return {"grade_id": name, "grade": grade, "solution": solution, "task": task, "points": points}


def check(name="check_gru_step", **options):
    return new_code_cell("check(gru_step)", metadata={"nbgrader": own(name, grade=True, **options)}, outputs=[FULL])


def answer(source="def gru_step(): ...", touched=True, **options):
    cell = new_code_cell(source, metadata={"nbgrader": own("gru_step", solution=True, **options)})
    if not touched:
        cell.metadata.nbgrader.checksum = compute_checksum(cell)
    return cell


def graded(function=EXERCISE.reference, **options):
    return Graded({"gru_step": evaluate(EXERCISE, function)}, **options)


def right_for_some(x, h, params):
    return EXERCISE.reference(x, h, params) + (np.abs(x).max() > 2)


def test_a_check_is_worth_its_share_of_the_points():
    decision = decided(new_notebook(cells=[answer(), check(points=3)]), graded())
    assert decision.scores == {"check_gru_step": 3.0} and decision.comments == {"gru_step": None}
    half_right = graded(right_for_some)
    share = half_right.reports["gru_step"].score
    assert 0 < share < 1
    assert decided(new_notebook(cells=[check(points=7)]), half_right).scores == {"check_gru_step": round(7 * share, 4)}


@pytest.mark.parametrize("name", ["check_gru_step", "a_test_of_the_teacher"])
def test_what_the_grader_has_not_decided_is_for_a_person_whatever_the_cell_shows(name):
    undecided = Graded({}, faults={"gru_step": "too busy"})
    assert decided(new_notebook(cells=[check(name)]), undecided).scores == {name: None}


@pytest.mark.parametrize(("touched", "score", "comment"), [(True, None, None), (False, 0, "No response.")])
def test_a_written_answer_is_nothing_or_for_a_person(touched, score, comment):
    words = new_markdown_cell("because", metadata={"nbgrader": own("why", grade=True, solution=True)})
    if not touched:
        words.metadata.nbgrader.checksum = compute_checksum(words)
    decision = decided(new_notebook(cells=[words]), graded())
    assert decision.scores == {"why": score} and decision.comments == {"why": comment}


def test_a_flag_stands_escaped_beside_the_first_answer_unless_nothing_was_written():
    flagged = graded(flags=("uses <b>torch.nn.GRU</b>",))
    said = decided(new_notebook(cells=[answer(), check()]), flagged).comments["gru_step"]
    assert said == "Please look: uses &lt;b&gt;torch.nn.GRU&lt;/b&gt;"
    untouched = decided(new_notebook(cells=[answer(touched=False), check()]), flagged).comments
    assert untouched == {"gru_step": "No response."}
