"""What another program says, waited for with a limit: a test that waits in vain fails and shows what was said."""

from __future__ import annotations

import contextlib
import os
import queue
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from typing import NoReturn

import pytest

PATIENCE_S = 120.0
"""Far more than any program needs that is at work at all, on a busy machine too."""


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

    def line(self, seconds: float = PATIENCE_S) -> str:
        """The next line. Fails if there is none in that time, or none any more."""
        try:
            found = self._coming.get(timeout=seconds)
        except queue.Empty:
            self._fail(f"said nothing more within {seconds:g} s")
        if not found:
            self._fail("has ended")
        self.said.append(found)
        return found

    def until(self, enough: Callable[[str], bool], seconds: float = PATIENCE_S) -> str:
        """The first line from here on with which it is enough. Fails if none comes in that time, whatever else does."""
        end = time.monotonic() + seconds
        while not enough(found := self.line(max(end - time.monotonic(), 0.01))):
            pass
        return found

    def tell(self, line: str) -> None:
        """Write a line to its stdin."""
        self.process.stdin.write(f"{line}\n")
        self.process.stdin.flush()

    def end(self, seconds: float = PATIENCE_S) -> tuple[list[str], str]:
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
            self.process.wait(PATIENCE_S)
        for reader, stream in zip(self._readers, (self.process.stdout, self.process.stderr), strict=True):
            reader.join(PATIENCE_S)
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
        said = "".join([*self.said, *self._rest()])[-3000:]
        pytest.fail(f"the program {how}. It had said:\n{said}\nand of errors:\n{''.join(self.errors)[-3000:]}")
