"""The canonical copy keeps what a student wrote and nothing else."""

import copy

import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from coursekit.grading.submission.canonical import MISSING, canonical, is_own_cell


def cell(source, grade_id, **flags):
    kind = {"grade": False, "solution": False, "locked": False, "schema_version": 3, "task": False} | flags
    return new_code_cell(source, metadata={"nbgrader": {"grade_id": grade_id} | kind})


@pytest.fixture
def released():
    return new_notebook(
        cells=[
            new_markdown_cell("# Lesson", id="title"),
            new_code_cell("import numpy as np", id="imports"),
            cell("raise NotImplementedError()", "double", solution=True),
            cell("check(double)", "check_double", grade=True, locked=True, points=2),
            cell("raise NotImplementedError()", "triple", solution=True),
            cell("check(triple)", "check_triple", grade=True, locked=True, points=1),
        ]
    )


def handed_in(*cells):
    return new_notebook(
        cells=[
            new_code_cell(source, metadata={"nbgrader": {"grade_id": name}} if name else {}) for source, name in cells
        ]
    )


def sources(nb):
    return [c.source for c in nb.cells]


DOUBLE, TRIPLE = "def double(x): return 2 * x", "def triple(x): return 3 * x"


def test_answers_are_put_into_the_released_notebook(released):
    before = copy.deepcopy(released)
    nb = canonical(released, handed_in((DOUBLE, "double"), ("check(double)", "check_double"), (TRIPLE, "triple")))
    assert sources(nb) == ["# Lesson", "import numpy as np", DOUBLE, "check(double)", TRIPLE, "check(triple)"]
    assert [c.metadata.get("nbgrader") for c in nb.cells] == [c.metadata.get("nbgrader") for c in before.cells]
    assert released == before


@pytest.mark.parametrize("forged", ["2.0", "check = print", "from IPython.display import display"])
def test_a_changed_test_is_the_released_one_again(released, forged):
    nb = canonical(released, handed_in((DOUBLE, "double"), (forged, "check_double")))
    assert sources(nb)[3] == "check(double)" and forged not in sources(nb)


def test_own_cells_stay_where_they_stood(released):
    submitted = handed_in(
        ("helper = 1", None), ("import numpy as np", None), (DOUBLE, "double"), ("more = 2", None), (TRIPLE, "triple")
    )
    nb = canonical(released, submitted)
    assert sources(nb)[:5] == ["helper = 1", "# Lesson", "import numpy as np", DOUBLE, "more = 2"]
    assert [is_own_cell(c) for c in nb.cells].count(True) == 2


def test_a_missing_answer_is_said_and_the_others_count(released):
    nb = canonical(released, handed_in((TRIPLE, "triple")))
    assert MISSING in sources(nb) and TRIPLE in sources(nb)


def test_an_answer_under_another_name_still_runs(released):
    nb = canonical(released, handed_in((DOUBLE, "doubel"), (TRIPLE, "triple")))
    assert DOUBLE in sources(nb)


def test_a_second_copy_of_an_answer_runs_after_the_first_and_is_not_graded(released):
    nb = canonical(released, handed_in((DOUBLE, "double"), ("def double(x): return 0", "double"), (TRIPLE, "triple")))
    at = sources(nb).index("def double(x): return 0")
    assert at == sources(nb).index(DOUBLE) + 1
    assert "nbgrader" not in nb.cells[at].metadata


def test_a_code_answer_comes_back_from_a_markdown_cell(released):
    submitted = new_notebook(cells=[new_markdown_cell(DOUBLE, metadata={"nbgrader": {"grade_id": "double"}})])
    nb = canonical(released, submitted)
    assert MISSING in sources(nb)
    assert [c.cell_type for c in nb.cells if c.source == DOUBLE] == ["code"]


def test_tags_and_outputs_of_the_release_do_not_reach_the_copy(released):
    released.cells[3].metadata["tags"] = ["skip-execution"]
    nb = canonical(released, handed_in((DOUBLE, "double")))
    assert all("tags" not in c.metadata for c in nb.cells)
