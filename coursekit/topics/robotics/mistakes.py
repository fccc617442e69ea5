"""Runnable mistakes of lesson 18: intervals without a width, velocities that do not add up, rollouts that peek."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from coursekit.checking import Mistake
from coursekit.topics.robotics.answers import PathStep, constant_velocity, open_loop, wilson_interval


def _around(centre: Callable, half: Callable) -> Callable:
    """An interval with another centre or another half-width, both functions of the share, the cases and z."""

    def answer(right: int, cases: int, z: float) -> tuple[float, float]:
        share = right / cases
        middle, reach = centre(share, cases, z), half(share, cases, z)
        return middle - reach, middle + reach

    return answer


def _centre(p: float, n: int, z: float) -> float:
    return (p + z**2 / (2 * n)) / (1 + z**2 / n)


def _half(p: float, n: int, z: float) -> float:
    return z / (1 + z**2 / n) * math.sqrt(p * (1 - p) / n + z**2 / (4 * n**2))


def _wald(p: float, n: int, z: float) -> float:
    return z * math.sqrt(p * (1 - p) / n)


def _agresti(p: float, n: int, z: float) -> float:
    q = _centre(p, n, z)
    return z * math.sqrt(q * (1 - q) / (n + z**2))


def _clipped(right: int, cases: int, z: float) -> tuple[float, float]:
    low, high = _around(lambda p, n, z: p, _wald)(right, cases, z)
    return max(0.0, low), min(1.0, high)


WILSON = (
    Mistake(
        "the interval p plus or minus z standard errors",
        "With all cases right it has no width: 40 of 40 would prove a perfect classifier. Wilson's has.",
        _around(lambda p, n, z: p, _wald),
    ),
    Mistake(
        "the interval p plus or minus z standard errors, cut at 0 and 1",
        "Cutting hides that it reaches beyond 1. With all cases right it still has no width.",
        _clipped,
    ),
    Mistake(
        "Wilson's half-width around the share itself",
        "The centre is not p: it lies nearer to a half.",
        _around(lambda p, n, z: p, _half),
    ),
    Mistake(
        "Wilson's centre with the plain standard error",
        "Inside the root there is a second term, which does not vanish when p is 0 or 1.",
        _around(_centre, _wald),
    ),
    Mistake(
        "the interval of Agresti and Coull",
        "It has the same centre and another half-width. Close, but not what was asked.",
        _around(_centre, _agresti),
    ),
    Mistake(
        "a z that is always 1.96",
        "z is an argument: other confidences have other values.",
        lambda right, cases, z: wilson_interval(right, cases, 1.96),
    ),
    Mistake(
        "a division by 1 + z**2 / n that is left out",
        "Both the centre and the half-width are divided by 1 + z**2 / n.",
        _around(lambda p, n, z: p + z**2 / (2 * n), lambda p, n, z: z * math.sqrt(p * (1 - p) / n + z**2 / (4 * n**2))),
    ),
    Mistake(
        "a half-width that is not divided by 1 + z**2 / n",
        "The centre is right. The half-width has the same divisor.",
        _around(_centre, lambda p, n, z: z * math.sqrt(p * (1 - p) / n + z**2 / (4 * n**2))),
    ),
    Mistake(
        "a term z**2 / 4n in place of z**2 / 4n**2",
        "Inside the root both terms shrink with n: the second one is divided by n squared.",
        _around(_centre, lambda p, n, z: z / (1 + z**2 / n) * math.sqrt(p * (1 - p) / n + z**2 / (4 * n))),
    ),
    Mistake(
        "the number of wrong cases",
        "The exercise asks for the share of `right`.",
        lambda right, cases, z: wilson_interval(cases - right, cases, z),
    ),
    Mistake(
        "shares in per cent",
        "Shares lie between 0 and 1.",
        lambda right, cases, z: tuple(100 * end for end in wilson_interval(right, cases, z)),
    ),
    Mistake(
        "the ends in the wrong order",
        "low comes first.",
        lambda right, cases, z: wilson_interval(right, cases, z)[::-1],
    ),
)


def _along(steps: Callable[[int], np.ndarray], velocity: Callable[[np.ndarray], np.ndarray] | None = None) -> Callable:
    """The last position plus `steps` times a velocity (N, D)."""

    def answer(past: np.ndarray, horizon: int) -> np.ndarray:
        v = past[:, -1] - past[:, -2] if velocity is None else velocity(past)
        return past[:, -1, None] + steps(horizon)[:, None] * v[:, None]

    return answer


def _ahead(horizon: int) -> np.ndarray:
    return np.arange(1, horizon + 1)


def _grows(past: np.ndarray, horizon: int) -> np.ndarray:
    acceleration = past[:, -1] - 2 * past[:, -2] + past[:, -3]
    k = _ahead(horizon)[:, None]
    return constant_velocity(past, horizon) + k * (k + 1) / 2 * acceleration[:, None]


VELOCITY = (
    Mistake(
        "a position that is held",
        "That is a baseline too, for things that stand still. Which way did the path go in its last step?",
        _along(np.zeros),
    ),
    Mistake(
        "forecasts that are all one step away",
        "After k steps at one velocity the path is k steps further.",
        _along(np.ones),
    ),
    Mistake(
        "forecasts that begin with the last known position",
        "The first forecast is one step after the last position.",
        _along(np.arange),
    ),
    Mistake(
        "forecasts that are one step too far",
        "The first forecast is one step after the last position, not two.",
        _along(lambda horizon: _ahead(horizon) + 1),
    ),
    Mistake(
        "the mean velocity of the whole path",
        "As in its last step: only the last two positions count.",
        _along(_ahead, lambda past: (past[:, -1] - past[:, 0]) / (past.shape[1] - 1)),
    ),
    Mistake(
        "the velocity of the first step",
        "The last step is the difference of the last two positions.",
        _along(_ahead, lambda past: past[:, 1] - past[:, 0]),
    ),
    Mistake(
        "the velocity over two steps, not divided by two",
        "past[:, -1] - past[:, -3] is the distance of two steps.",
        _along(_ahead, lambda past: past[:, -1] - past[:, -3]),
    ),
    Mistake(
        "a velocity with the wrong sign",
        "The last position minus the one before it.",
        _along(_ahead, lambda past: past[:, -2] - past[:, -1]),
    ),
    Mistake(
        "one velocity for all paths, their mean",
        "Every path has its own velocity.",
        _along(_ahead, lambda past: np.repeat((past[:, -1] - past[:, -2]).mean(axis=0)[None], len(past), axis=0)),
    ),
    Mistake(
        "a velocity that goes on changing, as in the last two steps",
        "That is constant acceleration. The exercise asks for a velocity that stays as it is.",
        _grows,
    ),
    Mistake(
        "an axis for the steps before that for the paths",
        "Paths first, then steps, then coordinates: (N, horizon, D).",
        lambda past, horizon: constant_velocity(past, horizon).swapaxes(0, 1),
    ),
)


def _rollout(
    *,
    warm_up: Callable[[int], range] = range,
    keep_state: bool = True,
    forget_first: bool = False,
    feed: Callable[[np.ndarray, np.ndarray, int, int], np.ndarray] = lambda said, positions, t, seen: said,
) -> Callable:
    """A rollout with another warm-up, with a state that is lost, or fed with something else."""

    def answer(step: PathStep, positions: np.ndarray, seen: int) -> np.ndarray:
        state = None
        for t in warm_up(seen):
            said, state = step(positions[:, t], state)
        forecasts, state = [said], None if forget_first else state
        for t in range(seen, positions.shape[1] - 1):
            said, new = step(feed(said, positions, t, seen), state)
            state = new if keep_state else state
            forecasts.append(said)
        return np.stack(forecasts, axis=1)

    return answer


def _restarts(step: PathStep, positions: np.ndarray, seen: int) -> np.ndarray:
    said, forecasts = open_loop(step, positions[:, : seen + 1], seen)[:, 0], []
    for _ in range(positions.shape[1] - seen):
        forecasts.append(said)
        said, _ = step(said, None)
    return np.stack(forecasts, axis=1)


def _without_memory(step: PathStep, positions: np.ndarray, seen: int) -> np.ndarray:
    return open_loop(lambda given, _: step(given, None), positions, seen)


def _whole(step: PathStep, positions: np.ndarray, seen: int) -> np.ndarray:
    state, shown = None, []
    for t in range(seen - 1):
        said, state = step(positions[:, t], state)
        shown.append(said)
    return np.concatenate([np.stack(shown, axis=1), open_loop(step, positions, seen)], axis=1)


def _last_known_twice(step: PathStep, positions: np.ndarray, seen: int) -> np.ndarray:
    state = None
    for t in range(seen):
        said, state = step(positions[:, t], state)
    said, forecasts = positions[:, seen - 1], []
    while len(forecasts) < positions.shape[1] - seen:
        said, state = step(said, state)
        forecasts.append(said)
    return np.stack(forecasts, axis=1)


def _one_too_many(step: PathStep, positions: np.ndarray, seen: int) -> np.ndarray:
    """Warmed up to step `seen`, whose forecast is kept; then one true position more is read before the own ones."""
    forecasts, state = [], None
    for t in range(seen + 1):
        said, state = step(positions[:, t], state)
        if t >= seen - 1:
            forecasts.append(said)
    while len(forecasts) < positions.shape[1] - seen:
        said, state = step(said, state)
        forecasts.append(said)
    return np.stack(forecasts[: positions.shape[1] - seen], axis=1)


def _one_late(step: PathStep, positions: np.ndarray, seen: int) -> np.ndarray:
    longer = np.concatenate([positions, positions[:, -1:]], axis=1)
    return open_loop(step, longer, seen)[:, 1:]


def _in_place(step: PathStep, positions: np.ndarray, seen: int) -> np.ndarray:
    state = None
    for t in range(positions.shape[1] - 1):
        said, state = step(positions[:, t], state)
        if t + 1 >= seen:
            positions[:, t + 1] = said
    return positions[:, seen:]


ROLLOUT = (
    Mistake(
        "teacher forcing: true positions to the end",
        "On a real robot positions[:, t] for t >= seen has not been measured yet.",
        _rollout(feed=lambda said, positions, t, seen: positions[:, t]),
    ),
    Mistake(
        "a model that is shown one position too many",
        "It is shown the steps 0 to seen - 1. The position at `seen` is the first one to forecast.",
        _one_too_many,
    ),
    Mistake(
        "the last known position in place of the model's own forecasts",
        "After the first forecast the model reads what it said itself.",
        _rollout(feed=lambda said, positions, t, seen: positions[:, seen - 1]),
    ),
    Mistake(
        "the last known position read twice",
        "After the first loop the model has already made a forecast from it: that is the first one asked for.",
        _last_known_twice,
    ),
    Mistake(
        "a state that is forgotten when the rollout begins",
        "What the model knows about the movement is in its state. Hand it on.",
        _rollout(forget_first=True),
    ),
    Mistake(
        "a state that is forgotten at every step of the rollout",
        "step returns a new state each time. Hand it on.",
        _restarts,
    ),
    Mistake(
        "a model that is given no state, from the first step on",
        "step returns a new state each time. Hand it on, while the true positions are read as well.",
        _without_memory,
    ),
    Mistake(
        "a state that stays as it was when the rollout began",
        "step returns a new state each time. In the second loop too.",
        _rollout(keep_state=False),
    ),
    Mistake(
        "a model that is shown the last known position only",
        "All steps before `seen` are for warming up: from one position no velocity can be known.",
        _rollout(warm_up=lambda seen: range(seen - 1, seen)),
    ),
    Mistake(
        "forecasts that are one step too late",
        "The forecast made from step seen - 1 is about step `seen`. It is the first one.",
        _one_late,
    ),
    Mistake(
        "forecasts of the known steps as well",
        "The exercise asks for the steps from `seen` on.",
        _whole,
    ),
    Mistake(
        "zeros in place of the model's own forecasts",
        "After the first forecast the model reads what it said itself.",
        _rollout(feed=lambda said, positions, t, seen: 0 * said),
    ),
    Mistake(
        "forecasts that overwrite the recording",
        "The numbers may be right, but the true positions are gone. Make a list of your own.",
        _in_place,
    ),
)
