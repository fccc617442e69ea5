"""Starting the sandbox of `coursekit grade` while the grader is still being imported: both take a second or more."""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import threading
from pathlib import Path

SUBMITTED, RELEASED = "submitted", "release"
"""nbgrader's names for the folders. A course may have others: what was handed out is then read off what was handed in,
and if that lies elsewhere, too, the sandbox starts when the first notebook is read."""


def start_sandbox(arguments: argparse.Namespace) -> None:
    """Let it start in the background, if there will be something to run.

    Nothing depends on this: who needs the sandbox asks for it, waits if it is starting, and is told why it cannot.
    """
    from coursekit.grading.run import needs, servers
    from coursekit.grading.run.sandbox.results import SandboxUnavailable

    if arguments.no_sandbox or arguments.cluster or not _is_anything_new(arguments):
        return

    def start() -> None:
        sources = _sources(arguments.course / RELEASED / arguments.assignment) or _handed_in(arguments)
        torch = _say_torch(sources)
        with contextlib.suppress(SandboxUnavailable):
            server = servers.shared_server(torch)
            if torch and sources and needs.compiler(sources):
                server.open(compiler=True).close()

    threading.Thread(target=start, daemon=True, name="sandbox, early").start()


def _is_anything_new(arguments: argparse.Namespace) -> bool:
    """A guess from the times of files: was anything handed in after what was written last?"""
    from coursekit.grading.gradebook.places import RESULTS, WRITTEN

    written = arguments.course / RESULTS / WRITTEN / arguments.assignment
    folders = arguments.course.glob(f"{SUBMITTED}/*/{arguments.assignment}")
    mine = [place for place in folders if not arguments.student or place.parent.name in arguments.student]
    return any(arguments.regrade or _time(written / f"{place.parent.name}.json") < _newest(place) for place in mine)


def _newest(folder: Path) -> float:
    return max(map(_time, folder.glob("*.ipynb")), default=0.0)


def _time(path: Path) -> float:
    """When it was changed, 0 if it is not there. Its name is changed with a move, and its content with a copy."""
    try:
        about = os.stat(path)
    except OSError:
        return 0.0
    return max(about.st_mtime, about.st_ctime)


def says_torch(folder: Path) -> bool:
    """As `Job.needs_torch`, of a folder that was handed out. True if it cannot be read: that server serves all."""
    return _say_torch(_sources(folder))


def _say_torch(sources: list[str] | None) -> bool:
    from coursekit.grading.run import needs

    return sources is None or needs.torch(sources)


def _sources(folder: Path) -> list[str] | None:
    """What the code cells of a folder that was handed out say; None if there are none that can be read."""
    try:
        notebooks = [json.loads(path.read_text(encoding="utf-8")) for path in folder.glob("*.ipynb")]
        cells = [cell for notebook in notebooks for cell in notebook["cells"] if cell["cell_type"] == "code"]
        return ["".join(cell["source"]) for cell in cells] or None
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _handed_in(arguments: argparse.Namespace) -> list[str] | None:
    """The same of the first submission that can be read."""
    from coursekit.lessons import notebook_file

    for path in sorted(arguments.course.glob(f"{SUBMITTED}/*/{arguments.assignment}/*.ipynb")):
        with contextlib.suppress(OSError, notebook_file.Refused):
            return [cell["source"] for cell in notebook_file.read_cells(path) if cell["cell_type"] == "code"] or None
    return None
