"""One submission's worker, seen from the grader.

Requests go in, checked data comes out, nothing is ever raised for what a student's code does.
"""

from __future__ import annotations

import json
import os
import secrets
import signal
import socket
from collections.abc import Sequence
from typing import Any

from coursekit.grading.run.sandbox import checked
from coursekit.grading.run.sandbox.channel import Budget, Channel, Closed, Meter, Spent, read_all
from coursekit.grading.run.sandbox.inside.wire import ProtocolError
from coursekit.grading.run.sandbox.results import CallResult, CellResult, Limits, SandboxUnavailable, Status

READY_S = 60
REPORT_S = 5
CALLBACKS = 10_000  # per call
ENDINGS = {
    signal.SIGSEGV: "the program crashed (segmentation fault)",
    signal.SIGABRT: "the program aborted",
    signal.SIGBUS: "the program crashed (bus error)",
    signal.SIGXCPU: "the program used up its CPU time",
    signal.SIGSYS: "the program made a forbidden system call",
}


class Worker:
    """Made by `Server.open`; for one thread at a time.

    After a timeout that killed it, a crash or a malformed reply, every further request is answered at once with that
    status and reason; open another worker to go on. The one exception that a request raises by itself is
    SandboxUnavailable, when the whole server has ended.
    """

    def __init__(self, connection: socket.socket, report: int, pidfd: int | None, pid: int, limits: Limits):
        self.limits = limits
        self.usage: dict[str, Any] = {}  # after the end: exit, cpu_s, peak_kb
        self.waited_s = 0.0  # in all requests, neither computing nor kept from it by other programs
        self._channel = Channel(connection, limits.reply_mb << 20)
        self._report, self._pidfd, self._pid = report, pidfd, pid
        self._meter = Meter(pidfd, pid)
        self._end: tuple[Status, str] | None = None
        self._closed = False

    def __enter__(self) -> Worker:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def alive(self) -> bool:
        return self._end is None

    @property
    def pid(self) -> int:
        """The number of its process on this side; 0 if that is not known."""
        return self._meter.pid

    @property
    def cpu_s(self) -> float:
        """CPU seconds that it has used so far."""
        return self._meter.cpu()

    def ready(self) -> bool:
        """Wait until the worker is confined; False if that failed. No student's code has run by then."""
        try:
            message = self._channel.receive(Budget(self._meter, READY_S, READY_S))
        except (Closed, Spent, ProtocolError):
            return False
        return message == {"op": "ready"}

    def run_cell(
        self, source: str, *, cpu_s: float | None = None, wall_s: float | None = None, only_definitions: bool = False
    ) -> CellResult:
        """Run a cell of the notebook, magics included. Its names stay for later cells and calls.

        only_definitions: leave out what computes, such as a cell that has run out of time before.
        """
        fields = {"op": "cell", "source": source, "only_definitions": only_definitions}
        return self._request(CellResult, fields, cpu_s, wall_s)

    def call(
        self,
        name: str,
        args: Sequence[Any] = (),
        kwargs: dict[str, Any] | None = None,
        *,
        cpu_s: float | None = None,
        wall_s: float | None = None,
        memory_mb: int | None = None,
    ) -> CallResult:
        """Call a function that the notebook has defined.

        args, kwargs: None, bool, int, float, str, arrays, torch tensors, tuple, list, dict with str or int keys, named
                      tuples, `FunctionRef`, and an `Opaque` of this worker; anything else raises `Unsendable`.
        memory_mb:    less than the worker may have at other times.
        """
        arguments = {"args": list(args), "kwargs": kwargs or {}}
        fields = {"op": "call", "name": name, "memory_mb": memory_mb} | arguments
        return self._request(CallResult, fields, cpu_s, wall_s)

    def stop(self, reason: str) -> None:
        """End the worker for want of time: further requests are answered with this reason."""
        self._finish("timeout", reason)

    def close(self) -> None:
        """Kill the worker and everything that it started, and collect what it used."""
        if self._closed:
            return
        self._closed = True
        self._finish("died", "the worker was closed")
        self._channel.close()
        for descriptor in (self._report, self._pidfd):
            if descriptor is not None:
                os.close(descriptor)

    def _request(self, kind: type, fields: dict, cpu_s: float | None, wall_s: float | None) -> Any:
        if self._end is not None:
            return kind(status=self._end[0], reason=self._end[1])
        cpu_s = self.limits.cpu_s if cpu_s is None else cpu_s
        budget = Budget(self._meter, cpu_s, self.limits.wall_s if wall_s is None else wall_s)
        number = secrets.randbits(63)
        try:
            reply = self._converse({"id": number, "cpu_s": cpu_s} | fields, number, budget)
            self.waited_s += budget.waited()
            result = checked.result(kind, reply, self.limits, cpu_s)
            return checked.with_cpu(result, budget.used())
        except Spent as spent:
            self.waited_s += budget.waited()
            end = self._finish("busy" if spent.busy else "timeout", str(spent))
        except ProtocolError as error:
            end = self._finish("malformed", f"the reply was malformed: {error}")
        except Closed:
            end = self._ended()
        return kind(status=end[0], reason=end[1], cpu_s=budget.used())

    def _converse(self, request: dict, number: int, budget: Budget) -> dict:
        """Send the request and serve its callbacks until its reply comes."""
        functions: list = []
        self._channel.send(request, functions, budget)
        for _ in range(CALLBACKS):
            message = self._channel.receive(budget)
            if type(message.get("id")) is not int or message["id"] != number:
                raise ProtocolError("it answers another request")
            if message.get("op") != "callback":
                return message
            self._channel.put(checked.answer(message, functions, self._channel.packed), budget)
        raise ProtocolError(f"it called back more than {CALLBACKS} times")

    def _finish(self, status: Status, reason: str) -> tuple[Status, str]:
        """Kill the process, collect what it used, and remember why it ended."""
        if self._end is None:
            self._kill()
            said = read_all(self._report, REPORT_S)
            self.usage = json.loads(said) if said else {}
            self._end = (status, reason)
        return self._end

    def _ended(self) -> tuple[Status, str]:
        """The channel is closed: find out from the server how the process ended."""
        said = read_all(self._report, REPORT_S)
        lives_on = not said
        if lives_on:
            self._kill()
            said = read_all(self._report, REPORT_S)
        if not said:
            self._end = ("busy", "the sandbox ended while the code was running: run it again")
            raise SandboxUnavailable("The warm server ended while a worker was running: start another one.")
        self.usage = json.loads(said)
        self._end = ("died", "the program closed its channel") if lives_on else self._ending()
        return self._end

    def _ending(self) -> tuple[Status, str]:
        if self.usage["cpu_s"] > self.limits.total_cpu_s - 1:
            return "timeout", f"the code used more than {self.limits.total_cpu_s} s of CPU time in all"
        signalled = -self.usage["exit"]
        if signalled == signal.SIGKILL:  # with namespaces, a worker cannot do this to itself
            return "busy", "the machine killed the program, perhaps for want of memory: run it again"
        return "died", ENDINGS.get(signalled, "the program ended itself")

    def _kill(self) -> None:
        try:
            if self._pidfd is None:
                os.kill(self._pid, signal.SIGKILL)
            else:
                signal.pidfd_send_signal(self._pidfd, signal.SIGKILL)
        except ProcessLookupError:
            pass
