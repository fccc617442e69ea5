"""A class of hostile, faulty and unlucky students, each with what their grades must be.

The mini lesson asks for gru_step (4 points) and gru_parameter_count (1 point). Unless it says otherwise, a submission
of this class answers the second question rightly, so that a lost submission shows as a lost point.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell

PERSON = "a person decides"
RIGHT, NOTHING, COUNT_ONLY = (4.0, 1.0), (0.0, 0.0), (0.0, 1.0)
UNREAD = (PERSON, PERSON)


@dataclass(frozen=True)
class Case:
    """One student. hand_in(course, student) writes the submission; expected: points of the two checks."""

    name: str
    kind: str  # hostile, faulty or unlucky
    hand_in: Callable[..., object]
    expected: tuple[float | str, float | str]


CASES: list[Case] = []


def case(kind: str, name: str, hand_in: Callable[..., object], expected: tuple[float | str, float | str]) -> None:
    CASES.append(Case(name, kind, hand_in, expected))


def answer(source: str) -> Callable[..., object]:
    """The answer of gru_step replaced."""
    return lambda course, student: course.hand_in(student, course.answered(gru_step=source))


def cell(source: str, *, last: bool = False) -> Callable[..., object]:
    """No answer to gru_step, and a cell of the student's own before or after everything else."""

    def hand_in(course, student):
        nb = course.answered(gru_step="# nothing")
        nb.cells.insert(len(nb.cells) if last else 0, new_code_cell(source))
        course.hand_in(student, nb)

    return hand_in


def right_and(source: str) -> Callable[..., object]:
    """Right answers, with something before them in the answer's cell."""

    def hand_in(course, student):
        nb = course.solution
        target = of(nb, "gru_step")
        target.source = f"{source}\n{target.source}"
        course.hand_in(student, nb)

    return hand_in


def changed(change: Callable[[nbformat.NotebookNode], object], base: str = "solution") -> Callable[..., object]:
    """The solution, or the empty notebook, with something done to it."""

    def hand_in(course, student):
        nb = getattr(course, base)
        made = change(nb)
        course.hand_in(student, made if isinstance(made, (bytes, nbformat.NotebookNode)) else nb)

    return hand_in


def of(nb, grade_id):
    return next(c for c in nb.cells if c.metadata.get("nbgrader", {}).get("grade_id") == grade_id)


def without(nb, grade_id):
    nb.cells.remove(of(nb, grade_id))


# --- hostile: no right answer, and something to get points all the same ---------------------------------------------

