"""Reading along where code is hard to follow."""

import copy
import functools
import linecache
import sys

import pytest

from coursekit.checking import evaluate
from coursekit.checking.tracing import reading
from tests.checking.tracing.cells import CANDIDATE, GRU, cell, first, words


def test_without_source_the_line_is_not_quoted():
    report = evaluate("gru_step", cell(GRU, "gru_step", quoted=False))
    assert first(report).line == CANDIDATE and first(report).source == ""
    assert f"Line {CANDIDATE}, `cand`: the first value that is no part" in words(report)


def test_lines_of_a_library_are_nobodys_to_correct():
    report = evaluate("sigmoid", copy.copy)
    assert not report.along and "your code" not in words(report)


def test_a_file_that_has_changed_since_is_not_quoted():
    answer = cell(GRU, "gru_step")
    linecache.cache[answer.__code__.co_filename] = (1, None, ["x = 1\n"], answer.__code__.co_filename)
    assert first(evaluate("gru_step", answer)).source == ""


def test_helpers_of_the_same_notebook_are_read():
    source = """
        def gate(x, h, W, U, b, c):
            total = x @ W.T + b + h @ U.T + c
            return 1 / (1 + np.exp(-total))

        def candidate(x, h, r, W, U, b, c):
            inside = x @ W.T + b + h @ U.T + r * c
            return np.tanh(inside)

        def gru_step(x, h, params):
            rows = [slice(k * h.shape[1], (k + 1) * h.shape[1]) for k in range(3)]
            r, z, n = ([p[block] for p in params] for block in rows)
            reset = gate(x, h, *r)
            update = gate(x, h, *z)
            cand = candidate(x, h, reset, *n)
            return (1 - update) * cand + update * h
    """
    report = evaluate("gru_step", cell(source, "gru_step"))
    assert (first(report).line, first(report).function) == (6, "candidate")
    assert "Line 6 of candidate, `inside = " in words(report)


GENERATOR = """
    def states(x, h, params):
        W_ih, W_hh, b_ih, b_hh = params
        for t in range(x.shape[1]):
            h = np.tanh(x[:, t] @ W_ih.T + b_ih + h @ W_hh + b_hh)
            yield h

    def rnn_forward(x, h0, params):
        return np.stack(list(states(x, h0, params)), axis=1)
"""
CLOSURE = """
    def rnn_forward(x, h0, params):
        W_ih, W_hh, b_ih, b_hh = params
        h = h0

        def step(inputs):
            nonlocal h
            h = np.tanh(inputs @ W_ih.T + h @ W_hh + b_ih + b_hh)
            return h

        return np.stack([step(x[:, t]) for t in range(x.shape[1])], axis=1)
"""
CALLED_IN_A_LOOP = """
    def rnn_forward(x, h0, params):
        W_ih, W_hh, b_ih, b_hh = params
        h = h0

        def step(inputs):
            nonlocal h
            h = np.tanh(inputs @ W_ih.T + h @ W_hh + b_ih + b_hh)
            return h

        states = []
        for t in range(x.shape[1]):
            states.append(step(x[:, t]))
        return np.stack(states, axis=1)
"""
RECURSION = """
    def go(x, h, params, t):
        if t == x.shape[1]:
            return []
        W_ih, W_hh, b_ih, b_hh = params
        h = np.tanh(x[:, t] @ W_ih.T + b_ih + h @ W_hh + b_hh)
        return [h, *go(x, h, params, t + 1)]

    def rnn_forward(x, h0, params):
        return np.stack(go(x, h0, params, 0), axis=1)
"""


@pytest.mark.parametrize(("source", "line"), [(GENERATOR, 4), (CLOSURE, 7), (CALLED_IN_A_LOOP, 7), (RECURSION, 5)])
def test_generators_closures_and_recursion(source, line):
    assert first(evaluate("rnn_forward", cell(source, "rnn_forward"))).line == line


def test_decorated_partial_and_bound_answers():
    answer = cell(GRU, "gru_step")

    @functools.wraps(answer)
    def decorated(*args):
        return answer(*args)

    class Holder:
        step = staticmethod(answer)

        def method(self, x, h, params):
            return answer(x, h, params)

    for wrapped in (decorated, functools.partial(answer), Holder.step):
        assert first(evaluate("gru_step", wrapped)).line == CANDIDATE
    assert not evaluate("gru_step", Holder().method).passed


def test_an_object_that_is_called_is_not_read():
    class Answer:
        def __call__(self, x, h, params):
            return h * 2

    assert evaluate("gru_step", Answer()).along == ()


def test_a_very_long_loop_ends_and_says_nothing():
    source = """
        def gru_step(x, h, params):
            total = h * 1.5
            for k in range(200_000):
                total = total + 1e-9
            return total
    """
    report = evaluate("gru_step", cell(source, "gru_step"))
    assert not report.passed and report.along == ()


def test_what_traced_before_traces_again():
    seen = []

    def tracer(frame, event, arg):
        seen.append(event)
        return None

    before = sys.gettrace()
    sys.settrace(tracer)
    try:
        report = evaluate("gru_step", cell(GRU, "gru_step"))
        assert sys.gettrace() is tracer
    finally:
        sys.settrace(before)
    assert first(report).line == CANDIDATE and seen


@pytest.mark.parametrize("line", ["sys.settrace(None)", "sys.settrace(lambda *a: None)", "sys.setprofile(None)"])
def test_an_answer_that_traces_itself(line):
    before = sys.gettrace()
    source = GRU.replace("H = h.shape[1]", f"H = h.shape[1]; {line}")
    try:
        assert not evaluate("gru_step", cell(source, "gru_step", sys=sys)).passed
    finally:
        sys.settrace(before)


def test_an_answer_that_fails_only_when_it_is_traced_says_nothing():
    source = GRU.replace("H = h.shape[1]", "H = h.shape[1] if sys.gettrace() is old else 1 / 0")
    report = evaluate("gru_step", cell(source, "gru_step", sys=sys, old=sys.gettrace()))
    assert report.verdict == "wrong" and report.along == ()


def test_an_answer_with_other_numbers_at_every_call_says_nothing():
    source = GRU.replace("update * gh", "np.random.rand() * gh")
    assert evaluate("gru_step", cell(source, "gru_step")).along == ()


def test_values_with_a_will_of_their_own_are_left_alone():
    class Trap:
        def __getattribute__(self, name):
            raise AssertionError(name)

        def __eq__(self, other):
            raise AssertionError

        __hash__ = None

    source = GRU.replace("H = h.shape[1]", "H = h.shape[1]; trap = Trap()")
    assert first(evaluate("gru_step", cell(source, "gru_step", Trap=Trap))).line == CANDIDATE


def test_a_right_answer_is_followed_once_per_draw(monkeypatch):
    reading._landmarks.clear()
    made = []
    real = reading.landmarks
    monkeypatch.setattr(reading, "landmarks", lambda *args: made.append(1) or real(*args))
    for _ in range(3):
        evaluate("gru_step", cell(GRU, "gru_step"))
    assert len(made) == 1
