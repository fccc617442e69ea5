"""A sandbox for strangers' notebooks: a warm server inside bubblewrap, a confined worker per submission, a
channel that carries data only.

    with Server() as server, server.open(seed=1) as worker:
        worker.run_cell("def double(x): return 2 * x")
        print(worker.call("double", (21,)).value)
"""

from coursekit.grading.sandbox.connection import Connection
from coursekit.grading.sandbox.inside.wire import Unsendable
from coursekit.grading.sandbox.probe import HostReport, escapes, probe
from coursekit.grading.sandbox.results import (
    CallResult,
    CellResult,
    FunctionRef,
    Limits,
    Opaque,
    SandboxUnavailable,
    Shown,
    Tensor,
)
from coursekit.grading.sandbox.server import Server
from coursekit.grading.sandbox.worker import Worker

__all__ = [
    "CallResult",
    "CellResult",
    "Connection",
    "FunctionRef",
    "HostReport",
    "Limits",
    "Opaque",
    "SandboxUnavailable",
    "Server",
    "Shown",
    "Tensor",
    "Unsendable",
    "Worker",
    "escapes",
    "probe",
]
