"""Programs whose imports are done: `coursekit`, `nbgrader` and `python -`, for a shell that calls many of them, and
`kernel`, for lessons.

Most of what such a command takes is importing. Here one process imports, once for all, and each command is a fork of
it: a process of its own, with the caller's arguments, folder, environment and open files, that runs the program's own
`main`. The first command in a folder of programs is the real one, as it was installed.
"""

from __future__ import annotations

import atexit
import contextlib
import functools
import gc
import importlib
import json
import os
import select
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import types
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from tests.processes import end, finished, until

if TYPE_CHECKING:
    from jupyter_client.manager import AsyncKernelManager

MAINS = {
    "coursekit": ("coursekit.cli", "main"),
    "nbgrader": ("nbgrader.apps.nbgraderapp", "main"),
    "alembic": ("alembic.config", "main"),  # which nbgrader calls for every gradebook that it makes
    "python": ("tests.warm", "read_and_run"),
    "coursekit of this test": ("tests.warm", "grade"),
    "kernel": ("ipykernel.kernelapp", "launch_new_instance"),  # asked for as `python -m ipykernel_launcher ...`
}
OF_THIS_TEST = """
import sys
from coursekit.cli import main
from coursekit.grading.run import job
job.grader_version = lambda: "of this test"
sys.exit(main())
"""
IMPORTED = {
    "programs": (
        *(module for name, (module, _) in MAINS.items() if name != "kernel"),
        "coursekit.grading.feedback",
        "coursekit.grading.nbgrader.export",
        "coursekit.grading.new_course",
        "coursekit.grading.report.page",
        "coursekit.grading.run.runners",
        "coursekit.grading.similar.listing",
        "coursekit.topics.catalogue",
        "nbgrader.converters",
        "nbgrader.exchange.default",
        "nbgrader.plugins",
    ),
    # Nothing of this course: what a lesson imports of that depends on what its first cell has changed.
    "kernels": (
        "ipykernel.kernelapp",
        "matplotlib.backends.backend_agg",
        "matplotlib.figure",
        "matplotlib.style",
        "PIL.PngImagePlugin",
        "tqdm.auto",
        "torch._dynamo",  # by the first optimiser
    ),
}
"""By who asks."""
HERE = Path(__file__).resolve()
POSSIBLE = sys.platform == "linux"
FIRST = {"python": [""], "kernel": []}  # of where Python looks for modules, of what is run by Python itself
PATIENCE_S = 500
"""Whatever a class takes to be graded, on a busy machine too."""


@functools.cache
def _waiting(who: str) -> Path:
    """The address of a process that has imported for those who ask. It ends with this one."""
    folder = Path(tempfile.mkdtemp(prefix="warm-"))  # a socket's path must be short
    address = folder / "line"
    with (folder / "log").open("w") as log:
        out = {"stdin": subprocess.PIPE, "stdout": log, "stderr": log}
        # A kernel chooses this back end before anyone imports Matplotlib, which asks only then.
        env = {"MPLBACKEND": "module://matplotlib_inline.backend_inline"} if who == "kernels" else {}
        env |= os.environ | {"OMP_NUM_THREADS": "1"}
        command = [sys.executable, "-m", "tests.warm", address, who]
        process = subprocess.Popen(command, cwd=HERE.parents[1], env=env, **out)

    def stop() -> None:
        end(process)
        shutil.rmtree(folder, ignore_errors=True)

    atexit.register(stop)
    until(lambda: address.exists() or process.poll() is not None)
    assert process.poll() is None, (folder / "log").read_text()
    return address


