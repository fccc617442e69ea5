"""The pictures of README and docs, from the real JupyterLab and grader in a real browser.

python docs/screenshots.py             all of them
python docs/screenshots.py report map  some of them

Everything happens in a temporary folder, with a journal of its own; only docs/*.png is written.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

from PIL import Image
from playwright.sync_api import Locator, Page, sync_playwright

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
sys.path.insert(0, str(ROOT))

from tests.course.browsing import (  # noqa: E402
    CHROMIUM,
    QUIET,
    TOKEN,
    cell_with,
    open_lesson,
    run_all_above,
    run_cell,
    write,
)
from tests.course.learners import right_answers  # noqa: E402

LARGEST = 300_000  # bytes of one picture
STUDENTS = 12
CLASS_LESSON = "05_gru"


def main() -> int:
    chosen = sys.argv[1:] or list(PICTURES)
    unknown = [name for name in chosen if name not in PICTURES]
    if unknown or CHROMIUM is None:
        print(f"no such picture: {unknown}; there are {list(PICTURES)}." if unknown else "no Chromium on this machine.")
        return 2
    with tempfile.TemporaryDirectory(prefix="coursekit-pictures-") as scratch, sync_playwright() as playwright:
        os.environ |= {"COURSEKIT_HOME": f"{scratch}/journal", "JUPYTER_CONFIG_DIR": f"{scratch}/config"}
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        for name in chosen:
            page = browser.new_page(viewport={"width": 1300, "height": 820})
            PICTURES[name](page, Path(scratch))
            page.close()
        browser.close()
    return 0


def report(page: Page, scratch: Path) -> None:
    """What a check says to a GRU whose update gate is swapped."""
    with _lab(scratch) as lab:
        check = _checked(page, lab, right_answers("05_gru")["gru_step"].replace("(1 - z) * n + z * h", _SWAPPED))
        check.get_by_text("an update gate that is swapped").wait_for(timeout=60_000)
        _keep("report", check)


def course_map(page: Page, scratch: Path) -> None:
    """The start page with the map of the course, after a lesson's first exercises."""
    with _lab(scratch) as lab:
        _checked(page, lab, right_answers("05_gru")["gru_step"]).get_by_text("right on all").wait_for(timeout=60_000)
        page.goto(f"{lab}/lab/tree/start.ipynb?token={TOKEN}")
        cell = cell_with(page, "progress()")
        page.get_by_text("(ipykernel) | Idle").wait_for(timeout=90_000)
        run_cell(page, cell)
        cell.locator(".jp-OutputArea-output").first.wait_for(timeout=60_000)
        page.wait_for_timeout(1000)
        page.locator(".jp-NotebookPanel:not(.lm-mod-hidden) h1").first.scroll_into_view_if_needed()
        _keep("map", page)


def class_report(page: Page, scratch: Path) -> None:
    """The report of an invented class."""
    course = _graded_class(scratch)
    page.set_viewport_size({"width": 1000, "height": 900})
    page.goto((course / "reports" / f"{CLASS_LESSON}.html").as_uri())
    _keep("class-report", page)


def formgrader(page: Page, scratch: Path) -> None:
    """The formgrader of nbgrader, with the points that the sandboxed grader gave."""
    course = _graded_class(scratch)
    with _server([sys.executable, "-m", "jupyterlab", "--allow-root"], course) as lab:
        page.goto(f"{lab}/lab?token={TOKEN}")  # logs in; the formgrader's own requests carry no token
        page.goto(f"{lab}/formgrader/manage_submissions/{CLASS_LESSON}")
        page.locator("tbody td", has_text="graded").first.wait_for(timeout=60_000)
        _keep("formgrader", page)


PICTURES: dict[str, Callable[[Page, Path], None]] = {
    "report": report,
    "map": course_map,
    "class-report": class_report,
    "formgrader": formgrader,
}
_SWAPPED = "(1 - z) * h + z * n"


def _checked(page: Page, lab: str, answer: str) -> Locator:
    """Write an answer to gru_step and check it; the check's cell."""
    open_lesson(page, lab, "05_gru")
    exercise, check = cell_with(page, "def gru_step("), cell_with(page, "check(gru_step)")
    run_all_above(page, exercise)
    write(page, exercise, answer)
    run_cell(page, exercise)
    run_cell(page, check)
    return check


def _graded_class(scratch: Path) -> Path:
    """A course with an invented class, graded, and its report."""
    course = scratch / "course"
    if not course.exists():
        command = [sys.executable, "-m", "coursekit.cli"]
        made = ["new-course", str(course), "--lessons", CLASS_LESSON[:2], "--demo", str(STUDENTS)]
        subprocess.run([*command, *made], check=True)
        subprocess.run([*command, "grade", CLASS_LESSON], cwd=course)  # 1 if somebody's work needs a look
        subprocess.run([*command, "report", CLASS_LESSON], cwd=course, check=True)
    return course


def _lab(scratch: Path) -> contextlib.AbstractContextManager[str]:
    """JupyterLab as `coursekit lab` opens it, on a fresh copy of the lessons."""
    folder = scratch / "learner"
    shutil.rmtree(folder, ignore_errors=True)
    return _server([sys.executable, "-m", "coursekit.cli", "lab", str(folder)], scratch)


@contextlib.contextmanager
def _server(command: list[str], folder: Path) -> Iterator[str]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    options = ["--no-browser", f"--port={port}", "--ServerApp.port_retries=0", f"--IdentityProvider.token={TOKEN}"]
    with (folder / "server.log").open("w") as log:
        process = subprocess.Popen([*command, *options], cwd=folder, stdout=log, stderr=log)
        try:
            _wait_for(f"http://127.0.0.1:{port}/api/status?token={TOKEN}", process)
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()
            process.wait(timeout=20)


def _wait_for(address: str, process: subprocess.Popen) -> None:
    while process.poll() is None:
        try:
            with urllib.request.urlopen(address) as reply:
                json.load(reply)
            return
        except OSError:
            time.sleep(0.25)
    raise SystemExit("JupyterLab did not start.")


def _keep(name: str, seen: Page | Locator) -> None:
    """Save a picture with a palette of 256 colours, which is three times smaller and looks the same."""
    picture = Image.open(io.BytesIO(seen.screenshot())).convert("RGB").quantize(256, dither=Image.Dither.NONE)
    path = HERE / f"{name}.png"
    picture.save(path, "PNG", optimize=True)
    size = path.stat().st_size
    print(f"{path.relative_to(ROOT)}: {picture.width} × {picture.height}, {size / 1000:.0f} kB")
    if size > LARGEST:
        raise SystemExit(f"{path.name} is larger than {LARGEST / 1000:.0f} kB.")


if __name__ == "__main__":
    raise SystemExit(main())
