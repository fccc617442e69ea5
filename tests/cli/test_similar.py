"""`coursekit similar` on odd folders: names and places are shown as they are, and nothing rewrites the terminal."""

from __future__ import annotations

import os

import nbformat
import pytest
from nbformat import v4
from nbgrader.api import Gradebook

pytestmark = pytest.mark.nbgrader

ODD = "def gru_step(x, h, params):\n" + "".join(
    f"    {{name}}{k} = np.cos(h * {k}.5) ** {k + 2} - x.sum() / {k + 7}\n" for k in range(12)
)


def notebook(source):
    part = {
        "grade": False,
        "grade_id": "gru_step",
        "locked": False,
        "schema_version": 3,
        "solution": True,
        "task": False,
    }
    check = part | {"grade": True, "grade_id": "check_gru_step", "locked": True, "points": 4, "solution": False}
    cells = ((source, part), ("check(gru_step)", check))
    return v4.new_notebook(cells=[v4.new_code_cell(text, metadata={"nbgrader": said}) for text, said in cells])


@pytest.fixture
def course(tmp_path, monkeypatch):
    """In a folder whose name is a format of Python's. The same odd answer is two students', and one's of no name."""
    root = tmp_path / "rnn {2027} {}"
    (root / ".coursekit-results").mkdir(parents=True)
    (root / "nbgrader_config.py").write_text(
        'c = get_config()\nc.CourseDirectory.course_id = "c"\nc.CourseDirectory.db_url = "sqlite:///gradebook.db"\n'
    )
    with Gradebook(f"sqlite:///{root / 'gradebook.db'}", "c") as book:
        book.add_assignment("mini")
        book.add_notebook("mini", "mini")
        book.add_solution_cell("gru_step", "mini", "mini")
        book.add_grade_cell("check_gru_step", "mini", "mini", max_score=4, cell_type="code")
    hand_in(root / "release" / "mini", "raise NotImplementedError")
    for number in range(10):
        hand_in(root / "submitted" / f"s{number}" / "mini", f"def gru_step(x, h, params):\n    return h - {number}")
    for student, name in (("{x}\x1b[31m", "a"), ("{}", "b"), (os.fsdecode(b"\xff"), "c")):
        hand_in(root / "submitted" / student / "mini", ODD.format(name=name))
    monkeypatch.chdir(root)
    return root


def hand_in(place, source):
    place.mkdir(parents=True)
    nbformat.write(notebook(source), place / "mini.ipynb")


def test_odd_names_and_places_are_shown(call, course):
    done = call("similar", "mini")
    assert done.returncode == 0, done.stderr
    assert "{x}[31m and {}, " in done.stdout and "submitted/{x}[31m/mini" in done.stdout and "\x1b" not in done.stdout


@pytest.mark.parametrize("most", ["0", "-1", "many"])
def test_so_many_pairs_are_a_number_above_0(call, most):
    done = call("similar", "mini", "--most", most)
    assert done.returncode == 2 and "is not a number above 0" in done.stderr
