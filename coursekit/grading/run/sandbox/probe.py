"""What this host can isolate, found out by entering the sandbox and trying."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from coursekit.grading.run.sandbox.connection import Connection
from coursekit.grading.run.sandbox.results import SandboxUnavailable
from coursekit.grading.run.sandbox.server import Server

MECHANISMS = {
    "namespaces": (
        "bubblewrap: own processes, no network, a read-only view without the course",
        "a user, mount, process and IPC namespace for every submission",
        "a private /tmp of limited size for every submission",
        "a list of allowed system calls (libseccomp): no new programs, processes or connections",
        "limits on memory, CPU time, threads, files and output",
    ),
    "landlock": (
        "Landlock: reading only Python and its packages, writing nothing",
        "a list of allowed system calls (libseccomp): no programs, processes, connections or signals",
        "limits on memory, CPU time, threads and output",
    ),
    "none": (),
}
RESIDUAL = {
    "namespaces": (
        "a submission can use up its own budget of CPU, memory and time",
        "errors in the kernel itself, and what timing gives away",
    ),
    "landlock": (
        "a submission can learn whether a path exists",
        "a submission that writes a file gets an error",
        "a submission can use up its own budget of CPU, memory and time",
        "errors in the kernel itself, and what timing gives away",
    ),
    "none": ("a submission can do everything that the user who grades can do",),
}
ATTEMPTS = """
import os, socket
def attempts():
    succeeded = []
    for name, attempt in {
        "starting a process": os.fork,
        "opening a connection": lambda: socket.socket(socket.AF_INET),
        "reading the list of users": lambda: open("/etc/passwd"),
        "changing the system": lambda: open("/usr/lib/coursekit-probe", "w"),
        "importing the reference": lambda: __import__("coursekit.reference").reference.__file__,  # no stand-in has one
    }.items():
        try:
            attempt()
            succeeded.append(name)
        except (OSError, ImportError, AttributeError):
            pass
    return succeeded
"""


@dataclass(frozen=True)
class HostReport:
    """The level of isolation of this host, what provides it, what it leaves open, and why there is no stronger one."""

    level: Literal["namespaces", "landlock", "none"]
    mechanisms: tuple[str, ...]
    not_guaranteed: tuple[str, ...]
    problems: tuple[str, ...] = ()

    @property
    def isolated(self) -> bool:
        return self.level != "none"

    @property
    def text(self) -> str:
        names = {"namespaces": "namespaces + seccomp", "landlock": "Landlock + seccomp", "none": "none"}
        lines = [f"Isolation of submissions: {names[self.level]}"]
        lines += [f"  + {mechanism}" for mechanism in self.mechanisms]
        lines += [f"  - not guaranteed: {risk}" for risk in self.not_guaranteed]
        lines += [f"  ! {problem}" for problem in self.problems]
        return "\n".join(lines)


def probe() -> HostReport:
    """Enter the sandbox at each level, the strongest first, try what must fail, and report the first that holds."""
    problems: list[str] = []
    for level in ("namespaces", "landlock"):
        try:
            succeeded = _attempts(level)
        except SandboxUnavailable as problem:
            problems.append(str(problem))
            continue
        if not succeeded:
            return HostReport(level, MECHANISMS[level], RESIDUAL[level], tuple(problems))
        problems.append(f"The {level} level does not hold here: {', '.join(succeeded)} was possible.")
    return HostReport("none", MECHANISMS["none"], RESIDUAL["none"], tuple(problems))


def _attempts(level: Literal["namespaces", "landlock"]) -> list[str]:
    with Server(level=level, torch=False) as server:  # what it is shut off by is the same, and it starts sooner
        return escapes(server)


def escapes(server: Server | Connection) -> list[str]:
    """What a worker of this running server was able to do although it must not: [] is as it should be.

    Raises SandboxUnavailable if the worker does not answer.
    """
    with server.open() as worker:
        worker.run_cell(ATTEMPTS)
        result = worker.call("attempts")
    if result.status != "ok":
        raise SandboxUnavailable(
            f"A worker of the {server.level} level did not answer: {result.reason or result.evalue}."
        )
    return list(result.value)
