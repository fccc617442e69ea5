"""A grader's line to a warm server, over which it opens workers. Several processes can share one server."""

from __future__ import annotations

import contextlib
import dataclasses
import os
import socket
import threading
from collections.abc import Callable
from typing import Any

from coursekit.grading.run.sandbox import compiled
from coursekit.grading.run.sandbox.channel import wait_readable
from coursekit.grading.run.sandbox.inside import control
from coursekit.grading.run.sandbox.results import Level, Limits, SandboxUnavailable
from coursekit.grading.run.sandbox.worker import Worker

OPEN_S = 60
ADVICE = (
    "Grade on Linux with bubblewrap (Debian: apt-get install bubblewrap libseccomp2), or in WSL 2; "
    "only if you trust every submission, grade without isolation."
)


class Connection:
    """Opens workers in a warm server that is running; threads may share it.

    A process that multiprocessing starts and that is given a `Server` or a connection has a line of its own: the server
    kills the workers of a process that ends, and goes on serving the others.

    limits: the default for its workers. level, prelude and torch: those of the server. said: what it wrote last.
    """

    def __init__(
        self,
        line: socket.socket,
        limits: Limits,
        level: Level,
        prelude: str,
        said: Callable[[], str] = lambda: "",
        torch: bool = True,
    ):
        self.limits, self.level, self.prelude, self.torch = limits, level, prelude, torch
        self._line, self._said = line, said
        self._lock = threading.Lock()

    def __reduce__(self) -> tuple[Callable[..., Connection], tuple[Any, ...]]:
        return _branch, (self._line, self.limits, self.level, self.prelude, self.torch)

    @property
    def alive(self) -> bool:
        """True until the server ends or this connection is closed."""
        try:
            return not wait_readable(self._line.fileno(), 0) or bool(
                self._line.recv(1, socket.MSG_PEEK | socket.MSG_DONTWAIT)
            )
        except BlockingIOError:  # another thread has read the answer meanwhile
            return True
        except (OSError, ValueError):
            return False

    def open(self, limits: Limits | None = None, *, seed: int = 0, compiler: bool = False) -> Worker:
        """A fresh worker for one submission, with its random generators seeded by `seed`.

        compiler: it may ask for PyTorch's compiler, as optimizers do. The server then imports it, once.

        Raises SandboxUnavailable if the server has ended or cannot confine a worker.
        """
        limits = limits or self.limits
        ours, theirs = socket.socketpair()
        report, write_report = os.pipe()
        request = {"limits": dataclasses.asdict(limits), "seed": seed, "compiler": compiler and self.torch}
        try:
            with self._lock:
                self.send(request, theirs.fileno(), write_report)
                answer, descriptors = self.receive(OPEN_S)
            if "error" in answer:
                raise SandboxUnavailable(f"{answer['error']}. {self._said()}{ADVICE}")
        except BaseException:
            ours.close()
            os.close(report)
            raise
        finally:
            theirs.close()
            os.close(write_report)
        compiled.keep(answer["anew"])
        worker = Worker(ours, report, *(descriptors or [None]), answer["pid"], limits)
        if not worker.ready():
            worker.close()
            raise SandboxUnavailable(f"A worker could not be confined. {self._said()}{ADVICE}")
        return worker

    def close(self) -> None:
        self._line.close()

    def send(self, message: dict[str, Any], *descriptors: int) -> None:
        try:
            control.send(self._line, message, descriptors)
        except OSError:
            raise SandboxUnavailable(f"The warm server has ended. {self._said()}{ADVICE}") from None

    def receive(self, seconds: float, failure: str = "has ended") -> tuple[dict[str, Any], list[int]]:
        """The server's next message. One that is late would answer the wrong request, so it ends the connection."""
        if not wait_readable(self._line.fileno(), seconds):
            self.close()
            raise SandboxUnavailable(f"The warm server did not answer within {seconds} s. {self._said()}")
        answer = control.receive(self._line)
        if answer is None:
            self.close()
            raise SandboxUnavailable(f"The warm server {failure}. {self._said()}{ADVICE}")
        return answer


def _branch(line: socket.socket, limits: Limits, level: Level, prelude: str, torch: bool) -> Connection:
    """A line of this process's own, asked for over the one that it was given, on which others talk too.

    If the server has ended meanwhile, the new line is dead from the start, which its user finds out by `alive`.
    """
    own, theirs = socket.socketpair()
    with line, theirs, contextlib.suppress(OSError):
        control.send(line, {"line": True}, [theirs.fileno()])
    return Connection(own, limits, level, prelude, torch=torch)
