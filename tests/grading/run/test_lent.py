"""What the cells of a lesson import is there while an answer is graded, as far as it is no answer."""

from __future__ import annotations

import ast
import importlib
import os
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from coursekit.checking import evaluate, registry
from coursekit.grading.run import lent
from coursekit.grading.run.remote import Remote, call_remotely

LESSONS = sorted((Path(__file__).parents[3] / "solutions").glob("*/*.md"))
CELL = re.compile(r"^```python[^\n]*\n(.*?)^```", re.MULTILINE | re.DOTALL)

RNN = """
import numpy as np
from coursekit.reference import rnn
from coursekit.reference.rnn import StepGradients

def rnn_step_backward(dh, cache):
    da = dh * (1 - cache.h**2)
    p = rnn.Params(da.T @ cache.x, da.T @ cache.h_prev, da.sum(0), da.sum(0))
    W_ih, W_hh = cache.params[:2]
    return StepGradients(da @ W_ih, da @ W_hh, *p)
"""
LSTM = """
import numpy as np
from coursekit.reference import lstm
def init_lstm(params, forget_bias):
    H = params.W_hh.shape[1]
    b_ih = params.b_ih.copy()
    b_ih[H:2 * H], b_hh = forget_bias, params.b_hh.copy()
    b_hh[H:2 * H] = 0
    return lstm.Params(params.W_ih, params.W_hh, b_ih, b_hh)
"""
JACOBIAN = """
import numpy as np
from coursekit.reference.numerics import sigmoid
from coursekit.reference import numerics as tools
def gru_step(x, h, params):
    W_ih, W_hh, b_ih, b_hh = params
    xr, xz, xn = np.split(x @ W_ih.T + b_ih, 3, axis=1)
    hr, hz, hn = np.split(h @ W_hh.T + b_hh, 3, axis=1)
    r, z = sigmoid(xr + hr), tools.sigmoid(xz + hz)
    return (1 - z) * np.tanh(xn + r * hn) + z * h
"""
RIGHT = {"rnn_step_backward": RNN, "init_lstm": LSTM, "gru_step": JACOBIAN}


def graded(server, name, *cells):
    exercise = registry.get(name)
    with server.open(seed=1) as worker:
        for source in cells:
            assert worker.run_cell(source).ok
        return evaluate(exercise, Remote(worker, exercise), 3, caller=call_remotely)


def here(name, source):
    names = {}
    exec(source, names)
    return evaluate(name, names[name], 3)


@pytest.mark.parametrize("name", RIGHT)
def test_what_the_lesson_imports_can_be_used_in_an_answer(warm_server, name):
    for report in (here(name, RIGHT[name]), graded(warm_server, name, RIGHT[name])):
        assert report.score == 1.0, report.text


def test_a_reset_of_the_notebook_takes_nothing_away_that_grading_needs(warm_server):
    for name in RIGHT:
        report = graded(warm_server, name, "%reset -f", RIGHT[name])
        assert report.score == 1.0, report.text


@pytest.mark.parametrize(
    ("name", "body"),
    [
        ("sigmoid", "from coursekit.reference.numerics import sigmoid as f\ndef sigmoid(x): return f(x)"),
        ("softmax", "from coursekit.reference import numerics\ndef softmax(x): return numerics.softmax(x)"),
        ("gru_step", "from coursekit.reference import gru\ndef gru_step(x, h, p): return gru.step(x, h, p)[0]"),
        ("gru_step", "from coursekit.nn import GRU\ndef gru_step(x, h, p): return GRU(3, 5)"),
        ("count_alarms", "import coursekit.topics.anomaly.answers as a\ncount_alarms = a.count_alarms"),
    ],
)
def test_what_is_asked_for_is_not_there(warm_server, name, body):
    report = graded(warm_server, name, body)
    assert (
        not report.passed
        and report.score == 0
        and "is not there while a submission is graded" in " ".join(report.text.split())
    )


@pytest.mark.parametrize("lesson", LESSONS, ids=[lesson.stem for lesson in LESSONS])
def test_every_constant_and_record_that_a_lesson_imports_is_lent(lesson):
    table = lent.table()
    for cell in CELL.findall(lesson.read_text(encoding="utf-8")):
        for node in ast.walk(ast.parse(re.sub(r"^\s*[%!].*", "pass", cell, flags=re.MULTILINE))):
            if not isinstance(node, ast.ImportFrom) or not (node.module or "").startswith("coursekit."):
                continue
            for alias in node.names:
                value = getattr(importlib.import_module(node.module), alias.name, None)
                kind = "record" if hasattr(value, "_fields") and isinstance(value, type) else "value"
                if kind == "record" or isinstance(value, (int, float, str, tuple, list, np.ndarray)):
                    found = table[f"{node.module}.{alias.name}"]
                    assert found[0] == kind or kind == "value"


def test_no_name_of_an_answer_is_in_the_table():
    asked = {exercise.name for exercise in registry.every()}
    assert not asked & {name.rpartition(".")[2] for name in lent.table()}


def test_a_lesson_is_not_lent_its_own_answers():
    assert (
        lent.functions("00_numerical_tools")
        .keys()
        .isdisjoint(
            f"coursekit.reference.numerics.{name}"
            for name in ("sigmoid", "softmax", "relative_error", "numerical_gradient")
        )
    )
    assert "coursekit.reference.numerics.sigmoid" in lent.functions("05_gru")


def test_every_process_writes_the_same_text():
    program = "from coursekit.grading.run.remote import PRELUDE; print(hash_of(PRELUDE.encode()).hexdigest())"
    program = f"from hashlib import sha256 as hash_of; {program}"
    done = [
        subprocess.run(
            [sys.executable, "-c", program],
            env=os.environ | {"PYTHONHASHSEED": seed},
            capture_output=True,
            timeout=120,
        )
        for seed in ("1", "2")
    ]
    assert done[0].returncode == 0 and done[0].stdout == done[1].stdout


def test_the_text_is_the_table():
    assert eval(lent.source()) == lent.table()
