"""Starting, sharing, refusing and ending the warm server."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import textwrap
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from coursekit.checking.portable.dict_numbers import COUNTS
from coursekit.grading.run.sandbox import SandboxUnavailable, Server, probe, view
from coursekit.grading.run.sandbox import server as server_module
from coursekit.grading.run.sandbox.channel import Budget, Meter, Spent
from tests.processes import Listener, gone

from .conftest import LIMITS

SANDBOX = Path(view.__file__).parent


@pytest.mark.slow
def test_the_probe_enters_the_sandbox_and_says_what_it_found(server):
    report = probe()
    assert report.level == "namespaces" and report.isolated and report.problems == ()
    assert "seccomp" in report.text and "not guaranteed" in report.text


def test_a_host_without_anything_is_refused_with_advice(monkeypatch):
    monkeypatch.setattr(view, "find_bubblewrap", lambda: None)
    monkeypatch.setattr(server_module, "landlock_abi", lambda: 0)
    with pytest.raises(SandboxUnavailable, match=r"bubblewrap is not installed.*apt-get install"):
        Server().start()
    report = probe()
    assert report.level == "none" and not report.isolated and len(report.problems) == 2


def test_a_host_without_bubblewrap_falls_back_to_landlock(landlock_server):
    with landlock_server.open() as worker:
        assert landlock_server.level == "landlock"
        [passed] = worker.run_cell("open('x', 'w')").passed
        assert passed.reason.startswith("PermissionError")


def test_a_bubblewrap_that_may_not_is_refused_with_its_words(monkeypatch, tmp_path):
    fake = tmp_path / "bwrap"
    fake.write_text("#!/bin/sh\necho 'bwrap: setting up uid map: Permission denied' >&2\nexit 1\n")
    fake.chmod(0o755)
    monkeypatch.setattr(view, "find_bubblewrap", lambda: str(fake))
    with pytest.raises(SandboxUnavailable, match="setting up uid map: Permission denied"):
        Server(level="namespaces").start()


@pytest.mark.parametrize("bubblewrap", [True, False])
def test_missing_packages_are_named(monkeypatch, bubblewrap):
    """Whatever else the host lacks: they are missing at every level."""
    if not bubblewrap:
        monkeypatch.setattr(view, "find_bubblewrap", lambda: None)
    monkeypatch.setattr(view, "PACKAGES", (*view.PACKAGES, "no_such_package"))
    with pytest.raises(SandboxUnavailable, match=r"no_such_package.*pip install"):
        Server().start()


@pytest.mark.slow
def test_without_isolation_the_protocol_is_the_same(tmp_path):
    secret = tmp_path / "secret"
    secret.write_text("the reference")
    with Server(unsafe=True, torch=False) as server, server.open(seed=3) as worker:
        assert server.level == "unsafe"
        worker.run_cell("def f(path): return open(path).read()")
        assert worker.call("f", (str(secret),)).value == "the reference"  # what refuses it elsewhere is the sandbox
        worker.run_cell("import os\ndef alone(): return os.getpgrp() == os.getpid()")
        assert worker.call("alone", ()).value, "or `os.kill(0, 9)` ends the grader too"


@pytest.mark.slow
@pytest.mark.parametrize("level", ["namespaces", "landlock", "unsafe"])
def test_the_length_of_what_a_server_is_told_has_no_limit(level):
    """An argument of a command may not hold 128 kB, and paths may be many and long, as may be the prelude."""
    prelude = "said = 'x' * 3\n" + "# words " * 100_000 + "\ndef answer(): return said\n__all__ = ['answer']"
    start = {"unsafe": True} if level == "unsafe" else {"level": level}
    with Server(LIMITS, prelude=prelude, torch=False, **start) as server, server.open() as worker:
        assert worker.call("answer", ()).value == "xxx"


@pytest.mark.slow
def test_an_installed_course_is_hidden(server, monkeypatch):
    """As if an installed package were the course; and the thread that starts the server may end."""
    hidden = Path(np.__file__).parents[1] / "jupytext"
    assert hidden.is_dir()
    monkeypatch.setattr(view, "course_files", lambda: [str(hidden)])
    other = Server(LIMITS, level="namespaces", torch=False)
    starter = threading.Thread(target=other.start, daemon=True)
    starter.start()
    starter.join(2 * server_module.START_S)
    with other, other.open() as worker:
        for source in ("import jupytext", "import jupytext.cli"):
            [passed] = worker.run_cell(source).passed
            assert passed.reason.startswith("ModuleNotFoundError")
        check_that_it_fails_closed(other, worker)


def check_that_it_fails_closed(server, worker):
    """A server that is killed takes its workers with it, and says so."""
    pid = worker.pid
    server._process.kill()
    with pytest.raises(SandboxUnavailable, match="ended while a worker was running"):
        worker.run_cell("while True: pass")
    assert gone(pid) and worker.run_cell("1").status == "busy"
    with pytest.raises(SandboxUnavailable, match="ended|could not start"):
        server.open()


def test_the_course_is_cut_out_of_readable_folders(monkeypatch, tmp_path):
    for name in ("packages/coursekit/reference", "packages/numpy", "other"):
        (tmp_path / name).mkdir(parents=True)
    monkeypatch.setattr(view, "course_files", lambda: [str(tmp_path / "packages/coursekit")])
    kept = view.without_course([str(tmp_path / "packages"), str(tmp_path / "other")])
    assert sorted(kept) == [str(tmp_path / "other"), str(tmp_path / "packages/numpy")]


def test_threads_may_share_a_server(server):
    def grade(number: int) -> int:
        with server.open() as worker:
            worker.run_cell(f"def f(x): return x + {number}")
            return worker.call("f", (1,)).value

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(grade, range(24))) == list(range(1, 25))


def test_a_worker_lives_on_when_its_server_prepares_for_many():
    with Server(LIMITS, torch=False) as server, server.open() as early:
        assert early.run_cell("kept = [7] * 100_000").ok
        for _ in range(10):  # more than MANY in `inside.__main__`
            server.open().close()
        assert early.run_cell("def total(): return sum(kept)").ok
        assert early.call("total").value == 700_000
        with server.open() as late:
            assert late.run_cell("def one(): return 1").ok and late.call("one").value == 1
            known = late.run_cell("import sys\nprint(len(sys.modules['inside.labels']._sizes) > 100)")
            assert known.shown[0].text == "True\n"


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can map users")
def test_users_that_cannot_be_mapped_are_told_at_once_and_leave_no_process(monkeypatch):
    """Bubblewrap had waited for ever for its users, and held the line on which whoever starts it waits."""
    started = []
    popen = subprocess.Popen
    monkeypatch.setattr(
        subprocess, "Popen", lambda *args, **kwargs: started.append(popen(*args, **kwargs)) or started[-1]
    )
    monkeypatch.setattr(server_module, "spare_users", lambda: (0, 60_000))  # root is among them already
    with pytest.raises(SandboxUnavailable, match="could not start.*Error"):
        Server(level="namespaces").start()
    assert started[-1].returncode is not None


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can map users")
def test_under_root_every_worker_is_another_user_that_owns_nothing(server):
    def users(worker) -> set[str]:
        lines = Path(f"/proc/{worker.pid}/status").read_text().splitlines()
        return set(next(line for line in lines if line.startswith("Uid:")).split()[1:])

    with server.open() as first, server.open() as second:
        assert len(users(first)) == len(users(second)) == 1
        assert users(first) != users(second) and "0" not in users(first) | users(second)


GRADER = """
import sys, threading
from coursekit.grading.run.sandbox import Limits, Server
server = Server(Limits(cpu_s=100, wall_s=100), torch=False)
server.start()
worker = server.open()
threading.Thread(target=worker.run_cell, args=("while True: pass",), daemon=True).start()
print(server._process.pid, worker.pid, flush=True)
sys.stdin.read()
"""


@pytest.mark.slow
def test_nothing_survives_a_grader_that_is_killed(server):
    pipe, command = subprocess.PIPE, [sys.executable, "-c", GRADER]
    grader = Listener(
        subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe, text=True, start_new_session=True)
    )
    pids = [int(number) for number in grader.line().split()]
    assert len(pids) == 2 and all(os.path.exists(f"/proc/{pid}") for pid in pids)
    grader.process.send_signal(signal.SIGKILL)
    grader.process.wait(60)
    assert all(map(gone, pids))
    grader.close()


ORDINARY = """
import os
from coursekit.grading.run.sandbox import Server
with Server(level="namespaces", torch=False) as server, server.open() as worker:
    worker.run_cell("import os\\nopen('x','w').write('me')\\ndef f(): return os.getuid(), open('x').read()")
    refused = [worker.run_cell(source).passed[0].reason for source in ("open('/etc/passwd')", "os.fork()")]
    print(os.getuid(), worker.call("f").value, *(reason.partition(":")[0] for reason in refused))
