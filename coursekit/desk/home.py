"""Where a learner's journal lies, and whether one is kept at all."""

from __future__ import annotations

import errno
import hashlib
import os
from pathlib import Path

import platformdirs

from coursekit.lessons.tree import START

JOURNAL = "progress.jsonl"


def folder() -> Path:
    """The folder of this user: COURSEKIT_HOME, or where the system keeps the data of programs.

    That is $XDG_DATA_HOME/coursekit or ~/.local/share/coursekit on Linux, ~/Library/Application Support/coursekit on
    macOS, and %LOCALAPPDATA%\\coursekit on Windows. Raises RuntimeError for a user without a home folder.
    """
    chosen = os.environ.get("COURSEKIT_HOME")
    return Path(chosen).expanduser() if chosen else platformdirs.user_data_path("coursekit", appauthor=False)


def this_copy() -> str:
    """A name for the copy of the course in which this kernel runs; it says nothing about where that lies."""
    here = Path(os.curdir).resolve()
    root = next((folder for folder in (here, here.parent) if (folder / f"{START}.ipynb").is_file()), here)
    return hashlib.sha256(str(root).encode()).hexdigest()[:12]


def unwritable(path: Path) -> OSError | None:
    """Why a file that is not there yet cannot be written there, or None."""
    above = next((folder for folder in path.parents if folder.exists()), Path(os.curdir))
    if not above.is_dir():
        return NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR))
    if not os.access(above, os.W_OK | os.X_OK):
        return PermissionError(errno.EACCES, os.strerror(errno.EACCES))
    return None


def why_not() -> str:
    """Why nothing is written down here, as a sentence; empty if it is.

    nbgrader says in NBGRADER_EXECUTION that it is running the notebook of some student.
    """
    if os.environ.get("COURSEKIT_PROGRESS", "").strip().lower() in ("off", "0", "no", "false"):
        return "COURSEKIT_PROGRESS is off, so nothing is written down."
    if os.environ.get("NBGRADER_EXECUTION"):
        return "nbgrader is running this notebook, so nothing is written down."
    return ""