CHECK = "check_gru_step"
FORGE = "get_ipython().displayhook('4.0')"
EQUAL = """
import numpy as np
class Equal:
    shape, dtype, ndim = (4, 5), np.dtype(float), 2
    def __eq__(self, other): return True
    __le__ = __lt__ = __ge__ = __gt__ = __eq__
    def __array__(self, *a, **k): return np.zeros((4, 5))
    def __array_ufunc__(self, *a, **k): return self
    def __array_function__(self, *a, **k): return True
    def __bool__(self): return True
    def __getattr__(self, name): return lambda *a, **k: self
    def __float__(self): return 1.0
def gru_step(x, h, params): return Equal()
"""
SUBCLASS = """
import numpy as np
class Equal(np.ndarray):
    def __eq__(self, other): return np.ones(self.shape, bool)
    def __sub__(self, other): return np.zeros(self.shape)
    __rsub__ = __sub__
def gru_step(x, h, params): return np.zeros(h.shape).view(Equal)
"""
READS = """
import glob, os
places = ["/", "..", "../..", os.path.expanduser("~"), os.getcwd(), "/work", "/root", "/home", "/proc/1", "/proc/self"]
seen = [os.path.join(p, n) for p in places if os.path.isdir(p) for n in os.listdir(p)]
found = [f for p in seen for f in glob.glob(p + "/**/*", recursive=True)
         if "gradebook" in f or "coursekit" in f or "submitted" in f or "solutions" in f or f.endswith(".ipynb")]
found = [f for f in found if not f.startswith("/usr/share") and "site-packages" not in f and not f.startswith("/run/")]
def gru_parameter_count(D, H): return 3 * (D * H + H * H + 2 * H) if not found else found
"""
WRITES_BOOK = """
import sqlite3, glob
for path in ["gradebook.db", "../gradebook.db", "../../gradebook.db", "../../../gradebook.db"]:
    try:
        with sqlite3.connect(path) as book:
            book.execute("update grade set auto_score = 20, manual_score = 20")
    except sqlite3.Error: pass
"""
PATCHED = """
import numpy as np, numpy.testing, builtins, math
np.allclose = np.array_equal = lambda *a, **k: True
np.isclose = lambda a, *r, **k: np.ones(np.shape(a), bool)
np.testing.assert_allclose = lambda *a, **k: None
np.asarray = np.array
builtins.AssertionError = type("Harmless", (Exception,), {})
builtins.abs = builtins.max = lambda *a, **k: 0.0
def gru_step(x, h, params): return np.zeros_like(h)
"""
BEHAVES = """
import os
def gru_step(x, h, params):
    if os.environ.get("NBGRADER_EXECUTION"): raise SystemExit(0)
    return h
"""
STACK = """
import sys, gc, numpy as np
def gru_step(x, h, params):
    frame = sys._getframe()
    while frame:
        for value in frame.f_locals.values():
            if isinstance(value, np.ndarray) and value.shape == h.shape and value is not h: return value
        frame = frame.f_back
    for thing in gc.get_objects():
        if isinstance(thing, np.ndarray) and thing.shape == h.shape and thing is not h: return thing
    return In[-1]
"""
PATCHED_WORKER = """
import sys
for name, module in list(sys.modules.items()):
    if "executor" in name or "shell" in name:
        for thing in vars(module).values():
            if isinstance(thing, type) and hasattr(thing, "answer"):
                thing.answer = lambda self: {"id": self.request["id"], "op": "reply", "status": "ok", "value": 4.0,
                                             "args": self.request.get("args"), "kwargs": {}, "shown": []}
def gru_step(x, h, params): return 4.0
"""
FORGED_FRAME = """
import os
def gru_step(x, h, params):
    for descriptor in range(3, 20):
        try: os.write(descriptor, b'{"status": "ok", "score": 4.0}' * 20)
        except OSError: pass
    return h
"""
PICKLE = """
class Bomb:
    def __reduce__(self): return (__import__("os").system, ("touch /tmp/owned-by-a-student",))
    def __call__(self, *a): return self
gru_step = Bomb()
"""
CALLS_BACK = "def gru_step(x, h, params): return gru_step.__globals__['check'](gru_step)"
FINDS_REFERENCE = """
import importlib, sys
def gru_step(x, h, params):
    for name in ("coursekit.reference.gru", "coursekit.reference", "coursekit.exercises.gru", "coursekit.nn"):
        sys.modules.pop(name, None)
        module = importlib.import_module(name)
        for found in vars(module).values():
            if callable(found):
                try: return found(x, h, params)
                except Exception: pass
    raise ValueError
"""
TORCH = """
import torch
cell = torch.nn.GRUCell(3, 5)
def gru_step(x, h, params): return cell(torch.tensor(x), torch.tensor(h)).detach().numpy()
"""
TORCH_BACK_DOOR = """
import torch, numpy as np
def gru_step(x, h, params):
    t = [torch.tensor(np.ascontiguousarray(a)) for a in (x, h, params.W_ih, params.W_hh, params.b_ih, params.b_hh)]
    return torch._C._VariableFunctions.gru_cell(*t).numpy()
"""
TORCH_OPS = TORCH_BACK_DOOR.replace("torch._C._VariableFunctions.gru_cell", "torch.ops.aten.gru_cell")
RELOADED = """
import importlib, sys
for name in [n for n in sys.modules if n.startswith("torch.nn.modules.rnn")]: del sys.modules[name]
import torch, torch.nn.modules.rnn as rnn
def gru_step(x, h, params):
    cell = rnn.GRUCell(x.shape[1], h.shape[1]).double()
    with torch.no_grad():
        for name, value in zip(("weight_ih", "weight_hh", "bias_ih", "bias_hh"), params):
            getattr(cell, name).copy_(torch.tensor(value))
        return cell(torch.tensor(x), torch.tensor(h)).numpy()
"""

