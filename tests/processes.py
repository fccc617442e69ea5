"""Programs that tests start, and what tests wait for. Each wait has a limit, and tells what was seen by then."""

from __future__ import annotations

import contextlib
import os
import queue
import signal
import subprocess
import threading
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


def ended(pid: int) -> bool:
    """Whether a process has ended, by Linux's /proc: one that nobody has waited for yet has ended, too."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] in "ZX"
    except (FileNotFoundError, ProcessLookupError):
        return True


def gone(pid: int, seconds: float = 10.0) -> bool:
    """Whether a process has ended within so many seconds."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if ended(pid):
            return True
        time.sleep(0.02)
    return False


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


class Listener:
    """Reads what a program writes, which therefore never waits for its reader.

    process: in a session of its own, with text pipes for stdout and stderr.
    """

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process
        self.said: list[str] = []  # every line of stdout that was asked for
        self.errors: list[str] = []  # every line of stderr so far
        self._coming: queue.SimpleQueue[str] = queue.SimpleQueue()
        self._readers = [
            threading.Thread(target=self._read, args=(process.stdout, self._coming.put), daemon=True),
            threading.Thread(target=self._read, args=(process.stderr, self.errors.append), daemon=True),
        ]
        for reader in self._readers:
            reader.start()

    @staticmethod
    def _read(stream: Iterator[str], keep: Callable[[str], None]) -> None:
        for line in stream:
            keep(line)
        keep("")

    def line(self, seconds: float = 120) -> str:
        """The next line. Fails if there is none in that time, or none any more."""
        try:
            found = self._coming.get(timeout=seconds)
        except queue.Empty:
            self._fail(f"said nothing more within {seconds:g} s")
        if not found:
            self._fail("has ended")
        self.said.append(found)
        return found

    def until(self, enough: Callable[[str], bool], seconds: float = 120) -> str:
        """The first line from here on with which it is enough. Fails if none comes in that time, whatever else does."""
        end = time.monotonic() + seconds
        while not enough(found := self.line(max(end - time.monotonic(), 0.01))):
            pass
        return found

    def tell(self, line: str) -> None:
        """Write a line to its stdin."""
        self.process.stdin.write(f"{line}\n")
        self.process.stdin.flush()

    def end(self, seconds: float = 120) -> tuple[list[str], str]:
        """Wait for its end. Gives the lines that nobody has asked for, and all of stderr."""
        self._close_stdin()
        try:
            self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            self._fail(f"did not end within {seconds:g} s")
        self.close()
        return self._rest(), "".join(self.errors)

    def close(self) -> None:
        """End it and all that it has started, if it still runs."""
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait(30)
        for reader, stream in zip(self._readers, (self.process.stdout, self.process.stderr), strict=True):
            reader.join(30)
            if not reader.is_alive():  # else something outside of its session has it, and it cannot be closed
                stream.close()
        self._close_stdin()

    def _close_stdin(self) -> None:
        if self.process.stdin:
            with contextlib.suppress(BrokenPipeError):  # it ended with something unread
                self.process.stdin.close()

    def _rest(self) -> list[str]:
        rest = []
        while not self._coming.empty():
            rest.append(self._coming.get_nowait())
        return [line for line in rest if line]

    def _fail(self, how: str) -> NoReturn:
        self.close()
        said = "".join([*self.said, *self._rest()])[-TOLD:]
        pytest.fail(f"the program {how}. It had said:\n{said}\nand of errors:\n{''.join(self.errors)[-TOLD:]}")
