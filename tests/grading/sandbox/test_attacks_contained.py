"""Attacks that run, and must cost the attacker and nobody else: bombs, endless programs, deaths, lies on the channel."""

from __future__ import annotations

import dataclasses
import gc
import os
import resource
import time

import numpy as np
import pytest

from coursekit.grading.sandbox import Server

from .conftest import LIMITS

FAULTS = ("error", "timeout", "died", "malformed")

BOMBS = {
    "memory": "x = []\n    while True: x.append(bytearray(1 << 24))",
    "memory in NumPy": "import numpy as np\n    return np.ones((1 << 18, 1 << 18))",
    "memory in torch": "import torch\n    return torch.ones(1 << 18, 1 << 18)",
    "memory of an int": "return 10 ** 10 ** 10",
    "memory mapped": "import mmap\n    return mmap.mmap(-1, 1 << 33)",
    "recursion": "return f()",
    "recursion in the parser": "return eval('(' * 100000)",
    "recursion on the C stack": "import sys\n    sys.setrecursionlimit(10 ** 9)\n    x = []\n    for _ in range(10 ** 6): x = [x]\n    return repr(x)",
    "a full disk": "with open('x', 'wb') as file:\n        while True: file.write(bytes(1 << 20))",
    "many files": "for i in range(10 ** 6): open(f'x{i}', 'w').close()",
    "deep folders": "import os\n    for i in range(10 ** 6): os.mkdir('d'); os.chdir('d')",
    "many descriptors": "import os\n    return [os.dup(0) for _ in range(10 ** 5)]",
    "many pipes": "import os\n    return [os.pipe() for _ in range(10 ** 5)]",
    "many threads": "import threading, time\n    threading.stack_size(65536)\n    for _ in range(10 ** 5): threading.Thread(target=time.sleep, args=(99,), daemon=True).start()",
    "a huge array as reply": "import numpy as np\n    return np.zeros(20 << 20, np.uint8)",
    "many arrays as reply": "import numpy as np\n    return [np.zeros(1)] * 10 ** 5",
    "many values as reply": "return [0] * 10 ** 7",
    "a deep reply": "x = []\n    for _ in range(900): x = [x]\n    return x",
    "an endless reply": "x = []\n    x.append(x)\n    return x",
    "a long text as reply": "return 'x' * (1 << 25)",
    "a huge error": "raise ValueError('x' * (1 << 25))",
}
ENDLESS = {
    "a loop": "while True: pass",
    "a loop that catches everything": "while True:\n        try:\n            while True: pass\n        except BaseException: pass",
    "a generator that cannot be closed": "def g():\n        while True:\n            try: yield\n            except BaseException: pass\n    for _ in g(): pass",
    "a loop in C": "sum(iter(int, 1))",
    "a regular expression": "import re\n    re.match('(a+)+$', 'a' * 64 + 'b')",
    "a loop without signals": "import signal\n    signal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())\n    while True: pass",
    "a loop without a timer": "import signal\n    signal.setitimer(signal.ITIMER_PROF, 0)\n    while True: pass",
    "a loop in a thread": "import threading\n    t = threading.Thread(target=lambda: sum(iter(int, 1)))\n    t.start(); t.join()",
}
WAITING = {
    "sleep": "import time\n    time.sleep(1000)",
    "a lock": "import threading\n    threading.Lock().acquire() and threading.Event().wait()",
    "an endless read": "import os\n    os.read(os.pipe()[0], 1)",
    "reading the channel": "import os\n    os.read(3, 1)",
    "SIGSTOP to itself": "import os, signal, time\n    os.kill(os.getpid(), signal.SIGSTOP); time.sleep(1000)",
    "pause": "import signal\n    signal.pause()",
}
DEATHS = {
    "os._exit": "import os\n    os._exit(0)",
    "os._exit as if set up badly": "import os\n    os._exit(111)",
    "a segmentation fault": "import ctypes\n    ctypes.string_at(0)",
    "abort": "import os\n    os.abort()",
    "a jump into nothing": "import ctypes\n    ctypes.CFUNCTYPE(None)(1)()",
    "an illegal free": "import ctypes\n    ctypes.CDLL(None).free(ctypes.c_void_p(8))",
    "closing the channel": "import os\n    os.close(3)",
    "closing everything": "import os\n    os.closerange(0, 1000)",
    "replacing the channel": "import os\n    os.dup2(0, 3)",
}
SEND = "import os, sys, struct, msgpack, pickle\nfrom inside import wire\ndef send(data):\n    while data: data = data[os.write(3, data):]\n"
FORGED = {
    "noise": "send(os.urandom(4096))",
    "zeros": "send(bytes(4096))",
    "a pickle": "send(pickle.dumps({'status': 'ok', 'value': 1}))",
    "text": 'send(b\'{"status": "ok"}\' * 10)',
    "a header that never comes": "send(wire.HEAD.pack(b'ckw1', 1 << 20, 0, 0)); os._exit(0)",
    "a header of four gigabytes": "send(wire.HEAD.pack(b'ckw1', 2**32 - 1, 0, 0))",
    "arrays of exabytes": "send(wire.HEAD.pack(b'ckw1', 10, 1, 2**63))",
    "the id of another request": "reply({'id': 1, 'op': 'reply', 'status': 'ok', 'value': 1})",
    "no id": "reply({'op': 'reply', 'status': 'ok', 'value': 1})",
    "an id that is true": "reply({'id': True, 'op': 'reply', 'status': 'ok', 'value': 1})",
    "a second ready": "reply({'op': 'ready'})",
    "an unknown status": "reply({'id': ID, 'op': 'reply', 'status': 'perfect'})",
    "a status that is a list": "reply({'id': ID, 'op': 'reply', 'status': ['ok']})",
    "busy, to be run for ever": "reply({'id': ID, 'op': 'reply', 'status': 'busy'})",
    "an error without text": "reply({'id': ID, 'op': 'reply', 'status': 'error', 'ename': 3})",
    "warnings that are numbers": "reply({'id': ID, 'op': 'reply', 'status': 'ok', 'warnings': [1]})",
    "aliases that are numbers": "reply({'id': ID, 'op': 'reply', 'status': 'ok', 'aliases': [[1, 2]]})",
    "arguments that are a number": "reply({'id': ID, 'op': 'reply', 'status': 'ok', 'args': 7})",
    "output of another kind": "reply({'id': ID, 'op': 'reply', 'status': 'ok', 'shown': [['html', '<script>']]})",
    "a display of another kind": "reply({'id': ID, 'op': 'reply', 'status': 'ok', 'shown': [['display', {'text/html': '<script>'}]]})",
    "output beyond the cap": "reply({'id': ID, 'op': 'reply', 'status': 'ok', 'shown': [['stdout', 'x' * 100000]]})",
    "a callback of nothing": "reply({'id': ID, 'op': 'callback', 'number': 0, 'args': (), 'kwargs': {}})",
    "a callback without arguments": "reply({'id': ID, 'op': 'callback', 'number': 0})",
    "a shape that lies": "raw(['d', ['id', ID, 'v', ['a', '<f8', [9], 'a']]], 1, bytes(8))",
    "objects in an array": "raw(['d', ['id', ID, 'v', ['a', '|O', [1], 'a']]], 1, bytes(8))",
    "an unknown marker": "raw(['d', ['id', ID, 'v', ['pickle', 'x']]], 0, b'')",
}
FORGE = (
    SEND
    + """
def reply(message):
    send(b"".join(bytes(c) for c in wire.Encoder(lambda v: None, 1 << 24).frame(message)))
def raw(header, arrays, data):
    packed = msgpack.packb(header)
    send(wire.HEAD.pack(b"ckw1", len(packed), arrays, len(data)) + packed + data)
def request_id():
    frame = sys._getframe()
    while "self" not in frame.f_locals or not hasattr(frame.f_locals["self"], "request"):
        frame = frame.f_back
    return frame.f_locals["self"].request["id"]
"""
)


