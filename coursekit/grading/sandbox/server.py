"""Starts and holds the warm server: one process inside bubblewrap that forks a confined child per
submission."""

from __future__ import annotations

import dataclasses
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal

from coursekit.grading.sandbox import view
from coursekit.grading.sandbox.channel import wait_readable
from coursekit.grading.sandbox.inside.linux import landlock_abi
from coursekit.grading.sandbox.mapping import map_users, spare_users
from coursekit.grading.sandbox.results import Limits, SandboxUnavailable
from coursekit.grading.sandbox.worker import Worker

Level = Literal["namespaces", "landlock", "unsafe"]
START_S, OPEN_S, END_S = 180, 60, 2
LENGTH = 8
LANDLOCK_ABI = 3  # the first that also guards truncate
ADVICE = (
    "Grade on Linux with bubblewrap (Debian: apt-get install bubblewrap libseccomp2), or in WSL 2; "
    "only if you trust every submission, grade without isolation."
)


class Server:
    """A warm server. Use it as a context manager, and open one worker per submission; threads may share it.

    limits: the default for its workers. level: "namespaces", or "landlock" for hosts without user namespaces,
    where nothing can be written; by default the first that works, and `level` says which after the start.
    unsafe: the same protocol without any isolation, for programs that are trusted. share: folders that
    workers may read and import from (never the reference). prelude: source that runs once in the warm server, so that
    every worker finds what it defines; it must hold no secret.

    Raises SandboxUnavailable if this host cannot isolate, or if the server stops answering.
    """

    def __init__(
        self,
        limits: Limits | None = None,
        *,
        level: Level | None = None,
        unsafe: bool = False,
        share: Sequence[str | Path] = (),
        prelude: str = "",
    ):
        self.limits = limits or Limits()
        self._levels: list[Level] = ["unsafe"] if unsafe else [level] if level else ["namespaces", "landlock"]
        self.level = self._levels[0]
        self.share = {f"/run/share/{number}": str(Path(path).resolve()) for number, path in enumerate(share)}
        self.prelude = prelude
        self.info: dict[str, Any] = {}
        self._lock = threading.Lock()
        self._process: subprocess.Popen | None = None
        self._started = False

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
        self._errors = tempfile.TemporaryFile()  # noqa: SIM115  (closed by `close`)
        self._control, theirs = socket.socketpair()
        started = threading.Event()
        # The sandbox dies with the thread that started it, so that thread must live as long as the server.
        self._keeper = threading.Thread(target=self._run, args=(theirs, started), daemon=True, name="sandbox")
        self._started = True
        self._keeper.start()
        started.wait()
        theirs.close()
        try:
            self.info, _ = self._receive(START_S)
            self.open().close()  # proves that workers can be confined here
        except SandboxUnavailable:
            self.close()
            raise

    @property
    def alive(self) -> bool:
        """True from the start until the warm server ends, be it by `close` or because the machine killed it."""
        if not self._started or self._process is None or self._process.poll() is not None:
            return False
        closed = wait_readable(self._control.fileno(), 0) and not self._control.recv(1, socket.MSG_PEEK)
        return not closed

    def open(self, limits: Limits | None = None, *, seed: int = 0) -> Worker:
        """A fresh worker for one submission, with its random generators seeded by `seed`."""
        limits = limits or self.limits
        ours, theirs = socket.socketpair()
        report, write_report = os.pipe()
        request = json.dumps({"limits": dataclasses.asdict(limits), "seed": seed}).encode()
        try:
            with self._lock:
                self._send(request, [theirs.fileno(), write_report])
                answer, descriptors = self._receive(OPEN_S)
        except BaseException:
            ours.close()
            os.close(report)
            raise
        finally:
            theirs.close()
            os.close(write_report)
        if "error" in answer:
            ours.close()
            os.close(report)
            raise SandboxUnavailable(f"{answer['error']}. {self._said()}{ADVICE}")
        worker = Worker(ours, report, *(descriptors or [None]), answer["pid"], limits)
        if not worker.ready():
            worker.close()
            raise SandboxUnavailable(f"A worker could not be confined. {self._said()}{ADVICE}")
        return worker

    def close(self) -> None:
        """End the server and, with it, every worker."""
        if not self._started:
            return
        self._started = False
        self._control.close()
        self._keeper.join(END_S)  # it ends by itself, and is then counted as a child of this process
        self._kill()
        self._keeper.join()
        self._errors.close()
        if self._folder is not None:
            self._folder.cleanup()

    # --------------------------------------------------------------------------------------------------------
    def _refuse_early(self) -> None:
        problem = ""
        if sys.platform == "win32":
            problem = "Windows has no fork"
        elif self.level != "unsafe" and sys.platform != "linux":
            problem = f"{sys.platform} has no namespaces"
        elif self.level == "namespaces" and not view.find_bubblewrap():
            problem = "bubblewrap is not installed"
        elif self.level == "landlock" and landlock_abi() < LANDLOCK_ABI:
            problem = "this kernel has no Landlock, or one too old"
        elif missing := [n for n in view.missing_packages() if self.level != "unsafe" or n != "pyseccomp"]:
            problem = f"Python packages are missing ({', '.join(missing)}): pip install 'coursekit[grading]'"
        if problem:
            raise SandboxUnavailable(f"The sandbox cannot start: {problem}. {ADVICE}")

    def _run(self, control: socket.socket, started: threading.Event) -> None:
        users = spare_users() if self.level == "namespaces" else None
        apart = self.level == "namespaces"  # then the view itself lacks the course
        readable = view.readable() if apart else [*view.without_course(view.readable()), str(view.INSIDE)]
        home = self._home()
        config = {"control": control.fileno(), "level": self.level, "uids": users}
        config["packages"] = [view.package_folder(name) for name in view.PACKAGES]
        config["share"], config["prelude"] = self._shared(), self.prelude
        config["readable"] = [*readable, home, *self._shared()]
        program = [sys.executable, "-P", "-s", "-m", "inside", json.dumps(config)]
        place = "/tmp" if self.level == "namespaces" else self._folder.name
        env = view.ENVIRONMENT | {
            "PYTHONPATH": home,
            "HOME": place,
            "MPLCONFIGDIR": place,
            "IPYTHONDIR": place,
        }
        start = dict(env=env, cwd="/", stdin=subprocess.DEVNULL, stdout=self._errors, stderr=self._errors)
        try:
            if self.level == "namespaces":
                command = view.bubblewrap(self.share, ranged=users is not None)
                self._process = map_users(command, program, users, [control.fileno()], start)
            else:
                self._process = subprocess.Popen(program, pass_fds=[control.fileno()], **start)
        except OSError as error:  # the control socket then closes, and whoever waits there reads this
            self._errors.write(str(error).encode())
            self._errors.flush()
            return
        finally:
            started.set()
        self._process.wait()

    def _home(self) -> str:
        """The folder from which the server imports `inside`, and nothing else."""
        if self.level == "namespaces":
            return view.SEEN_AT
        os.symlink(view.INSIDE, os.path.join(self._folder.name, "inside"))
        return self._folder.name

    def _shared(self) -> list[str]:
        return list(self.share if self.level == "namespaces" else self.share.values())

    def _send(self, text: bytes, descriptors: list[int]) -> None:
        try:
            socket.send_fds(self._control, [len(text).to_bytes(LENGTH, "big") + text], descriptors)
        except OSError:
            raise SandboxUnavailable(f"The warm server has ended. {self._said()}{ADVICE}") from None

    def _receive(self, seconds: float) -> tuple[dict[str, Any], list[int]]:
        if not wait_readable(self._control.fileno(), seconds):
            self._kill()
            raise SandboxUnavailable(f"The warm server did not answer within {seconds} s. {self._said()}")
        try:
            head, descriptors, _, _ = socket.recv_fds(self._control, LENGTH, 1)
            text = self._control.recv(int.from_bytes(head, "big"), socket.MSG_WAITALL) if head else b""
        except OSError:
            text = b""
        if not text:
            self._keeper.join(5)
            raise SandboxUnavailable(f"The sandbox could not start. {self._said()}{ADVICE}")
        return json.loads(text), descriptors

    def _said(self) -> str:
        """The last line that the server or bubblewrap wrote: no student's code can write there."""
        self._errors.seek(0)
        lines = self._errors.read()[-4000:].decode(errors="replace").strip().splitlines()
        return f"It said: {lines[-1].strip()[:300]}. " if lines else ""

    def _kill(self) -> None:
        if self._process is not None and self._process.poll() is None:
            self._process.send_signal(signal.SIGKILL)