"""


@pytest.mark.slow
@pytest.mark.skipif(os.geteuid() != 0, reason="the other tests have run as an ordinary user already")
def test_an_ordinary_user_gets_the_same(server):
    """In a copy of this machine's view where the interpreter is readable by everybody, wherever it lies."""
    bwrap, setpriv = view.find_bubblewrap(), shutil.which("setpriv")
    if not setpriv:
        pytest.skip("setpriv is not installed")
    command = [bwrap, "--dev-bind", "/", "/"]
    if sys.base_prefix.startswith("/root/"):
        command += ["--perms", "0755", "--tmpfs", "/root"]
        for folder in view.parents([sys.base_prefix])[1:]:
            command += ["--dir", folder]
        command += ["--ro-bind", sys.base_prefix, sys.base_prefix]
    command += [setpriv, "--reuid=65534", "--regid=65534", "--clear-groups"]
    confined = [*command, bwrap, "--unshare-all", "--ro-bind", "/", "/", "true"]
    probe_user = subprocess.run(confined, capture_output=True, timeout=60)
    if probe_user.returncode:
        pytest.skip(f"ordinary users have no namespaces here: {probe_user.stderr.decode()[-200:]}")
    done = subprocess.run([*command, sys.executable, "-c", ORDINARY], capture_output=True, text=True, timeout=120)
    assert done.stdout == "65534 (1000, 'me') FileNotFoundError PermissionError\n", done.stderr


