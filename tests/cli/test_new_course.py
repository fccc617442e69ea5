"""`coursekit new-course`: the course that it makes, in real nbgrader, and what it refuses."""

from __future__ import annotations

import ast
import json
import os
import shutil
from pathlib import Path

import pytest
from nbconvert.exporters import HTMLExporter
from nbgrader.api import Gradebook
from nbgrader.apps import ExportApp
from nbgrader.converters import Autograde, GenerateFeedback
from nbgrader.coursedir import CourseDirectory
from nbgrader.exchange.default import Exchange
from nbgrader.exchange.exchange_factory import ExchangeFactory
from nbgrader.preprocessors import OverwriteCells

from coursekit.checking import evaluate
from coursekit.cli import main
from coursekit.grading.demo import hand_in, names, slips
from coursekit.grading.demo.edits import edits
from coursekit.grading.new_course.making import _cause
from coursekit.grading.new_course.roster import Person, RosterError, read_roster
from coursekit.grading.submission.course import Course
from coursekit.lessons import build_solution
from coursekit.lessons.tree import clone_root, lesson_texts
from tests import warm
from tests.processes import finished

ROOT = Path(__file__).parents[2]
LESSON = "00_numerical_tools"
TEXT = ROOT / "solutions" / LESSON / f"{LESSON}.md"
CONFIGURED = (
    Autograde,
    CourseDirectory,
    Exchange,
    ExchangeFactory,
    ExportApp,
    GenerateFeedback,
    HTMLExporter,
    OverwriteCells,
)
ROSTER = "id;last_name;first_name\nada;Lovelace;Ada\nalan;Turing;Alan\n"


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A course with one lesson, a due date, two students and four submissions."""
    folder = tmp_path_factory.mktemp("new") / "my class"
    roster = folder.parent / "class.csv"
    roster.write_text(ROSTER)
    options = ["--lessons", "0", "--due", "00=2027-01-15T23:59+01:00", "--students", roster, "--demo", "4"]
    assert main(["new-course", *map(str, [folder, *options])]) == 0
    return folder


@pytest.mark.nbgrader
def test_it_is_a_course_with_points_due_dates_and_students(made):
    course = Course(made)
    assert course.directory.course_id == "my-class"
    with Gradebook(course.db_url) as book:
        assignment = book.find_assignment(LESSON)
        assert assignment.max_score == 8
        assert f"{assignment.duedate}" == "2027-01-15 22:59:00", "nbgrader keeps UTC"
        assert book.find_student("ada").last_name == "Lovelace"
    assert f"| {LESSON} | 4 | 8 | 2027-01-15 23:59" in (made / "README.md").read_text()


@pytest.mark.nbgrader
def test_what_is_handed_out_is_what_the_repository_holds_and_answers_stay(made):
    released = made / "release" / LESSON / f"{LESSON}.ipynb"
    assert released.read_text() == (ROOT / "notebooks" / LESSON / f"{LESSON}.ipynb").read_text()
    assert [path.name for path in released.parent.iterdir()] == [released.name]
    assert "BEGIN SOLUTION" in (made / "source" / LESSON / f"{LESSON}.ipynb").read_text()


@pytest.mark.slow
@pytest.mark.nbgrader
def test_nbgrader_itself_finds_nothing_to_object_to(made, tmp_path):
    """The command line, started in the folder as a teacher would."""
    env = os.environ | {"PATH": warm.path(tmp_path / "programs")}
    for arguments in (["db", "assignment", "list"], ["db", "student", "list"], ["generate_assignment", LESSON]):
        done = finished(["nbgrader", *arguments], cwd=made, env=env)
        assert done.returncode == 0, done.stderr
        assert "WARNING" not in done.stderr


@pytest.mark.nbgrader
def test_the_commands_of_its_readme_are_those_of_its_exchange(call, tmp_path):
    folder, exchange = tmp_path / "with", tmp_path / "exchange"
    done = call("new-course", folder, "--lessons", LESSON, "--exchange", exchange)
    assert done.returncode == 0, done.stderr
    assert Course(folder).config.Exchange.root == str(exchange)
    known = {cls.__name__: cls.class_trait_names(config=True) for cls in CONFIGURED}
    for name, settings in Course(folder).config.items():
        assert set(settings) <= set(known[name]), f"nbgrader has no such setting of {name}"
    readme = (folder / "README.md").read_text()
    assert readme.count(f"{LESSON}   #") and f"nbgrader collect {LESSON}" in readme
    assert not exchange.exists(), "nbgrader makes it with the rights that it needs, at the first release"


def test_an_installed_wheel_brings_its_own_texts(monkeypatch, tmp_path):
    package = tmp_path / "coursekit"
    (package / "_solutions").mkdir(parents=True)
    shutil.copytree(TEXT.parent, package / "_solutions" / LESSON, ignore=shutil.ignore_patterns("*.ipynb"))
    monkeypatch.setattr("coursekit.lessons.tree.coursekit.__file__", str(package / "__init__.py"))
    assert clone_root() is None
    assert [text.name for text in lesson_texts()] == [TEXT.name]


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (["--lessons", "77"], "there is no lesson '77'. There are 00_numerical_tools, 01_"),
        (["--lessons", "gru"], "there is no lesson 'gru'"),
        (["--lessons", "none.md"], "there is no text none.md."),
        (["--lessons", "00", "--due", "00"], "--due takes LESSON=DATE"),
        (["--lessons", "00", "--due", "00=tomorrow"], "'tomorrow' is no date: write 2027-01-15T23:59"),
        (
            ["--lessons", "00", "--due", "05=2027-01-15"],
            "--due names '05', which is no lesson of this course. It has 00_numerical_tools.",
        ),
        (["--lessons", "00", "--due", "00=2027-01-15", "0=2027-01-16"], "has two due dates"),
        (["--course-id", "a/b"], "'a/b' cannot be a course's id"),
        (["--students", "nobody.csv"], "cannot read nobody.csv: no such file or directory."),
        (["--exchange", str(TEXT)], "is a file. The exchange is a folder"),
        (["--lessons", "00", "--demo", "5", "--copies", "3"], "at most 2 can copy, each from somebody else: ask for"),
    ],
)
def test_slips_of_the_teacher_get_one_sentence_and_leave_nothing(call, tmp_path, options, sentence):
    done = call("new-course", tmp_path / "course", *options)
    assert done.returncode == 2
    [line] = done.stderr.splitlines()
    assert sentence in line
    assert not (tmp_path / "course").exists()


def test_a_folder_with_content_is_not_touched(call, tmp_path):
    (tmp_path / "mine.txt").write_text("keep me")
    done = call("new-course", tmp_path, "--lessons", "00")
    assert done.returncode == 2 and "is not empty, and nothing there is touched" in done.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]
    done = call("new-course", tmp_path / "mine.txt", "--lessons", "00")
    assert done.returncode == 2 and "is a file" in done.stderr


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="root may write everywhere")
def test_a_place_that_is_read_only_is_said(call, tmp_path):
    tmp_path.chmod(0o500)
    done = call("new-course", tmp_path / "course", "--lessons", "00")
    tmp_path.chmod(0o700)
    assert done.returncode == 2 and "permission denied" in done.stderr


@pytest.mark.nbgrader
def test_a_lesson_that_cannot_be_built_leaves_nothing(call, tmp_path):
    broken = tmp_path / "my_lesson.md"
    broken.write_text('# Mine\n\n```python exercise="no_such_exercise"\n### BEGIN SOLUTION\n1\n### END SOLUTION\n```\n')
    (tmp_path / "course").mkdir()
    done = call("new-course", tmp_path / "course", "--lessons", broken)
    assert done.returncode == 2 and "my_lesson.md:3" in done.stderr
    assert list((tmp_path / "course").iterdir()) == []
    broken.write_text("# Mine\n\nOnly text.\n")
    assert "has no exercise that is graded" in call("new-course", tmp_path / "other", "--lessons", broken).stderr


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("id,first_name,last_name,email,lms_user_id\nada,Ada,Lovelace,ada@x.org,17\n", "17"),
        ("First name,Surname,Username,ID number,Email address\nAda,Lovelace,ada,17,ada@x.org\n", "17"),
        ('Student,ID,SIS User ID,SIS Login ID,Section\nPoints Possible,,,,\n"Lovelace, Ada",17,u1,ada,A\n', "17"),
    ],
    ids=["nbgrader", "Moodle", "Canvas"],
)
def test_rosters_of_three_systems(tmp_path, text, first):
    path = tmp_path / "class.csv"
    path.write_text("\ufeff" + text, encoding="utf-8")
    [person] = read_roster(path)
    assert (person.id, person.first_name, person.last_name, person.lms_user_id) == ("ada", "Ada", "Lovelace", first)


@pytest.mark.parametrize(
    "text",
    [
        "sep=;\nid;last_name;first_name\nada;Lovelace;Ada\n",
        "Id,Last name,First name\nada,Lovelace,Ada\n",
        "\n\nid,last_name,first_name\nada,Lovelace,Ada\n",
        "Class of 2027; spring\nID\tLast_Name\tFirst_Name\r\nada\tLovelace\tAda\r\n",
        "id;last_name;first_name;Remarks, notes, other, more\nada;Lovelace;Ada;\n",
        'id, last_name, first_name\r"ada", "Lovelace", "Ada"\r',
        "\ufeff\ufeffid|last_name|first_name\nada|Lovelace|Ada\n",
    ],
)
def test_rosters_as_programs_write_them(tmp_path, text):
    path = tmp_path / "class.csv"
    path.write_text(text, encoding="utf-8", newline="")
    assert read_roster(path) == (Person("ada", "Ada", "Lovelace"),)


def test_names_of_several_lines_and_of_a_mac_stay_whole(tmp_path):
    path = tmp_path / "class.csv"
    path.write_text('id,last_name\nada,"Love\nlace"\nbob,M\u0075\u0308ller\nbob,x\n', encoding="utf-8")
    with pytest.raises(RosterError, match="line 5: bob stands there twice"):
        read_roster(path)
    path.write_text('id,last_name\nada,"Love\nlace"\nbob,M\u0075\u0308ller\n', encoding="utf-8")
    assert [person.last_name for person in read_roster(path)] == ["Love\nlace", "Müller"]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ('id,last_name\nada,"Lovelace\nalan,Turing\n', "no CSV .* stray quotation mark"),
        ("id\nada\0\n", "line 2 holds zero bytes"),
        ("name,mail\nAda,a@x.org\n", "has no column that names the students"),
        ("id\n", "names no students"),
        ("id\nada\nbob\nada\n", "line 4: ada stands there twice"),
        ("id\n../../etc\n", "line 2: '../../etc' cannot name a folder"),
        (f"id\n{'a' * 129}\n", "line 2: .* longer than 128 characters"),
        ("", "has no column"),
        ("PK\x03\x04", "class.csv is a spreadsheet, .*: export a table as CSV"),
    ],
)
def test_rosters_that_are_none(tmp_path, text, sentence):
    path = tmp_path / "class.csv"
    path.write_text(text)
    with pytest.raises(RosterError, match=sentence):
        read_roster(path)


def test_an_edit_changes_one_place_and_still_compiles():
    source = "def f(r, z, n, h):\n    return (1 - z) * n + z * np.tanh(h)  # ä\n"
    found = edits(source)
    assert "def f(r, z, n, h):\n    return (1 - z) * h + z * np.tanh(n)  # ä\n" in found
    assert "def f(r, z, n, h):\n    return (1 - z) * n + z * h  # ä\n" in found
    assert "def f(r, z, n, h):\n    return (1 - z) * n  # ä\n" in found
    assert source not in found and len(found) == len(set(found))
    for edit in found:
        ast.parse(edit)


def test_slips_are_wrong_and_named_slips_are_the_mistakes_they_claim():
    import numpy as np

    for exercise, found in slips(build_solution(TEXT)).items():
        assert len(found) >= 2
        for slip in found:
            names_there = {"np": np}
            exec(slip.source, names_there)
            with np.errstate(all="ignore"):
                report = evaluate(exercise, names_there[exercise])
            assert not report.passed
            assert slip.mistake in (*report.diagnoses, "")


def test_a_class_is_the_same_every_time_and_another_with_another_seed(tmp_path):
    solution = build_solution(TEXT)

    def sources(folder: str, **options: int) -> list[str]:
        people = hand_in(tmp_path / folder, LESSON, solution, solution, 5, **options)
        return [(tmp_path / folder / who / LESSON / f"{LESSON}.ipynb").read_text() for who in people]

    assert sources("a") == sources("b") != sources("c", seed=1)
    assert len(set(names(150))) == 150


@pytest.mark.nbgrader
def test_demo_submissions_keep_the_cells_that_were_handed_out(made):
    released = json.loads((made / "release" / LESSON / f"{LESSON}.ipynb").read_text())
    for student in names(4):
        nb = json.loads((made / "submitted" / student / LESSON / f"{LESSON}.ipynb").read_text())
        pairs = list(zip(nb["cells"], released["cells"], strict=True))
        assert all(one["metadata"] == two["metadata"] for one, two in pairs)
        assert "### BEGIN" not in json.dumps(nb)


def test_the_cause_that_nbgrader_logs_is_told():
    log = "[ERROR] There was an error\n[ERROR] Traceback:\n    FileNotFoundError: no 'alembic'\n\n[ERROR] See above.\n"
    assert _cause(log) == "FileNotFoundError: no 'alembic'"
    assert _cause("[ERROR] It is full.") == "[ERROR] It is full"
    assert "coursekit doctor" in _cause("")