def attack(server: Server, source: str, before: str = "", **options: float):
    """Run `source` as the body of a function in a worker of its own; then the server must be as well as ever."""
    with server.open() as worker:
        assert worker.run_cell(f"{before}\ndef f():\n    {source}").ok
        result = worker.call("f", **options)
    with server.open() as worker:
        assert worker.run_cell("1 + 1").ok
    return result


@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb_harms_only_itself(each_server, name):
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    result = attack(each_server, BOMBS[name], cpu_s=0.4)
    assert result.status in FAULTS, result
    assert len(result.evalue) <= 4000 and len(result.traceback) <= 20_000
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 100_000  # kilobytes in the grader


@pytest.mark.parametrize("name", ENDLESS)
def test_an_endless_program_uses_up_its_cpu_time(server, name):
    result = attack(server, ENDLESS[name], cpu_s=0.1)
    assert result.status == "timeout" and "CPU" in result.reason


@pytest.mark.parametrize("name", WAITING)
def test_a_waiting_program_uses_up_its_wall_time(server, name):
    result = attack(server, WAITING[name], wall_s=0.3)
    assert result.status in ("timeout", "busy") and result.reason


@pytest.mark.parametrize("name", DEATHS)
def test_a_death_is_a_result(server, name):
    result = attack(server, DEATHS[name], wall_s=10)
    assert result.status in ("died", "malformed", "timeout") and result.reason


