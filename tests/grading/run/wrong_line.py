"""A GRU whose first wrong line is known, and what is told of it when it is graded in the sandbox."""

from __future__ import annotations

import textwrap

from coursekit.checking import Report, facts

from .one_answer import graded

GRU = """
    import numpy as np

    def sigmoid(a):
        return 1 / (1 + np.exp(-a))

    def gru_step(x, h, params):
        W_ih, W_hh, b_ih, b_hh = params
        xr, xz, xn = np.split(x @ W_ih.T + b_ih, 3, axis=1)
        hr, hz, hn = np.split(h @ W_hh.T + b_hh, 3, axis=1)
        reset = sigmoid(xr + hr)
        update = sigmoid(xz + hz)
        cand = np.tanh(xn + update * hn)
        return (1 - update) * cand + update * h
"""
LINE = 12, "cand = np.tanh(xn + update * hn)"


def source(text):
    return textwrap.dedent(text).lstrip("\n")


def first(report: Report) -> facts.FirstWrongValue | None:
    return next((fact for fact in report.along if isinstance(fact, facts.FirstWrongValue)), None)


def graded_report(server, name, text, earlier="") -> Report:
    result = graded(server, name, source(text), source(earlier))
    assert result.faults == {} and result.broken == ""
    return result.reports[name]
