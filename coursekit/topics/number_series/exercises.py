"""Lesson 21, number series: a fold that does not know the test, a scaled error, precision among ties, warnings."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from coursekit.checking import Draw, Exercise, Tensor
from coursekit.checking.registry import register
from coursekit.topics.number_series import alarm_mistakes, mistakes
from coursekit.topics.number_series.answers import precision_at_k, scaled_error, walk_forward_fold, warnings_in_time

LESSON = "21_number_series"


def _draw_folds(rng: np.random.Generator) -> Iterator[Draw]:
    """Series that rise and grow wilder, so that past, test and whole differ in mean and in spread."""
    cases = {
        "a small fold": (14, 3, 7, 11),
        "the last fold": (23, 4, 15, 23),
        "full size": (40, 5, 22, 31),
        "a test shorter than a window": (30, 8, 19, 23),
        "one reading to test": (16, 3, 9, 10),
        "fresh numbers": (40, 6, 23, 37),
    }
    for name, (T, length, start, stop) in cases.items():
        values = 20 + 0.6 * np.arange(T) + rng.standard_normal(T) * np.linspace(0.8, 2.5, T)
        args = {"values": values, "length": length, "start": start, "stop": stop}
        yield Draw(name, args, {"T": T, "length": length, "n": start - length, "m": stop - start})


register(
    Exercise(
        name="walk_forward_fold",
        lesson=LESSON,
        asks="One fold of a walk-forward test: windows and targets to learn from, all before `start`, windows and "
        "targets of the test in values[start:stop], and all of them scaled by mean and standard deviation of the past.",
        reference=walk_forward_fold,
        parts={"past": "what is known when the test begins", "scaled": "the scaled series"},
        returns=(
            Tensor("train_x", ("n", "length")),
            Tensor("train_y", ("n",)),
            Tensor("test_x", ("m", "length")),
            Tensor("test_y", ("m",)),
        ),
        draw=_draw_folds,
        mistakes=mistakes.FOLD,
        hints=(
            "Stand on the evening before values[start]. Which readings have you seen? Mean and standard deviation "
            "come from these, and from no others.",
            "Scale the whole series with these two numbers first. Then a window is scaled[t - length:t], and its "
            "target scaled[t]: which t are for training, and which for the test?",
            "t runs from length to start - 1 for training, and from start to stop - 1 for the test. np.stack the "
            "windows of each part; the targets are a slice.",
        ),
        points=3,
    )
)


def _draw_forecasts(rng: np.random.Generator) -> Iterator[Draw]:
    cases = {
        "a season of one reading": (9, 3, 2, 1),
        "a short season": (17, 4, 3, 4),
        "full size": (40, 7, 5, 12),
        "a long horizon": (33, 3, 9, 7),
    }
    for name, (t, n, H, season) in cases.items():
        history = 30 + 8 * np.sin(np.arange(t) / season * 2 * np.pi) + 0.2 * np.arange(t) + rng.standard_normal(t)
        truth = 30 + rng.uniform(-8, 8, (n, H))
        forecast = truth + rng.standard_normal((n, H)) * rng.uniform(1, 4, H)
        args = {"history": history, "truth": truth, "forecast": forecast, "season": season}
        yield Draw(name, args, {"t": t, "n": n, "H": H, "season": season})


register(
    Exercise(
        name="scaled_error",
        lesson=LESSON,
        asks="The mean absolute error of each step ahead, divided by the mean absolute error that the seasonal naive "
        "forecast has in the history.",
        reference=scaled_error,
        parts={"naive": "the mean absolute error of the seasonal naive forecast in the history"},
        returns=(Tensor("error", ("H",)),),
        draw=_draw_forecasts,
        mistakes=mistakes.SCALED,
        hints=(
            "Two mean absolute errors: one of the forecast, one of repeating the last season. Which of the arguments "
            "does each need?",
            "The naive forecast of history[t] is history[t - season]. For which t does that exist?",
            "history[season:] and history[:-season] stand side by side. For the forecast the mean runs over axis 0.",
        ),
        points=2,
    )
)


def _draw_cases(rng: np.random.Generator) -> Iterator[Draw]:
    """Scores without ties, some of them below zero, then six equal ones of which three have a place: fraud and honest
    cases in a mixed order, in one draw more frauds than places.
    """

    def draw(name: str, score: np.ndarray, fraud: list[bool] | np.ndarray, k: int) -> Draw:
        return Draw(name, {"score": score, "fraud": np.array(fraud, bool), "k": k}, {"n": len(score)})

    n = 12
    score = rng.permutation(n) + rng.uniform(0, 0.5, n) - 11  # log odds of what is rare: mostly negative
    rank = np.argsort(np.argsort(-score))
    yield draw("no ties", score, np.isin(rank, [0, 2, 3, 8, 11]), 4)
    for name, above, below, tied in (
        ("ties at the border", 2, 5, [True, False, False, True, True, False]),
        ("more cases, ties at the border", 5, 14, [True, False, True, True, True, False]),
    ):
        level = rng.uniform(1, 2)
        high, low = level + rng.uniform(0.5, 2, above), level - rng.uniform(0.5, 2, below)
        others = np.concatenate([high, low])
        truth = np.concatenate([np.arange(above) % 3 != 1, np.arange(below) % 4 == 2])
        order = rng.permutation(len(others))
        places = np.sort(rng.choice(len(others) + 6, 6, replace=False))
        score, fraud = np.empty(len(others) + 6), np.empty(len(others) + 6, bool)
        rest = np.setdiff1d(np.arange(len(score)), places)
        score[places], fraud[places] = level, tied
        score[rest], fraud[rest] = others[order], truth[order]
        yield draw(name, score, fraud, above + 3)
    yield draw("k larger than n", rng.uniform(size=7), np.isin(np.arange(7), rng.choice(7, 2, replace=False)), 10)
    yield draw("all scores equal", np.full(9, rng.uniform()), rng.permutation(9) < 2, 4)


register(
    Exercise(
        name="precision_at_k",
        lesson=LESSON,
        asks="Of the k cases with the highest scores: which share is fraud, and which share of all fraud is among "
        "them? Among equal scores chance decides, and its mean is asked for.",
        reference=precision_at_k,
        parts={"last": "the lowest score that is looked at", "places": "how many of the equal cases are looked at"},
        returns=(Tensor("precision"), Tensor("recall")),
        draw=_draw_cases,
        mistakes=alarm_mistakes.PRECISION,
        hints=(
            "Find the k-th highest score. All cases above it are looked at. How many places does that leave?",
            "These places go to cases that are equal to it, drawn by lot. If a third of the equal cases is fraud, how "
            "much fraud do you expect on each place?",
            "The number found is the fraud above, plus places times the mean of fraud among the equal ones. Divide it "
            "once by the cases looked at, and once by all fraud. And k may be larger than n.",
        ),
        points=3,
    )
)


def _draw_warnings(rng: np.random.Generator) -> Iterator[Draw]:
    def draw(name: str, T: int, events: list[tuple[int, int]], alarms, ahead: int, quiet: int) -> Draw:
        event, alarm = np.zeros(T, bool), np.zeros(T, bool)
        for first, last in events:
            event[first : last + 1] = True
        alarm[np.array(alarms, int)] = True
        args = {"alarm": alarm, "event": event, "ahead": ahead, "quiet": quiet}
        return Draw(name, args, {"T": T, "E": len(events)})

    at = int(rng.integers(20, 26))
    yield draw("two warnings of one event", 50, [(at, at + 4)], [at - 6, at - 2, at + 1], 6, 2)
    yield draw("too early, and none", 60, [(at, at + 3), (50, 52)], [2, at - 9], 8, 3)
    yield draw("alarms in a row", 60, [(at + 20, at + 24)], [*range(3, 17), at + 16], 7, 4)
    yield draw("two events within reach", 70, [(at, at), (at + 4, at + 7)], [at - 3, at + 2, 55, 60], 9, 6)
    yield draw("silences over events", 70, [(at, at + 1), (50, 51)], [at - 4, at + 4, 49, 54], 2, 8)
    # One alarm within an event, one just after it, and two that nobody hears before a heard one, or before none.
    around = [at - 2, at + 4, at + 6, at + 10, at + 12, at + 15]
    yield draw("alarms around events", 60, [(at, at + 5), (at + 13, at + 14), (at + 17, at + 18)], around, 3, 4)
    events = [(0, 1), (30, 33), (52, 52), (58, 63), (90, 96), (118, 119)]
    anywhere = np.sort(rng.choice(np.arange(120), 45, replace=False))
    yield draw("full size", 120, events, anywhere, 7, 3)


register(
    Exercise(
        name="warnings_in_time",
        lesson=LESSON,
        asks="For each event the readings between the first warning and its beginning, 0 without a warning; and how "
        "many heard alarms warned of nothing.",
        reference=warnings_in_time,
        parts={"begins": "where the events begin", "lead": "how long before each event the first warning came"},
        returns=(Tensor("lead", ("E",), exact=True), Tensor("false", exact=True)),
        draw=_draw_warnings,
        mistakes=alarm_mistakes.WARNINGS,
        hints=(
            "First the places where events begin: event is true there, and was not a reading before. The very first "
            "reading may be one.",
            "Then go through the alarms outside of events in order of time, and remember until when it is quiet. What "
            "is done with an alarm that is heard?",
            "A heard alarm at t sets the silence to t + quiet. It warns of the events with t < begin <= t + ahead: "
            "keep the larger lead of each. If there is none, count it as false.",
        ),
        points=3,
    )
)
