"""What a cell is to nbgrader, whoever wrote its metadata."""

import pytest
from nbformat.v4 import new_code_cell

from coursekit.lessons.cells import check_of, checked_by, exercise_of, grade_id, is_answer, is_graded, nbgrader_part


def cell(**own):
    return new_code_cell("", metadata={"nbgrader": own})


def test_the_check_of_an_exercise_is_known_by_its_name():
    assert check_of("gru_step") == "check_gru_step" and checked_by("check_gru_step") == "gru_step"
    assert checked_by("gru_step") is None
    assert exercise_of(cell(grade=True, solution=False, grade_id="check_gru_step")) == "gru_step"


@pytest.mark.parametrize(
    "own",
    [
        {"grade": False, "solution": False, "grade_id": "check_gru_step"},
        {"grade": True, "solution": True, "grade_id": "check_gru_step"},
        {"grade": True, "solution": False, "grade_id": "gru_step"},
        {"grade": True, "solution": False},
    ],
)
def test_what_is_no_check_checks_nothing(own):
    assert exercise_of(cell(**own)) is None


@pytest.mark.parametrize(
    "metadata", [None, [], "nbgrader", {}, {"nbgrader": None}, {"nbgrader": ["grade"]}, {"nbgrader": {"grade_id": 3}}]
)
def test_metadata_of_another_form_says_nothing(metadata):
    strange = {"cell_type": "code", "source": "", "metadata": metadata}
    assert grade_id(strange) == "" and exercise_of(strange) is None
    assert not is_graded(strange) and not is_answer(strange)


def test_a_cell_without_metadata_says_nothing():
    assert nbgrader_part({"cell_type": "code"}) == {} and grade_id({}) == ""
