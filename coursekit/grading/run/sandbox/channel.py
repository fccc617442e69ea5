"""The trusted end of a worker's channel: frames in and out, each byte under a deadline and a CPU budget."""

from __future__ import annotations

import contextlib
import math
import os
import select
import socket
import time
from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType
from typing import Any

import numpy as np

from coursekit.grading.run.sandbox.inside import wire
from coursekit.grading.run.sandbox.results import FunctionRef, Opaque

TICK_S = 0.05  # how often the CPU clock of a silent worker is read
IDLE_S = 20.0  # neither computing nor kept from it by other programs: asleep
GRACE_S = 0.5  # a worker stops itself at its limit; one that does not is killed this much later


Chunks = list[bytes | memoryview]


class Closed(Exception):
    """The worker's end of the channel is closed."""


class Spent(Exception):
    """The budget of a request is used up. `busy`: because the machine did not let the worker run."""

    def __init__(self, reason: str, busy: bool = False):
        super().__init__(reason)
        self.busy = busy


class Meter:
    """Reads from outside how much CPU a process has used and how long it has waited for a CPU."""

    def __init__(self, pidfd: int | None, pid: int):
        self.pid = pid if pidfd is None else self.pid_here(pidfd)
        self.last = 0.0

    @staticmethod
    def pid_here(pidfd: int) -> int:
        """The number that a process has in this process's pid namespace; 0 if that is not known."""
        try:
            with open(f"/proc/self/fdinfo/{pidfd}") as file:
                fields = dict(line.split(":", 1) for line in file)
            return max(int(fields["Pid"]), 0)
        except (OSError, KeyError, ValueError):
            return 0

    def cpu(self) -> float:
        """CPU seconds of the process and its threads; the last known figure once it has ended."""
        if self.pid:
            with contextlib.suppress(OSError):
                self.last = time.clock_gettime((~self.pid << 3) | 2)  # what clock_getcpuclockid(3) computes
        return self.last

    def starved(self) -> float:
        """Seconds that its main thread was ready to run and did not get a CPU; infinite where that is not known."""
        try:
            with open(f"/proc/{self.pid}/schedstat") as file:
                return int(file.read().split()[1]) / 1e9
        except (OSError, IndexError, ValueError):
            return float("inf")


class Budget:
    """CPU and wall time of one request. CPU is meant tightly, wall time loosely: other programs use it too.

    What this thread computes meanwhile counts as well: it reads what the worker sends and runs what that calls back.
    """

    def __init__(self, meter: Meter, cpu_s: float, wall_s: float):
        self.meter, self.cpu_s, self.wall_s = meter, cpu_s, wall_s
        self.cpu_before, self.starved_before = meter.cpu(), meter.starved()
        self.own_before = time.thread_time()
        self.start = time.monotonic()
        self.deadline = self.start + wall_s

    def waited(self) -> float:
        """Seconds of neither computing nor waiting for a CPU; 0 if that is next to nothing, or not known."""
        elapsed = time.monotonic() - self.start
        starved = self.meter.starved() - self.starved_before if elapsed > TICK_S else math.inf
        return max(elapsed - self.used() - starved, 0.0) if math.isfinite(starved) else 0.0

    def used(self) -> float:
        return self.meter.cpu() - self.cpu_before + time.thread_time() - self.own_before

    def wait(self) -> float:
        """Milliseconds until the next look, or `Spent`."""
        if self.used() > self.cpu_s + GRACE_S:
            raise Spent(f"the code used more than {self.cpu_s:g} s of CPU time")
        if time.monotonic() - self.start > IDLE_S and self.waited() > IDLE_S:
            raise Spent(f"the code waited for {IDLE_S:g} s without computing")
        left = self.deadline - time.monotonic()
        if left <= 0:
            starved = self.meter.starved()
            if starved == float("inf") or starved - self.starved_before > self.wall_s / 4:
                raise Spent(f"the machine was too busy to finish this within {self.wall_s:g} s: run it again", True)
            raise Spent(f"the code did not come back within {self.wall_s:g} s, and was not computing")
        return 1000 * min(left, TICK_S)