def nbgrader(*arguments: str, cwd: Path, env: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
    """`nbgrader` in a folder."""
    command = _asking("nbgrader") if POSSIBLE else [str(_real("nbgrader"))]
    return finished([*command, *arguments], PATIENCE_S, cwd=cwd, env=env)


def coursekit(*arguments: str, env: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
    """`coursekit`, with a version of the grader that does not depend on who edits its code just now."""
    command = _asking("coursekit of this test") if POSSIBLE else [sys.executable, "-c", OF_THIS_TEST]
    return finished([*command, *arguments], PATIENCE_S, env=env)


def kernel(make: Callable[[], AsyncKernelManager]) -> AsyncKernelManager:
    """A kernel as `make` makes it. To interrupt it is to end it."""
    manager = make()
    if POSSIBLE:
        manager.kernel_spec.argv = [*_asking("kernel"), *manager.kernel_spec.argv[1:]]
    return manager


def path(folder: Path) -> str:
    """PATH with the programs of this environment, out of `folder` where they are for a shell that calls several."""
    places = [str(Path(sys.executable).parent), os.environ["PATH"]]
    if POSSIBLE:
        if not folder.exists():
            write_programs(folder)
        places.insert(0, str(folder))
    return os.pathsep.join(places)


def write_programs(folder: Path) -> None:
    """Make a folder for PATH."""
    folder.mkdir(parents=True)
    for name in ("coursekit", "nbgrader", "alembic", "python"):
        real = f'exec {shlex.quote(str(_real(name)))} "$@"'
        lines = ["#!/bin/sh", f"if mkdir {shlex.quote(str(folder / 'first'))} 2>/dev/null; then {real}; fi"]
        if name == "python":  # a program that is read; all else is for the real one
            lines.append(f'[ "$*" = - ] || {real}')
        lines.append(f'exec {shlex.join(_asking(name))} "$@"')
        (folder / name).write_text("\n".join(lines) + "\n")
        (folder / name).chmod(0o755)


def _asking(name: str) -> list[str]:
    address = _waiting("kernels" if name == "kernel" else "programs")
    return [sys.executable, "-IS", str(HERE.with_name("warm_ask.py")), str(address), name]


def _real(name: str) -> Path:
    """Where the program of this name is installed."""
    program = name.partition(" ")[0]
    beside = Path(sys.executable).with_name(program)
    return Path(sys.executable) if name in FIRST else beside if beside.exists() else Path(shutil.which(program))


def serve(address: str, who: str) -> None:
    """Import, then fork for everybody who asks, until the standard input is closed."""
    for module in IMPORTED[who]:
        importlib.import_module(module)
    if who == "programs":
        importlib.import_module("coursekit.cli")._parser()  # the verbs
    gc.freeze()
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(f"{address}, soon")
    listener.listen(64)
    os.rename(f"{address}, soon", address)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for those that attend
    while True:
        ready, _, _ = select.select([listener, 0], [], [])
        if 0 in ready:
            return
        line, _ = listener.accept()
        if os.fork() == 0:
            listener.close()
            attend(line)
        line.close()


def attend(line: socket.socket) -> None:
    """Run what is asked for, tell how it ended; end it if the one who asked has gone."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    _, files, _, _ = socket.recv_fds(line, 1, 3)
    asked = json.loads(line.makefile("rb").readline())
    worker = os.fork()
    if worker == 0:
        line.close()
        run(files, **asked)
    done = os.pidfd_open(worker)
    ready, _, _ = select.select([done, line], [], [])
    if done not in ready:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(worker, signal.SIGKILL)
    status = os.waitstatus_to_exitcode(os.waitpid(worker, 0)[1])
    with contextlib.suppress(OSError):
        line.sendall(f"{status if status >= 0 else 128 - status}\n".encode())
    os._exit(0)


def run(
    files: list[int], name: str, arguments: list[str], folder: str, umask: int, environment: dict[str, str]
) -> None:
    """Become the program that was asked for."""
    os.setsid()
    for given, place in zip(files, (0, 1, 2), strict=True):
        os.dup2(given, place)
        os.close(given)
    os.chdir(folder)
    os.umask(umask)
    ours, theirs = (list(filter(None, of.get("PYTHONPATH", "").split(os.pathsep))) for of in (os.environ, environment))
    before = theirs[: len(theirs) - len(ours)]
    if before + ours != theirs or any(Path(each, "coursekit").exists() for each in before):  # not what was imported
        os.execve(_real(name), [name, *arguments], environment)
    os.environ.clear()
    os.environ.update(environment)
    sys.path[:1] = [*FIRST.get(name, [str(_real(name).parent)]), *before]
    sys.argv = arguments[name == "kernel" :] if name in FIRST else [str(_real(name)), *arguments]
    sys.modules["__main__"] = types.ModuleType("__main__")  # as of a program that is no file of Python's
    module, main = MAINS[name]
    sys.exit(getattr(sys.modules[module], main)())


def read_and_run() -> None:
    """`python -`."""
    names = vars(sys.modules["__main__"])
    exec(compile(sys.stdin.read(), "<stdin>", "exec"), names)


def grade() -> None:
    exec(OF_THIS_TEST)


if __name__ == "__main__":
    importlib.import_module("tests.warm")
    serve(*sys.argv[1:])
