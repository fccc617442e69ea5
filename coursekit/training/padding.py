"""Sequences of unequal length in one array: the padding after the end of a sequence never counts."""

from __future__ import annotations

import numpy as np


def standardise_frames(
    train: np.ndarray, train_lengths: np.ndarray, test: np.ndarray, test_lengths: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Both sets in one new unit: each channel less its mean, divided by its standard deviation, padding zero.

    train: (N, T, D), test: (M, U, D), any numbers after the end. The 2 D numbers come from the real frames of train.
    """
    frames = train[real_frames(train_lengths, train.shape[1])]  # (all real frames, D)
    centre, scale = frames.mean(axis=0), frames.std(axis=0)

    def scaled(x: np.ndarray, lengths: np.ndarray) -> np.ndarray:
        return np.where(real_frames(lengths, x.shape[1])[..., None], (x - centre) / scale, 0.0)

    return scaled(train, train_lengths), scaled(test, test_lengths)


def masked_mean_std(x: np.ndarray, lengths: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Mean and standard deviation of each channel over the real frames of each utterance. x: (N, T, D). Both (N, D)."""
    real = real_frames(lengths, x.shape[1])[..., None]
    mean = np.where(real, x, 0).sum(axis=1) / lengths[:, None]
    square = np.where(real, x - mean[:, None], 0) ** 2
    return mean, np.sqrt(square.sum(axis=1) / lengths[:, None])


def real_frames(lengths: np.ndarray, T: int) -> np.ndarray:
    """True where a frame exists, (N, T)."""
    return np.arange(T) < lengths[:, None]
