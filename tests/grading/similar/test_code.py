"""An answer in another dress is the same; other code is not. Nothing of it runs."""

from __future__ import annotations

import random
import textwrap

import pytest

from coursekit.grading.demo.copies import disguised
from coursekit.grading.similar.code import MAX_SOURCE, statements

ANSWER = textwrap.dedent(
    '''\
    def gru_step(x, h, params):
        """One step."""
        W_ih, W_hh, b_ih, b_hh = params
        xr, xz, xn = np.split(x @ W_ih.T + b_ih, 3, axis=1)
        hr, hz, hn = np.split(h @ W_hh.T + b_hh, 3, axis=1)
        r = sigmoid(xr + hr)
        z = sigmoid(xz + hz)
        for k in range(3):
            r = r + 0 * k
        n = np.tanh(xn + r * hn)
        return (1 - z) * n + z * h
    '''
)


def forms(source: str) -> set[str]:
    return {form for one in statements(source) for form in (one.form, one.linked)}


@pytest.mark.parametrize("seed", range(6))
def test_names_comments_layout_and_order_of_independent_lines_do_not_matter(seed):
    other = disguised(ANSWER, random.Random(seed))
    assert other != ANSWER and forms(other) == forms(ANSWER)


def test_annotations_docstrings_and_quotes_do_not_matter():
    other = ANSWER.replace("(x, h, params)", "(x: np.ndarray, h, params) -> object").replace('"""One step."""', "'no'")
    assert forms(other) == forms(ANSWER)


@pytest.mark.parametrize(
    ("before", "after"),
    [("1 - z", "z - 1"), ("axis=1", "axis=0"), ("np.tanh", "sigmoid"), ("xn + r * hn", "xn + r"), ("return", "h =")],
)
def test_other_code_is_other_code(before, after):
    assert forms(ANSWER.replace(before, after)) != forms(ANSWER)


def test_the_same_line_made_of_other_values_is_linked_otherwise():
    other = ANSWER.replace("xn + r * hn", "xn + z * hn")
    assert {one.form for one in statements(other)} == {one.form for one in statements(ANSWER)}
    assert forms(other) != forms(ANSWER)


def test_lines_are_those_of_the_source():
    last = statements(ANSWER)[-1]
    assert (last.line, last.text) == (11, "return (1 - z) * n + z * h")


@pytest.mark.parametrize(
    "source",
    [
        "def f(:",
        "x" * (MAX_SOURCE + 1),
        "def f(x):\n    return " + "(" * 3000 + "x" + ")" * 3000,
        "def f(x):\n    return " + "-" * 9000 + "x",
        "def f(x):\n    return '\\ud800'\x00",
        "",
        "raise SystemExit",
    ],
    ids=["broken", "long", "brackets", "deep", "null", "empty", "nothing"],
)
def test_what_cannot_be_compared_has_no_statements(source):
    assert statements(source) == ()


def test_compound_statements_count_by_their_heads():
    source = (
        "def f(x):\n    with g() as y:\n"
        "        try:\n            z = y\n        except ValueError as e:\n            z = 1\n"
        "    while z:\n        z -= 1\n"
        "    async_ = [k for k in x if (w := k)]\n    match z:\n        case 0:\n            pass\n"
        "    def inner(a, *b, **c):\n        return a\n    x[0]: int = 3\n    return inner(z)\n"
    )
    assert [one.line for one in statements(source)] == [2, 4, 6, 7, 8, 9, 13, 14, 15, 16]