class Incoming(wire.Decoder):
    """The trusted side of decoding. What comes out is, by exact type: None, bool, int, float, str, NumPy scalars and
    arrays, list, tuple, dict, `Opaque`, and named tuples of a class of ours. No name that a student chose can be an
    attribute of anything.

    records: our named tuples, by their fields. A named tuple with these fields, in any order, becomes one of them; any
    other becomes a plain tuple.
    """

    def __init__(self, max_bytes: int, records: Mapping[frozenset[str], type[tuple]] = MappingProxyType({})):
        super().__init__(max_bytes)
        self.records = records

    def named(self, name: str, fields: list[str], items: list) -> tuple:
        ours = self.records.get(frozenset(fields))
        if ours is None:
            return tuple(items)
        by_name = dict(zip(fields, items, strict=True))
        return ours._make(by_name[name] for name in ours._fields)

    def opaque(self, name: str, handle: int) -> Opaque:
        return Opaque(name, handle)

    def tensor(self, array: np.ndarray, gradient: bool) -> np.ndarray:
        return array


def opaque(value: Any) -> list | None:
    """How an object that stayed in the worker is sent back; None for anything else."""
    return ["o", value.type_name, value.handle] if isinstance(value, Opaque) else None


class Channel:
    def __init__(self, connection: socket.socket, max_bytes: int):
        connection.setblocking(False)
        self.socket, self.max_bytes = connection, max_bytes
        self.reading, self.writing = select.poll(), select.poll()
        self.reading.register(connection, select.POLLIN)
        self.writing.register(connection, select.POLLOUT)
        self.intake = wire.Intake(self._receive)
        self.budget: Budget
        self.records: dict[frozenset[str], type[tuple]] = {}

    def send(self, message: dict[str, Any], functions: list[Callable], budget: Budget) -> None:
        """Send a message; functions in it are appended to `functions` and sent as their place there."""

        def marker(value: Any) -> list | None:
            if isinstance(value, FunctionRef):
                functions.append(value.function)
                self._remember(value.records)
                return ["f", len(functions) - 1]
            return opaque(value)

        self.put(self.packed(message, marker), budget)

    def packed(self, message: dict[str, Any], marker: Callable[[Any], list | None] = opaque) -> Chunks:
        """A message as it is sent. Raises Unsendable."""
        encoder = wire.Encoder(marker, self.max_bytes)
        chunks = encoder.frame(message)
        self._remember(encoder.records)
        return chunks

    def put(self, chunks: Chunks, budget: Budget) -> None:
        """Send what is packed."""
        for chunk in chunks:
            rest = memoryview(chunk)
            while rest:
                rest = rest[self._transfer(self.writing, lambda part=rest: self.socket.send(part), budget) :]

    def receive(self, budget: Budget) -> dict[str, Any]:
        """The next message."""
        budget.wait()  # also where a worker sends without a pause
        self.budget = budget
        return Incoming(self.max_bytes, self.records).read(self.intake.fill)

    def _remember(self, records: Iterable[type[tuple]]) -> None:
        self.records |= {frozenset(record._fields): record for record in records}

    def _receive(self, view: memoryview) -> int:
        count = self._transfer(self.reading, lambda: self.socket.recv_into(view), self.budget)
        if count == 0:
            raise Closed
        return count

    @staticmethod
    def _transfer(ready: select.poll, move: Callable[[], int], budget: Budget) -> int:
        while True:
            try:
                return move()
            except BlockingIOError:
                ready.poll(budget.wait())
            except (BrokenPipeError, ConnectionResetError):
                raise Closed from None

    def close(self) -> None:
        self.socket.close()


def wait_readable(descriptor: int, seconds: float) -> bool:
    poll = select.poll()
    poll.register(descriptor, select.POLLIN)
    return bool(poll.poll(1000 * seconds))


def read_all(descriptor: int, seconds: float) -> bytes:
    """What a pipe holds until it is closed or `seconds` have passed, at most 64 KB."""
    data, deadline = b"", time.monotonic() + seconds
    while len(data) < 1 << 16 and wait_readable(descriptor, max(deadline - time.monotonic(), 0)):
        part = os.read(descriptor, 1 << 16)
        if not part:
            break
        data += part
    return data
