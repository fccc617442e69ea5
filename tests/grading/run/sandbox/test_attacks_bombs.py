"""Bombs: programs that want more memory, disk, threads or output than there is. Each costs only itself."""

from __future__ import annotations

import dataclasses
import resource

import pytest

from .conftest import LIMITS, attack

FAULTS = ("error", "timeout", "died", "malformed")
BOMBS = {
    "memory": """
        x = []
        while True: x.append(bytearray(1 << 24))
    """,
    "memory in NumPy": """
        import numpy as np
        return np.ones((1 << 18, 1 << 18))
    """,
    "memory in torch": """
        import torch
        return torch.ones(1 << 18, 1 << 18)
    """,
    "memory of an int": "return 10 ** 10 ** 10",
    "memory mapped": """
        import mmap
        return mmap.mmap(-1, 1 << 33)
    """,
    "recursion": "return f()",
    "recursion in the parser": "return eval('(' * 100000)",
    "recursion on the C stack": """
        import sys
        sys.setrecursionlimit(10 ** 9)
        x = []
        for _ in range(10 ** 6): x = [x]
        return repr(x)
    """,
    "a full disk": """
        with open('x', 'wb') as file:
            while True: file.write(bytes(1 << 20))
    """,
    "many files": "for i in range(10 ** 6): open(f'x{i}', 'w').close()",
    "deep folders": """
        import os
        for i in range(10 ** 6): os.mkdir('d'); os.chdir('d')
    """,
    "many descriptors": """
        import os
        return [os.dup(0) for _ in range(10 ** 5)]
    """,
    "many pipes": """
        import os
        return [os.pipe() for _ in range(10 ** 5)]
    """,
    "many threads": """
        import threading, time
        threading.stack_size(65536)
        for _ in range(10 ** 5): threading.Thread(target=time.sleep, args=(99,), daemon=True).start()
    """,
    "a huge array as reply": """
        import numpy as np
        return np.zeros(20 << 20, np.uint8)
    """,
    "many arrays as reply": """
        import numpy as np
        return [np.zeros(1)] * 10 ** 5
    """,
    "many values as reply": "return [0] * 10 ** 7",
    "a deep reply": """
        x = []
        for _ in range(900): x = [x]
        return x
    """,
    "an endless reply": """
        x = []
        x.append(x)
        return x
    """,
    "a long text as reply": "return 'x' * (1 << 25)",
    "a huge error": "raise ValueError('x' * (1 << 25))",
}


@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb_harms_only_itself(each_server, name):
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    result = attack(each_server, BOMBS[name], cpu_s=0.4)
    assert result.status in FAULTS, result
    assert len(result.evalue) <= 4000 and len(result.traceback) <= 20_000
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 100_000  # kilobytes in the grader


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
        [passed] = second.run_cell("open('/tmp/work/answer')").passed
        assert passed.reason.startswith("FileNotFoundError")
        first.run_cell("f = open('x', 'wb')\nwhile True: f.write(bytes(1 << 16)); f.flush()")
        used = first.run_cell("import os; s = os.statvfs('/tmp'); print((s.f_blocks - s.f_bfree) * s.f_frsize)")
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
