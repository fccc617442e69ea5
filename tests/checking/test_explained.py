"""Frequent errors are told in the words of the course, those about shapes with those of the learner's own line."""

import math

import numpy as np
import pytest
import torch

from coursekit.checking import evaluate, registry
from coursekit.checking.explained import explained


def wrong_inner(x, h, params):
    return np.tanh(x @ params.W_ih + h @ params.W_hh)


def in_a_helper(x, h, params):
    return product(x, params[0])


def product(a, b):
    return a @ b


def after_a_call(x, h, params):
    return np.concatenate([x, h], axis=1) @ params.W_ih.T


def entry_by_entry(x, h, params):
    return x + h


def a_number(x, h, params):
    return x @ 2.0


def joined(x, h, params):
    return np.concatenate([x, h], axis=0)


def written(x, h, params):
    out = np.zeros((2, 3))
    out[:] = h
    return out


def with_dot(x, h, params):
    return np.dot(x, params.W_ih)


def with_torch(x, h, params):
    return torch.from_numpy(x) @ torch.from_numpy(params.W_ih)


def by_itself(x, h, params):
    raise ValueError("this is mine")


N, D, H = (registry.get("gru_step").draws(0)[0].sizes[axis] for axis in "NDH")


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (wrong_inner, f"({N}, {D}) times ({3 * H}, {D}): the inner sizes {D} and {3 * H} differ. Is the second to be"),
        (in_a_helper, f"({N}, {D}) times ({3 * H}, {D}): the inner sizes"),
        (after_a_call, f"(…, {D + H}) times ({D}, …): the inner sizes {D + H} and {D} differ."),
        (entry_by_entry, f"({N}, {D}) and ({N}, {H}) do not fit entry by entry: {D} and {H} differ on the last axis."),
        (a_number, "one of the two is a single number: is `*` meant?"),
        (joined, f"The arrays that are joined differ on axis 1: number 0 has {D} there, and number 1 has {H}."),
        (written, f"What is written has the shape ({N}, {H}), and the place for it (2, 3)."),
        (with_dot, f"({N}, {D}) times ({3 * H}, {D}): the inner sizes"),
        (with_torch, f"({N}, {D}) times ({3 * H}, {D}): the inner sizes"),
        (by_itself, "gru_step raised ValueError: this is mine"),
    ],
)
def test_an_error_about_shapes_is_told_in_words_with_the_line(answer, said):
    text = " ".join(evaluate("gru_step", answer).text.split())
    assert said in text and "Where line " in text and "gufunc" not in text


def test_what_is_no_error_about_shapes_has_no_other_words():
    assert explained("division by zero") == "" and explained("") == ""


def test_of_a_message_that_holds_a_whole_array_only_the_beginning_is_looked_at():
    assert explained("x" * 1000 + " 'NoneType' object is not iterable") == ""
    assert len(explained("'NoneType' and " + "1, " * 100_000)) < 1000


@pytest.mark.parametrize(
    ("slip", "said"),
    [
        (lambda x: 1 / (1 + math.exp(-x)), "Functions of `math` take one number, NumPy's take arrays."),
        (lambda x: 1 / (1 + math.exp(torch.tensor(x))), "Functions of `math` take one number"),
        (lambda x: x if x >= 0 else -x, "np.where chooses entry by entry."),
        (lambda x: x and torch.tensor(x), "np.where chooses entry by entry."),
        (lambda x: torch.tensor(x) or x, "np.where chooses entry by entry."),
        (lambda x: 2.718 ^ -x, "A power is written `**`."),
        (lambda x: 2.718 ^ 2, "A power is written `**`."),
        (lambda x: np.array([[1.0], [1.0, 2.0]]), "Parts of different lengths or shapes do not make one array"),
        (lambda x: np.linalg.norm([np.ones((2, 3)), np.ones((2, 2))]), "Parts of different lengths or shapes"),
        (lambda x: print(x) + 1, "'NoneType' and 'int'. Something is None here: is a `return` missing"),
        (lambda x: print(x)[0], "'NoneType' object is not subscriptable. Something is None here"),
        (lambda x: x.sort().mean(), "'NoneType' object has no attribute 'mean'. Something is None here"),
        (lambda x: x(1 + 1), "this is of the type ndarray: are square ones meant, or is a `*` missing?"),
        (lambda x: x.size(x + 1), "this is of the type int: are square ones meant"),
        (lambda x: torch.tensor(x) @ torch.ones(3, 2), "make both the same."),
        (lambda x: torch.nn.Linear(3, 2)(torch.tensor(x)), "make both the same."),
        (lambda x: input(), "input() waits for somebody to type, and nobody does while it is checked."),
        (lambda x: own_caller(x), "It calls itself again and again"),
    ],
)
def test_a_frequent_slip_is_told_in_words_with_its_line(slip, said):
    text = " ".join(evaluate("sigmoid", slip).text.split())
    assert said in text and "Where line " in text


def with_a_taken_name(x):
    max = 3
    return max(x)


@pytest.mark.parametrize("kept", [3, "text", np.ones(2), None])
def test_a_name_of_pythons_functions_that_a_cell_uses_for_a_value_is_told(kept):
    names = {"sum": kept}
    exec("def sigmoid(x): return sum(x)", names)
    text = " ".join(evaluate("sigmoid", names["sigmoid"]).text.split())
    assert (
        "`sum` is a function of Python's, and a cell uses its name for a value: rename that, and run `del sum`" in text
    )


def test_a_name_of_pythons_functions_that_an_answer_uses_for_a_value_is_told():
    text = " ".join(evaluate("sigmoid", with_a_taken_name).text.split())
    assert "`max` is a function of Python's, and this function uses its name for a value: rename that." in text


def own_caller(x):
    return own_caller(x)


class Broken(torch.nn.Module):
    def __init__(self, D, H):
        super().__init__()
        self.weight = torch.zeros(D) @ torch.zeros(H)


class Inherited(torch.nn.GRU):
    def __init__(self, D, H):
        super().__init__(D, H)


class InheritedAsItIs(torch.nn.GRU):
    pass


class Empty(torch.nn.Module):
    def __init__(self, D, H):
        super().__init__()


@pytest.mark.parametrize(
    ("layer", "said"),
    [
        (Broken, "Where line "),
        (Empty, "GRU: the parameters are none; asked for are"),
        (Inherited, "Where It stopped in `"),
        (InheritedAsItIs, "Where It stopped in `"),
        (Empty, "Where No line of yours has stopped: this is about what your answer defines or returns."),
    ],
)
def test_an_error_of_a_class_has_a_place(layer, said):
    assert said in " ".join(evaluate("GRU", layer).text.split())


def test_an_error_in_a_function_of_a_library_is_on_no_line_of_the_learner():
    text = " ".join(evaluate("sigmoid", torch.nn.functional.sigmoid).text.split())
    assert "It stopped in `sigmoid` of torch.nn.functional." in text and "Where line" not in text


def test_an_error_in_a_module_whose_name_is_no_text_is_told_too():
    names = {"__name__": 7}
    exec("def helper(x):\n    raise ValueError('not so')", names)
    assert "sigmoid raised ValueError: not so" in evaluate("sigmoid", np.vectorize(names["helper"])).text
