"""A loop of one's own in the place of the course's: what it is given, and what comes back."""

from __future__ import annotations

import numpy as np
import torch

from coursekit.checking import registry
from coursekit.training.own_loop import train_by

X = np.random.default_rng(0).standard_normal((20, 3))
Y = X @ np.array([[1.0], [-2.0], [0.5]])


def squared(module, batch):
    x, y = batch
    value = torch.nn.functional.mse_loss(module(x), y)
    return value, value.item()


def test_each_epoch_has_all_rows_once_in_another_order_and_the_module_given_stays_as_it_was():
    seen, module = [], torch.nn.Linear(3, 1)
    before = module.weight.clone()

    def fit(model, optimiser, loss_of, epochs, valid, patience):
        seen.append((epochs, valid, patience))
        with torch.no_grad():
            model.weight.add_(1)
        return [0.5], [0.25]

    history = train_by(fit, module, (X, Y), (X[:4], Y[:4]), loss=squared, lr=0.01, size=8, epochs=3, patience=2)
    ((epochs, valid, patience),) = seen
    assert [[len(batch[0]) for batch in batches] for batches in epochs] == [[8, 8, 4]] * 3 and patience == 2
    rows = [torch.cat([batch[0] for batch in batches]) for batches in epochs]
    assert all(torch.equal(one.sort(dim=0).values, torch.tensor(X).float().sort(dim=0).values) for one in rows)
    assert not torch.equal(rows[0], rows[1]) and len(valid[0]) == 4
    assert torch.equal(module.weight, before) and torch.equal(history.model.weight, before + 1)
    assert (history.loss, history.validation) == ([0.5], [(1, 0.25, 0.25)])


def test_the_loop_of_lesson_06b_learns_with_it():
    fit = registry.get("fit").reference
    history = train_by(fit, torch.nn.Linear(3, 1), (X[:15], Y[:15]), (X[15:], Y[15:]), loss=squared, lr=0.1, size=5)
    assert history.validation[-1][1] < 0.05 * history.validation[0][1]
