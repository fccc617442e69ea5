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


def passed_on(dhs, caches: Sequence[gru.StepCache], where=None) -> Paths:
    """The share of |dh_t| that one step back leaves at h_{t-1}, by the path it takes: four numbers.

    dhs (N, T, H): the gradient of each step's own loss. where (N, T) bool: the steps that count, None for all. Each
    part of dh_prev counts with the length of its projection on the whole, so that the four add up to the length of the
    whole; a part that points against it is negative.
    """
    N, T, _ = dhs.shape
    where = np.ones((N, T), bool) if where is None else np.asarray(where, bool)
    arriving, parts_passed = 0.0, np.zeros(4)
    dh_next = np.zeros_like(dhs[:, 0])
    for t in reversed(range(T)):
        dh = dhs[:, t] + dh_next
        parts = four_paths(dh, caches[t])
        dh_next = sum(parts)
        length = np.linalg.norm(dh_next, axis=1, keepdims=True)
        along = dh_next / np.where(length > 0, length, 1)
        parts_passed += [np.sum((part * along)[where[:, t]]) for part in parts]
        arriving += np.linalg.norm(dh, axis=1)[where[:, t]].sum()
    return Paths(*(parts_passed / arriving if arriving > 0 else parts_passed))
