"""Where the grader itself failed on a submission: kept for who runs it, out of students' sight."""

from __future__ import annotations

import errno
import traceback
from pathlib import Path

FAILED = "the grader itself failed on this notebook"
"""What a student may read of an exception of ours."""

_MAX_CHARACTERS = 10_000
_DISK = (errno.ENOSPC, errno.EDQUOT, errno.EROFS)


def trace(error: BaseException) -> str:
    """The traceback of an exception as text; its last lines, which tell most, if it is long."""
    return "".join(traceback.format_exception(error))[-_MAX_CHARACTERS:]


def is_of_the_disk(error: BaseException) -> bool:
    """True for what would happen to every submission after this one as well: nothing can be written."""
    return isinstance(error, OSError) and error.errno in _DISK


class Failures:
    """Tracebacks of one assignment, a file for each student.

    results: the folder of a course that keeps what grading found.
    """

    def __init__(self, results: Path, assignment: str) -> None:
        self._root, self._folder = results.parent, results / "failures" / assignment

    def keep(self, student: str, told: str) -> str:
        """Write a traceback down. Returns a sentence for the teacher that says where."""
        path = self._folder / f"{student}.txt"
        try:
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            path.write_text(told, encoding="utf-8", errors="backslashreplace")
        except OSError as error:
            return f"{FAILED}, and its traceback could not be written: {error.strerror}"
        return f"{FAILED}: the traceback is in {path.relative_to(self._root)}"

    def forget(self, student: str) -> None:
        """The submission was graded since."""
        if self._folder.is_dir():
            (self._folder / f"{student}.txt").unlink(missing_ok=True)
