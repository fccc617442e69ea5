"""Ridge regression on curved features: what a linear formula lacks, for the price of a random matrix.

    features = RandomFeatures(X_train, seed=0)
    fit = ridge_tuned((features(X_train), y_train), (features(X_valid), y_valid))
    fit(features(X_test))

Nothing in the features is trained: each is the cosine of a random direction (Rahimi and Recht, Random features for
large-scale kernel machines, 2007), so that ridge regression on them comes near a Gaussian kernel.
"""

from __future__ import annotations

import numpy as np


class RandomFeatures:
    """X (N, F) -> its standardised columns and `count` cosines of them. (N, F + count)

    width: over how many standard deviations a cosine turns once, about. Scales come from the X given here.
    """

    def __init__(self, X: np.ndarray, seed: int, count: int = 500, width: float = 1.5) -> None:
        rng = np.random.default_rng(seed)
        self._mean, self._spread = X.mean(axis=0), X.std(axis=0) + 1e-12
        self._directions = rng.standard_normal((X.shape[1], count)) / width
        self._phases = rng.uniform(0, 2 * np.pi, count)

    def __call__(self, X: np.ndarray) -> np.ndarray:
        scaled, F = (X - self._mean) / self._spread, X.shape[1]
        features = np.empty((len(X), F + len(self._phases)))
        features[:, :F], curved = scaled, features[:, F:]
        np.matmul(scaled, self._directions, out=curved)  # in place: asking for the memory costs as much as the cosines
        curved += self._phases
        np.cos(curved, out=curved)
        return features
