"""The warm server: imports everything once, then forks a confined child for every submission.

Run as `python -m inside CONFIG` with a stream socket to the grader on descriptor CONFIG["control"]. One
thread. It holds no course, no secret and no open file, because a fork copies its memory; it refuses to start
otherwise.
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
from typing import Any

from . import confine, linux, warm
from .executor import Executor, seed_all

LENGTH = 8


class WarmServer:
    def __init__(self, config: dict[str, Any]):
        self.level, self.readable, self.uids = config["level"], config["readable"], config["uids"]
        self.control = socket.socket(fileno=config["control"])
        sys.path += [path for path in config["packages"] if path not in sys.path]
        if self.level != "unsafe":  # an editable install puts the course there
            sys.path[:] = [path for path in sys.path if path.startswith(tuple(self.readable))]
        self.share, self.prelude = config["share"], config["prelude"]
        self.children: dict[int, tuple[int | None, int]] = {}  # pid -> (pidfd, where its end is reported)
        self.opened = 0

    def start(self) -> None:
        started = time.perf_counter()
        if sys.platform == "linux":
            linux.prctl(linux.PR_SET_PDEATHSIG, signal.SIGKILL)
        self.shell = warm.warm_up()
        warm.run_prelude(self.shell, self.prelude)
        self.rules = confine.build_filter(None) if self.level == "namespaces" else None
        self.base = warm.address_space()
        warm.close_caches()
        if sys.platform == "linux":
            linux.use_huge_pages()
        sys.path[:0] = self.share  # first, so that a harmless stand-in for a hidden package is found
        warm.refuse_if_unclean(self.control.fileno())
        import torch

        ready = {"ready": True, "import_s": time.perf_counter() - started, "base": self.base}
        abi = linux.landlock_abi() if sys.platform == "linux" else 0
        self.send(ready | {"landlock": abi, "cpu": torch.backends.cpu.get_cpu_capability()})

    def send(self, message: dict[str, Any], descriptors: tuple[int, ...] = ()) -> None:
        text = json.dumps(message).encode()
        data = len(text).to_bytes(LENGTH, "big") + text
        if descriptors:
            socket.send_fds(self.control, [data], list(descriptors))
        else:
            self.control.sendall(data)

    def receive(self) -> tuple[dict[str, Any], list[int]]:
        head, descriptors, _, _ = socket.recv_fds(self.control, LENGTH, 4)
        if len(head) < LENGTH:
            os._exit(0)  # the grader is gone, and with this process everything in its namespaces
        text = self.control.recv(int.from_bytes(head, "big"), socket.MSG_WAITALL)
        return json.loads(text), descriptors

    def serve(self) -> None:
        """Start a child for each request, report each end. Without pidfds (macOS), look for ends in turn."""
        self.poll = select.poll()
        self.poll.register(self.control, select.POLLIN)
        while True:
            unwatched = any(pidfd is None for pidfd, _ in self.children.values())
            if self.control.fileno() in dict(self.poll.poll(100 if unwatched else None)):
                request, descriptors = self.receive()
                self.open(request, *descriptors)
            self.bury()

    def open(self, request: dict[str, Any], channel: int, report: int) -> None:
        self.opened += 1
        try:
            pid = self.fork(request, channel)
            pidfd = os.pidfd_open(pid) if hasattr(os, "pidfd_open") else None
        except OSError as error:
            self.send({"error": f"the warm server could not start a worker: {error}"})
            os.close(report)
        else:
            self.children[pid] = (pidfd, report)
            if pidfd is not None:
                self.poll.register(pidfd, select.POLLIN)
            self.send({"pid": pid}, () if pidfd is None else (pidfd,))
        finally:
            os.close(channel)

    def bury(self) -> None:
        """Collect the children that have ended and say to their graders how, and what they used."""
        while self.children:
            pid, status, usage = os.wait4(-1, os.WNOHANG)
            if pid == 0:
                return
            pidfd, report = self.children.pop(pid)
            code = os.waitstatus_to_exitcode(status)
            used = {"exit": code, "cpu_s": usage.ru_utime + usage.ru_stime, "peak_kb": usage.ru_maxrss}
            with contextlib.suppress(OSError):  # the grader may no longer want to know
                os.write(report, json.dumps(used).encode())
            os.close(report)
            if pidfd is not None:
                self.poll.unregister(pidfd)
                os.close(pidfd)

    def fork(self, request: dict[str, Any], channel: int) -> int:
        """Fork the child; where there are namespaces, it is process 1 of a new one."""
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
            limits = request["limits"]
            self.control.detach()
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
            Executor(self.shell, limits, self.base if self.limits_memory() else None).serve()
        finally:
            os._exit(112)

    def limits_memory(self) -> bool:
        return self.level != "unsafe" and sys.platform == "linux"


if __name__ == "__main__":
    server = WarmServer(json.loads(sys.argv[1]))
    server.start()
    server.serve()