UNCLEAN = {
    "an open file": "file = open(__import__('os').__file__)",
    "an open socket": "import socket; s = socket.socket()",
    "2 threads": "import threading as t, time; t.Thread(target=time.sleep, args=(5,), daemon=True).start()",
    "coursekit package": "import sys, types; sys.modules['coursekit.reference'] = types.ModuleType('x')",
}


def run_inside(program, *beside):
    """A program beside the warm server's modules, and what else is in these folders."""
    return subprocess.run(
        [sys.executable, "-c", textwrap.dedent(program)],
        capture_output=True,
        text=True,
        env=os.environ | {"PYTHONPATH": os.pathsep.join(map(str, (SANDBOX, *beside)))},
        timeout=60,
    )


@pytest.mark.parametrize("name", UNCLEAN)
def test_a_server_that_could_leak_refuses_to_fork(name):
    done = run_inside(
        f"from inside import warm\nwarm.refuse_if_unclean(-1)\n{UNCLEAN[name]}\nwarm.refuse_if_unclean(-1)"
    )
    assert done.returncode == 1 and name in done.stderr and "must not fork" in done.stderr


def test_a_server_gets_ready_with_a_matplotlib_of_other_names():
    done = run_inside(
        """
        from inside import labels, warm
        from matplotlib import font_manager, mathtext

        def gone(*_):
            raise AttributeError("that method has another name now")

        labels.sizes = gone
        for owner, name in ((font_manager, "_get_font"), (mathtext.MathTextParser, "_parse_cached")):
            owner.another = getattr(owner, name)
            delattr(owner, name)
        warm.prepare_for_many()
        """
    )
    assert done.returncode == 0, done.stderr


def test_a_bubblewrap_that_cannot_be_run_is_refused(monkeypatch, tmp_path):
    broken = tmp_path / "bwrap"
    broken.write_text("no program\n")
    broken.chmod(0o755)
    monkeypatch.setattr(view, "find_bubblewrap", lambda: str(broken))
    with pytest.raises(SandboxUnavailable, match="could not start"):
        Server(level="namespaces").start()


def test_a_start_that_fails_before_its_program_runs_is_told(monkeypatch):
    """The thread that starts it had ended without a word, and whoever waited for it waited on."""
    monkeypatch.setattr(view, "readable", lambda: 1 / 0)
    with pytest.raises(SandboxUnavailable, match="could not start.*ZeroDivisionError"):
        Server(level="namespaces").start()


class Clock(Meter):
    """A process that has used, and has waited for, as much CPU as the test says."""

    def __init__(self, used: float, starved: float):
        self.figures = iter([0.0, used, used, used])
        self.waits = iter([0.0, starved])

    def cpu(self) -> float:
        return next(self.figures)

    def starved(self) -> float:
        return next(self.waits)


@pytest.mark.parametrize(
    ("used", "starved", "busy", "reason"),
    [(9.0, 0.0, False, "CPU"), (0.0, 0.0, False, "not computing"), (0.1, 0.2, True, "too busy")],
)
def test_a_loaded_machine_is_told_from_a_slow_or_idle_program(used, starved, busy, reason):
    budget = Budget(Clock(used, starved), cpu_s=1.0, wall_s=0.0)
    with pytest.raises(Spent, match=reason) as spent:
        Budget.wait(budget)
    assert spent.value.busy is busy


def test_a_worker_that_the_machine_kills_is_to_be_run_again(server):
    with server.open() as worker:
        os.kill(worker.pid, signal.SIGKILL)
        result = worker.run_cell("1")
        assert result.status == "busy" and "memory" in result.reason and worker.usage["exit"] == -signal.SIGKILL


@pytest.mark.slow
def test_a_worker_imports_nothing_on_its_way_to_the_first_request():
    prelude = "import sys\nthere = set(sys.modules)\ndef new(): return sorted(set(sys.modules) - there)\n"
    with Server(LIMITS, prelude=f"{prelude}__all__ = ['new']") as server, server.open() as worker:
        found = worker.call("new", memory_mb=None)
        assert found.ok, found
        assert {*found.value} <= {"pyseccomp"}  # which the server itself imports after the prelude


@pytest.mark.skipif(not COUNTS, reason="this Python does not count what is written to a dict")
def test_names_are_looked_through_before_a_worker_is_forked_and_not_in_each(tmp_path):
    (tmp_path / "portable").symlink_to(view.OURS["portable"])
    done = run_inside(
        """
        import os
        from inside.__main__ import WarmServer
        from portable import own_names, state

        def be_child(request, channel):
            looked = []
            own_names._Group._found = lambda group: looked.append(group) or []
            state.State(generators=True)
            os._exit(len(looked))

        server = object.__new__(WarmServer)
        server.level, server.be_child = "unsafe", be_child
        own_names.remember_torch_anew()
        assert os.waitpid(server.fork({}, 0), 0)[1] == 0
        """,
        tmp_path,
    )
    assert done.returncode == 0, done.stderr
