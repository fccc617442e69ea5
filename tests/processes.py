"""Programs that tests start, and what tests wait for. Each wait has a limit, and tells what was seen by then."""

from __future__ import annotations

import contextlib
import os
import subprocess
import time
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, NoReturn, TypeVar

import pytest

Found = TypeVar("Found")
TOLD = 4000  # characters of what a program has said


def finished(command: Sequence[str | os.PathLike[str]], seconds: float = 300, **options: Any) -> Any:
    """Run a program to its end, without a terminal or a person. Its output is text unless the options say otherwise."""
    options = {"stdin": subprocess.DEVNULL, "capture_output": True, "text": True} | options
    try:
        return subprocess.run(command, timeout=seconds, **options)
    except subprocess.TimeoutExpired as late:
        _fail(late)


def told(process: subprocess.Popen, seconds: float = 120) -> tuple[Any, Any]:
    """What a process with pipes has written on both by its end."""
    try:
        return process.communicate(timeout=seconds)
    except subprocess.TimeoutExpired as late:
        _fail(late)


def _fail(late: subprocess.TimeoutExpired) -> NoReturn:
    command = late.cmd if isinstance(late.cmd, str) else " ".join(map(str, late.cmd))
    said = b"".join(part for part in (late.stdout, late.stderr) if part).decode(errors="replace")
    pytest.fail(f"after {late.timeout:g} s it had not ended: {command[:400]}\n{said[-TOLD:]}")


@contextlib.contextmanager
def started(command: Sequence[str | os.PathLike[str]], **options: Any) -> Iterator[subprocess.Popen]:
    """A program that runs beside the test, and ends with it at the latest."""
    process = subprocess.Popen(command, **options)
    try:
        yield process
    finally:
        end(process)


def end(process: subprocess.Popen, seconds: float = 30) -> None:
    """Ask a process to end, and make it if it does not."""
    if process.poll() is None:
        process.terminate()
        try:
            process.wait(seconds)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(seconds)
    for pipe in (process.stdin, process.stdout, process.stderr):
        if pipe is not None:
            pipe.close()


def until(came: Callable[[], Found], seconds: float = 120, seen: Callable[[], object] = str) -> Found:
    """What `came` returns as soon as that is true. seen: what there is to tell when the seconds are over."""
    over = time.monotonic() + seconds
    while not (found := came()):
        assert time.monotonic() < over, f"{seconds:g} s have passed. Seen: {str(seen())[-TOLD:]}"
        time.sleep(0.02)
    return found


def until_it_answers(url: str, process: subprocess.Popen, log: Path, seconds: float = 200) -> None:
    """Wait for a server that was just started, and that writes into `log`."""

    def said() -> str:
        return log.read_text(errors="replace")[-TOLD:]

    def answered() -> bool:
        assert process.poll() is None, f"the server has ended: {said()}"
        try:
            with urllib.request.urlopen(url, timeout=10):
                return True
        except OSError:
            return False

    until(answered, seconds, said)
