"""Sequences with classes: who is held out, what a loss is given, and what a result says."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from coursekit.sources.ts_format import Padded
from coursekit.training.sequence_classification import (
    LOGISTIC,
    cross_entropy,
    held_out,
    result_with_baseline,
    standardised_task,
)
from coursekit.training.torch_loop import outputs


@pytest.fixture
def task():
    rng, label = np.random.default_rng(0), np.repeat([0, 1], 12)
    x = rng.normal(label[:, None, None], 0.3, (24, 5, 2))
    data = Padded(x, rng.integers(3, 6, 24), label)
    return standardised_task("made", data, data, ("low", "high"))


class Sums(torch.nn.Module):
    """x (N, T, D), and lengths (N,) or none -> scores (N, 2)."""

    def forward(self, x: torch.Tensor, lengths: torch.Tensor | None = None) -> torch.Tensor:
        assert x.dtype is torch.float32 and (lengths is None or lengths.dtype is torch.int64)
        total = x.sum((1, 2)) if lengths is None else x[torch.arange(len(x)), lengths - 1].sum(1)
        return torch.stack([-total, total], dim=1)


def test_held_out_are_the_last_ones_of_each_class():
    chosen = held_out(np.repeat([2, 0, 1], [10, 5, 3]))
    assert np.flatnonzero(chosen).tolist() == [8, 9, 14, 17]


@pytest.mark.parametrize("inputs", [("x",), ("x", "lengths")])
def test_the_loss_hands_the_model_as_many_inputs_as_it_takes(task, inputs):
    arrays = [getattr(task.train, name) for name in inputs]
    loss, share = cross_entropy(Sums(), (*arrays, task.train.label))
    scores = torch.from_numpy(outputs(Sums(), *arrays))
    expected = torch.nn.functional.cross_entropy(scores, torch.from_numpy(task.train.label))
    torch.testing.assert_close(loss, expected)
    assert share == pytest.approx((scores.numpy().argmax(1) == task.train.label).mean())


def test_a_result_begins_with_its_baseline_and_keeps_the_answers_of_the_first_seed(task):
    result = result_with_baseline(task, "recordings", (0, 1))
    assert result.table.best_baseline.name == LOGISTIC and "24 test recordings; seeds 0, 1" in result.table.conditions
    right, wrong = task.test.label, 1 - task.test.label
    result.add("GRU", [right, wrong])
    assert result.table.row("GRU").values == (100.0, 0.0)
    np.testing.assert_array_equal(result.said["GRU"], right)
