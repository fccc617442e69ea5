"""A sandbox for strangers' notebooks: a warm server inside bubblewrap, a confined worker for each submission, and a
channel that carries data only.

    with Server() as server, server.open(seed=1) as worker:
        worker.run_cell("def double(x): return 2 * x")
        print(worker.call("double", (21,)).value)
"""

from coursekit.grading.run.sandbox.connection import Connection
from coursekit.grading.run.sandbox.inside.wire import Unsendable
from coursekit.grading.run.sandbox.probe import HostReport, escapes, probe
from coursekit.grading.run.sandbox.results import (
    CallResult,
    CellResult,
    FunctionRef,
    Limits,
    Opaque,
    PassedOver,
    SandboxUnavailable,
    Shown,
)
from coursekit.grading.run.sandbox.server import Server
from coursekit.grading.run.sandbox.worker import Worker

__all__ = [
    "CallResult",
    "CellResult",
    "Connection",
    "FunctionRef",
    "HostReport",
    "Limits",
    "Opaque",
    "PassedOver",
    "SandboxUnavailable",
    "Server",
    "Shown",
    "Unsendable",
    "Worker",
    "escapes",
    "probe",
]
