"""Points without an answer: forged results, comparisons that always agree, finished layers, the reference itself."""

from __future__ import annotations

from .case import COUNT_ONLY, answer, cases, cell

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
    for name in ("coursekit.reference.gru", "coursekit.reference", "coursekit.topics.gru.exercises", "coursekit.nn"):
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
CELLS = {
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
ONCE = ("printed frames of a kernel", "it writes the gradebook")
ANSWERS = {
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
}
CASES = [
    *cases("hostile", COUNT_ONLY, {name: cell(source) for name, source in CELLS.items()}),
    *cases(
        "hostile",
        COUNT_ONLY,
        {f"{name}, at the end": cell(source, last=True) for name, source in CELLS.items() if name not in ONCE},
    ),
    *cases("hostile", COUNT_ONLY, {name: answer(source) for name, source in ANSWERS.items()}),
    *cases(
        "hostile",
        COUNT_ONLY,
        {
            "it looks around": lambda course, student: course.hand_in(
                student, course.answered(gru_step="", gru_parameter_count=READS)
            )
        },
    ),
]
