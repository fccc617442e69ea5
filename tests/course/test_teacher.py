"""The teacher's loop with the mouse, in the formgrader: generate, autograde, look at a report, hand back."""

from __future__ import annotations

import html
import os
import re
import socket
import sys
from pathlib import Path

import nbformat
import pytest

from coursekit.cli import main
from tests.course.browsing import TOKEN, photograph
from tests.course.learners import answer, right_answers
from tests.processes import started, until_it_answers

pytestmark = [pytest.mark.browser, pytest.mark.nbgrader, pytest.mark.slow]

LESSON = "00_numerical_tools"
NAIVE = "def sigmoid(x):\n    return 1 / (1 + np.exp(-x))"
PATIENCE_MS = 120_000


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory, isolated: None) -> Path:
    """A new course as `coursekit new-course` makes it, with two submissions."""
    folder = tmp_path_factory.mktemp("teacher") / "class"
    assert main(["new-course", str(folder), "--lessons", "00", "--due", "00=2027-01-15T23:59+00:00"]) == 0
    right = right_answers(LESSON)
    for student, answers in {"ada": right | {"sigmoid": NAIVE}, "bob": right}.items():
        nb = nbformat.read(folder / "release" / LESSON / f"{LESSON}.ipynb", as_version=4)
        place = folder / "submitted" / student / LESSON
        place.mkdir(parents=True)
        nbformat.write(answer(nb, answers), place / f"{LESSON}.ipynb")
    return folder


@pytest.fixture(scope="module")
def desk(course: Path) -> str:
    """JupyterLab, started in the course's folder; its address."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    home = course.parent
    private = {f"JUPYTER_{what}_DIR": str(home / what.lower()) for what in ("CONFIG", "DATA", "RUNTIME")}
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    env = os.environ | private | {"PATH": path, "OMP_NUM_THREADS": "1", "JUPYTERLAB_SETTINGS_DIR": str(home / "lab")}
    options = ["--no-browser", f"--port={port}", "--ServerApp.port_retries=0", f"--IdentityProvider.token={TOKEN}"]
    root = ["--allow-root"] if os.geteuid() == 0 else []
    url = f"http://127.0.0.1:{port}"
    command, log = [sys.executable, "-m", "jupyterlab", *options, *root], home / "lab.log"
    with log.open("w") as file, started(command, cwd=course, env=env, stdout=file, stderr=file) as running:
        until_it_answers(f"{url}/api/status?token={TOKEN}", running, log)
        yield url


def press(page, cell: str, row: str) -> None:
    """Press the button in a column of the table, in the row that holds this text; nbgrader says that it worked."""
    page.locator("tr", has_text=row).locator(f"td.{cell} a").click()
    dialog = page.locator(".modal.in", has_text="Success")
    dialog.wait_for(timeout=PATIENCE_MS)
    dialog.get_by_role("button", name="OK").or_(dialog.locator("button.close")).first.click()
    dialog.wait_for(state="detached")


def until_fields_are_live(page) -> None:
    """nbgrader fills the fields in when the grades and comments have come, over what was written before, and takes
    the focus once MathJax, where it can be reached, has run.
    """
    page.wait_for_function("formgrader.grades?.loaded && formgrader.comments?.loaded")
    page.wait_for_function("!window.MathJax || MathJax.loaded")


def test_jupyterlab_offers_the_formgrader(desk, page):
    page.goto(f"{desk}/lab?token={TOKEN}")
    page.get_by_role("menuitem", name="Nbgrader").click()
    page.get_by_role("menuitem", name=re.compile("^Formgrader")).first.click()
    formgrader = page.frame_locator("iframe").first
    formgrader.get_by_role("link", name=LESSON).wait_for()
    photograph(page, "teacher-1-formgrader")


def test_generate(course, desk, page):
    released = course / "release" / LESSON / f"{LESSON}.ipynb"
    before = released.read_bytes()
    released.unlink()
    page.goto(f"{desk}/formgrader/manage_assignments?token={TOKEN}")
    press(page, "assign", LESSON)
    assert released.read_bytes() == before
    photograph(page, "teacher-2-generated")


def test_autograde(course, desk, page):
    page.goto(f"{desk}/formgrader/manage_submissions/{LESSON}?token={TOKEN}")
    for student in ("ada", "bob"):
        press(page, "autograde", student)
    page.reload()
    page.locator("tr", has_text="bob").get_by_text("graded").wait_for()
    page.locator("tr", has_text="bob").get_by_text("8 / 8").wait_for()
    photograph(page, "teacher-3-autograded")


def test_look_at_a_report(course, desk, page):
    page.goto(f"{desk}/formgrader/gradebook/{LESSON}/{LESSON}?token={TOKEN}")
    page.get_by_role("link", name="Submission #1").wait_for()
    photograph(page, "teacher-4-submissions")
    from nbgrader.api import Gradebook

    with Gradebook(f"sqlite:///{course / 'gradebook.db'}") as book:
        looked_at = book.find_submission_notebook(LESSON, LESSON, "ada").id
    page.goto(f"{desk}/formgrader/submissions/{looked_at}/?token={TOKEN}")
    report = page.locator("[aria-label^='Report: sigmoid']").first
    report.get_by_text("an exponential that overflows for negative numbers").wait_for(timeout=60_000)
    report.scroll_into_view_if_needed()
    photograph(page, "teacher-5-report")
    until_fields_are_live(page)
    with page.expect_response(lambda answer: "/comment" in answer.url and answer.request.method == "PUT"):
        field = page.locator("textarea.comment").first
        field.fill("The number is right by luck. Which form never overflows?")
        field.blur()  # what was written is saved when the field is left
    photograph(page, "teacher-6-comment")


def test_feedback(course, desk, page):
    page.goto(f"{desk}/formgrader/manage_assignments?token={TOKEN}")
    press(page, "generate-feedback", LESSON)
    sheet = course / "feedback" / "ada" / LESSON / f"{LESSON}.html"
    said = html.unescape(sheet.read_text())
    assert "an exponential that overflows for negative numbers" in said
    assert "The number is right by luck. Which form never overflows?" in said
    page.goto(sheet.as_uri())
    page.locator("[aria-label^='Report: sigmoid']").first.scroll_into_view_if_needed()
    photograph(page, "teacher-7-feedback")
