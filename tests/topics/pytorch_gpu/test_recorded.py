"""A list of operations that a stranger wrote: it is a layer, or it cannot be run; it costs little either way."""

import numpy as np
import pytest

from coursekit.topics.pytorch_gpu import recorded
from coursekit.topics.pytorch_gpu.recorded import Unreadable

V = [{"value": 0}, {"value": 1}]
INPUTS = (np.arange(6.0).reshape(2, 3), np.arange(12.0).reshape(3, 4))


def test_a_product_is_run_and_counted():
    steps = [["mm", V, {}, 1], ["add", [{"value": 2}, 1.5], {"alpha": 2}, 1]]
    assert recorded.count(steps) == 1
    np.testing.assert_array_equal(recorded.run(steps, INPUTS), INPUTS[0] @ INPUTS[1] + 3)


def test_what_is_written_into_a_part_stands_in_the_whole():
    steps = [
        ["new_zeros", [{"value": 0}, [2, 3]], {}, 1],
        ["select", [{"value": 2}, 1, 1], {}, 1],
        ["copy_", [{"value": 3}, 7.0], {}, 1],
        ["return", [{"value": 2}], {}, 1],
    ]
    np.testing.assert_array_equal(recorded.run(steps, INPUTS), [[0, 7, 0], [0, 7, 0]])
    assert INPUTS[0][0, 1] == 1


def test_an_operation_in_place_does_not_reach_who_gave_the_numbers():
    recorded.run([["add_", [{"value": 0}, 1.0], {}, 1]], INPUTS)
    assert INPUTS[0][0, 0] == 0


@pytest.mark.parametrize("name", [*sorted(recorded.PRODUCTS), "mm_", "sum_"])
def test_whatever_can_be_a_product_counts(name):
    assert recorded.count([[name, V, {}, 1]]) == 1


@pytest.mark.parametrize(
    "steps",
    [
        None,
        7,
        "mm",
        {},
        [[]],
        [["mm"]],
        [["mm", V, {}, "1"]],
        [["mm", V, {"out": 1}, 1]],
        [["add", V[:1] * 2, {"alpha": [1]}, 1]],
        [[7, V, {}, 1]],
        [["mm", V, {}, 1]] * (recorded.MAX_STEPS + 1),
    ],
)
def test_what_has_no_known_form_is_not_counted(steps):
    with pytest.raises(Unreadable):
        recorded.count(steps)


@pytest.mark.parametrize(
    "steps",
    [
        [],
        [["system", ["true"], {}, 1]],
        [["__class__", V, {}, 1]],
        [["mm", [{"value": 0}, {"value": 9}], {}, 1]],
        [["mm", [{"value": 0}, {"value": -1}], {}, 1]],
        [["mm", [{"value": 0}, "text"], {}, 1]],
        [["mm", [3, 4], {}, 1]],
        [["mm", [{"value": 0}, {"value": 0}], {}, 1]],
        [["mm", V, {}, 2]],
        [["mm_", V, {}, 1]],
        [["neg", [[V, V]], {}, 1]],
        [["alias", [None], {}, 1]],
        [["add", [{"value": 0}, 10**400], {}, 1]],
        [["add", [{"value": 0}, np.array(["x"])], {}, 1]],
        [["add_", [3.0, {"value": 0}], {}, 1]],
        [["zeros", [[10**6, 10**6]], {}, 1]],
        [["zeros", [[-1, -5]], {}, 1]],
        [["expand", [{"value": 0}, [10**9, 2, 3]], {}, 1]],
        [["zeros", [[50_000]], {}, 1], ["unbind", [{"value": 2}], {}, 50_000]],
        [
            ["zeros", [[50_000, 1]], {}, 1],
            ["zeros", [[1, 50_000]], {}, 1],
            ["add", [{"value": 2}, {"value": 3}], {}, 1],
        ],
        [["zeros", [[50_000, 1]], {}, 1], ["zeros", [[1, 50_000]], {}, 1], ["mm", [{"value": 2}, {"value": 3}], {}, 1]],
        [["zeros", [[90_000]], {}, 1], ["cat", [[{"value": 2}] * 900], {}, 1]],
        [["zeros", [[90_000]], {}, 1]] * 100,
        [["split", [{"value": 0}, 0], {}, 1]],
        [["slice", [{"value": 0}, 0, 0, 2, 0], {}, 1]],
    ],
    ids=lambda steps: steps[-1][0] if steps else "nothing",
)
def test_what_cannot_be_run_is_said(steps):
    recorded.count(steps)
    with pytest.raises(Unreadable):
        recorded.run(steps, INPUTS)
