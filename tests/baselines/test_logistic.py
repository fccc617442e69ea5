"""Logistic regression: its minimum is where PyTorch finds it, and it separates what can be separated."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from coursekit.baselines.logistic import logistic_fit, logistic_tuned


def cases(rng, n=120):
    X = rng.normal(3, 2, (n, 4))
    return X, np.argmax(X @ rng.standard_normal((4, 3)) + rng.standard_normal((n, 3)), axis=1)


def test_the_gradient_of_the_objective_is_zero_at_the_fit():
    X, label = cases(np.random.default_rng(0))
    fit = logistic_fit(X, label, strength=0.7)
    W, b = (torch.tensor(part, requires_grad=True) for part in (fit.W, fit.b))
    scores = torch.as_tensor((X - fit.centre) / fit.scale) @ W.T + b
    objective = torch.nn.functional.cross_entropy(scores, torch.as_tensor(label), reduction="sum")
    (objective + 0.35 * (W**2).sum()).backward()
    assert max(W.grad.abs().max(), b.grad.abs().max()) < 1e-4
    np.testing.assert_allclose(np.exp(fit.log_probabilities(X)).sum(axis=1), 1)


def test_more_strength_means_smaller_weights_and_units_do_not_matter():
    X, label = cases(np.random.default_rng(1))
    sizes = [np.abs(logistic_fit(X, label, s).W).sum() for s in (0.1, 1, 10)]
    assert sizes == sorted(sizes, reverse=True)
    np.testing.assert_allclose(
        logistic_fit(X * 1000 - 7, label, 1.0).log_probabilities(X * 1000 - 7),
        logistic_fit(X, label, 1.0).log_probabilities(X),
        atol=1e-8,
    )


def test_separable_classes_do_not_run_away():
    X = np.repeat([[-3.0, 1], [0, 5], [4, 0]], 8, axis=0) + np.random.default_rng(2).normal(0, 0.1, (24, 2))
    fit = logistic_fit(X, np.repeat([0, 1, 2], 8), strength=0.01)
    assert (fit.predict(X) == np.repeat([0, 1, 2], 8)).all() and np.isfinite(fit.W).all()


def test_the_strength_is_chosen_on_held_out_cases_only():
    X, label = cases(np.random.default_rng(3))
    noise = np.random.default_rng(4).standard_normal((len(X), 40))
    X = np.column_stack([X, noise])
    held_out = np.arange(len(X)) % 4 == 0
    fit, strength = logistic_tuned(X, label, held_out)
    assert strength > 1  # forty columns of noise need a firm hand
    np.testing.assert_allclose(fit.W, logistic_fit(X, label, strength).W)
    with pytest.raises(ValueError, match="positive"):
        logistic_fit(X, label, 0)
