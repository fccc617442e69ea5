"""A real JupyterLab in a real browser: a wrong answer is explained on the page, a right one accepted."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

from tests.course.learners import ROOT, right_answers

pytestmark = [pytest.mark.browser, pytest.mark.slow]

CHROMIUM = next(
    (path for name in ("chromium", "chromium-browser", "google-chrome") if (path := shutil.which(name))), None
)
ARTIFACTS = Path(os.environ.get("COURSEKIT_ARTIFACTS", ROOT / "artifacts"))
TOKEN = "a-token-for-the-browser-test"
QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(scope="module")
def page():
    if CHROMIUM is None:
        pytest.skip("no Chromium on this machine (Debian: apt-get install chromium)")
    sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        opened = browser.new_page(viewport={"width": 1400, "height": 1000})
        yield opened
        photograph(opened, "last-page")
        browser.close()


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    """JupyterLab as `make lab` starts it, on a fresh copy of the lessons."""
    folder = tmp_path_factory.mktemp("learner")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "coursekit.cli", "lab", str(folder / "course"), "--no-browser"]
    options = [f"--port={port}", "--ServerApp.port_retries=0", f"--IdentityProvider.token={TOKEN}"]
    log = (folder / "lab.log").open("w")
    env = os.environ | {
        "JUPYTER_CONFIG_DIR": str(folder / "config"),
        "JUPYTERLAB_SETTINGS_DIR": str(folder / "settings"),
    }
    process = subprocess.Popen([*command, *options], stdout=log, stderr=log, env=env)
    url = f"http://127.0.0.1:{port}"
    try:
        _wait_for(url, process, folder / "lab.log")
        yield url
    finally:
        process.terminate()
        process.wait(timeout=20)
        log.close()


def _wait_for(url: str, process: subprocess.Popen, log: Path) -> None:
    for _ in range(240):
        assert process.poll() is None, log.read_text()
        try:
            with urllib.request.urlopen(f"{url}/api/status?token={TOKEN}") as reply:
                if json.load(reply):
                    return
        except OSError:
            time.sleep(0.25)
    raise AssertionError(f"JupyterLab did not answer: {log.read_text()[-2000:]}")


def cell_with(page, text: str):
    """The first code cell whose source holds this text, brought into view."""
    cell = page.locator(".jp-CodeCell", has_text=text).first
    cell.scroll_into_view_if_needed(timeout=60_000)
    return cell


def run_cell(page, cell) -> None:
    cell.locator(".cm-content").click()
    page.keyboard.press("Shift+Enter")


def write(page, cell, source: str) -> None:
    cell.locator(".cm-content").click()
    page.keyboard.press("ControlOrMeta+A")
    page.keyboard.insert_text(source)


def photograph(page, name: str) -> None:
    ARTIFACTS.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=ARTIFACTS / f"{name}.png")


def test_lesson_05_explains_a_wrong_answer_and_accepts_a_right_one(lab, page):
    answer = right_answers("05_gru")["gru_step"]
    wrong = answer.replace("(1 - z) * n + z * h", "(1 - z) * h + z * n")
    assert wrong != answer, "the test needs the last line of the answer as it is written in the lesson"
    page.goto(f"{lab}/lab/tree/05_gru/05_gru.ipynb?token={TOKEN}")
    page.wait_for_selector(".jp-Notebook .jp-Cell", timeout=90_000)
    page.get_by_text("(ipykernel) | Idle").wait_for(timeout=90_000)  # what is run before that is dropped
    photograph(page, "lesson-05-opened")
    exercise, check = cell_with(page, "def gru_step("), cell_with(page, "check(gru_step)")
    # Cells between the imports and the exercise may define what an answer uses: run everything above, as learners do.
    exercise.locator(".cm-content").click()
    page.get_by_role("menuitem", name="Run", exact=True).click()
    page.get_by_text("Run All Above Selected Cell").click()

    run_cell(page, exercise)
    run_cell(page, check)
    report = check.locator("[aria-label^='Report']")
    report.get_by_text("is not written yet").wait_for(timeout=40_000)
    photograph(page, "lesson-05-not-written")

    write(page, exercise, wrong)
    run_cell(page, exercise)
    run_cell(page, check)
    report.get_by_text("an update gate that is swapped").wait_for(timeout=60_000)
    check.scroll_into_view_if_needed()
    photograph(page, "lesson-05-wrong")
    check.screenshot(path=ARTIFACTS / "report.png")  # the picture in the README

    write(page, exercise, answer)
    run_cell(page, exercise)
    run_cell(page, check)
    report.get_by_text("right on all").wait_for(timeout=60_000)
    check.scroll_into_view_if_needed()
    photograph(page, "lesson-05-right")


def test_the_start_page_leads_to_the_lessons(lab, page):
    page.goto(f"{lab}/lab/tree/start.ipynb?token={TOKEN}")
    page.wait_for_selector(".jp-Notebook .jp-Cell", timeout=90_000)
    link = page.locator(".jp-RenderedMarkdown a", has_text="00").first
    link.wait_for(timeout=30_000)
    photograph(page, "start-page")
    link.click()
    page.locator("h1", has_text="Numerical tools").wait_for(timeout=60_000)
