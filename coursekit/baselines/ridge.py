"""Ridge regression in NumPy: the baseline that a network on windows has to beat. (Hoerl and Kennard 1970.)"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np


class Linear(NamedTuple):
    """y = X W + b. W: (F,) and b a number for one output; (F, K) and (K,) for K of them."""

    W: np.ndarray
    b: np.ndarray | float

    def __call__(self, X: np.ndarray) -> np.ndarray:
        """Predictions (N,) or (N, K) for X (N, F)."""
        return X @ self.W + self.b


def ridge_fit(X: np.ndarray, y: np.ndarray, strength: float) -> Linear:
    """The W and b with the least sum of squared errors + strength * sum(W**2); b is not penalised.

    X: (N, F). y: (N,), or (N, K) for K outputs that are fitted each for itself.
    """
    return _fits(X, y, (strength,))[0]


def ridge_tuned(train: tuple, validation: tuple, strengths: tuple[float, ...] = (1.0, 10.0, 100.0, 1000.0)) -> Linear:
    """The fit on train (X, y) whose strength gives the least squared error on validation (X, y)."""
    X, y = validation
    return min(_fits(*train, strengths), key=lambda fit: np.mean((fit(X) - y) ** 2))


def _fits(X: np.ndarray, y: np.ndarray, strengths: tuple[float, ...]) -> list[Linear]:
    """One fit for each strength. The products over all N rows, which are the work, are the same for all of them."""
    X_mean, y_mean = X.mean(axis=0), y.mean(axis=0)
    centred = X - X_mean
    products, with_y, eye = centred.T @ centred, centred.T @ (y - y_mean), np.eye(X.shape[1])
    found = [np.linalg.solve(products + strength * eye, with_y) for strength in strengths]
    return [Linear(W, y_mean - X_mean @ W) for W in found]
