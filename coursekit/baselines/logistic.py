"""Multinomial logistic regression with a ridge penalty, by PyTorch's L-BFGS: the plain classifier beside a network.

scikit-learn would come with an extra, and lessons 12 and 18 have this baseline in their tables without one.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import torch


class Logistic(NamedTuple):
    """A fitted classifier. centre, scale: (F,) of the features it was fitted to. W: (K, F), b: (K,)."""

    centre: np.ndarray
    scale: np.ndarray
    W: np.ndarray
    b: np.ndarray

    def log_probabilities(self, X: np.ndarray) -> np.ndarray:
        """X (N, F) -> (N, K)."""
        return _log_softmax((X - self.centre) / self.scale @ self.W.T + self.b)

    def predict(self, X: np.ndarray) -> np.ndarray:
        """The most probable class of each row. (N,)"""
        return self.log_probabilities(X).argmax(axis=1)


def logistic_fit(X: np.ndarray, label: np.ndarray, strength: float, K: int | None = None) -> Logistic:
    """The W and b that make sum(-log p(label)) + strength / 2 * sum(W**2) least, on standardised features.

    X: (N, F). label: (N,) from 0 to K - 1. strength: above zero; b is hardly penalised.
    Raises ValueError for a strength that is not positive.
    """
    if strength <= 0:
        raise ValueError(f"strength: expected a positive number, got {strength}")
    centre, scale = X.mean(axis=0), X.std(axis=0) + 1e-12
    Z, answer = torch.as_tensor((X - centre) / scale), torch.as_tensor(label)
    K = int(label.max()) + 1 if K is None else K
    W, b = (torch.zeros(shape, dtype=torch.float64, requires_grad=True) for shape in ((K, X.shape[1]), (K,)))
    how = {"max_iter": 2000, "tolerance_grad": 1e-8, "tolerance_change": 0, "line_search_fn": "strong_wolfe"}
    descent = torch.optim.LBFGS([W, b], **how)

    def objective() -> torch.Tensor:
        descent.zero_grad()
        # Adding a number to the b of all classes changes nothing: a very small penalty takes this freedom away.
        penalty = strength * W.square().sum() + 1e-6 * b.square().sum()
        value = torch.nn.functional.cross_entropy(Z @ W.T + b, answer, reduction="sum") + penalty / 2
        value.backward()
        return value

    descent.step(objective)
    return Logistic(centre, scale, W.detach().numpy(), b.detach().numpy())


def logistic_tuned(
    X: np.ndarray,
    label: np.ndarray,
    held_out: np.ndarray,
    strengths: tuple[float, ...] = (0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0, 30.0),
) -> tuple[Logistic, float]:
    """Choose the strength on the cases for which held_out (N,) is true, then fit to all cases.

    The choice is by the mean log probability, which still differs where all strengths get every case right.
    """
    K = int(label.max()) + 1

    def score(strength: float) -> float:
        fit = logistic_fit(X[~held_out], label[~held_out], strength, K)
        return float(fit.log_probabilities(X[held_out])[np.arange(held_out.sum()), label[held_out]].mean())

    best = max(strengths, key=score)
    return logistic_fit(X, label, best, K), best


def _log_softmax(scores: np.ndarray) -> np.ndarray:
    scores = scores - scores.max(axis=1, keepdims=True)
    return scores - np.log(np.exp(scores).sum(axis=1, keepdims=True))
