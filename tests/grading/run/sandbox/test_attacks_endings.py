"""Programs that never end, wait for ever, or die: each is a result with a reason, and nothing remains."""

from __future__ import annotations

import gc
import os
import time

import numpy as np
import pytest

from .conftest import SECRET, attack

ENDLESS = {
    "a loop": "while True: pass",
    "a loop that catches everything": """
        while True:
            try:
                while True: pass
            except BaseException: pass
    """,
    "a generator that cannot be closed": """
        def g():
            while True:
                try: yield
                except BaseException: pass
        for _ in g(): pass
    """,
    "a loop in C": "sum(iter(int, 1))",
    "a regular expression": """
        import re
        re.match('(a+)+$', 'a' * 64 + 'b')
    """,
    "a loop without signals": """
        import signal
        signal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())
        while True: pass
    """,
    "a loop without a timer": """
        import signal
        signal.setitimer(signal.ITIMER_PROF, 0)
        while True: pass
    """,
    "a loop in a thread": """
        import threading
        t = threading.Thread(target=lambda: sum(iter(int, 1)))
        t.start(); t.join()
    """,
}
WAITING = {
    "sleep": """
        import time
        time.sleep(1000)
    """,
    "a lock": """
        import threading
        threading.Lock().acquire() and threading.Event().wait()
    """,
    "an endless read": """
        import os
        os.read(os.pipe()[0], 1)
    """,
    "reading the channel": """
        import os
        os.read(3, 1)
    """,
    "SIGSTOP to itself": """
        import os, signal, time
        os.kill(os.getpid(), signal.SIGSTOP); time.sleep(1000)
    """,
    "pause": """
        import signal
        signal.pause()
    """,
}
DEATHS = {
    "os._exit": """
        import os
        os._exit(0)
    """,
    "os._exit as if set up badly": """
        import os
        os._exit(111)
    """,
    "a segmentation fault": """
        import ctypes
        ctypes.string_at(0)
    """,
    "abort": """
        import os
        os.abort()
    """,
    "a jump into nothing": """
        import ctypes
        ctypes.CFUNCTYPE(None)(1)()
    """,
    "an illegal free": """
        import ctypes
        ctypes.CDLL(None).free(ctypes.c_void_p(8))
    """,
    "closing the channel": """
        import os
        os.close(3)
    """,
    "closing everything": """
        import os
        os.closerange(0, 1000)
    """,
    "replacing the channel": """
        import os
        os.dup2(0, 3)
    """,
}


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


def test_what_a_submission_started_ends_with_it(server):
    source = "import threading, time\ndef work():\n    while True: time.sleep(0.01)\n"
    source += "threading.Thread(target=work, daemon=True).start()"
    with server.open() as worker:
        worker.run_cell(source)
        pid = worker.pid
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


def test_a_worker_sees_no_process_but_itself(server):
    source = "import os\ndef f(): return os.getpid(), os.getppid(), os.listdir('/proc') + os.listdir('/sys')"
    with server.open() as worker:
        worker.run_cell(source.replace("os.listdir('/proc') + os.listdir('/sys')", "0"))
        assert worker.call("f").value == (1, 0, 0)
        worker.run_cell("import os\ndef f(): return os.access('/proc/1', os.F_OK), os.access('/sys/devices', os.F_OK)")
        assert worker.call("f").value == (False, False)


def test_no_secret_of_the_grader_is_in_the_memory_of_a_worker(server):
    source = """
import gc, os, sys
def f(start, end):
    gc.unfreeze()  # what the warm server had is counted too
    secret = start + end
    texts = [x for o in gc.get_objects() if type(o) is dict for x in o.values() if type(x) is str]
    return sum(secret in text for text in texts), secret in str(os.environ) + str(sys.argv), len(texts) > 1000
"""
    with server.open() as worker:
        worker.run_cell(source)
        assert worker.call("f", (SECRET[:4], SECRET[4:]), cpu_s=20).value == (0, False, True)


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
        "class Equal:\n    def __eq__(self, other): return True\n"
        "    def __array__(self): return 1 / 0\ndef f(): return Equal()"
    )
    value = worker.call("f").value
    assert type(value).__name__ == "Opaque" and value != 1 and not np.array_equal(value, np.ones(2))
