"""Motions of a wrist, as a watch measured them, and generated movements of a robot's arm.

motions = basic_motions()
motions.train.x, motions.train.label             # (40, 100, 6), (40,)
arm = arm_trajectories(200, seed=0)              # (200, 60, 2) metres: generated
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from coursekit.sources.installed import DataSet, Provenance, catalogued, load_or_generate
from coursekit.sources.ts_format import Padded, padded, parse_ts

MOTION_HERTZ, ARM_HERTZ = 10, 20
LINKS = (0.40, 0.30)  # metres: upper arm, forearm

MOTIONS = catalogued(
    DataSet(
        "basic_motions",
        "BasicMotions: 80 recordings of 10 seconds from a smart watch, while its wearer stands, walks, runs or plays "
        "badminton",
        package="sktime",
        tried="sktime==1.2.0",
        files=("datasets/data/BasicMotions/*.ts",),
        sha256=("4a1c8b4c0d64232cb04a6486288bb81b5690fbf310dba6d42bb569402d5e591a",),
        source="a student project, by way of the UEA archive of time series classification",
        licence="the package is under BSD-3-Clause; terms of the data are not stated by the package",
        extra="speech",
    )
)


class Motions(NamedTuple):
    """x (N, 100, 6): acceleration along three axes, then rotation about three; label: place in classes."""

    train: Padded
    test: Padded
    classes: tuple[str, ...]
    provenance: Provenance


def basic_motions() -> Motions:
    """The recordings in their published split, 40 and 40, ten of each activity in both parts.

    The files do not say who wore the watch. So the same person may be in both parts.
    """

    def parse(contents: dict[str, bytes]) -> tuple[Padded, Padded, tuple[str, ...]]:
        test, train = (parse_ts(contents[name].decode(), name) for name in sorted(contents))
        return padded(train), padded(test, train.classes), train.classes

    (train, test, classes), provenance = load_or_generate(MOTIONS, parse, _made_motions)
    return Motions(train, test, classes, provenance)


def _made_motions() -> tuple[Padded, Padded, tuple[str, ...]]:
    """Stillness, two rhythms, and bursts, in six channels."""
    rng, t = np.random.default_rng(6), np.arange(100) / MOTION_HERTZ
    label = np.tile(np.repeat(np.arange(4), 10), 2)
    x = 0.2 * rng.standard_normal((80, 100, 6))
    for n, kind in enumerate(label):
        rhythm, height = ((0, 0), (2.7, 6.0), (1.8, 2.0), (0.4, 4.0))[kind]
        phases = rng.uniform(0, 2 * np.pi, 6)
        wave = np.sin(2 * np.pi * rhythm * rng.uniform(0.9, 1.1) * t[:, None] + phases)
        x[n] += height * rng.uniform(0.7, 1.3) * (wave**5 if kind == 3 else wave)
    lengths = np.full(80, 100)
    parts = [Padded(x[k::2], lengths[k::2], label[k::2]) for k in range(2)]
    return *parts, ("Standing", "Running", "Walking", "Badminton")


def arm_trajectories(N: int, seed: int, T: int = 60, noise: float = 0.002) -> np.ndarray:
    """GENERATED: where the hand of a robot's arm is, as a camera measures it 20 times a second. (N, T, 2) metres.

    A planar arm with two joints goes from target to target. Each joint moves by the minimum-jerk law (Flash and Hogan
    1985), a move takes 0.5 to 1.4 s, and now and then the arm rests. Nobody tells the camera what the next target is.
    noise: standard deviation of a measurement, in metres.
    """
    rng = np.random.default_rng([18, seed])
    hands = np.empty((N, T, 2))
    for n in range(N):
        start = int(rng.integers(0, 20))  # a recording begins anywhere in a move
        hands[n] = _hand(_joints(rng, T + 20)[start : start + T])
    return hands + noise * rng.standard_normal(hands.shape)


def _joints(rng: np.random.Generator, T: int) -> np.ndarray:
    """Angles of shoulder and elbow in radians over T steps, (T, 2)."""
    at, moves, steps = _target(rng), [], 0
    while steps < T:
        goal, length = _target(rng), int(rng.integers(ARM_HERTZ // 2, round(1.4 * ARM_HERTZ)))
        s = (np.arange(length) + 1)[:, None] / length
        moves.append(at + (goal - at) * (10 * s**3 - 15 * s**4 + 6 * s**5))
        if rng.random() < 0.3:
            moves.append(np.repeat(goal[None], int(rng.integers(2, 8)), axis=0))
        at, steps = goal, sum(map(len, moves))
    return np.concatenate(moves)[:T]


def _target(rng: np.random.Generator) -> np.ndarray:
    return np.array([rng.uniform(0, np.pi), rng.uniform(0.3, 2.4)])


def _hand(joints: np.ndarray) -> np.ndarray:
    """Where the hand is, (..., 2), for angles (..., 2): the forward kinematics of two links in a plane."""
    shoulder, both = joints[..., 0], joints.sum(axis=-1)
    return np.stack(
        [
            LINKS[0] * np.cos(shoulder) + LINKS[1] * np.cos(both),
            LINKS[0] * np.sin(shoulder) + LINKS[1] * np.sin(both),
        ],
        axis=-1,
    )
