"""Lesson 11, health: windows without gaps, scaling that does not look at the test, and ridge regression."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from coursekit.checking import Draw, Exercise, Tensor
from coursekit.checking.registry import register
from coursekit.topics.health import mistakes
from coursekit.topics.health.answers import gap_free_windows, ridge_fit, standardise

LESSON = "11_health"


def _clock(rng: np.random.Generator, T: int, step: float, odd: dict[int, float]) -> np.ndarray:
    """Times of T readings, a little off the step; odd: which steps last quite different times, in steps."""
    steps = step * rng.uniform(0.94, 1.06, T - 1)
    for place, lasts in odd.items():
        steps[place] = step * lasts
    return rng.uniform(3, 30) + np.concatenate([[0.0], np.cumsum(steps)])


def _draw_sensors(rng: np.random.Generator) -> Iterator[Draw]:
    """Gaps in every place of a window. A late and an early reading that add up to two steps hide from a check of
    the whole span; an early one alone hides from a check that looks for long steps only. Some steps are just
    regular."""
    cases = {
        "no gap": (14, 4, 3, 5.0, {}),
        "one gap": (26, 4, 3, 5.0, {12: 8.0}),
        "a reading that came early": (26, 5, 2, 5.0, {11: 0.2}),
        "a late reading and an early one": (28, 5, 3, 5.0, {12: 1.8, 13: 0.2}),
        "full size": (48, 6, 4, 5.0, {11: 2.0, 18: 1.4, 19: 0.6, 27: 40.0}),
        "other sizes": (40, 3, 6, 15.0, {10: 1.6, 15: 0.6, 24: 0.4, 32: 1.4}),
        "one window": (8, 5, 3, 5.0, {}),
    }
    for name, (T, length, ahead, step, odd) in cases.items():
        odd = {place + int(rng.integers(2)) if len(odd) == 1 else place: lasts for place, lasts in odd.items()}
        args = {"minutes": _clock(rng, T, step, odd), "values": rng.uniform(60, 250, T)}
        yield Draw(name, args | {"length": length, "ahead": ahead, "step": step}, {"T": T, "length": length})


register(
    Exercise(
        name="gap_free_windows",
        lesson=LESSON,
        asks="Inputs of `length` readings, the reading `ahead` readings later, and the place of the last input, for "
        "all windows without a gap from the first input to the target.",
        reference=gap_free_windows,
        returns=(Tensor("inputs", ("n", "length")), Tensor("targets", ("n",)), Tensor("now", ("n",), exact=True)),
        draw=_draw_sensors,
        mistakes=mistakes.GAPS,
        hints=(
            "Readings that stand side by side in an array need not be side by side in time. np.diff(minutes) tells.",
            "For a window that ends at `now`, the steps between the readings now - length + 1 and now + ahead have to "
            "be regular: all of them, also those before the target.",
            "Make one array of truth values first: entry k says whether the step from reading k to reading k + "
            "1 is regular. Each window then asks for a slice of it.",
            "regular = np.abs(np.diff(minutes) - step) <= step / 2. Loop over now in range(length - 1, "
            "len(values) - ahead), and keep it if regular[now - length + 1:now + ahead].all().",
        ),
        points=3,
    )
)


def _draw_scales(rng: np.random.Generator) -> Iterator[Draw]:
    """Test windows from another level and with another spread than the training windows."""
    for name, (n, m, length) in {"small": (5, 3, 2), "one test window": (9, 1, 6), "other sizes": (4, 7, 3)}.items():
        level, spread = rng.uniform(100, 150), rng.uniform(20, 40)
        windows = {"train": level + spread * rng.standard_normal((n, length))}
        yield Draw(
            name, windows | {"test": level + 60 + 2 * spread * rng.standard_normal((m, length))}, {"n": n, "m": m}
        )


register(
    Exercise(
        name="standardise",
        lesson=LESSON,
        asks="The windows train and test in one new unit: less the mean of all numbers of train, divided by their "
        "standard deviation.",
        reference=standardise,
        returns=(Tensor("train", ("n", "length")), Tensor("test", ("m", "length"))),
        draw=_draw_scales,
        mistakes=mistakes.SCALING,
        hints=(
            "When the model is made, the test windows do not exist yet. Where can the two numbers come from?",
            "One mean and one standard deviation for all numbers of train together: no axis.",
            "(train - train.mean()) / train.std(), and the same two numbers for test.",
        ),
        points=1,
    )
)


def _draw_regressions(rng: np.random.Generator) -> Iterator[Draw]:
    """Inputs and answers far from zero: without an own b, or with one that is penalised, the fit is off."""
    for name, (N, F) in {"two inputs": (9, 2), "full size": (20, 5), "fewer rows than inputs": (6, 8)}.items():
        X = rng.normal(3, 1, F) + rng.standard_normal((N, F)) @ rng.standard_normal((F, F))
        y = 7 + X @ rng.standard_normal(F) + 0.5 * rng.standard_normal(N)
        yield Draw(name, {"X": X, "y": y, "strength": float(rng.uniform(1.5, 4))}, {"N": N, "F": F})


register(
    Exercise(
        name="ridge_fit",
        lesson=LESSON,
        asks="The w and b that make sum((X w + b - y)**2) + strength * sum(w**2) least.",
        reference=ridge_fit,
        returns=(Tensor("w", ("F",)), Tensor("b")),
        draw=_draw_regressions,
        mistakes=mistakes.RIDGE,
        hints=(
            "b is not penalised, so at the minimum the residuals have mean zero: b = mean(y) - mean(X) w. What is left "
            "for w if both are centred first?",
            "With centred Xc and yc only w is left. Set the gradient of what is made least to zero: that is a "
            "system of F linear equations for w.",
            "(Xc.T Xc + strength I) w = Xc.T yc, so w is np.linalg.solve(Xc.T @ Xc + strength * np.eye(F), Xc.T @ yc).",
        ),
        points=2,
    )
)