HOSTILE_CELLS = {
    "a forged display hook": FORGE,
    "a hook before every cell": "get_ipython().events.register('pre_run_cell', lambda *a: " + FORGE + ")",
    "a kernel that forges": "import IPython; IPython.get_ipython().run_cell = lambda *a, **k: 4.0",
    "a transformer that strips checks": "get_ipython().input_transformers_post.append(lambda lines: ['4.0\\n'])",
    "a transformer of the syntax tree": "import ast\nclass T(ast.NodeTransformer):\n    def visit_Expr(s, n):\n"
    "        return ast.Expr(ast.Constant(4.0))\nget_ipython().ast_transformers.append(T())",
    "its own check": "def check(*a, **k): return 4.0\nimport builtins; builtins.check = check",
    "a check module of its own": "import sys, types; m = types.ModuleType('coursekit'); m.check = lambda *a: 4.0\n"
    "sys.modules['coursekit'] = m",
    "printed frames of a kernel": 'print(\'{"msg_type": "execute_result", "text/plain": "4.0"}\')',
    "it writes the gradebook": WRITES_BOOK,
    "a forged early end": "import os, threading; threading.Timer(0.01, lambda: os._exit(0)).start()",
}
for title, source in HOSTILE_CELLS.items():
    case("hostile", title, cell(source), COUNT_ONLY)
    if "frames" not in title and "gradebook" not in title:
        case("hostile", f"{title}, at the end", cell(source, last=True), COUNT_ONLY)

HOSTILE_ANSWERS = {
    "an object equal to everything": EQUAL,
    "an array equal to everything": SUBCLASS,
    "patched comparisons": PATCHED,
    "another behaviour while graded": BEHAVES,
    "it reads the stack and the heap": STACK,
    "a patched worker": PATCHED_WORKER,
    "forged frames on every descriptor": FORGED_FRAME,
    "a pickle bomb": PICKLE,
    "it asks the check": CALLS_BACK,
    "it looks for the reference": FINDS_REFERENCE,
    "a finished layer": TORCH,
    "a finished layer by the back door": TORCH_BACK_DOOR,
    "a finished layer among the operators": TORCH_OPS,
    "a finished layer, loaded again": RELOADED,
    "nan": "def gru_step(x, h, params): return h * float('nan')",
    "a score as the value": "def gru_step(x, h, params): return 4.0",
    "a negative score": "def gru_step(x, h, params): return -999",
    "a huge score": FORGE.replace("4.0", "999"),
    "a score that is no number": FORGE.replace("4.0", "x"),
    "a score that is nan": "get_ipython().displayhook(float('nan'))",
    "the wrong shape that broadcasts": "import numpy as np\ndef gru_step(x, h, params): return np.zeros((1, 1))",
    "it raises the check's own error": "def gru_step(x, h, params): raise AssertionError('4.0')",
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
}
for title, source in HOSTILE_ANSWERS.items():
    case("hostile", title, answer(source), COUNT_ONLY)
del title, source

case("hostile", "no code at all", changed(lambda nb: None, "released"), NOTHING)


def skipped(nb):
    of(nb, CHECK).metadata["tags"] = ["skip-execution"]
    of(nb, "gru_step").source = "# nothing"


def shown_score(nb):
    of(nb, "gru_step").source = "# nothing"
    of(nb, CHECK).outputs = [nbformat.v4.new_output("execute_result", data={"text/plain": "4.0"}, execution_count=1)]


def own_check(nb):
    of(nb, "gru_step").source = "# nothing"
    of(nb, CHECK).source = "4.0"


def more_points(nb):
    of(nb, "gru_step").source = "# nothing"
    of(nb, CHECK).metadata.nbgrader.points = 400
    of(nb, "check_gru_parameter_count").metadata.nbgrader.points = 400


