"""What an answer may return: any style of numbers, told by class and never by what attributes a value has."""

import collections

import numpy as np
import pytest
import torch

from coursekit.checking import Tensor, evaluate, registry, trees
from coursekit.checking.portable.plain import plain
from coursekit.checking.values import MAX_NUMBERS, NotUsable, as_array, unpack

Trap = collections.namedtuple("Trap", "detach clone")


class Pretends:
    """Has every attribute that a tensor has, and fails when one is used."""

    def __getattr__(self, name):
        raise RuntimeError(f"{name} of a stranger's value was asked for")


@pytest.mark.parametrize("value", [torch.ones(2, 3), [torch.ones(3)] * 2, torch.ones(2, 3, dtype=torch.bfloat16)])
def test_tensors_are_numbers(value):
    np.testing.assert_array_equal(as_array(plain(value)), np.ones((2, 3)))


@pytest.mark.parametrize(
    "value",
    [
        None,
        "text",
        ["x" * 10**6, *[1.0] * 10**5],
        [None, 1.0],
        [{}, 1.0],
        [[1], [1, 2]],
        10**400,
        [10**400],
        1j,
        [Trap(1, [2])],
    ],
    ids=lambda value: type(value).__name__,
)
def test_what_is_no_array_of_real_numbers_is_said(value):
    with pytest.raises(NotUsable):
        as_array(value)


def test_far_more_numbers_than_are_asked_for_are_not_looked_at():
    with pytest.raises(NotUsable, match="far more"):
        as_array(np.zeros(MAX_NUMBERS + 1, np.int8))


def test_fields_are_not_attributes_to_be_asked_for():
    trap = Trap(np.ones(2), [np.zeros(2)])
    assert unpack(trap, (Tensor("a", ("N",)),), ((2,),)).arrays["a"].tolist() == [1, 1]
    assert len(list(trees.arrays(trap))) == 2 and trees.same(trap, trees.copy(trap))
    assert type(trees.copy(trap)) is Trap
    assert not trees.same(trap, (np.ones(2), Pretends())) and list(trees.arrays([Pretends()])) == []


def test_words_and_numbers_in_containers_are_compared_too():
    words = ["a", ["b", 2.0, float("nan")], {"n": 1}]
    assert trees.same(words, trees.copy(words))
    for other in (["a", ["b", 2.0], {"n": 1}], ["a", ["c", 2.0, float("nan")], {"n": 1}], [*words, "d"], []):
        assert not trees.same(words, other)
    assert not trees.same(["a"], [np.ones(1)]) and not trees.same([np.ones(1)], ["a"])


def test_a_learner_s_own_named_tuple_is_a_right_answer():
    exercise = registry.get("gru_step_backward")
    own = collections.namedtuple("Own", [f"f{k}" for k in range(len(exercise.returns))])
    report = evaluate(exercise, lambda *args: own(*exercise.reference(*args)))
    assert report.passed, report.text


@pytest.mark.parametrize("second", [0.0, np.zeros(1), np.zeros(20)])
def test_one_of_two_biases_may_hold_everything(second):
    exercise = registry.get("init_lstm")

    def answer(params, forget_bias):
        W_ih, W_hh, both = exercise.call(exercise.reference, {"params": params, "forget_bias": forget_bias})
        return W_ih, W_hh, both, second if np.size(second) == 1 else np.zeros_like(both)

    assert evaluate(exercise, answer).passed


def test_two_biases_that_would_make_a_huge_table_are_not_added():
    exercise = registry.get("init_lstm")
    report = evaluate(exercise, lambda params, forget_bias: (*params[:2], np.ones((12_000, 1)), np.ones((1, 12_000))))
    assert report.verdict == "wrong" and "4 values" in report.text
