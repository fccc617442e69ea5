"""The four ways in which a gradient goes back through one step of a GRU, from h_t to h_{t-1}."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from coursekit.reference import gru


class Paths(NamedTuple):
    """The parts of dh_prev, (N, H) each; or their lengths. Their sum is the whole."""

    direct: np.ndarray  # z * h_prev, in the last line
    n: np.ndarray  # the candidate, through W_hn
    z: np.ndarray  # the update gate, through W_hz
    r: np.ndarray  # the reset gate, through W_hr


def four_paths(dh, cache: gru.StepCache) -> Paths:
    """dh_prev (N, H) of one step in its four parts, from dh (N, H) and the step's cache."""
    _, h_prev, r, z, n, hn, params = cache
    W_hr, W_hz, W_hn = np.split(params.W_hh, 3)
    dan = dh * (1 - z) * (1 - n**2)
    daz = dh * (h_prev - n) * z * (1 - z)
    dar = dan * hn * r * (1 - r)
    return Paths(dh * z, (dan * r) @ W_hn, daz @ W_hz, dar @ W_hr)


def path_lengths(dhs, caches: Sequence[gru.StepCache]) -> Paths:
    """How much of |dh_prev| comes along each path, over all sequences and all steps of one pass: four numbers.

    dhs (N, T, H): the gradient of each step's own loss. Each part counts with the length of its projection on the
    whole, so that the four add up to the length of the whole; a part that points against it is negative.
    """
    whole, lengths = 0.0, np.zeros(4)
    dh_next = np.zeros_like(dhs[:, 0])
    for t in reversed(range(len(caches))):
        parts = four_paths(dhs[:, t] + dh_next, caches[t])
        dh_next = sum(parts)
        lengths += [np.sum(part * dh_next) for part in parts]
        whole += np.sum(dh_next**2)
    return Paths(*(lengths / np.sqrt(whole) if whole > 0 else lengths))
