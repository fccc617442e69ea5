"""What goes into a worker and what comes back: plain values, never live objects of a student."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Literal

Status = Literal["ok", "error", "timeout", "busy", "died", "malformed"]
"""ok and error: the code ran or raised. timeout: it used up its CPU time, or waited for nothing. died: the process
ended. malformed: what came back is not what was asked. busy: the machine was too loaded to let it finish, or killed
it; that is not the code's fault, so run it again (a few times at most: a program may provoke it)."""

Level = Literal["namespaces", "landlock", "unsafe"]


class SandboxUnavailable(RuntimeError):
    """This host cannot isolate a stranger's program. The text says why and what to do."""


@dataclass(frozen=True)
class Limits:
    """What one worker may use. CPU and wall time are per cell or call; a worker that goes over is killed."""

    memory_mb: int = 1024  # address space beyond what the warm server has
    cpu_s: float = 10.0
    wall_s: float = 60.0
    total_cpu_s: int = 300  # the life of the worker
    disk_mb: int = 64  # its private /tmp, which lies in memory
    files: int = 2048
    open_files: int = 64
    threads: int = 32
    output_kb: int = 512  # printed and displayed, per cell or call
    reply_mb: int = 64  # arrays in one reply


@dataclass(frozen=True)
class Opaque:
    """An object that is not data and therefore stayed in its worker. It can be passed back to the same worker."""

    type_name: str
    handle: int


@dataclass(frozen=True)
class FunctionRef:
    """An argument that the student's function may call; `function` runs here, on data that the student chose.

    It must check shapes and sizes before it computes, because two small arrays can ask for a huge product. What it
    raises reaches the student's function as a RuntimeError.

    records: the named tuples that it takes. One with the fields of these arrives as ours, any other as a plain tuple.
    """

    function: Callable[..., Any]
    records: tuple[type[tuple], ...] = ()


@dataclass(frozen=True)
class Shown:
    """One piece of output: a stream's text, or a display with "text/plain" (str), "image/png" (bytes) or both."""

    kind: Literal["stdout", "stderr", "display", "result"]
    text: str = ""
    data: dict[str, str | bytes] = field(default_factory=dict)


@dataclass(frozen=True)
class PassedOver:
    """A statement that could not run where it is graded: its first line, why, and names that it might have defined."""

    statement: str
    reason: str
    names: frozenset[str] = frozenset()


@dataclass(frozen=True)
class CellResult:
    """How a cell ended. `reason` is a sentence for every status but ok and error."""

    status: Status
    reason: str = ""
    ename: str = ""
    evalue: str = ""
    traceback: str = ""
    shown: tuple[Shown, ...] = ()
    cut: bool = False  # output beyond the cap was dropped
    passed: tuple[PassedOver, ...] = ()  # the cell went on after these
    cpu_s: float = 0.0

    @property
    def ok(self) -> bool:
        return self.status == "ok"

    @property
    def stdout(self) -> str:
        return "".join(piece.text for piece in self.shown if piece.kind == "stdout")


@dataclass(frozen=True)
class CallResult(CellResult):
    """How a call ended, and what it left behind. All of it was said by the student's process: data, not evidence.

    A torch tensor is an array here, and a named tuple a plain tuple unless it has the fields of one that was sent.
    """

    value: Any = None
    args: tuple | None = None  # after the call, so that changes in place can be seen
    kwargs: dict[str, Any] | None = None
    warnings: tuple[str, ...] = ()
    float_events: frozenset[str] = frozenset()  # of "overflow", "invalid", "divide"

    @property
    def printed(self) -> str:
        return self.stdout
