"""What a sandbox imports is kept compiled, by a twin of it outside.

Python keeps modules compiled beside their sources, for the next process. A sandbox can write nothing, and what is
installed by uv is not compiled: without its twin it would compile PyTorch, Matplotlib and IPython at every start.
"""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import threading
from typing import Any

from coursekit.grading.run.sandbox import view
from coursekit.grading.run.sandbox.results import SandboxUnavailable
from coursekit.grading.run.sandbox.server import Server

FEW = 50  # so many modules are compiled sooner than another process has started
LEAST_URGENT = 19


class Twin(Server):
    """Imports outside of any isolation what the sandbox imports, and runs no notebook. It gives way to all others."""

    environment = {name: value for name, value in view.ENVIRONMENT.items() if name != "PYTHONDONTWRITEBYTECODE"}

    def __init__(self, torch: bool):
        super().__init__(unsafe=True, torch=torch)

    def _started_with(self, *args: Any) -> subprocess.Popen:
        process = super()._started_with(*args)
        with contextlib.suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, process.pid, LEAST_URGENT)
        return process

    def close(self) -> None:
        """At once: while it imports it would not hear that it is to end."""
        self._kill()
        super().close()

    def import_all(self) -> None:
        """Returns when all is imported, or when it is closed meanwhile: what was compiled until then is kept."""
        with contextlib.suppress(SandboxUnavailable, OSError, ValueError), self:
            self.open(compiler=True).close()


def keep(server: Server) -> Twin | None:
    """If the server has compiled much, and Python may keep what it compiles: the twin that sees to it, at work."""
    if server.info.get("anew", 0) <= FEW or sys.dont_write_bytecode or not writable(server.torch):
        return None
    twin = Twin(server.torch)
    threading.Thread(target=twin.import_all, daemon=True, name="compiling").start()
    return twin


def writable(torch: bool) -> bool:
    """May we write beside the packages? They may be an administrator's."""
    return all(os.access(view.package_folder(name), os.W_OK) for name in view.packages(torch))
