"""Another program run to its end, or ended with all that it has started: compilers and interpreters can hang."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path


def run(
    command: Sequence[str], seconds: float, cwd: str | Path | None = None, env: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """As subprocess.run with what it says captured, without input. Raises OSError, or TimeoutExpired after the seconds.

    It leaves nobody behind, a compiler's helpers included: those are in its process group, which is ended. What is said
    goes to files, for one who holds a pipe open keeps its reader waiting.
    """
    with _room() as out, _room() as err:
        process = subprocess.Popen(
            command, cwd=cwd, env=env, stdin=subprocess.DEVNULL, stdout=out, stderr=err, start_new_session=True
        )
        try:
            code = process.wait(seconds)
        finally:
            _end(process)
        return subprocess.CompletedProcess(command, code, _said(out), _said(err))


def _room():
    return tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace")


def _said(file) -> str:
    file.seek(0)
    return file.read()


def _end(process: subprocess.Popen) -> None:
    if hasattr(os, "killpg"):
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
    else:  # Windows has no groups to be ended
        process.kill()
    process.wait()
