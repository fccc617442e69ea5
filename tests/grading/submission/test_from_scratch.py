"""Flags for answers that use what they should build."""

import pytest

from coursekit.grading.submission.from_scratch import MAX_FLAGS, UNREAD, flags, used


@pytest.mark.parametrize(
    ("source", "name"),
    [
        ("import torch\ntorch.nn.GRU(3, 4)", "torch.nn.GRU"),
        ("from torch import nn\nclass A(nn.LSTMCell): pass", "torch.nn.LSTMCell"),
        ("import torch.nn as N\nlayer = N.modules.rnn.GRUCell", "torch.nn.modules.rnn.GRUCell"),
        ("from torch.nn import GRU as Own", "torch.nn.GRU"),
        ("from torch import gru\ngru()", "torch.gru"),
        ("import torch\ntorch._VF.gru_cell(1)", "torch._VF.gru_cell"),
        ("from coursekit.reference import gru\ndef f(): return gru.step", "coursekit.reference.gru.step"),
        ("import coursekit.reference.gru as g\ng.step", "coursekit.reference.gru.step"),
        ("%matplotlib inline\nimport torch\ntorch.nn.RNN(1, 1)", "torch.nn.RNN"),
        ("import torch\nfiles = !ls\ntorch?\ntook = %timeit -o 1\ntorch.nn.GRU(1, 1)", "torch.nn.GRU"),
    ],
)
def test_finished_layers_are_flagged(source, name):
    assert any(name in flag for flag in flags(source)), flags(source)


@pytest.mark.parametrize(
    ("source", "name"),
    [
        ("import torch\ntorch._decomp.decompositions.gru_impl", "torch._decomp"),
        ("from torch._decomp import decomposition_table", "torch._decomp.decomposition_table"),
        ("import torch\ntorch.ops.aten.gru.input.decompose()", "torch.ops.aten.gru.input"),
        ("import torch\ntorch.library.Library('aten', 'IMPL')", "torch.library.Library"),
        ("import torch.ao.nn.quantizable as q\nq.LSTMCell", "torch.ao.nn.quantizable"),
        ("import torch\ngetattr(torch.nn, 'GR' + 'U')", "getattr with a name that is computed"),
        ("import gc\ngc.get_objects()", "gc"),
        ("from importlib import reload", "importlib.reload"),
        ("import sys\nsys._getframe()", "sys._getframe"),
        ("import ctypes as c\nc.CDLL", "ctypes"),
        ("exec(open('a').read())", "exec(...)"),
        ("import torch\ntorch.nn.Module.__subclasses__()", "__subclasses__"),
    ],
)
def test_detours_are_flagged(source, name):
    assert any(f"uses {name}" in flag for flag in flags(source)), flags(source)


@pytest.mark.parametrize(
    "source",
    [
        "import torch\nclass GRU(torch.nn.Module):\n    pass\nGRU()",
        "import torch\ntorch.nn.Linear(3, 4)",
        "def gru(x): return x\ngru(3)",
        "from coursekit import check, hint\ncheck(gru_step)",
        "for name in ('a', 'b'):\n    setattr(x, name, 1)",
        "getattr(params, 'W_ih')",
        "import sys, torch\nsys.path, torch.optim.Adam, torch.compile",
        "this does not parse",
        "x = '\\0'",
    ],
)
def test_what_a_learner_writes_is_not(source):
    assert flags(source) == ()


@pytest.mark.parametrize(
    "source",
    ["import torch\ntorch._C" + ".a" * 40_000, "x = " + "-" * 90_000 + "1", "x = 1\n" * 50_000],
    ids=["a chain", "a tower", "a roll"],
)
def test_code_that_is_too_long_or_too_deep_is_said_and_not_searched(source):
    assert flags(source) == (UNREAD,)


def test_many_finished_things_are_a_few_short_flags():
    source = "import torch\n" + "".join(f"torch._C{'.a' * n}.b{m}\n" for n in range(15) for m in range(100))
    found = flags(source)
    assert len(found) == MAX_FLAGS and max(map(len, found)) < 300


def test_a_learner_s_warnings_are_not_the_grader_s():
    assert flags("import torch\nx = '\\d'\ntorch.nn.GRU(1, 1)") != ()


HANDED_OUT = """import numpy as np
import torch
from coursekit import check, hint
from coursekit.reference import gradient_flow, gru
"""
GIVEN = used(HANDED_OUT) | used("print(torch.nn.GRU(3, 5))")
EDITED = [
    HANDED_OUT + "import matplotlib.pyplot as plt",
    HANDED_OUT.replace("import numpy as np\n", ""),
    HANDED_OUT.replace("\n", "\r\n"),
    "# my imports\n%matplotlib widget\n" + HANDED_OUT,
    HANDED_OUT.replace("gradient_flow, gru", "gru"),
    HANDED_OUT.replace("gradient_flow, gru", "(\n    gru as g,\n    gradient_flow,\n)"),
    "from coursekit import reference\nfrom coursekit.reference import gru as the_gru",
    "import coursekit.reference.gru as gru\nprint(gru)",
    HANDED_OUT + "p = gru.Params(1, 2, 3, 4)\nprint(f'{p}', gru)",
    "import torch\nprint(torch.nn.GRU(4, 4))",
    "from torch.nn import GRU\nlayer = GRU(4, 4)",
]


@pytest.mark.parametrize("source", EDITED)
def test_what_the_notebook_uses_itself_is_no_evidence_however_it_is_edited(source):
    assert flags(source, GIVEN) == ()


@pytest.mark.parametrize("source", EDITED[:9])
def test_an_answer_may_repeat_the_notebook_s_imports_and_make_its_records(source):
    assert flags(source + "\ndef gru_step(x, h, params):\n    return x", GIVEN, frozenset()) == ()


@pytest.mark.parametrize(
    ("source", "name"),
    [
        ("import torch\ndef gru_step(*a): return torch.nn.GRU(3, 4)(*a)", "torch.nn.GRU"),
        ("from torch.nn import GRU\ndef gru_step(*a): return GRU(3, 4)(*a)", "torch.nn.GRU"),
        (HANDED_OUT + "gru_step = gru.step", "coursekit.reference.gru.step"),
        ("from coursekit.reference.gru import step", "coursekit.reference.gru.step"),
        ("from coursekit.reference.gru import *", "coursekit.reference.gru.*"),
        ("from coursekit.reference import lstm", "coursekit.reference.lstm"),
    ],
)
def test_what_an_answer_uses_beyond_that_is(source, name):
    assert any(name in flag for flag in flags(source, GIVEN, frozenset())), flags(source, GIVEN, frozenset())


def test_what_an_answer_s_own_cell_was_handed_out_with_is_no_evidence():
    source = "import torch\nlayer = torch.nn.GRU(3, 4)\nprint(layer)"
    assert flags(source, used(source), used(source)) == ()
