"""Commands whose imports take seconds, in processes forked from one that has done them: each as fresh as another."""

from __future__ import annotations

import atexit
import importlib
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path

from tests.listening import Listener

ROOT = Path(__file__).resolve().parents[1]
PATIENCE_S = 600.0
"""Whatever a class takes to be graded, on a busy machine too: a command that is at work after this waits for ever."""

USED = (
    "coursekit.cli.grade",
    "coursekit.grading.batch",
    "coursekit.grading.nbgrader",
    "coursekit.grading.run.runners",
    "numpy.random",
    "rich.live",
    "rich.progress",
    "rich.table",
)
"""What the commands import only when they need it."""

_listener: Listener | None = None


def nbgrader(*arguments: str, cwd: Path, env: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
    """`python -m nbgrader` in a folder."""
    return _ran("nbgrader", arguments, cwd, env)


def coursekit(*arguments: str, env: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
    """`coursekit`, with a version of the grader that does not depend on who edits its code just now."""
    return _ran("coursekit", arguments, Path.cwd(), env)


def _ran(program: str, arguments: tuple[str, ...], cwd: Path, env: Mapping[str, str]) -> subprocess.CompletedProcess:
    with tempfile.TemporaryDirectory() as folder:
        files = [str(Path(folder, name)) for name in ("stdout", "stderr")]
        wanted = {"program": program, "arguments": arguments, "cwd": str(cwd), "env": dict(env), "files": files}
        warm = _warm()
        warm.tell(json.dumps(wanted))
        status = int(warm.line(PATIENCE_S))
        said, errors = (Path(file).read_text(encoding="utf-8", errors="replace") for file in files)
    return subprocess.CompletedProcess([program, *arguments], status, said, errors)


def _warm() -> Listener:
    """The process that has imported all; one for each process of the test run."""
    global _listener
    if _listener is None or _listener.process.poll() is not None:
        pipe, command = subprocess.PIPE, [sys.executable, "-c", "from tests import warm; warm.serve()"]
        env = os.environ | {"OMP_NUM_THREADS": "1"}  # without threads, which a fork would lose
        _listener = Listener(
            subprocess.Popen(
                command, cwd=ROOT, env=env, text=True, stdin=pipe, stdout=pipe, stderr=pipe, start_new_session=True
            )
        )
        atexit.register(_listener.close)
    return _listener


def serve() -> None:
    """For each line on stdin fork a process that becomes the command, and say how it has ended."""
    mains = _mains()
    for line in sys.stdin:
        wanted = json.loads(line)
        child = os.fork()
        if not child:
            _become(wanted)
            sys.exit(mains[wanted["program"]]())
        print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)


def _mains() -> dict[str, Callable[[], object]]:
    for module in USED:
        importlib.import_module(module)
    from nbgrader.apps import nbgraderapp

    from coursekit import cli
    from coursekit.grading.run import job

    def graded() -> object:
        job.grader_version = lambda: "of this test"
        return cli.main()

    return {"nbgrader": nbgraderapp.main, "coursekit": graded}


def _become(wanted: dict) -> None:
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    for number, file in enumerate(wanted["files"], start=1):
        handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        os.dup2(handle, number)
        os.close(handle)
    os.environ.clear()
    os.environ.update(wanted["env"])
    os.chdir(wanted["cwd"])
    sys.argv = [wanted["program"], *wanted["arguments"]]
