"""What a learner does on the page of a notebook, for the tests that drive a browser."""

from __future__ import annotations

import contextlib
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.course.learners import ROOT

ARTIFACTS = Path(os.environ.get("COURSEKIT_ARTIFACTS", ROOT / "artifacts"))
TOKEN = "a-token-for-the-browser-test"
CHROMIUM = next(
    (path for name in ("chromium", "chromium-browser", "google-chrome") if (path := shutil.which(name))), None
)
PATIENCE_MS = 90_000  # Playwright's own 30 s are too few on a machine that is busy with other tests
PLAIN = Path(__file__).with_name("chromium.sh")
QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@contextlib.contextmanager
def chromium() -> Iterator[Any]:
    """A browser of Playwright; skips the test where there is none."""
    if CHROMIUM is None:
        pytest.skip("no Chromium on this machine (Debian: apt-get install chromium)")
    sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    with sync_api.sync_playwright() as playwright:
        env = os.environ | {"COURSEKIT_TESTS_CHROMIUM": CHROMIUM}
        browser = playwright.chromium.launch(executable_path=PLAIN, args=QUIET, env=env)
        browser.new_context, browser.new_page = map(_patient, (browser.new_context, browser.new_page))
        yield browser
        browser.close()


def _patient(make: Callable[..., Any]) -> Callable[..., Any]:
    """What makes pages or their contexts, with our patience for whatever is waited for in them."""

    def made(**options: Any) -> Any:
        opened = make(**options)
        opened.set_default_timeout(PATIENCE_MS)
        return opened

    return made


def expect(found: Any) -> Any:
    """Playwright's assertions, which wait: what a kernel or a script has yet to do, a page does not show at once."""
    from playwright.sync_api import expect

    expect.set_options(timeout=PATIENCE_MS)
    return expect(found)


def open_lesson(page, lab: str, lesson: str) -> None:
    """The page of a lesson, with its kernel ready."""
    page.goto(f"{lab}/lab/tree/{lesson}/{lesson}.ipynb?token={TOKEN}")
    until_its_kernel_is_ready(page)


def opened(page):
    """The notebook that is in front."""
    return page.locator(".jp-NotebookPanel:not(.lm-mod-hidden)")


def until_its_kernel_is_ready(page) -> None:
    """What is run in a notebook before that is dropped. The foot of the window says it, but for a moment still of the
    notebook that was in front before: until after this one's own toolbar names a kernel.
    """
    opened(page).locator(".jp-Notebook .jp-Cell").first.wait_for()
    opened(page).locator(".jp-KernelName").get_by_text("(ipykernel)").wait_for()
    page.get_by_text("(ipykernel) | Idle").wait_for()


def run_all_above(page, cell) -> None:
    cell.locator(".cm-content").click()
    page.get_by_role("menuitem", name="Run", exact=True).click()
    page.get_by_text("Run All Above Selected Cell").click()


def cell_with(page, text: str):
    """The first code cell whose source holds this text, brought into view."""
    cell = page.locator(".jp-CodeCell", has_text=text).first
    cell.scroll_into_view_if_needed(timeout=60_000)
    return cell


def run_cell(page, cell, key: str = "Shift+Enter") -> None:
    cell.locator(".cm-content").click()
    page.keyboard.press(key)


def run_to_its_end(page, cell, key: str = "Shift+Enter") -> None:
    """What a cell shows after that is of this run: what an earlier one drew may stand there until the kernel begins."""
    before = cell.locator(".jp-InputPrompt").inner_text().strip()
    run_cell(page, cell, key)
    page.wait_for_function(
        "([cell, before]) => !['[*]:', before].includes(cell.querySelector('.jp-InputPrompt').innerText.trim())",
        arg=[cell.element_handle(), before],
    )


def write(page, cell, source: str) -> None:
    cell.locator(".cm-content").click()
    page.keyboard.press("ControlOrMeta+A")
    page.keyboard.insert_text(source)


def photograph(page, name: str) -> None:
    ARTIFACTS.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=ARTIFACTS / f"{name}.png")


def unnamed_fields(fields) -> int:
    """How many of these form fields have no label: a screen reader could not say what they are for."""
    return fields.evaluate_all(
        "fields => fields.filter(field => !field.labels.length || !field.labels[0].innerText.trim()).length"
    )
