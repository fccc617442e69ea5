"""The warm server: imports everything once, then forks a confined child for every submission.

Run as `python -m inside DESCRIPTOR`, that of a stream socket to the grader, whose first message is the configuration:
an argument of a command may not hold 128 kB. It has one thread and holds no course, no secret and no open file, because
a fork copies its memory; it refuses to start otherwise.
"""

from __future__ import annotations

import contextlib
import json
import os
import select
import signal
import socket
import sys
import time
import traceback
from typing import Any, NamedTuple

from portable.own_names import replaced

from . import confine, control, linux, warm
from .executor import Executor, seed_all

MANY = 8
"""From so many workers on, what makes each of them cheaper is worth its second."""


class Child(NamedTuple):
    pidfd: int | None
    report: int  # where its end is reported
    line: int  # of the grader that it works for


class WarmServer:
    def __init__(self, line: socket.socket, config: dict[str, Any]):
        self.level, self.readable, self.uids = config["level"], config["readable"], config["uids"]
        self.control = line
        self.lines = {self.control.fileno(): self.control}  # of the graders that share this server
        packages = config["packages"]
        sys.path += [path for path in packages if path not in sys.path]
        if self.level != "unsafe":  # an editable install puts the course there
            readable = tuple(self.readable)  # of a folder with packages perhaps only the parts
            sys.path[:] = [path for path in sys.path if path in packages or path.startswith(readable)]
        self.prelude, self.torch = config["prelude"], config["torch"]
        self.children: dict[int, Child] = {}  # by pid
        self.opened = 0
        self.compiler = False  # is PyTorch's compiler here?
        self.told: set[str] = set()

    def start(self) -> None:
        started = time.perf_counter()
        if sys.platform == "linux":
            linux.prctl(linux.PR_SET_PDEATHSIG, signal.SIGKILL)
        self.shell = warm.warm_up(self.torch)
        warm.run_prelude(self.shell, self.prelude)
        self.rules = confine.build_filter(None) if self.level == "namespaces" else None
        self.base = warm.address_space()
        warm.close_caches()
        warm.refuse_if_unclean(self.control.fileno())
        ready = {"ready": True, "import_s": time.perf_counter() - started, "base": self.base}
        abi = linux.landlock_abi() if sys.platform == "linux" else 0
        control.send(self.control, ready | {"landlock": abi, "anew": self.compiled_anew()})

    def serve(self) -> None:
        """Start a child for each request, report each end. Without pidfds (macOS), look for ends in turn."""
        self.poll = select.poll()
        self.poll.register(self.control, select.POLLIN)
        while True:
            unwatched = any(child.pidfd is None for child in self.children.values())
            for ready, _ in self.poll.poll(100 if unwatched else None):
                if ready in self.lines:
                    self.answer(self.lines[ready])
            self.bury()

    def answer(self, line: socket.socket) -> None:
        """What came over a grader's line: its end, another grader's line, or a request for a child."""
        received = control.receive(line)
        if received is None:
            self.hang_up(line)
            return
        request, descriptors = received
        if "line" in request:
            other = socket.socket(fileno=descriptors[0])
            self.lines[other.fileno()] = other
            self.poll.register(other, select.POLLIN)
        else:
            self.open(line, request, *descriptors)

    def hang_up(self, line: socket.socket) -> None:
        """A grader is gone, and its children with it. With the first grader, everything in these namespaces ends."""
        if line is self.control:
            os._exit(0)
        for pid, child in self.children.items():
            if child.line == line.fileno():
                os.kill(pid, signal.SIGKILL)  # it is buried only later, so the number is still its own
        self.poll.unregister(line)
        del self.lines[line.fileno()]
        line.close()

    def open(self, line: socket.socket, request: dict[str, Any], channel: int, report: int) -> None:
        self.opened += 1
        if self.opened == MANY:
            warm.prepare_for_many()
        anew = []
        if request["compiler"] and not self.compiler:
            self.compiler = True
            warm.import_compiler()
            self.base = warm.address_space()
            anew = self.compiled_anew()
        try:
            pid = self.fork(request, channel)
            pidfd = os.pidfd_open(pid) if hasattr(os, "pidfd_open") else None
        except OSError as error:
            os.close(report)
            answer, descriptors = {"error": f"the warm server could not start a worker: {error}"}, []
        else:
            self.children[pid] = Child(pidfd, report, line.fileno())
            if pidfd is not None:
                self.poll.register(pidfd, select.POLLIN)
            answer, descriptors = {"pid": pid, "anew": anew}, [] if pidfd is None else [pidfd]
        finally:
            os.close(channel)
        with contextlib.suppress(OSError):  # the grader is gone, as its line will say
            control.send(line, answer, descriptors)

    def compiled_anew(self) -> list[str]:
        """Modules that Python has compiled for this process alone and that have not been told yet."""
        anew = [path for path in warm.compiled_anew() if path not in self.told]
        self.told.update(anew)
        return anew

    def bury(self) -> None:
        """Collect the children that have ended and say to their graders how, and what they used."""
        while self.children:
            pid, status, usage = os.wait4(-1, os.WNOHANG)
            if pid == 0:
                return
            child = self.children.pop(pid)
            code = os.waitstatus_to_exitcode(status)
            used = {"exit": code, "cpu_s": usage.ru_utime + usage.ru_stime, "peak_kb": usage.ru_maxrss}
            with contextlib.suppress(OSError):  # the grader may no longer want to know
                os.write(child.report, json.dumps(used).encode())
            os.close(child.report)
            if child.pidfd is not None:
                self.poll.unregister(child.pidfd)
                os.close(child.pidfd)

    def fork(self, request: dict[str, Any], channel: int) -> int:
        """Fork the child; where there are namespaces, it is process 1 of a new one."""
        replaced(every=True)  # looked at here, the names need not be looked at in each child
        if self.level != "namespaces":
            pid = os.fork()
            if pid == 0:
                self.be_child(request, channel)
            return pid
        own = os.pidfd_open(os.getpid())
        linux.unshare(linux.CLONE_NEWPID)
        try:
            pid = os.fork()
            if pid == 0:
                self.be_child(request, channel)
        finally:
            linux.setns(own, linux.CLONE_NEWPID)
            os.close(own)
        return pid

    def be_child(self, request: dict[str, Any], channel: int) -> None:
        """Never returns: whatever goes wrong ends this process and nothing else."""
        try:
            if self.level == "unsafe":
                os.setpgid(0, 0)  # `os.kill(0, 9)` is then the end of nobody else
            limits = request["limits"]
            for line in self.lines.values():  # closed below, and not once more by the garbage collector
                line.detach()
            rules = self.rules or (confine.build_filter(os.getpid()) if self.level == "landlock" else None)
            confine.keep_only_channel(channel)
            if self.level == "namespaces":
                confine.own_namespaces(self.uids[0] + self.opened % self.uids[1] if self.uids else None)
            confine.confine(self.level, limits, self.base, rules, self.readable)
            seed_all(request["seed"])
            os.dup2(0, 2)
        except BaseException:
            traceback.print_exc()
            os._exit(111)
        try:
            base = self.base if self.limits_memory() else None
            Executor(self.shell, limits, base, request["seed"]).serve()
        finally:
            os._exit(112)

    def limits_memory(self) -> bool:
        return self.level != "unsafe" and sys.platform == "linux"


if __name__ == "__main__":
    control_line = socket.socket(fileno=int(sys.argv[1]))
    received = control.receive(control_line)
    if received is not None:  # else the grader is gone
        server = WarmServer(control_line, received[0])
        server.start()
        server.serve()
