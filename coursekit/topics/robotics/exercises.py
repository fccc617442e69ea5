"""Lesson 18, robotics: an interval for few test cases, the plainest forecast of a path, and an honest rollout."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from coursekit.checking import Draw, Exercise, Tensor
from coursekit.checking.registry import register
from coursekit.recurrence.draws import LARGE
from coursekit.reference import gru
from coursekit.topics.robotics import mistakes
from coursekit.topics.robotics.answers import constant_velocity, open_loop, wilson_interval

LESSON = "18_robotics"


def _draw_shares(rng: np.random.Generator) -> Iterator[Draw]:
    """Small and large counts; where all are right, the simplest interval has no width, and where one is, it goes
    below zero. (None right would have an end at zero, where a relative error flags right answers.)
    """
    few = int(rng.integers(8, 14))
    many = int(rng.integers(150, 400))
    cases = {
        "a few cases": (few - int(rng.integers(2, 4)), few),
        "all right": (int(rng.integers(20, 50)),) * 2,
        "one right": (1, int(rng.integers(20, 50))),
        "many cases": (int(many * rng.uniform(0.6, 0.8)), many),
    }
    for name, (right, n) in cases.items():
        z = 2.576 if name == "many cases" else 1.96
        yield Draw(name, {"right": right, "cases": n, "z": z}, {"right": right, "cases": n})


register(
    Exercise(
        name="wilson_interval",
        lesson=LESSON,
        asks="The low and the high end of Wilson's interval for the share `right` of `cases`.",
        reference=wilson_interval,
        returns=(Tensor("low"), Tensor("high")),
        draw=_draw_shares,
        mistakes=mistakes.WILSON,
        hints=(
            "Square both sides of |p - P| = z sqrt(P (1 - P) / n) and bring everything to one side: "
            "a P**2 + b P + c = 0. What are a, b and c?",
            "a = 1 + z**2 / n, b = -(2 p + z**2 / n) and c = p**2. A quadratic equation has two roots: the two ends.",
            "The roots are (-b - sqrt(b**2 - 4 a c)) / (2 a) and (-b + sqrt(b**2 - 4 a c)) / (2 a). Their mean, the "
            "centre of the interval, lies a little nearer to a half than p does.",
        ),
        points=2,
    )
)


def _draw_paths(rng: np.random.Generator) -> Iterator[Draw]:
    cases = {"one step ahead": (3, 4, 1, 2), "full size": (4, 6, 5, 2), "one path in space": (1, 5, 8, 3)}
    for name, (N, T, horizon, D) in cases.items():
        past = rng.uniform(2, 4, (N, 1, D)) + np.cumsum(rng.normal(0.3, 0.4, (N, T, D)), axis=1)
        yield Draw(name, {"past": past, "horizon": horizon}, {"N": N, "T": T, "horizon": horizon, "D": D})


register(
    Exercise(
        name="constant_velocity",
        lesson=LESSON,
        asks="The next `horizon` positions of each path if it goes on as in its last step.",
        reference=constant_velocity,
        returns=(Tensor("forecast", ("N", "horizon", "D"), sequence="horizon"),),
        draw=_draw_paths,
        mistakes=mistakes.VELOCITY,
        hints=(
            "The last step of a path is the difference of its last two positions.",
            "Where is it after one step more, after two, after k? Multiply the last step by 1, 2, ..., horizon.",
            "past[:, -1, None] + np.arange(1, horizon + 1)[:, None] * (past[:, -1] - past[:, -2])[:, None]",
        ),
        points=1,
    )
)


def _model(rng: np.random.Generator, D: int, H: int) -> Any:
    """A small GRU as step(positions, state): its forecast depends on the position and on all positions before."""
    params, W = gru.init(D, H, rng), rng.uniform(-1, 1, (D, H))

    def step(positions: np.ndarray, state: np.ndarray | None) -> tuple[np.ndarray, np.ndarray]:
        positions = np.asarray(positions, float)
        state, _ = gru.step(positions, np.full((len(positions), H), 0.3) if state is None else state, params)
        return 0.8 * positions + state @ W.T, state

    return step


def _draw_rollouts(rng: np.random.Generator) -> Iterator[Draw]:
    cases = {
        "one step after two": (3, 3, 2, 2, 4),
        "two steps after two": (3, 4, 2, 2, 4),
        "full size": (4, 10, 5, 3, 5),
        LARGE: (4, 10, 5, 3, 5),
        "a batch of one": (1, 11, 3, 2, 6),
    }
    for name, (N, T, seen, D, H) in cases.items():
        positions = np.cumsum(rng.normal(0, 20.0 if name == LARGE else 0.7, (N, T, D)), axis=1)
        args = {"step": _model(rng, D, H), "positions": positions, "seen": seen}
        yield Draw(name, args, {"N": N, "T": T, "seen": seen, "D": D})


register(
    Exercise(
        name="open_loop",
        lesson=LESSON,
        asks="Forecasts of the positions from step `seen` on, by a model that sees the true ones before it, and then "
        "its own forecasts.",
        reference=open_loop,
        returns=(Tensor("forecast", ("N", "T-seen", "D"), sequence="T-seen"),),
        draw=_draw_rollouts,
        mistakes=mistakes.ROLLOUT,
        hints=(
            "Two loops. In the first the model reads positions[:, t] for t < seen. What is its last forecast about?",
            "The forecast made from step seen - 1 is the first one asked for. In the second loop it is what the model "
            "reads next.",
            "said, state = step(positions[:, t], state) in the first loop, said, state = step(said, state) in the "
            "second. Never read positions[:, t] for t >= seen.",
        ),
        points=3,
    )
)
