"""Lesson 12, the right answers. The two that lesson 18 uses too are defined in `coursekit.training.padding`."""

from __future__ import annotations

import numpy as np

from coursekit.training.padding import masked_mean_std, standardise_frames

__all__ = ["last_valid", "masked_mean_std", "standardise_frames"]


def last_valid(hs: np.ndarray, lengths: np.ndarray) -> np.ndarray:
    """The state after the last real frame of each sequence. hs: (N, T, H) -> (N, H)."""
    return hs[np.arange(len(hs)), lengths - 1]
