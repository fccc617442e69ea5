"""Lesson 03, the right answers: Jacobians, gradient profiles, two ways to start W_hh, and the share of recall."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from coursekit.reference.rnn import StepCache


def step_jacobian(cache: StepCache) -> np.ndarray:
    """The Jacobian of one step for every sequence, J (N, H, H): dh_i / dh_prev_j at [n, i, j], diag(1 - h²) W_hh."""
    slope = 1 - cache.h**2
    return slope[:, :, None] * cache.params.W_hh


def gradient_profile(caches: Sequence[StepCache], dh: np.ndarray) -> np.ndarray:
    """The share (T+1,) of the gradient dh (N, H) at the last state that is left k = 0 ... T steps earlier.

    The norm is taken for each sequence, then averaged.
    """
    norms = [np.linalg.norm(dh, axis=1).mean()]
    for cache in reversed(caches):
        dh = np.einsum("ni,nij->nj", dh, step_jacobian(cache))
        norms.append(np.linalg.norm(dh, axis=1).mean())
    return np.array(norms) / norms[0]


def orthogonal(A: np.ndarray) -> np.ndarray:
    """The Q (H, H) of A = QR in which R has a positive diagonal: what Gram-Schmidt makes of the columns of A."""
    Q, R = np.linalg.qr(A)
    return Q * np.sign(np.diag(R))


def scale_spectral_radius(W: np.ndarray, radius: float) -> np.ndarray:
    """The multiple of W (H, H) whose largest absolute eigenvalue is `radius`."""
    largest = np.abs(np.linalg.eigvals(W)).max()
    return W * (radius / largest)


def recall_accuracy(hs: np.ndarray, y: np.ndarray, W_out: np.ndarray, b_out: np.ndarray) -> float:
    """The share of sequences whose symbol y (N,) the read-out of the last state of hs (N, T, H) names.

    W_out (K, H), b_out (K,).
    """
    scores = hs[:, -1] @ W_out.T + b_out
    return float(np.mean(scores.argmax(axis=1) == y))
