"""One answer, in a notebook and graded: the same verdict, the same score, the same sentences."""

from __future__ import annotations

import pytest

from coursekit.checking import evaluate, registry
from coursekit.checking.portable.state import State
from coursekit.grading.run.remote import Remote, call_remotely
from tests.altered_states import ALTERED

SIGMOID = """
import numpy as np
def right(x):
    e = np.exp(-np.abs(x))
    return np.where(x >= 0, 1, e) / (1 + e)
def sigmoid(x):
    y = right(x)
    {body}
"""
LSTM = """
import numpy as np
def s(a): return 0.5 * (1 + np.tanh(0.5 * a))
def lstm_step(x, h, c, params):
    i, f, g, o = np.split(x @ params[0].T + params[2] + h @ params[1].T + params[3], 4, axis=1)
    c = s(f) * c + s(i) * np.tanh(g)
    h = s(o) * np.tanh(c)
    {body}
"""
GRU = """
import numpy as np
def gru_forward(x, h0, params):
    hs = [h0]
    for t in range(x.shape[1]): hs.append(gru_step(x[:, t], hs[-1], params))
    hs = hs[1:]
    {body}
"""

ONE = {  # of sigmoid: accepted
    "an array": "return y",
    "a list": "return y.tolist()",
    "a list of NumPy scalars": "return [v for v in y] if y.ndim == 1 else y",
    "longdouble": "return y.astype(np.longdouble)",
    "float32": "return y.astype(np.float32)",
    "big-endian": "return y.astype('>f8')",
    "Fortran order": "return np.asfortranarray(y)",
    "every other number of a larger array": "return np.repeat(y[..., None], 2, -1)[..., 0]",
    "read-only": "y.flags.writeable = False; return y",
    "a masked array": "return np.ma.masked_array(y, mask=False)",
    "an object array": "return y.astype(object)",
    "a subclass of ndarray": "class Own(np.ndarray): pass\n    return y.view(Own)",
    "memoryview": "return memoryview(y)",
    "a deque of rows": "from collections import deque; return deque(y) if y.ndim else y",
    "a generator of rows": "return (row for row in y) if y.ndim else y",
    "a map": "return map(np.asarray, y) if y.ndim else y",
    "fractions": "from fractions import Fraction as F; return np.vectorize(F, otypes=[object])(y)",
    "decimals": "from decimal import Decimal as D; return np.vectorize(D, otypes=[object])(y).tolist()",
    "array.array": "import array; return array.array('d', y) if y.ndim == 1 else y",
    "with a cache": "return y, {'x': x}",
    "OrderedDict": "from collections import OrderedDict; return OrderedDict([(registry_name, y)])",
    "MappingProxyType": "from types import MappingProxyType; return MappingProxyType({registry_name: y})",
    "ChainMap": "from collections import ChainMap; return ChainMap({registry_name: y})",
    "a record array": "return np.rec.fromarrays([y], names=[registry_name])",
    "a tensor": "import torch; return torch.tensor(y)",
    "a tensor with a gradient": "import torch; return torch.tensor(y, requires_grad=True) * 1",
    "a parameter": "import torch; return torch.nn.Parameter(torch.tensor(y))",
    "a sparse tensor": "import torch; return torch.tensor(y).to_sparse()",
    "a conjugated tensor": "import torch; return torch.tensor(1j * y).conj().imag.neg()",
    "a DataFrame": "import pandas; return pandas.DataFrame(y) if y.ndim == 2 else y",
    "a Series": "import pandas; return pandas.Series(y) if y.ndim == 1 else y",
    "a column that may lack values": "import pandas; return pandas.Series(y, dtype='Float64') if y.ndim == 1 else y",
    "a sparse matrix": "from scipy import sparse; return sparse.csr_matrix(y) if y.ndim == 2 else y",
    "something with __array__": "class A:\n        def __array__(self, *_, **__): return y\n    return A()",
    "something with __iter__": "class A:\n        def __iter__(self): return iter(y)\n    return A() if y.ndim else y",
    "something with __float__": "class A:\n        def __init__(self, v): self.v = v\n"
    "        def __float__(self): return float(self.v)\n    return np.vectorize(A, otypes=[object])(y)",
    "catch_warnings": "import warnings\n    with warnings.catch_warnings():\n"
    "        warnings.simplefilter('ignore'); np.exp(np.array([-1e4]))\n    return y",
    "errstate": "with np.errstate(all='ignore'): np.exp(np.array([-1e4]))\n    return y",
    "an event that is raised and caught": "with np.errstate(all='raise'):\n        try: np.exp(np.array([1e4]))\n"
    "        except FloatingPointError: pass\n    return y",
    "settings of its own": "np.seterr(all='raise'); np.set_printoptions(precision=1); return y",
    "other built-ins": "import builtins; builtins.len = builtins.isinstance = None; return y",
    "a print": "print(3); return y",
    "a warning": "import warnings; warnings.warn('careful'); return y",
}
MUTED = (  # by all that NumPy and Python have for it; the numbers are right
    "with np.errstate(all='ignore'): np.exp(np.array([1e4]))\n    return y",
    "with np.errstate(over='ignore'), np.errstate(divide='ignore'): np.exp(np.array([1e4]))\n    return y",
    "np.errstate(over='ignore')(np.exp)(np.array([1e4])); return y",
    "np.seterr(over='ignore'); np.exp(np.array([1e4])); return y",
    "np.seterr(all='ignore'); np.array([-1.0]) ** 0.5; return y",
    "warnings.simplefilter('ignore'); np.exp(np.array([1e4])); return y",
    "warnings.filterwarnings(action='ignore', category=RuntimeWarning); np.exp(np.array([1e4])); return y",
    "with warnings.catch_warnings(record=True): np.exp(np.array([1e4]))\n    return y",
)
REFUSED_ONE = {
    "a dict with another name": "return {'σ(x)': y, registry_name: y}",
    "with caches of all sorts": "return y, None, 'text', object(), {1, 2}, (v for v in 'ab'), {(1, 2): sigmoid}",
    "None": "return None",
    "a text": "return 'y'",
    "bytes": "return y.tobytes()",
    "a bytearray": "return bytearray(y.tobytes())",
    "a text of another class": "from collections import UserString; return UserString('0.5')",
    "None inside": "return [None, *y.ravel()]",
    "a text inside": "return ['0.5', *y.ravel()]",
    "texts": "return y.astype(str)",
    "complex": "return y + 0j",
    "a complex number": "return complex(1)",
    "dates": "return np.zeros(y.shape, 'datetime64[s]')",
    "a set": "return set(y.ravel())",
    "ragged": "return [[1.0, 2.0], [3.0]]",
    "itself": "a = []; a.append(a); return a",
    "float16": "return y.astype(np.float16)",
    "bfloat16": "import torch; return torch.tensor(y).bfloat16()",
    "float8": "import torch; return torch.tensor(y).to(torch.float8_e4m3fn)",
    "quantised": "import torch; return torch.quantize_per_tensor(torch.tensor(y).float(), 0.01, 0, torch.qint8)",
    "the meta device": "import torch; return torch.tensor(y).to('meta')",
    "a mask": "return np.ma.masked_array(y, mask=True)",
    "np.matrix": "return np.asmatrix(y.ravel())",
    "an object": "return object()",
    "a class": "return np.ndarray",
    "a function": "return sigmoid",
    "a lock": "import threading; return threading.Lock()",
    "a range": "return range(3)",
    "a huge int": "return 10**1000",
    "an int beyond 64 bits": "return 10**30",
    "far too many": "return np.zeros(3_000_000)",
    "a million parts": "return [0.0] * 1_000_000",
    "an endless list": "import itertools; return itertools.repeat(0.0)",
    "five thousand arrays": "return [np.zeros(1)] * 5000",
    "a deep list": "a = 1.0\n    for _ in range(40): a = [a]\n    return a",
    "many axes": "return np.zeros((1,) * 40)",
    "a dict without the name": "return {'another': y}",
    "a buffer of its own": "global b; b = globals().get('b', np.zeros(1000)); v = b[:y.size].reshape(y.shape)\n"
    "    v[...] = y; return v",
    "a tensor of a buffer": "import torch; global b; b = globals().get('b', torch.zeros(1000).double())\n"
    "    v = b[:y.size].view(y.shape); v[...] = torch.tensor(y); return v",
    "overflow": "np.exp(np.array([1e4])); return y",
    **{f"overflow, muted: {words.splitlines()[0]}": f"import warnings\n    {words}" for words in MUTED},
    "an error in an iterator": "return (1 / 0 for _ in y)",
    "rounded": "return y.round(3)",
    "changed": "x += 1; return y",
    "random": "return y + 1e-9 * np.random.rand()",
    "no words": "class A:\n        def __repr__(self): raise ValueError\n        __str__ = __repr__\n    return A()",
    "hostile": "class A:\n        def __getattribute__(self, name): raise ValueError\n    return A()",
}
TWO = {
    "a tuple": "return h, c",
    "a list": "return [h, c]",
    "a dict": "return {'c': c, 'h': h}",
    "OrderedDict": "from collections import OrderedDict; return OrderedDict(c=c, h=h)",
    "a named tuple": "from collections import namedtuple; return namedtuple('S', 'h c')(h, c)",
    "a deque": "from collections import deque; return deque([h, c])",
    "a dataclass": "from dataclasses import make_dataclass; return make_dataclass('S', 'c h')(c, h)",
    "a namespace": "from types import SimpleNamespace; return SimpleNamespace(h=h, c=c)",
    "a dataclass with a cache": "from dataclasses import make_dataclass; return h, c, make_dataclass('S', 'h')(h)",
    "the state inside of a pair": "return h, (h, c)",
    "a generator": "return (v for v in (h, c))",
    "with a cache": "return h, c, {'x': x, 'kept': object()}",
    "a record array": "return np.rec.fromarrays([h, c], names='h,c')",
    "a stack": "return np.stack([h, c])",
    "one": "return h",
    "the wrong way round": "return c, h",
    "a named tuple the wrong way round": "from collections import namedtuple; return namedtuple('S', 'c h')(c, h)",
    "a cache first": "return {}, h, c",
    "a list with a cache": "return [h, c, {}]",
    "one in float16": "return h.astype(np.float16), c",
    "both in float16": "return h.astype(np.float16), c.astype(np.float16)",
    "one is None": "return h, None",
    "one is a text": "return h, 'c'",
    "one is missing": "return {'h': h}",
    "not even": "return dict.fromkeys('hc')",
}
INIT = """
import numpy as np
def init_lstm(params, forget_bias):
    W_ih, W_hh, b_ih, b_hh = params
    H = W_hh.shape[1]
    b = b_ih + b_hh
    b[H : 2 * H] = forget_bias
    {body}
"""
BIASES = {
    "two halves": "return W_ih, W_hh, b / 2, b / 2",
    "a copy": "b /= 2; return W_ih, W_hh, b, b.copy()",
    "one array twice": "b /= 2; return W_ih, W_hh, b, b",
    "a view of it": "b /= 2; return W_ih, W_hh, b, b[:]",
    "two tensors of one memory": "import torch; b = torch.tensor(b / 2); return W_ih, W_hh, b, b.detach()",
}
STEPS = {
    "an array": "return np.stack(hs, axis=1)",
    "a list along time": "return hs",
    "a deque along time": "from collections import deque; return deque(hs)",
    "a generator along time": "return (h for h in hs)",
    "a tuple along time": "return tuple(hs)",
    "with a cache": "return np.stack(hs, axis=1), hs",
    "a list along time with a cache": "return hs, 'cache'",
    "tensors along time": "import torch; return [torch.tensor(h) for h in hs]",
    "an object array along time": "a = np.empty(len(hs), object); a[:] = hs; return a",
    "a dict of steps": "return dict(enumerate(hs))",
    "the last": "return hs[-1]",
    "time first": "return np.stack(hs)",
}
ANSWERS = [
    *(("sigmoid", SIGMOID, name, body) for kinds in (ONE, REFUSED_ONE) for name, body in kinds.items()),
    *(("lstm_step", LSTM, name, body) for name, body in TWO.items()),
    *(("gru_forward", GRU, name, body) for name, body in STEPS.items()),
    *(("init_lstm", INIT, name, body) for name, body in BIASES.items()),
]


