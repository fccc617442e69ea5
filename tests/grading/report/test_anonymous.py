"""A class without its names: what students and their programs wrote them into, and where pseudonyms come from."""

from __future__ import annotations

import csv
import json
import os
import shutil

import nbformat
import pytest
from nbformat import v4
from nbgrader.api import Gradebook

from coursekit.grading.report import anonymous, names
from coursekit.grading.submission.course import Course, CourseError
from coursekit.grading.submission.withdrawn import withdraw

pytestmark = pytest.mark.nbgrader

ANSWER = '# by Ada Lovelace (alov01)\ndef ada_step(x):\n    return "mail ada@example.org, or ask Bo Ek" + str(max(x))'
PICTURE = '<img src="data:image/png;base64,AdaLovelace">'
PAGE = f'<p class="over">Feedback · 47110815</p>{PICTURE}<pre>/home/ada/x by Bo&nbsp;Ek</pre>'


def notebook(source):
    part = {"grade": False, "grade_id": "step", "locked": False, "schema_version": 3, "solution": True, "task": False}
    cells = [v4.new_markdown_cell("The max of a lesson."), v4.new_code_cell(source, metadata={"nbgrader": part})]
    return v4.new_notebook(cells=cells)


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """Two students of the gradebook, one with a number as id; and one who has a folder only."""
    root = tmp_path_factory.mktemp("course")
    (root / "nbgrader_config.py").write_text(
        "from coursekit.grading.nbgrader import configure\nc = get_config()\n"
        'c.CourseDirectory.course_id = "c"\nc.CourseDirectory.db_url = "sqlite:///gradebook.db"\nconfigure(c)\n'
    )
    with Gradebook(f"sqlite:///{root / 'gradebook.db'}", "c") as book:
        book.add_assignment("mini")
        book.add_notebook("mini", "mini")
        book.add_solution_cell("step", "mini", "mini")
        book.add_student("47110815", first_name="Ada", last_name="Lovelace", email="alov01@example.org")
        book.add_student("bek", first_name="Bo", last_name="Ek", lms_user_id="12")
    (root / "release" / "mini").mkdir(parents=True)
    nbformat.write(notebook("raise NotImplementedError"), root / "release" / "mini" / "mini.ipynb")
    for student, source in (("47110815", ANSWER), ("bek", "x = 1"), ("max", "y = max(2, 3)")):
        place = root / "submitted" / student / "mini"
        place.mkdir(parents=True)
        nb = notebook(source)
        nb.metadata |= {"authors": [{"name": "Ada Lovelace"}], "path": "/home/ada"}
        nb.cells[1].metadata["author"] = "Ada"
        nb.cells[1].outputs = [v4.new_output("stream", text="Ada was here")]
        nb.cells.append(v4.new_markdown_cell("ada's own cell", id="ada-cell"))
        nbformat.write(nb, place / ("mini_by_ada.ipynb" if student == "47110815" else "mini.ipynb"))
    (root / "feedback" / "47110815" / "mini").mkdir(parents=True)
    (root / "feedback" / "47110815" / "mini" / "mini.html").write_text(PAGE)
    return root


@pytest.fixture
def course(made, tmp_path):
    shutil.copytree(made, tmp_path / "course")
    return Course(tmp_path / "course")


def everything(place):
    return "\n".join(f"{p.relative_to(place)}\n{p.read_text()}" for p in sorted(place.rglob("*")) if p.is_file())


def test_no_name_is_left_in_any_file_or_in_its_name(course, tmp_path):
    done = anonymous.export(course, ["mini"], tmp_path / "out")
    text = everything(tmp_path / "out").casefold()
    for made in (tmp_path / "out" / "mini").iterdir():  # 14 letters by chance: in one of a hundred some spell "bek"
        text = text.replace(made.name, "")
    for name in ("lovelace", "alov01", "47110815", "bek", "bo ek", "bo&nbsp;ek", "authors", "/home/ada", "own cell"):
        assert (name in text) is (name == "own cell"), name
    assert "was here" not in text and "png" not in text, "no outputs, no pictures"
    assert (done.students, done.kept) == (3, ("max",))
    [nb] = [path for path in (tmp_path / "out").glob("mini/*/mini.ipynb") if "_step" in path.read_text()]
    who = nb.parent.name
    assert f"def {who}_step(x):" in nbformat.read(nb, 4).cells[1].source and "max(x)" in nb.read_text()
    assert json.loads(nb.read_text())["metadata"].keys() == {"kernelspec"}
    with (tmp_path / "out" / "mini.csv").open() as file:
        assert {row["student"] for row in csv.DictReader(file)} == {
            p.name for p in (tmp_path / "out" / "mini").iterdir()
        }


def test_pseudonyms_are_stable_and_follow_from_the_secret_alone(course, tmp_path):
    def called(place):
        anonymous.export(course, ["mini"], tmp_path / place)
        return {path.name for path in (tmp_path / place / "mini").iterdir()}

    first = called("a")
    secret = course.root / anonymous.SECRET_FILE
    assert secret.stat().st_mode & 0o077 == 0 and called("b") == first
    withdraw(course.root, ["bek"])
    assert called("c") == first - {anonymous.pseudonym(secret.read_text().strip().encode(), "bek")}
    secret.unlink()
    assert called("d") & first == set()


def test_a_name_that_is_left_stops_all_of_it(course, tmp_path, monkeypatch):
    monkeypatch.setattr(names.Names, "hidden", lambda self, text: text)
    with pytest.raises(CourseError, match="still names s"):
        anonymous.export(course, ["mini"], tmp_path / "out")
    assert [path.name for path in tmp_path.iterdir()] == ["course"], "and nothing is written"


@pytest.mark.parametrize("name", ["Null", "Code", "Points", "Read", "Page", "Decided", "Head", "Feedback", "Mini"])
def test_a_name_that_is_a_word_of_a_format_stops_nobody(course, tmp_path, name):
    with Gradebook(course.db_url, "c") as book:
        book.add_student("x17", first_name="Jo", last_name=name)
    page = course.root / "feedback" / "47110815" / "mini" / "mini.html"
    page.write_text(f"<!DOCTYPE html><html><head></head><body>{PAGE}<code>Jo {name}</code></body></html>")
    done = anonymous.export(course, ["mini"], tmp_path / "out")
    assert done.students == 3 and f"jo {name}".casefold() not in everything(tmp_path / "out").casefold()


def test_odd_folders_and_characters_of_one_student_stop_nobody(course, tmp_path):
    odd = os.fsencode(course.root / "submitted") + b"/\xff\xfe/mini"
    os.makedirs(odd)
    half = course.root / "submitted" / "max" / "mini" / "mini.ipynb"
    half.write_text(half.read_text().replace("y = max", "y = '\\ud800' + max"))
    done = anonymous.export(course, ["mini"], tmp_path / "out")
    assert done.students == 4 and len(list((tmp_path / "out" / "mini").iterdir())) == 4
    assert "y = '?' + max" in everything(tmp_path / "out")
    with (tmp_path / "out" / "mini.csv").open() as file:
        assert len({row["student"] for row in csv.DictReader(file)}) == 4


def test_what_is_there_stays(course, tmp_path):
    (tmp_path / "out").mkdir()
    with pytest.raises(CourseError, match="is there already"):
        anonymous.export(course, ["mini"], tmp_path / "out")
    (course.root / "feedback" / "47110815" / "mini" / "mini.html").write_text("<p>of another program</p>")
    with pytest.raises(CourseError, match="generate_feedback mini --force"):
        anonymous.export(course, ["mini"], tmp_path / "new")
