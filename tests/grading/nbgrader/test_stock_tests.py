"""nbgrader's own tests beside our checks: both keep their points, and it is said which ones a student could forge."""

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell

from .attacks.case import of

pytestmark = pytest.mark.nbgrader
HIDDEN = "assert triple(2) == 6\n### BEGIN HIDDEN TESTS\nassert triple(5) == 15\n### END HIDDEN TESTS"


def named(cell, name, **fields):
    kind = {"grade": False, "solution": False, "locked": False, "task": False, "schema_version": 3} | fields
    cell.metadata["nbgrader"] = {"grade_id": name} | kind
    return cell


def test_cell(source, name, points):
    return named(new_code_cell(source), name, grade=True, locked=True, points=points)


test_cell.__test__ = False


@pytest.fixture
def course(make_course, isolated):
    """The mini course with two questions that stock tests grade, and one that a person does."""
    made = make_course()
    path = made.root / "solutions" / "mini" / "mini.ipynb"
    nb = nbformat.read(path, as_version=4)
    answer = "### BEGIN SOLUTION\ndef triple(x):\n    return 3 * x\n### END SOLUTION"
    nb.cells += [
        named(new_code_cell(answer), "triple", solution=True),
        test_cell(HIDDEN, "test_triple", 2),
        test_cell("import math\nround(triple(1) / 3 * 3, 2)", "check_partly", 3),
        named(new_markdown_cell("Why?"), "why", solution=True, grade=True, points=1),
    ]
    nbformat.write(nb, path)
    made.run("generate_assignment", "mini", "--force")
    return made


ALL = {"check_gru_step": (4, False), "check_gru_parameter_count": (1, False), "test_triple": (2, False)}
ALL |= {"check_partly": (3, False)}


def answered(course, source):
    nb = course.solution
    of(nb, "triple").source = source
    return nb


CLASS = {
    "right": ("def triple(x): return 3 * x", ALL),
    "public": ("def triple(x): return 6", ALL | {"test_triple": (0, False)}),
    "partly": ("def triple(x): return x", ALL | {"test_triple": (0, False), "check_partly": (1, False)}),
    "stub": ("raise NotImplementedError", ALL | {"test_triple": (0, False), "check_partly": (0, False)}),
    "missing": (
        "import nowhere\ndef triple(x): return nowhere.f(x)",
        ALL | {"test_triple": (None, True), "check_partly": (None, True)},
    ),
    "ends": ("import os\ndef triple(x): os._exit(0)", ALL | {"test_triple": (0, False), "check_partly": (0, False)}),
}


@pytest.mark.slow
@pytest.mark.parametrize("program", ["coursekit", "nbgrader"])
def test_both_kinds_of_tests_keep_their_points(course, program):
    for student, (source, _) in CLASS.items():
        course.hand_in(student, answered(course, source))
    printed = []
    for _ in range(2):  # a second run changes nothing, and lists nobody
        done = course.grade() if program == "coursekit" else course.run("autograde", "mini", "--force")
        assert "Traceback" not in done.stderr, done.stderr
        printed.append(done.stdout)
        for student, (_, expected) in CLASS.items():
            found = course.scores(student)
            assert {name: found[name] for name in expected} == expected, (student, found)
    nb = nbformat.read(course.root / "autograded" / "right" / "mini" / "mini.ipynb", as_version=4)
    assert "Points given in the student's kernel." in of(nb, "test_triple").outputs[-1].text
    if program == "coursekit":
        [line] = [line for line in printed[0].splitlines() if line.startswith("right")]
        assert "10 + ?" in line and "test_triple: given in the student's kernel" in " ".join(printed[0].split())
        assert all("A person has to look at 1." in said for said in printed)
