"""A name is given where it fits on draws that the check has not made as well, and nowhere else."""

import numpy as np
import pytest

from coursekit.checking import Draw, Exercise, Mistake, Tensor, evaluate
from coursekit.checking.facts import EditKind
from coursekit.checking.further import Further
from coursekit.topics.anomaly.events import runs


def reference(x, w):
    both = x + w
    return both


def draw(rng):
    """Numbers of one sign in a draw, so that half of the seeds hide what a sign does."""
    sign = rng.choice([-1, 1])
    yield Draw("four", {"x": sign * rng.uniform(1, 2, 4), "w": rng.uniform(3, 4, 4)}, {"n": 4})


EXERCISE = Exercise(
    name="both",
    lesson="00_numerical_tools",
    asks="The sum.",
    reference=reference,
    returns=(Tensor("both", ("n",)),),
    draw=draw,
    mistakes=(Mistake("twice the first", "Once.", lambda x, w: 2 * x + w),),
)


def seed_of(further):
    """A seed whose own numbers are positive, and whose further ones have this sign."""
    return next(
        seed
        for seed in range(100)
        if EXERCISE.draws(seed)[0].args["x"][0] > 0
        and np.sign(Further(EXERCISE, seed, None).draws[0].args["x"][0]) == further
    )


@pytest.mark.parametrize("sign", [1, -1])
def test_a_known_mistake_is_named_where_it_fits_elsewhere_too(sign):
    report = evaluate(EXERCISE, lambda x, w: 2 * abs(x) + w, seed_of(sign))
    assert not report.passed
    assert report.diagnoses == (("twice the first",) if sign > 0 else ())


@pytest.mark.parametrize("sign", [1, -1])
def test_a_small_change_is_named_where_it_fits_elsewhere_too(sign):
    edits = evaluate(EXERCISE, lambda x, w: abs(x) - w, seed_of(sign), search=60).edits
    assert [edit.kind for edit in edits] == ([EditKind.SIGN] if sign > 0 else [])


def test_an_answer_that_fills_one_buffer_is_compared_by_what_it_returned_each_time():
    buffer = np.zeros(4)

    def answer(x, w):
        buffer[:] = 2 * x + w
        return buffer

    assert evaluate(EXERCISE, answer, seed_of(1)).diagnoses == ("twice the first",)


def test_a_right_answer_is_called_no_more_often_than_before():
    called = []
    evaluate(EXERCISE, lambda x, w: called.append(1) or x + w)
    assert len(called) == len(EXERCISE.draws(0)) + 1


@pytest.mark.parametrize("seed", range(5))
def test_alarms_that_are_silent_for_longer_and_longer_are_no_alarm_at_every_reading(seed):
    def answer(alarm, anomalous, tolerance, patience):
        events, belongs = runs(anomalous), np.zeros(len(alarm), bool)
        for start, end in events:
            belongs[start : end + tolerance + 1] = True
        found = sum(bool(alarm[start : end + tolerance + 1].any()) for start, end in events)
        false, quiet_until = 0, -1
        for place in np.flatnonzero(alarm & ~belongs):
            if place > quiet_until:
                false, quiet_until = false + 1, quiet_until + patience
        return found, len(events), false

    report = evaluate("count_alarms", answer, seed, search=0)
    assert not report.passed and report.diagnoses == ()
