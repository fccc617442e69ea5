"""Where a learner's journal lies, and whether one is kept at all."""

from __future__ import annotations

import os
import sys
from pathlib import Path

JOURNAL = "progress.jsonl"


def folder() -> Path:
    """The folder of this user: COURSEKIT_HOME, or where the system keeps the data of programs."""
    chosen = os.environ.get("COURSEKIT_HOME")
    if chosen:
        return Path(chosen).expanduser()
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local") / "coursekit"
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Application Support" / "coursekit"
    return Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share") / "coursekit"


def why_not() -> str:
    """Why nothing is written down here, as a sentence; empty if it is.

    nbgrader says in NBGRADER_EXECUTION that it is running the notebook of some student.
    """
    if os.environ.get("COURSEKIT_PROGRESS", "").strip().lower() in ("off", "0", "no", "false"):
        return "COURSEKIT_PROGRESS is off, so nothing is written down."
    if os.environ.get("NBGRADER_EXECUTION"):
        return "nbgrader is running this notebook, so nothing is written down."
    return ""