@pytest.mark.parametrize("name", FORGED)
def test_a_forged_frame_is_a_failed_case(server, name):
    result = attack(server, f"ID = request_id()\n    {FORGED[name]}", before=FORGE, wall_s=10)
    assert result.status in ("malformed", "died") and result.reason, result


def test_a_reply_written_in_advance_does_not_count(server):
    source = "reply({'id': 5, 'op': 'reply', 'status': 'ok', 'value': 1})"
    with server.open() as worker:
        worker.run_cell(FORGE + "def f(): return 2")
        first = worker.run_cell(source)
        assert first.status == "malformed"
        assert worker.call("f").status == "malformed"  # and nothing after it does


def test_half_a_reply_is_given_up_on_time(server):
    source = "send(wire.HEAD.pack(b'ckw1', 100, 0, 0)); import time; time.sleep(1000)"
    result = attack(server, source, before=SEND, wall_s=0.3)
    assert result.status in ("timeout", "busy")


def test_a_trickling_reply_is_given_up_on_time(server):
    source = "send(wire.HEAD.pack(b'ckw1', 10**6, 0, 0))\n    import time\n    while True: send(b'x'); time.sleep(0.01)"
    assert attack(server, source, before=SEND, wall_s=0.5).status in ("timeout", "busy")


def test_a_flood_of_frames_is_one_failed_case(server):
    assert attack(server, "while True: send(bytes(1 << 16))", before=SEND).status == "malformed"


def test_endless_callbacks_use_up_the_budget(server):
    from coursekit.grading.sandbox import FunctionRef

    with server.open() as worker:
        worker.run_cell("def f(g):\n    while True: g()")
        assert worker.call("f", (FunctionRef(lambda: None),), cpu_s=0.3, wall_s=5).status in (
            "malformed",
            "timeout",
            "busy",
        )


@pytest.mark.parametrize(
    "source",
    [
        "while True: print('x' * 1000)",
        "import sys\nwhile True: sys.stderr.write('x' * 1000)",
        "while True: display('x' * 100)",
        "import sys\nwhile True: sys.__stdout__.write('x' * 1000)",
        "import os\nwhile True: os.write(1, bytes(1000))",
        "class A:\n    def __repr__(self): return 'x' * (1 << 24)\nA()",
    ],
)
def test_output_is_capped(worker, source):
    result = worker.run_cell(source, cpu_s=0.2)
    size = sum(len(piece.text) + sum(map(len, piece.data.values())) for piece in result.shown)
    assert size <= LIMITS.output_kb << 10 and result.status in ("ok", "timeout")


def test_the_disk_of_a_worker_is_limited_and_private(server):
    with server.open() as first, server.open() as second:
        first.run_cell("open('/tmp/work/answer', 'w').write('mine')")
        assert first.run_cell("print(open('/tmp/work/answer').read())").stdout == "mine\n"
        assert second.run_cell("open('/tmp/work/answer')").ename == "FileNotFoundError"
        first.run_cell("f = open('x', 'wb')\nwhile True: f.write(bytes(1 << 16)); f.flush()")
        used = first.run_cell(
            "import os; s = os.statvfs('/tmp'); print((s.f_blocks - s.f_bfree) * s.f_frsize)"
        )
        assert int(used.stdout) <= LIMITS.disk_mb << 20
        assert second.run_cell("print(open('y', 'wb').write(bytes(1 << 20)))").ok


