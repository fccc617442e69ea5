"""Errors about shapes are told in the words of the course, with the shapes of the learner's own line."""

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


class Broken(torch.nn.Module):
    def __init__(self, D, H):
        super().__init__()
        self.weight = torch.zeros(D) @ torch.zeros(H)


class Empty(torch.nn.Module):
    def __init__(self, D, H):
        super().__init__()


@pytest.mark.parametrize(
    ("layer", "said"),
    [
        (Broken, "Where line "),
        (Empty, "GRU: the parameters are none; asked for are"),
        (Empty, "Where No line of yours has stopped: this is about what your answer defines or returns."),
    ],
)
def test_an_error_of_a_class_has_a_place(layer, said):
    assert said in " ".join(evaluate("GRU", layer).text.split())