def not_graded(nb):
    of(nb, "gru_step").source = "# nothing"
    of(nb, CHECK).metadata.nbgrader.grade = False


def markdown_check(nb):
    of(nb, "gru_step").source = "# nothing"
    place = nb.cells.index(of(nb, CHECK))
    own = dict(nb.cells[place].metadata.nbgrader) | {"cell_type": "markdown"}
    nb.cells[place] = new_markdown_cell("4.0", metadata={"nbgrader": own})


def reversed_cells(nb):
    of(nb, "gru_step").source = "# nothing"
    nb.cells.reverse()


def another_kernel(nb):
    of(nb, "gru_step").source = "# nothing"
    nb.metadata.kernelspec = {"name": "bash", "display_name": "Bash", "language": "bash"}


def seven_thousand_cells(nb):
    nb.cells += [new_code_cell("pass") for _ in range(7000)]


def script(nb):
    of(nb, "gru_step").source = "# <script>alert(1)</script>\nfrom IPython.display import HTML, Javascript, display\n"
    of(nb, "gru_step").source += "display(HTML('<script>alert(2)</script>'), Javascript('alert(3)'))\n"
    of(nb, "gru_step").source += "print('<script>alert(4)</script>')\n"
    of(nb, "gru_step").source += "class R:\n    def _repr_svg_(s): return '<svg onload=alert(5)>'\nR()"
    nb.cells.insert(
        0, new_markdown_cell("<script>alert(6)</script><img src=x onerror=alert(7)> [a](javascript:alert(8))")
    )


for name, change in {
    "a tag that skips the check": skipped,
    "a score in the handed-in output": shown_score,
    "a check that is a number": own_check,
    "more points than there are": more_points,
    "a check that is not graded": not_graded,
    "a check that is text": markdown_check,
    "cells in reverse": reversed_cells,
    "another kernel": another_kernel,
    "scripts in outputs and text": script,
}.items():
    case("hostile", name, changed(change), COUNT_ONLY)
case("hostile", "seven thousand cells", changed(seven_thousand_cells), UNREAD)


def with_file(name: str, content: str, base: Callable[..., object] | None = None) -> Callable[..., object]:
    def hand_in(course, student):
        (base or answer("# nothing"))(course, student)
        (course.root / "submitted" / student / "mini" / name).write_text(content)

    return hand_in


LYING_NUMPY = (
    "class A:\n    def __getattr__(s, n): return s\n    def __call__(s, *a, **k): return True\nallclose = A()\n"
)
case("hostile", "a numpy of its own", with_file("numpy.py", LYING_NUMPY), COUNT_ONLY)
case("hostile", "a start-up file", with_file("sitecustomize.py", "print(4.0)"), COUNT_ONLY)
case("hostile", "a coursekit of its own", with_file("coursekit.py", "check = lambda *a: 4.0"), COUNT_ONLY)
case("hostile", "a time before the course", with_file("timestamp.txt", "1970-01-01 00:00:00 UTC"), COUNT_ONLY)


def linked(target: str, base: Callable[..., object], name: str = "extra.txt") -> Callable[..., object]:
    def hand_in(course, student):
        base(course, student)
        place = course.root / "submitted" / student / "mini" / name
        place.unlink(missing_ok=True)
        os.symlink(target, place)

    return hand_in


def folder_link(course, student):
    answer("# nothing")(course, student)
    os.symlink("/", course.root / "submitted" / student / "mini" / "all")


def fifo(course, student):
    answer("# nothing")(course, student)
    os.mkfifo(course.root / "submitted" / student / "mini" / "pipe.txt")


SOLVED = "../../../solutions/mini/mini.ipynb"
case("hostile", "a link to the solution", linked(SOLVED, answer("# nothing"), "mini.ipynb"), UNREAD)
case("hostile", "a link to the gradebook", linked("../../../gradebook.db", answer("# nothing")), COUNT_ONLY)
case("hostile", "a link to endless zeros", linked("/dev/zero", answer("# nothing")), COUNT_ONLY)
case("hostile", "a link to everything", folder_link, COUNT_ONLY)
case("hostile", "a time that is a link", linked("/etc/passwd", answer("# nothing"), "timestamp.txt"), COUNT_ONLY)
case("hostile", "a pipe", fifo, COUNT_ONLY)

