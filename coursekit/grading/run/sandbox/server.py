"""Starts and holds the warm server: one process inside bubblewrap that forks a confined child for each submission."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading
from typing import Any

from coursekit.grading.run.sandbox import compiled, view
from coursekit.grading.run.sandbox.connection import ADVICE, Connection
from coursekit.grading.run.sandbox.inside import control
from coursekit.grading.run.sandbox.inside.linux import landlock_abi
from coursekit.grading.run.sandbox.mapping import map_users, spare_users
from coursekit.grading.run.sandbox.results import Level, Limits, SandboxUnavailable
from coursekit.grading.run.sandbox.worker import Worker
from coursekit.installation import install_command

START_S, SAY_S, END_S = 180, 5, 2
LANDLOCK_ABI = 3  # the first that also guards truncate


class Server:
    """A warm server. Use it as a context manager, and open one worker per submission; threads may share it.

    limits:  the default for its workers.
    level:   "namespaces", or "landlock" for hosts without user namespaces, where nothing can be written. By default
             the first that works; the attribute says which after the start.
    unsafe:  the same protocol without any isolation, for programs that are trusted.
    torch:   False for notebooks in which nothing says torch: it starts in a third of the time, and there is no PyTorch.
    prelude: source of a module that runs once in the warm server; what it names in `__all__` can be called in every
             worker. It must hold no secret.

    Raises SandboxUnavailable if this host cannot isolate, or if the server stops answering.
    """

    def __init__(
        self,
        limits: Limits | None = None,
        *,
        level: Level | None = None,
        unsafe: bool = False,
        prelude: str = "",
        torch: bool = True,
    ):
        self.limits = limits or Limits()
        self._levels: list[Level] = ["unsafe"] if unsafe else [level] if level else ["namespaces", "landlock"]
        self.level = self._levels[0]
        self.prelude, self.torch = prelude, torch
        self.info: dict[str, Any] = {}
        self._process: subprocess.Popen | None = None
        self._started = False

    def __reduce__(self) -> Any:
        """A process that is given a server has a connection to it."""
        return self.connection.__reduce__()

    def __enter__(self) -> Server:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def start(self) -> None:
        """Start the server and wait until it is warm (about three seconds)."""
        if self._started:
            return
        problems = []
        for level in self._levels:
            self.level = level
            try:
                self._refuse_early()
                return self._start()
            except SandboxUnavailable as problem:
                problems.append(problem)
        raise problems[0]

    def _start(self) -> None:
        self._folder = None if self.level == "namespaces" else tempfile.TemporaryDirectory(prefix="sandbox-")
        self._home = self._make_home()
        self._errors = tempfile.TemporaryFile()  # noqa: SIM115  (closed by `close`)
        ours, theirs = socket.socketpair()
        self.connection = Connection(ours, self.limits, self.level, self.prelude, self._said, torch=self.torch)
        started = threading.Event()
        # The sandbox dies with the thread that started it, so that thread must live as long as the server.
        self._keeper = threading.Thread(target=self._run, args=(ours, theirs, started), daemon=True, name="sandbox")
        self._started = True
        self._keeper.start()
        started.wait()
        theirs.close()
        try:
            self.info, _ = self.connection.receive(START_S, "could not start")
            self.open().close()  # proves that workers can be confined here
            compiled.keep(self.info.pop("anew"))
        except SandboxUnavailable:
            self.close()
            raise

    @property
    def alive(self) -> bool:
        """True from the start until the warm server ends, be it by `close` or because the machine killed it."""
        running = self._started and self._process is not None and self._process.poll() is None
        return running and self.connection.alive

    def open(self, limits: Limits | None = None, *, seed: int = 0, compiler: bool = False) -> Worker:
        """A fresh worker for one submission: see `Connection.open`."""
        return self.connection.open(limits, seed=seed, compiler=compiler)

    def close(self) -> None:
        """End the server and, with it, every worker."""
        if not self._started:
            return
        self._started = False
        self.connection.close()
        self._keeper.join(END_S)  # it ends by itself, and is then counted as a child of this process
        self._kill()
        self._keeper.join()
        self._errors.close()
        if self._folder is not None:
            self._folder.cleanup()

    def _refuse_early(self) -> None:
        problem = ""
        if sys.platform == "win32":
            problem = "Windows has no fork"
        elif self.level != "unsafe" and sys.platform != "linux":
            problem = f"{sys.platform} has no namespaces"
        elif missing := [n for n in view.missing_packages(self.torch) if self.level != "unsafe" or n != "pyseccomp"]:
            extras = ("teach", view.TORCH) if view.TORCH in missing else ("teach",)
            raise SandboxUnavailable(
                f"The sandbox cannot start: Python packages are missing ({', '.join(missing)}). "
                f"To add them: {install_command(*extras)}"
            )
        elif self.level == "namespaces" and not view.find_bubblewrap():
            problem = "bubblewrap is not installed"
        elif self.level == "landlock" and landlock_abi() < LANDLOCK_ABI:
            problem = "this kernel has no Landlock, or one too old"
        if problem:
            raise SandboxUnavailable(f"The sandbox cannot start: {problem}. {ADVICE}")

    def _run(self, line: socket.socket, theirs: socket.socket, started: threading.Event) -> None:
        """Live as long as the server. Whoever waits for its start is told, whatever happens to it."""
        try:
            users = spare_users() if self.level == "namespaces" else None
            configuration = self._configuration(users)
            self._process = self._started_with(theirs, users)
        except Exception as error:  # the control socket then closes, and whoever waits there reads this
            self._errors.write(f"{type(error).__name__}: {error}".encode())
            self._errors.flush()
            return
        finally:
            started.set()
        with contextlib.suppress(OSError):  # it has ended already, which the other end of the line tells
            control.send(line, configuration)
        self._process.wait()

    def _configuration(self, users: tuple[int, int] | None) -> dict[str, Any]:
        """What the server is told first. Its lists of paths are too long for an argument of a command."""
        apart = self.level == "namespaces"  # then the view itself lacks the course
        readable = view.readable()
        if not apart:
            readable = [*view.without_course(readable, self.torch), *view.OURS.values()]
        return {
            "level": self.level,
            "uids": users,
            "packages": [view.package_folder(name) for name in view.packages(self.torch)],
            "torch": self.torch,
            "prelude": self.prelude,
            "readable": [*readable, self._home],
        }

    def _started_with(self, theirs: socket.socket, users: tuple[int, int] | None) -> subprocess.Popen:
        program = [sys.executable, "-P", "-s", "-m", "inside", str(theirs.fileno())]
        place = "/tmp" if self.level == "namespaces" else self._folder.name
        env = view.ENVIRONMENT | {
            "PYTHONPATH": self._home,
            "HOME": place,
            "MPLCONFIGDIR": place,
            "IPYTHONDIR": place,
        }
        start = dict(env=env, cwd="/", stdin=subprocess.DEVNULL, stdout=self._errors, stderr=self._errors)
        if self.level == "namespaces":
            command = view.bubblewrap(ranged=users is not None, torch=self.torch)
            return map_users(command, program, users, [theirs.fileno()], start)
        return subprocess.Popen(program, pass_fds=[theirs.fileno()], **start)

    def _make_home(self) -> str:
        """The folder from which the server imports `inside` and what that needs, and nothing else."""
        if self._folder is None:
            return view.SEEN_AT
        for name, folder in view.OURS.items():
            os.symlink(folder, os.path.join(self._folder.name, name))
        return self._folder.name

    def _said(self) -> str:
        """The last line that the server or bubblewrap wrote: no student's code can write there."""
        if self._errors.closed:
            return ""
        if not self.alive:
            self._keeper.join(SAY_S)
        self._errors.seek(0)
        lines = self._errors.read()[-4000:].decode(errors="replace").strip().splitlines()
        return f"It said: {lines[-1].strip()[:300]}. " if lines else ""

    def _kill(self) -> None:
        if self._process is not None and self._process.poll() is None:
            self._process.send_signal(signal.SIGKILL)