def test_threads_are_limited(server):
    source = """
import threading, time
threading.stack_size(65536)
n = 0
try:
    while n < 5000:
        threading.Thread(target=time.sleep, args=(99,), daemon=True).start(); n += 1
except RuntimeError: pass
print(n)
"""
    with server.open() as worker:
        assert int(worker.run_cell(source, wall_s=20).stdout) <= LIMITS.threads


def test_all_cpu_time_together_is_limited(server):
    with server.open(dataclasses.replace(LIMITS, total_cpu_s=2)) as worker:
        results = [worker.run_cell("while True: pass", cpu_s=0.8).status for _ in range(4)]
        assert results[0] == "timeout" and not worker.alive
        assert worker.run_cell("1").status == "timeout"


def test_a_worker_sees_no_process_but_itself(server):
    source = "import os\ndef f(): return os.getpid(), os.getppid(), os.listdir('/proc') + os.listdir('/sys')"
    with server.open() as worker:
        worker.run_cell(source.replace("os.listdir('/proc') + os.listdir('/sys')", "0"))
        assert worker.call("f").value == (1, 0, 0)
        worker.run_cell(
            "import os\ndef f(): return os.access('/proc/1', os.F_OK), os.access('/sys/devices', os.F_OK)"
        )
        assert worker.call("f").value == (False, False)


def test_no_secret_of_the_grader_is_in_the_memory_of_a_worker(monkeypatch):
    source = """
import gc, os, sys
def f(start, end):
    secret = start + end
    found = [x for o in gc.get_objects() if type(o) is dict for x in o.values() if type(x) is str and secret in x]
    return len(found) - found.count(secret), secret in str(os.environ) + str(sys.argv)
"""
    monkeypatch.setenv("COURSE_SECRET", "value=planted-secret")
    with Server(LIMITS) as fresh, fresh.open() as worker:
        worker.run_cell(source)
        assert worker.call("f", ("planted-", "secret"), cpu_s=20).value == (0, False)


def test_patching_everything_changes_nothing_for_the_next(server):
    source = """
import builtins, json, numpy as np, os, struct
np.allclose = np.testing.assert_allclose = lambda *a, **k: True
get_ipython().input_transformers_post.append(lambda lines: ['pass\\n'])
builtins.print = builtins.len = None
"""
    with server.open() as worker:
        worker.run_cell(source)
    with server.open() as worker:
        worker.run_cell("import numpy as np\nx = 3\ndef f(): return len('abc') == x, np.allclose(0, 1)")
        assert worker.call("f").value == (True, False)


def test_equal_to_everything_is_not_data(worker):
    worker.run_cell(
        "class Equal:\n    def __eq__(self, o): return True\n    def __array__(self): return 1 / 0\ndef f(): return Equal()"
    )
    value = worker.call("f").value
    assert type(value).__name__ == "Opaque" and value != 1 and not np.array_equal(value, np.ones(2))


def test_what_a_submission_started_ends_with_it(server):
    source = "import threading, time\nthreading.Thread(target=lambda: [time.sleep(0.01) for _ in iter(int, 1)], daemon=True).start()"
    with server.open() as worker:
        worker.run_cell(source)
        pid = worker._meter.pid
        assert os.path.exists(f"/proc/{pid}")
    for _ in range(500):
        if not os.path.exists(f"/proc/{pid}"):
            break
        time.sleep(0.01)
    assert not os.path.exists(f"/proc/{pid}")


def test_no_descriptor_of_a_worker_stays_open(server):
    def count() -> int:
        gc.collect()
        return len(os.listdir("/proc/self/fd"))

    with server.open() as worker:
        worker.run_cell("1")
    before = count()
    for source in ("1", "import os; os._exit(3)", "import os; os.close(3)", "while True: pass"):
        with server.open() as worker:
            worker.run_cell(source, cpu_s=0.1)
    assert count() == before
