"""Answers that do not come back, or want more than there is: each costs its own exercise and nothing else."""

from __future__ import annotations

from .case import COUNT_ONLY, answer, cases

ANSWERS = {
    "it exits with success": "def gru_step(x, h, params): raise SystemExit(0)",
    "it ends its process": "import os\ndef gru_step(x, h, params): os._exit(0)",
    "it quits": "quit()",
    "it crashes": "import ctypes; ctypes.string_at(0)",
    "it ignores the interrupt": "import signal; signal.signal(signal.SIGINT, signal.SIG_IGN); signal.raise_signal(9)",
    "a bomb of memory": "def gru_step(x, h, params): return [bytearray(1 << 30) for _ in range(1000)]",
    "a bomb of processes": "import os\ndef gru_step(x, h, params):\n    while True: os.fork()",
    "a bomb of threads": "import threading, time\ndef gru_step(x, h, params):\n    for _ in range(10**5):\n"
    "        threading.Thread(target=time.sleep, args=(99,), daemon=True).start()",
    "a bomb of disk": "with open('big', 'wb') as f:\n    while True: f.write(bytes(1 << 20))",
    "a bomb of files": "for n in range(10**6): open(f'f{n}', 'w').close()",
    "a bomb of recursion": "import sys; sys.setrecursionlimit(10**9)\ndef gru_step(*a): return gru_step(*a)",
    "a deep result": "def gru_step(*a):\n    v = []\n    for _ in range(10**5): v = [v]\n    return v",
    "a result of gigabytes": "import numpy as np\n"
    "def gru_step(*a): return np.broadcast_to(np.zeros(1), (1 << 15, 1 << 15))",
    "an endless line": "print('x' * (3 << 20))\nwhile True: print('x' * 1000000, end='')",
    "a daemon": "import os\nif os.fork() == 0:\n    os.setsid()\n    while True: pass",
    "a program": "import subprocess; subprocess.run(['sh', '-c', 'echo 4.0 > /tmp/owned-by-a-student'])",
    "a shell": "!echo 4.0 > /tmp/owned-by-a-student",
    "the network": "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8888')",
    "it stops itself": "import os, signal\ndef gru_step(*a): os.kill(os.getpid(), signal.SIGSTOP)",
    "it kills everybody": "import os, signal\ndef gru_step(*a): os.kill(-1, signal.SIGKILL)",
    "it closes its channel": "import os\ndef gru_step(*a): os.closerange(0, 100)",
    "it never ends": "def gru_step(*a):\n    while True: pass",
    "it sleeps for ever": "import time\ndef gru_step(*a):\n    while True: time.sleep(3600)",
    "it sleeps a minute": "import time\ndef gru_step(*a): time.sleep(60)",
    "it waits for a lock": "import threading\ndef gru_step(*a): threading.Event().wait()",
    "memory kept for ever": "kept = []\ndef gru_step(*a):\n    while True: kept.append(bytearray(1 << 20))",
}
CASES = cases("hostile", COUNT_ONLY, {name: answer(source) for name, source in ANSWERS.items()})
