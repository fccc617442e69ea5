"""What lies in memory that an answer has asked for and never written."""

import sys
import threading
import types

import numpy as np
import pytest

from coursekit.checking import Verdict, evaluate, facts
from coursekit.checking.facts import FirstWrongValue
from coursekit.checking.outcome import FindingKind
from coursekit.checking.portable.unwritten import LARGEST, MARK, marked, unwritten
from coursekit.reference import gru
from tests.processes import finished


def returns(rewards, terminated, truncated, next_values, gamma, steps=lambda T: reversed(range(T)), empty=None):
    earned = (empty or np.empty_like)(rewards)
    T = rewards.shape[1]
    for t in steps(T):
        cut = truncated[:, t] if t < T - 1 else True
        later = np.where(cut, next_values[:, t], earned[:, min(t + 1, T - 1)])
        earned[:, t] = rewards[:, t] + gamma * np.where(terminated[:, t], 0.0, later)
    return earned


def never_the_first(*args):
    return returns(*args, steps=lambda T: reversed(range(1, T)))


def never_at_all(*args):
    return returns(*args, steps=lambda T: ())


def states(x, h0, params):
    hs, h = np.empty((*x.shape[:2], h0.shape[1])), h0
    for t in range(x.shape[1] - 1):
        h = gru.step(x[:, t], h, params)[0]
        hs[:, t] = h
    return hs


def all_findings(report):
    return [finding for case in report.cases for finding in case.findings]


@pytest.mark.parametrize(
    ("exercise", "answer", "said"),
    [
        ("discounted_returns", never_the_first, "returns[0, 0] is never written: np.empty leaves whatever lay there."),
        ("discounted_returns", never_at_all, "No entry is ever written: np.empty leaves whatever lay there."),
        ("gru_forward", states, "No entry is ever written: np.empty leaves whatever lay there."),
    ],
)
def test_what_is_never_written_is_said_in_words(exercise, answer, said):
    report = evaluate(exercise, answer)
    assert said in " ".join(report.text.split())
    assert report.verdict is Verdict.WRONG
    assert not [f for f in all_findings(report) if f.kind is FindingKind.RANDOM]  # the same in every call


def test_the_lines_of_such_an_answer_are_read():
    assert any(isinstance(fact, FirstWrongValue) for fact in evaluate("discounted_returns", never_the_first).along)


def test_several_entries_are_counted():
    found = [fact for f in all_findings(evaluate("gru_forward", states)) for fact in f.where]
    assert facts.NeverWritten(20, 60, (0, 2, 0)) in found  # of (4, 3, 5) the last step


def test_what_is_written_in_the_end_is_right():
    assert evaluate("discounted_returns", returns).passed
    assert evaluate("discounted_returns", lambda *args: returns(*args, empty=lambda a: np.empty(a.shape))).passed


def test_memory_that_a_zero_makes_harmless_is_right():
    def answer(rewards, terminated, truncated, next_values, gamma):
        earned, last = np.empty_like(rewards), rewards.shape[1] - 1
        for t in range(last, -1, -1):
            cut = truncated[:, t] | (t == last)
            later = cut * next_values[:, t] + ~cut * earned[:, min(t + 1, last)]
            earned[:, t] = rewards[:, t] + gamma * ~terminated[:, t] * later
        return earned

    assert evaluate("discounted_returns", answer).passed


def test_whole_numbers_that_are_never_written():
    def answer(params, W_out, b_out, start_ids, u, temperature):
        return np.empty(len(u), int)

    assert "No entry is ever written" in evaluate("sample_text", answer).text


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64", "complex128", "int32", "int64"])
def test_types_that_hold_a_mark(dtype):
    with marked():
        assert unwritten(np.empty(3, dtype)).all() and unwritten(np.empty_like(np.zeros(2, dtype))).all()


@pytest.mark.parametrize("dtype", ["bool", "int8", "int16", "uint8", "uint64", "U3", "O"])
def test_other_types_are_left_alone(dtype):
    with marked():
        assert np.empty(3, dtype).shape == (3,)


def test_afterwards_everything_is_as_before():
    before = np.empty, np.empty_like
    with marked(), marked():
        kept = np.empty
    assert (np.empty, np.empty_like) == before
    assert kept(2).shape == (2,)  # whoever has kept it has NumPy's


def test_tensors_too():
    torch = pytest.importorskip("torch")
    with marked():
        assert (torch.empty(3) == MARK).all()
        assert (torch.empty_like(torch.zeros(2), requires_grad=True) == MARK).all()
        assert torch.empty(2, dtype=torch.int64).shape == (2,)


