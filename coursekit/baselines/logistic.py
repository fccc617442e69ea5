"""Multinomial logistic regression with a ridge penalty, by Newton's method: the plain classifier beside a network."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np


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
    Newton's method with halved steps; a few iterations, no learning rate (Bishop 2006, section 4.3).
    Raises ValueError for a strength that is not positive.
    """
    if strength <= 0:
        raise ValueError(f"strength: expected a positive number, got {strength}")
    centre, scale = X.mean(axis=0), X.std(axis=0) + 1e-12
    Z = np.column_stack([(X - centre) / scale, np.ones(len(X))])
    K, F = int(label.max()) + 1 if K is None else K, Z.shape[1]
    Y = np.eye(K)[label]
    # Adding a number to the b of all classes changes nothing: a very small penalty takes this freedom away.
    penalty = np.tile(np.r_[np.full(F - 1, strength), 1e-6], K)
    w = np.zeros(K * F)

    def objective(w: np.ndarray) -> float:
        return float(-(Y * _log_softmax(Z @ w.reshape(K, F).T)).sum() + penalty @ w**2 / 2)

    for _ in range(50):
        P = np.exp(_log_softmax(Z @ w.reshape(K, F).T))
        gradient = ((P - Y).T @ Z).ravel() + penalty * w
        step = np.linalg.solve(_hessian(Z, P) + np.diag(penalty), gradient)
        length, before = 1.0, objective(w)
        while objective(w - length * step) > before and length > 1e-6:
            length /= 2
        w = w - length * step
        if gradient @ step < 1e-10:
            break
    W = w.reshape(K, F)
    return Logistic(centre, scale, W[:, :-1], W[:, -1])


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


def _hessian(Z: np.ndarray, P: np.ndarray) -> np.ndarray:
    """Second derivatives of the summed -log p, (K * F, K * F)."""
    K, F = P.shape[1], Z.shape[1]
    weights = np.einsum("nj,jk->njk", P, np.eye(K)) - np.einsum("nj,nk->njk", P, P)
    return np.einsum("njk,nf,ng->jfkg", weights, Z, Z, optimize=True).reshape(K * F, K * F)
