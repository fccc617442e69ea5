"""Where a gradient goes on its way back: how much reaches each earlier state, and from which loss it comes.

Everything here is measured step by step with the `step` and `step_backward` of a cell, so that the quantities
between the steps can be seen; `cell.backward` computes the same sums and keeps nothing in between.
Sizes: N sequences, T steps, D inputs, H units.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from types import ModuleType
from typing import Any

import numpy as np

from . import lstm


def run(cell: ModuleType, params, x, h0=None) -> tuple[np.ndarray, list]:
    """x (N, T, D) through a cell, step by step: hs (N, T, H), and the list of T step caches.

    h0 (N, H), zeros if left out; the cell state of an LSTM begins at zero.
    """
    H = params.W_hh.shape[1]
    state = [np.zeros((len(x), H), x.dtype) for _ in range(2 if cell is lstm else 1)]
    if h0 is not None:
        state[0] = h0
    hs, caches = [], []
    for t in range(x.shape[1]):
        *state, cache = cell.step(x[:, t], *state, params)
        hs.append(state[0])
        caches.append(cache)
    return np.stack(hs, axis=1), caches


def go_back(cell: ModuleType, caches: Sequence, dh) -> Iterator[Any]:
    """The gradients of each step, the last step first, when only the last state has a loss: dh (N, H)."""
    state = [dh, np.zeros_like(dh)] if cell is lstm else [dh]
    for cache in reversed(caches):
        gradients = cell.step_backward(*state, cache)
        state = _passed_on(cell, gradients)
        yield gradients


def surviving(cell: ModuleType, params, x, dh, h0=None) -> np.ndarray:
    """The share of a gradient dh (N, H) at the last state that is left after k = 0 ... T steps back: (T+1,).

    The norm is taken for each sequence and then averaged. The state of an LSTM is h and c together, and so is the norm.
    """
    _, caches = run(cell, params, x, h0)
    arriving = [[dh], *(_passed_on(cell, gradients) for gradients in go_back(cell, caches, dh))]
    norms = np.array([np.sqrt(sum(np.sum(g**2, axis=1) for g in state)).mean() for state in arriving])
    return norms / norms[0]


def factor_per_step(profile, first: int = 10) -> float:
    """The factor by which a profile (T+1,) changes per step: the slope of its logarithm from lag `first`."""
    profile = np.asarray(profile)
    if len(profile) < first + 2:
        raise ValueError(f"profile: expected more than {first + 1} lags, got {len(profile)}; choose a smaller `first`")
    lags = np.arange(first, len(profile))
    return float(np.exp(np.polyfit(lags, np.log(profile[first:]), 1)[0]))


def two_sources(cell: ModuleType, dhs, caches: Sequence) -> tuple[np.ndarray, np.ndarray]:
    """The norm of dL/dh_t in two parts: from step t's own loss, and from the future; (T,) each.

    dhs (N, T, H) is the gradient of each step's own loss. Each part is the length of its projection on the
    whole, so that the two add up to the norm exactly; a part that points against the whole is negative.
    """
    T = len(caches)
    own, future = np.zeros(T), np.zeros(T)
    from_future = [np.zeros_like(dhs[:, 0]) for _ in range(2 if cell is lstm else 1)]
    for t in reversed(range(T)):
        dh = dhs[:, t] + from_future[0]
        length = np.linalg.norm(dh)
        if length > 0:
            own[t], future[t] = (np.sum(part * dh) / length for part in (dhs[:, t], from_future[0]))
        from_future = _passed_on(cell, cell.step_backward(dh, *from_future[1:], caches[t]))
    return own, future


def _passed_on(cell: ModuleType, gradients) -> list[np.ndarray]:
    """What a step hands to the step before it."""
    return [gradients.dh_prev, gradients.dc_prev] if cell is lstm else [gradients.dh_prev]