def test_tensors_of_every_kind_are_still_made():
    torch = pytest.importorskip("torch")
    with marked():
        assert torch.empty((2, 3), layout=torch.sparse_coo).shape == (2, 3)
        assert torch.empty_like(torch.eye(3).to_sparse()).shape == (3, 3)
        assert torch.empty(3, dtype=torch.float8_e8m0fnu).shape == (3,)
        assert torch.empty(3, device="meta").shape == (3,)


def test_arrays_of_other_libraries_are_still_made():
    class Array:
        def __array_function__(self, function, kinds, args, more):
            return self

    array = Array()
    with marked():
        assert np.empty_like(array) is array and np.empty(3, like=array) is array


def test_memory_is_not_used_for_an_array_that_nobody_could_return():
    with marked():
        assert np.empty(LARGEST + 1)[-1] != MARK and np.empty(LARGEST)[-1] == MARK


def test_what_somebody_has_put_in_the_place_of_empty_is_left_alone(monkeypatch):
    monkeypatch.setattr(np, "empty", np.zeros)
    with marked():
        assert not np.empty(3).any()
    assert np.empty is np.zeros


def test_tables_of_functions_find_them():
    table = {np.empty: "empty"}
    with marked():
        assert table[np.empty] == "empty"
        made_meanwhile = {np.empty: "empty"}
    assert made_meanwhile[np.empty] == "empty"


def test_checks_in_two_threads_leave_everything_as_before():
    before, inside, outside = np.empty, threading.Event(), threading.Event()

    def first():
        with marked():
            inside.set()
            assert second_began.wait(60)
        outside.set()

    def second():
        assert inside.wait(60)
        with marked():
            second_began.set()
            assert outside.wait(60)

    second_began = threading.Event()
    threads = [threading.Thread(target=each) for each in (first, second)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert np.empty is before
    with marked():
        assert unwritten(np.empty(3)).all()
    assert np.empty is before


# What PyTorch keeps for good when it is first needed is what it would be without a check.
_KEEPING = """
import torch
from coursekit.checking.portable.unwritten import marked

def ones(x):
    y = torch.empty(3)
    y[:] = 1.0
    return x + y

compiled = lambda: torch.compile(ones, backend="eager", fullgraph=True)(torch.ones(3))
with marked(ones):
    with torch.device("meta"):
        assert torch.empty(3).is_meta
    assert compiled().tolist() == [2, 2, 2]
    assert torch.jit.script(ones)(torch.ones(3)).tolist() == [2, 2, 2]
with torch.device("meta"):
    assert torch.empty(3).is_meta and torch.nn.Linear(2, 3).weight.is_meta
torch._dynamo.reset()
assert compiled().tolist() == [2, 2, 2]
assert torch.jit.script(ones)(torch.ones(3)).tolist() == [2, 2, 2]
"""


@pytest.mark.slow
def test_a_check_spoils_neither_pytorchs_default_device_nor_its_compilers(tmp_path):
    pytest.importorskip("torch")
    program = tmp_path / "program.py"
    program.write_text(_KEEPING)
    done = finished([sys.executable, program])
    assert done.returncode == 0, done.stderr


def _zeros(x):
    import torch

    return torch.empty_like(x).zero_()


def _by_a_helper():
    return never_at_all(np.zeros((2, 3)))


class _Layer:
    def forward(self, x):
        return self.gates(x)

    def gates(self, x):
        return x.new_empty(3)


class _Special(_Layer):
    pass


class _Wrapper:
    def __init__(self, function):
        self.function = function

    def __call__(self, *args):
        return self.function(*args)


_ASKING = (returns, never_at_all, _by_a_helper, _Special, _Layer().forward, lambda: _zeros(1), _Wrapper(returns))


@pytest.mark.parametrize("asking", _ASKING)
def test_who_names_such_a_function_is_watched(asking):
    with marked(asking):
        assert unwritten(np.empty(3)).all()


class _Kind(type):
    def __getattribute__(cls, name):
        raise RuntimeError("not to be looked at")


class _Hidden(metaclass=_Kind):
    pass


def test_an_answer_may_name_what_does_not_let_itself_be_looked_at():
    def answer(x, h0, params, kind=_Hidden):
        return gru.forward(x, h0, params)[0] if _Hidden is kind else None

    assert evaluate("gru_forward", answer).passed


@pytest.mark.parametrize("asking", [all_findings, types.SimpleNamespace, np.zeros, len])
def test_nothing_is_changed_for_who_names_none(asking):
    before = np.empty
    with marked(asking, np.zeros(3), [1]):
        assert np.empty is before
