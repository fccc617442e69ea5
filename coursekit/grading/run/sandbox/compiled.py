"""What a sandbox has imported is kept compiled, from outside.

Python keeps modules compiled beside their sources, for the next process. A sandbox can write nothing, and what uv
installs is not compiled: PyTorch, Matplotlib and IPython would be compiled at every start.
"""

from __future__ import annotations

import atexit
import contextlib
import os
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

FEW = 20  # so many modules are compiled sooner than another process has started
_COMPILE = """
import contextlib, os, py_compile, sys
os.nice(19)
for path in os.fsdecode(sys.stdin.buffer.read()).split("\\0"):
    with contextlib.suppress(Exception):
        py_compile.compile(path, doraise=True)
"""
_at_work: list[tuple[int, subprocess.Popen]] = []  # each with the process that has started it


def keep(modules: Iterable[str]) -> None:
    """Compile modules of these paths for later processes: in another process, which gives way to all others.

    Not where Python is to write none (PYTHONDONTWRITEBYTECODE), nor in folders that are somebody else's.
    """
    wanted = [] if sys.dont_write_bytecode else [path for path in modules if _may_be_kept(Path(path))]
    if len(wanted) <= FEW:
        return
    command = [sys.executable, "-I", "-S", "-c", _COMPILE]  # without the user's settings, as in the sandbox
    with contextlib.suppress(OSError):
        process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        _at_work.append((os.getpid(), process))
        atexit.register(stop)
        with process.stdin as line:
            line.write(os.fsencode("\0".join(wanted)))


def stop() -> None:
    """End that work. What has been compiled until then is kept, so the next grading goes on where this one was."""
    while _at_work:
        starter, process = _at_work.pop()
        if starter == os.getpid():  # a fork has the list, too
            process.kill()
            process.wait()


def _may_be_kept(path: Path) -> bool:
    kept = path.parent / "__pycache__"
    return path.suffix == ".py" and path.is_file() and os.access(kept if kept.is_dir() else path.parent, os.W_OK)
