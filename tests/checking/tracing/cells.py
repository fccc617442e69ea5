"""Answers as a notebook's cells define them, and what a report says of their lines."""

import linecache
import textwrap

import numpy as np

from coursekit.checking.facts import FirstWrongValue

GRU = """
    def sigmoid(a):
        return 1 / (1 + np.exp(-a))

    def gru_step(x, h, params):
        W_ih, W_hh, b_ih, b_hh = params
        H = h.shape[1]
        gx = x @ W_ih.T + b_ih
        gh = h @ W_hh.T + b_hh
        reset = sigmoid(gx[:, :H] + gh[:, :H])
        update = sigmoid(gx[:, H : 2 * H] + gh[:, H : 2 * H])
        cand = np.tanh(gx[:, 2 * H :] + update * gh[:, 2 * H :])
        change = h - cand
        return cand + update * change
"""
CANDIDATE = 11  # its line there


def cell(source, name, quoted=True, **names):
    """The function of this name, as a notebook's cell would define it."""
    source = textwrap.dedent(source).lstrip("\n")
    filename = f"<cell {abs(hash(source))}>" if quoted else "<string>"
    if quoted:
        linecache.cache[filename] = (len(source), None, source.splitlines(keepends=True), filename)
    names = {"__name__": "__main__", "np": np, **names}
    exec(compile(source, filename, "exec"), names)
    return names[name]


def first(report):
    return next((fact for fact in report.along if isinstance(fact, FirstWrongValue)), None)


def words(report):
    return " ".join(report.text.split())
