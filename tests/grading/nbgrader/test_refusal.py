"""Where notebooks cannot be isolated, `coursekit grade` says so and runs none, unless it is told to trust them."""

from __future__ import annotations

import nbformat
import pytest

from coursekit.cli import main
from coursekit.grading.run import servers
from coursekit.grading.run.sandbox import server, view

pytestmark = pytest.mark.nbgrader


@pytest.fixture
def bare_host(monkeypatch):
    """A host without bubblewrap and without Landlock."""
    servers.close_shared_server()
    monkeypatch.setattr(view, "find_bubblewrap", lambda: None)
    monkeypatch.setattr(server, "landlock_abi", lambda: 0)
    monkeypatch.delenv(servers.UNSAFE, raising=False)
    yield
    servers.close_shared_server()


@pytest.mark.parametrize("students", [("ada",), ("ada", "bob")])
def test_nothing_is_graded_where_nothing_can_be_isolated(make_course, bare_host, capsys, students):
    course = make_course()
    for student in students:
        course.hand_in(student, course.solution)
    assert main(["grade", "mini", "--course", str(course.root)]) == 2
    said = capsys.readouterr().err
    assert "bubblewrap is not installed" in said and "Landlock" in said
    assert "Nothing was graded." in said and "--no-sandbox" in said
    assert not (course.root / "autograded").exists()


def test_nothing_is_graded_in_a_sandbox_that_leaks(make_course, capsys, monkeypatch):
    """The server is not isolated and claims to be: the attempts find that out before any notebook runs."""
    course = make_course()
    course.hand_in("ada", course.solution)
    with server.Server(unsafe=True) as leaking:
        monkeypatch.setattr(servers, "shared_server", lambda torch: leaking)
        assert main(["grade", "mini", "--course", str(course.root)]) == 2
    said = capsys.readouterr().err
    assert "does not hold here" in said and "importing the reference" in said and "Nothing was graded." in said
    assert not (course.root / "autograded").exists()


def test_trusted_notebooks_are_graded_all_the_same(make_course, bare_host, capsys):
    course = make_course()
    course.hand_in("ada", course.solution)
    assert main(["grade", "mini", "--course", str(course.root), "--no-sandbox"]) == 0
    assert "1 submission. All decided." in capsys.readouterr().out
    assert course.scores("ada") == {"check_gru_step": (4.0, False), "check_gru_parameter_count": (1.0, False)}


def test_a_class_in_which_nothing_changed_needs_no_sandbox(make_course, capsys, monkeypatch):
    """Nothing runs, so nothing is started and nothing is refused; the table is the same."""
    course = make_course()
    for student in ("ada", "bob"):
        course.hand_in(student, course.solution)
    assert main(["grade", "mini", "--course", str(course.root)]) == 0
    before = capsys.readouterr().out

    def unwanted(torch):
        raise AssertionError("a server was asked for")

    monkeypatch.setattr(servers, "shared_server", unwanted)
    assert main(["grade", "mini", "--course", str(course.root)]) == 0
    after = capsys.readouterr().out
    assert "2 unchanged." in after and "2 submissions. All decided." in before and "All decided." in after


@pytest.fixture
def without_pytorch(monkeypatch):
    """A machine on which PyTorch is not installed, as far as the grader sees."""
    servers.close_shared_server()
    monkeypatch.setattr(view, "missing_packages", lambda torch=True: ["torch"] if torch else [])
    monkeypatch.setattr(servers, "find_spec", lambda name: None)
    monkeypatch.setenv(servers.UNSAFE, "")
    yield
    servers.close_shared_server()


@pytest.mark.parametrize("trusting", [[], ["--no-sandbox"]])
@pytest.mark.parametrize("before", [[], ["aaron", "abel"]])
def test_a_missing_package_is_named_with_its_remedy_alone_and_nothing_runs(
    make_course, without_pytorch, capsys, trusting, before
):
    course = make_course()
    for student in before:  # whose notebooks need none
        course.hand_in(student, course.solution)
    notebook = course.solution
    notebook.cells.insert(0, nbformat.v4.new_code_cell("import torch"))
    course.hand_in("ada", notebook)
    assert main(["grade", "mini", "--course", str(course.root), *trusting]) == 2
    said = capsys.readouterr().err
    assert "nothing was graded. The sandbox cannot start: Python packages are missing (torch). To add them: pip" in said
    assert "bubblewrap" not in said and not (course.root / "autograded").exists()


def test_trusted_notebooks_of_numpy_need_no_pytorch(make_course, without_pytorch, capsys):
    course = make_course()
    course.hand_in("ada", course.solution)
    assert main(["grade", "mini", "--course", str(course.root), "--no-sandbox"]) == 0
    assert "1 submission. All decided." in capsys.readouterr().out