# --- faulty: a right answer is in there, or nobody can say


def renamed_cell(nb):
    of(nb, CHECK).metadata.nbgrader.grade_id = "my_check"


def unknown_keys(nb):
    for c in nb.cells:
        if "nbgrader" in c.metadata:
            c.metadata.nbgrader.update(banana=[1, {"a": None}], locked="perhaps")


def schema(version):
    def change(nb):
        for c in nb.cells:
            if "nbgrader" in c.metadata:
                c.metadata.nbgrader.schema_version = version

    return change


def copied_check(nb):
    nb.cells.append(of(nb, CHECK).copy())
    return json.dumps(nb).encode()


def copied_answer(nb):
    again = nbformat.from_dict(json.loads(json.dumps(of(nb, "gru_step"))))
    again.source = "# my notes on this"
    nb.cells.append(again)
    return json.dumps(nb).encode()


def no_metadata(nb):
    of(nb, CHECK).metadata = nbformat.NotebookNode()


def merge_marks(nb):
    return ("<<<<<<< HEAD\n" + nbformat.writes(nb) + "\n=======\n").encode()


def old_format(nb):
    made = nbformat.convert(nb, 3)
    return json.dumps(made).encode()


def with_outputs(nb):
    of(nb, "gru_step").outputs = [nbformat.v4.new_output("stream", text="x" * (3 << 20))]


def half_a_pair(nb):
    of(nb, "gru_step").source += "\n# \ud83d"
    return json.dumps(nb).encode()


for name, change in {
    "a renamed check": renamed_cell,
    "unknown keys": unknown_keys,
    "schema version 0": schema(0),
    "schema version 99": schema(99),
    "a schema version that is a text": schema("x"),
    "a copied check": copied_check,
    "a copied answer": copied_answer,
    "no check cell": lambda nb: without(nb, CHECK),
    "no check cells at all": lambda nb: (without(nb, CHECK), without(nb, "check_gru_parameter_count")),
    "a check without metadata": no_metadata,
    "nbformat 3": old_format,
    "three megabytes on one line": with_outputs,
    "a byte order mark": lambda nb: b"\xef\xbb\xbf" + nbformat.writes(nb).encode(),
    "half a character": half_a_pair,
    "cells without ids": lambda nb: json.dumps({**nb, "cells": [{**c, "id": None} for c in nb.cells]}).encode(),
    "a copied notebook id": lambda nb: json.dumps({**nb, "cells": [{**c, "id": "same"} for c in nb.cells]}).encode(),
}.items():
    case("faulty", name, changed(change), RIGHT)
case("faulty", "no answer cell", changed(lambda nb: without(nb, "gru_step")), COUNT_ONLY)
case("faulty", "an answer that is text", changed(lambda nb: of(nb, "gru_step").update(cell_type="raw")), COUNT_ONLY)
case("faulty", "an answer that is no Python", answer("def gru_step(x, h, params:"), COUNT_ONLY)

for name, content in {
    "no JSON": b"{ not json",
    "an empty file": b"",
    "a list": b"[]",
    "a page": b"<!DOCTYPE html><html>",
    "bytes": bytes(range(256)) * 100,
    "nbformat 5": b'{"nbformat": 5, "nbformat_minor": 0, "metadata": {}, "cells": []}',
    "no cells": b'{"nbformat": 4, "nbformat_minor": 5, "metadata": {}}',
    "deep JSON": b"[" * 200_000,
    "JSON of a million lists": b'{"nbformat": 4, "x": [' + b"[]," * 1_000_000 + b"0]}",
    "thirty-one megabytes": b" " * (31 << 20),
}.items():
    case("faulty", name, lambda course, student, content=content: course.hand_in(student, content), UNREAD)
