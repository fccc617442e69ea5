"""Lesson 20: what is trained, compared, streamed and timed."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from coursekit.embedded import budget, compiler, int8
from coursekit.topics.microcontroller import agreement, latency, record
from coursekit.topics.microcontroller import task as digits
from coursekit.topics.microcontroller.answers import gru_step_int8, int8_matvec

FEW = ((3, 0.01),)


@pytest.fixture(scope="module")
def task():
    whole = digits.digit_task()
    part = [digits.Digits(part.x[:150], part.label[:150]) for part in whole[1:]]
    return digits.DigitTask(whole.provenance, *part)


@pytest.fixture(scope="module")
def result(task):
    return digits.compare(task, units=(4, 8), seeds=(0, 1), stages=FEW, progress=False)


def test_what_is_learnt_from_is_moved_and_what_is_judged_is_not():
    task = digits.digit_task()
    n = len(task.plain.x)
    assert len(task.train.x) == 3 * n and len(task.test.x) == 600
    left, same, right = np.split(task.train.x, 3)
    np.testing.assert_array_equal(same, task.plain.x)
    np.testing.assert_array_equal(left[..., 1:], task.plain.x[..., :-1])
    np.testing.assert_array_equal(right[..., :-1], task.plain.x[..., 1:])
    np.testing.assert_array_equal(task.train.label, np.tile(task.plain.label, 3))


def test_changing_the_test_changes_nothing_that_is_learnt(task):
    other = task._replace(test=digits.Digits(1 - task.test.x, task.test.label))
    one, two = (digits.train_reader(some.train, 4, 0, FEW, progress=False).state_dict() for some in (task, other))
    assert all(torch.equal(one[name], two[name]) for name in one)


def test_the_table_has_baselines_and_both_kinds_of_each_width(result):
    names = [row.name for row in result.table.rows]
    assert names[:2] == [digits.LOGISTIC, digits.NEAREST] and all(row.baseline for row in result.table.rows[:2])
    assert names[2:] == [f"GRU, {units} units, {kind}" for units in (4, 8) for kind in ("float32", "int8")]
    assert [len(models) for models in result.models.values()] == [2, 2]
    assert "bytes of weights" in result.table.rows[2].note and result.table.verdict


def test_the_nearest_image_is_sought_among_the_moved_ones_too():
    whole = digits.digit_task()
    moved = whole._replace(test=digits.Digits(whole.train.x[:40], whole.train.label[:40]))  # to the left, and known
    table = digits.compare(moved, units=(4,), seeds=(0,), stages=FEW, progress=False).table
    assert table.row(digits.NEAREST).values[0] == 100


def test_the_exported_weights_say_what_the_module_says(task):
    reader = digits.train_reader(task.train, 6, 1, FEW, progress=False)
    with torch.no_grad():
        scores = reader(torch.from_numpy(task.test.x)).numpy()
    np.testing.assert_array_equal(digits.said(digits.model_from(reader), task.test.x), scores.argmax(axis=1))


def test_int8_answers_are_those_of_the_mirror(result, task):
    model = result.models[8][0]
    small = int8.Quantised.of(model)
    said = digits.said_in_int8(small, task.test.x[:5])
    weights = (*small.W_ih, *small.W_hh, small.b_ih, small.b_hh)
    for image, answer in zip(task.test.x[:5], said, strict=True):
        h = np.zeros(model.H)
        for row in image:
            h = gru_step_int8(row, h, weights)
        assert (int8_matvec(model.W_out, h)[2] + model.b_out).argmax() == answer


def test_a_carried_state_does_not_know_the_chunks(result, task):
    model = result.models[8][1]
    whole = float((digits.said(model, task.test.x) == task.test.label).mean())
    assert [digits.right_in_chunks(model, task.test, k, carried=True) for k in (1, 3, 8)] == [whole] * 3
    assert digits.right_in_chunks(model, task.test, 8, carried=False) == whole
    last_row = digits.Digits(task.test.x[:, -1:], task.test.label)
    assert digits.right_in_chunks(model, task.test, 1, carried=False) == float(
        (digits.said(model, last_row.x) == task.test.label).mean()
    )


@pytest.mark.parametrize("hidden", [False, True], ids=["as it is here", "no compiler"])
def test_differences_and_latencies_with_and_without_a_compiler(result, task, monkeypatch, hidden):
    if hidden:
        monkeypatch.setenv("PATH", "")
        monkeypatch.delenv("CC", raising=False)
    there = compiler.find() is not None
    model, rows = result.models[8][0], task.test.x[:10].reshape(-1, 8)
    found = agreement.agreement(model, rows)
    assert list(found) == list(agreement.COMPARED)
    assert 0 < found[agreement.ROUNDING] <= found[agreement.BOUND]
    for name, most in ((agreement.FLOAT, 1e-6), (agreement.MIRROR, 1e-6)):
        assert found[name] < most if there else found[name] is None
    assert ("–" in str(agreement.agreement_table(found))) == (not there)
    taken = latency.latencies(model, rows)
    assert list(taken) == list(latency.NAMES if there else latency.NAMES[:2])
    assert all(len(times) == len(rows) and (times >= 0).all() for times in taken.values())
    p50, p95, p99 = latency.percentiles(np.arange(101) * 1000)
    assert (p50, p95, p99) == (50, 95, 99)


def test_both_ways_in_python_take_the_same_steps(result, task):
    """What is timed is the network: PyTorch and the mirror agree up to the rounding of the weights."""
    model = result.models[8][0]
    eager, mirror = latency._eager(model), latency._mirror(model)
    for row in task.test.x[0]:
        apart = np.abs(eager(row).numpy() - mirror(row)).max()
    assert apart < 0.1


def test_the_record_shows_four_widths_with_bytes_and_microseconds():
    found = record.recorded()
    assert [one["units"] for one in found["widths"]] == list(record.UNITS)
    text = str(record.budget_table(found))
    assert found["date"] in text and "128 units, int8" in text
    for one in found["widths"]:
        assert set(record.IN_C) == set(one["us"]) and 100 < one["code"] < budget.CODE
        assert one["bytes"]["int8"] < one["bytes"]["float32"] / 2.5
        assert one["differences"][agreement.FLOAT] < 1e-6 and one["differences"][agreement.MIRROR] < 1e-6
        assert one["differences"][agreement.ROUNDING] < one["differences"][agreement.BOUND]
