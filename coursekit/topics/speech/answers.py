"""Lesson 12, the right answers. Those that lesson 18 uses too lie with the training."""

from __future__ import annotations

import numpy as np

from coursekit.training.frames import masked_mean_std, real_frames, standardise_frames

__all__ = ["last_valid", "masked_mean_std", "real_frames", "standardise_frames"]


def last_valid(hs: np.ndarray, lengths: np.ndarray) -> np.ndarray:
    """The state after the last real frame of each sequence. hs: (N, T, H) -> (N, H)."""
    return hs[np.arange(len(hs)), lengths - 1]