def here(name, source, seed=5):
    before, names = State(), {"registry_name": registry.get(name).returns[0].name}
    try:
        exec(source, names)
        return evaluate(name, names[name], seed, along=False)
    finally:
        before.restore()


def said(report):
    """The report's lines, verdict, score and mistakes. The line of an error is known in a notebook only."""
    where = "  Where" if report.verdict == "raised" else None
    lines = [line for line in report.text.splitlines() if where is None or not line.startswith(where)]
    return lines, str(report.verdict), report.score, report.diagnoses


def said_here(name, source):
    return said(here(name, source))


def graded(server, name, *cells, seed=5):
    exercise = registry.get(name)
    with server.open(seed=1) as worker:
        for source in (f"registry_name = {exercise.returns[0].name!r}", *cells):
            result = worker.run_cell(source)
            assert result.ok, result.traceback
        return evaluate(exercise, Remote(worker, exercise), seed, caller=call_remotely)


@pytest.mark.parametrize(("name", "source", "kind", "body"), ANSWERS, ids=[f"{a[0]}-{a[2]}" for a in ANSWERS])
def test_an_answer_meets_the_same_verdict_in_both_places(warm_server, apart, name, source, kind, body):
    for package in ("pandas", "scipy"):
        if package in body:
            pytest.importorskip(package)
    source = source.format(body=body)
    remote = graded(warm_server, name, source)
    (here_lines, *here_rest), (lines, *rest) = apart(said_here, name, source), said(remote)
    both = slice(2) if kind == "random" else slice(None)  # what an answer draws with is read in a notebook only
    assert lines[both] == here_lines[both]
    assert rest == here_rest
    if name == "sigmoid":
        assert remote.passed == (kind in ONE), remote.text
    if name == "init_lstm":
        assert remote.passed == (kind in ("two halves", "a copy")), remote.text


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("return y.astype(np.float16)", "is right to float16 precision only"),
        ("return y.astype(str)", "is an array of texts, which is not"),
        ("return [None]", "that does not hold numbers alone, but also None"),
        ("import threading; return threading.Lock()", "is a lock, which is not a real number"),
        ("return set(y.ravel())", "is a set, which has no order"),
        ("with np.errstate(all='ignore'): np.exp(1e4)\n    return y", "NumPy reports “overflow encountered”"),
        ("return y * (1 + 1e-6)", "not to the last digits of float64"),
    ],
)
def test_the_words_say_what_it_is(body, said):
    assert said in " ".join(here("sigmoid", SIGMOID.format(body=body)).text.split())


@pytest.mark.parametrize("name", ALTERED)
@pytest.mark.parametrize("exercise", ["sigmoid", "lstm_step", "gru_forward"])
def test_what_an_earlier_cell_has_set_costs_nothing(warm_server, exercise, name):
    source = {"sigmoid": SIGMOID, "lstm_step": LSTM, "gru_forward": GRU}[exercise]
    body = {"sigmoid": "return y", "lstm_step": "return h, c", "gru_forward": "return hs"}[exercise]
    cell, expression = ALTERED[name]
    with warm_server.open(seed=1) as worker:
        assert worker.run_cell(source.format(body=body)).ok
        assert worker.run_cell(cell).ok
        before = worker.run_cell(f"print({expression})").stdout
        report = evaluate(exercise, Remote(worker, registry.get(exercise)), 3, caller=call_remotely)
        assert report.score == 1.0, report.text
        after = worker.run_cell(f"print({expression})")
        assert after.ok and after.stdout == before and before
