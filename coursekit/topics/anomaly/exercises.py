"""Lesson 10, anomalies: a score that knows the past only, a threshold from normal data, and alarms counted by event."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from coursekit.checking import Draw, Exercise, Tensor
from coursekit.checking.registry import register
from coursekit.topics.anomaly import mistakes
from coursekit.topics.anomaly.answers import alarm_threshold, count_alarms, moving_z_score

LESSON = "10_anomaly"


def _draw_recordings(rng: np.random.Generator) -> Iterator[Draw]:
    """Recordings that rise, so that the past is not like the whole; with a spike, which spoils what follows."""
    for name, (T, length) in {
        "short": (9, 3),
        "full size": (30, 6),
        "fresh numbers": (30, 6),
        "other": (25, 11),
    }.items():
        values = 20 + 0.7 * np.arange(T) + rng.standard_normal(T)
        values[(T + length) // 2] += rng.choice([-8, 8])
        yield Draw(name, {"values": values, "length": length}, {"T": T, "length": length})


register(
    Exercise(
        name="moving_z_score",
        lesson=LESSON,
        asks="For every reading the distance to the mean of the `length` readings before it, in their standard "
        "deviations; zero for the first `length` readings.",
        reference=moving_z_score,
        returns=(Tensor("score", ("T",), sequence="T"),),
        draw=_draw_recordings,
        mistakes=mistakes.Z_SCORE,
        hints=(
            "When reading t arrives, which readings are known? And should t itself help to say what is usual?",
            "The `length` readings that stand directly before t are known, and t is not among them. Which slice "
            "of values is that?",
            "score = np.zeros(T), and for t in range(length, T): before = values[t - length:t], then "
            "abs(values[t] - before.mean()) / before.std().",
        ),
        points=2,
    )
)


def _draw_scores(rng: np.random.Generator) -> Iterator[Draw]:
    """Test scores that are higher than the validation scores, one of them equal to the threshold.

    The number of alarms allowed is no whole number, in one draw hardly above one, so that a quantile misses it; and the
    test is of another length than the validation.
    """
    cases = {"small": (20, 30, 0.26, 4.0), "full size": (50, 35, 0.52, 8.0), "fresh": (48, 70, 0.43, 8.0)}
    more = {"many a day": (30, 20, 1.72, 12.0), "hardly two in all": (45, 40, 0.36, 8.0)}
    for name, (V, M, rate, per_day) in (cases | more).items():
        valid = np.sort(rng.gamma(2, 1, V)) + 0.01 * np.arange(V)
        test = rng.gamma(2, 1.5, M) + 0.5
        test[int(rng.integers(M))] = alarm_threshold(valid, test, rate, per_day)[0]
        args = {"valid": rng.permutation(valid), "test": test, "alarms_per_day": rate, "per_day": per_day}
        yield Draw(name, args, {"V": V, "M": M})


register(
    Exercise(
        name="alarm_threshold",
        lesson=LESSON,
        asks="The threshold which at most floor(alarms_per_day * days) of the normal validation scores exceed, and "
        "which test scores exceed it.",
        reference=alarm_threshold,
        returns=(Tensor("threshold"), Tensor("alarm", ("M",), exact=True)),
        draw=_draw_scores,
        mistakes=mistakes.THRESHOLD,
        hints=(
            "How many days are the validation scores? So how many of them may be above the threshold?",
            "Sort valid. If k scores may be above, the threshold is the next lower one: the (k + 1)-th largest.",
            "k = int(alarms_per_day * len(valid) / per_day), threshold = np.sort(valid)[-1 - k], and test > threshold.",
        ),
        points=2,
    )
)


def _draw_alarms(rng: np.random.Generator) -> Iterator[Draw]:
    def draw(
        name: str, T: int, events: list[tuple[int, int]], alarms: list[int], tolerance: int, patience: int
    ) -> Draw:
        anomalous, alarm = np.zeros(T, bool), np.zeros(T, bool)
        for start, end in events:
            anomalous[start : end + 1] = True
        alarm[alarms] = True
        args = {"alarm": alarm, "anomalous": anomalous, "tolerance": tolerance, "patience": patience}
        return Draw(name, args, {"T": T})

    tol, pat = int(rng.integers(2, 5)), int(rng.integers(6, 9))
    start = int(rng.integers(8, 12))
    late = start + 3 + tol
    yield draw("an alarm just in time, and one too early", 40, [(start, start + 3)], [start - 1, late], tol, pat)
    yield draw("an alarm just too late", 40, [(start, start + 3)], [late + 1], tol, pat)
    p, q = int(rng.integers(3, 8)), int(rng.integers(28, 35))
    in_a_row = [p, p + pat + 1, q, q + pat, q + 2 * pat, 88, 89]
    yield draw("alarms in a row, and an event at the end", 90, [(86, 89)], in_a_row, tol, pat)
    close = [(start, start + 2), (start + 4, start + 6), (start + 12, start + 14), (30, 31)]
    yield draw("events close to each other", 40, close, [start + 3, start + 13, 32 + tol], tol + 1, pat)
    events = [(0, 2), (20, 24), (45, 49), (60, 60), (71, 72)]
    alarms = [1, 2, 21, 22, 24, 25 + tol, 47, 48, 49, 50, 60, 61 + tol]
    yield draw("events of all kinds", 75, events, alarms, tol, pat)
    spots = np.sort(rng.choice(np.arange(70, 118), 14, replace=False)).tolist()
    yield draw("full size", 120, [(5, 9), (30, 31), (50, 59)], [6, 33, 35, *range(52, 57), *spots], tol, pat)
    # Thick from the first reading on: whoever says otherwise when it is quiet, and for how long, counts others.
    anywhere = np.sort(rng.choice(np.arange(1, 100), 50, replace=False)).tolist()
    yield draw("an alarm at every other reading", 100, [(34, 36), (70, 71)], [0, *anywhere], tol + 2, pat + 3)


register(
    Exercise(
        name="count_alarms",
        lesson=LESSON,
        asks="Events found, events, and false alarms: an event is a run of anomalous readings, and after a false alarm "
        "`patience` readings are silent.",
        reference=count_alarms,
        returns=(Tensor("found", exact=True), Tensor("events", exact=True), Tensor("false", exact=True)),
        draw=_draw_alarms,
        mistakes=mistakes.COUNTING,
        hints=(
            "First the events: where does anomalous change from False to True, and where back? A run may reach the "
            "very first or the very last reading.",
            "An event is found if there is an alarm in it, or up to `tolerance` readings after its end. The "
            "alarms there belong to it.",
            "Event (start, end) is found if alarm[start:end + tolerance + 1].any(). The other alarms are false. "
            "Go through them in order of time, and remember until when it is quiet: a counted one at place p "
            "silences those up to p + patience.",
        ),
        points=3,
    )
)
