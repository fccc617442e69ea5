"""Forward over a sequence with any cell that has one state: the loop's known mistakes, as answers that can be run."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from coursekit.checking import Mistake

_NO_MEMORY = "The state of one step is the input of the next. Does your loop replace the variable that it passes on?"


def forward_mistakes(step: Callable) -> tuple[Mistake, ...]:
    """Wrong loops around a right step(x, h, params) -> h. An answer is called with (x, h0, params)."""

    def states(x, h0, params) -> list[np.ndarray]:
        """h0, h1, ..., hT."""
        found = [h0]
        for t in range(x.shape[1]):
            found.append(step(x[:, t], found[-1], params))
        return found

    def each_from(start: Callable) -> Callable:
        return lambda x, h0, params: np.stack([step(x[:, t], start(h0), params) for t in range(x.shape[1])], axis=1)

    def writes_into_h0(x, h0, params):
        hs = np.empty((*x.shape[:2], h0.shape[1]))
        for t in range(x.shape[1]):
            h0[...] = step(x[:, t], h0, params)
            hs[:, t] = h0
        return hs

    def one_array_for_all(x, h0, params):
        h, hs = h0.copy(), []
        for t in range(x.shape[1]):
            h[...] = step(x[:, t], h, params)
            hs.append(h)
        return np.stack(hs, axis=1)

    return (
        Mistake("a loop that starts every step from h0", _NO_MEMORY, each_from(lambda h0: h0)),
        Mistake("a loop that starts every step from zeros", _NO_MEMORY, each_from(np.zeros_like)),
        Mistake(
            "a loop that starts from zeros and ignores h0, or reads hs[:, t - 1] at t = 0",
            "The first step must receive h0. At t = 0 the index t - 1 is -1, the last time step, and it is still zero "
            "there.",
            lambda x, h0, params: np.stack(states(x, np.zeros_like(h0), params)[1:], axis=1),
        ),
        Mistake(
            "a loop that writes into h0",
            "h0 belongs to the caller. `h0[:] = ...` and `h0 += ...` change it; a new name for the state does not.",
            writes_into_h0,
        ),
        Mistake(
            "one array that stands for all states",
            "The same array is appended at every step and overwritten by the next. Append new arrays.",
            one_array_for_all,
        ),
        Mistake(
            "states in the order (T, N, H)",
            "The batch comes first. Which axis should np.stack make for time?",
            lambda x, h0, params: np.stack(states(x, h0, params)[1:]),
        ),
        Mistake(
            "states that are reshaped to (N, T, H) and not turned",
            "np.array(states) is (T, N, H). reshape leaves the numbers in that order and cuts them elsewhere; np.stack "
            "with axis=1, swapaxes and transpose move an axis.",
            lambda x, h0, params: np.stack(states(x, h0, params)[1:]).reshape(*x.shape[:2], -1),
        ),
        Mistake(
            "only the last state",
            "All T states are asked for: keep each of them.",
            lambda x, h0, params: states(x, h0, params)[-1],
        ),
        Mistake(
            "states that begin with h0, so that there are T + 1",
            "hs[:, t] is the state after step t. h0 is the state before the first step, and is not part of it.",
            lambda x, h0, params: np.stack(states(x, h0, params), axis=1),
        ),
        Mistake(
            "the state before each step in place of the state after it",
            "hs[:, t] is the state after x[:, t] was read. Append after the step, not before.",
            lambda x, h0, params: np.stack(states(x, h0, params)[:-1], axis=1),
        ),
        Mistake(
            "a loop that runs backwards in time",
            "Step t sees x[:, t], and t counts up.",
            lambda x, h0, params: np.stack(states(x[:, ::-1], h0, params)[1:][::-1], axis=1),
        ),
    )