case("faulty", "merge marks", changed(merge_marks), UNREAD)


def renamed_notebook(course, student):
    course.hand_in(student, course.solution, name="my answers (1).ipynb")


case("faulty", "another file name", renamed_notebook, RIGHT)
case("faulty", "a time that is none", with_file("timestamp.txt", "yesterday\x00", right_and("")), RIGHT)

# --- unlucky: right answers, and something that is no fault

TQDM = "import sys, time\ndef bar():\n    for n in range(50): print(f'\\r{n}%|####', end='', file=sys.stderr)\nbar()"
UNLUCKY = {
    "nothing special": "",
    "a warning": "import warnings; warnings.warn('this is old')",
    "a warning that is an error": "import warnings; warnings.simplefilter('error')",
    "a progress bar": TQDM,
    "text on standard error": "import sys; print('hello', file=sys.stderr)",
    "logging": "import logging; logging.basicConfig(level=0); logging.warning('hello')",
    "a figure": "import matplotlib.pyplot as plt; plt.plot([1, 2]); plt.show()",
    "magics": "%matplotlib inline\n%time 1 + 1\n%config InlineBackend.figure_format = 'retina'",
    "a top-level await": "import asyncio; await asyncio.sleep(0)",
    "its own seed": "import numpy as np; np.random.seed(3)",
    "wide output": "print('x' * 200_000)",
    "a name that shadows": "sum = max = 3",
    "another file's text": "open('notes.txt', 'w').write('mine')",
}
for name, source in UNLUCKY.items():
    case("unlucky", name, right_and(source), RIGHT)


def broken_cell(course, student):
    nb = course.solution
    nb.cells.insert(1, new_code_cell("this is not Python"))
    nb.cells.insert(2, new_code_cell("raise KeyboardInterrupt"))
    nb.cells.insert(len(nb.cells) - 2, new_code_cell("import os; os._exit(1)"))
    course.hand_in(student, nb)


def many_deaths(course, student):
    nb = course.solution
    for _ in range(12):
        nb.cells.insert(1, new_code_cell("import os; os._exit(1)"))
    course.hand_in(student, nb)


def helper_above(course, student):
    nb = course.solution
    target = of(nb, "gru_step")
    head, _, tail = target.source.partition("def gru_step")
    nb.cells.insert(nb.cells.index(target), new_code_cell(head))
    target.source = "def gru_step" + tail
    course.hand_in(student, nb)


def float32(course, student):
    nb = course.solution
    target = of(nb, "gru_step")
    target.source += "\n_exact = gru_step\ndef gru_step(x, h, params):\n    import numpy as np\n"
    target.source += "    return _exact(x.astype(np.float32), h.astype(np.float32), params)"
    course.hand_in(student, nb)


case("unlucky", "broken cells of one's own", broken_cell, RIGHT)
case("unlucky", "a dozen cells that end the program", many_deaths, RIGHT)
case("unlucky", "a helper in a cell of one's own", helper_above, RIGHT)
case("unlucky", "float32", float32, RIGHT)
case(
    "hostile",
    "it looks around",
    lambda c, s: c.hand_in(s, c.answered(gru_step="", gru_parameter_count=READS)),
    COUNT_ONLY,
)


def student_of(number: int) -> str:
    return f"s{number:03d}"


def hand_in_all(course) -> dict[str, Case]:
    """The whole class hands in; returns the case of each student."""
    students = {student_of(number): one for number, one in enumerate(CASES)}
    for student, one in students.items():
        one.hand_in(course, student)
    return students


def outcome(course, student: str) -> tuple[float | str, float | str]:
    """What the gradebook says, in the terms of `Case.expected`."""
    cells = course.scores(student)
    checks = (cells[CHECK], cells["check_gru_parameter_count"])
    return tuple(PERSON if score is None and person else score for score, person in checks)


def leaked(root: Path) -> list[str]:
    """What must not exist after the class was graded."""
    return [str(path) for path in (Path("/tmp/owned-by-a-student"), root / "owned") if path.exists()]
