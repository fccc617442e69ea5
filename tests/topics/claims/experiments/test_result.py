"""Verdicts follow from intervals, and sentences from verdicts."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest

from coursekit.topics.claims.experiments.result import Measurement, Result, number, text_beside

HIGH, LOW, AROUND = (2.0, 2.1, 1.9, 2.0), (0.5, 0.51, 0.49, 0.5), (0.8, 1.3, 0.9, 1.2)


def result(*measurements, claimed=(1.0, math.inf)):
    return Result("name", "title", "A claim.", "a ratio", claimed, "conditions", measurements)


def measured(values, where="here", ratio=True):
    return Measurement(where, values, ratio)


@pytest.mark.parametrize(
    ("values", "claimed", "verdict"),
    [
        (HIGH, (1.0, math.inf), "holds"),
        (LOW, (1.0, math.inf), "does not hold"),
        (AROUND, (1.0, math.inf), "undecided"),
        (HIGH, (1 / 1.1, 1.1), "does not hold"),
        (AROUND, (1 / 1.1, 1.1), "undecided"),
        (AROUND, (0.1, 10.0), "holds"),
        (LOW, (-math.inf, 1.0), "holds"),
        (HIGH, (2.0, math.inf), "undecided"),
    ],
)
def test_one_interval_against_a_range(values, claimed, verdict):
    assert measured(values).verdict(claimed) == verdict
    assert result(measured(values), claimed=claimed).verdict == verdict


@pytest.mark.parametrize(
    ("several", "verdict"),
    [
        ((HIGH, HIGH), "holds"),
        ((LOW, LOW), "does not hold"),
        ((HIGH, LOW), "depends"),
        ((HIGH, LOW, AROUND), "depends"),
        ((HIGH, AROUND), "undecided"),
        ((LOW, AROUND), "undecided"),
    ],
)
def test_several_places_together(several, verdict):
    assert result(*(measured(values) for values in several)).verdict == verdict


def test_the_sentence_has_every_place_with_its_interval_under_its_verdict():
    found = result(measured(HIGH, "adding"), measured(LOW, "text"), measured(AROUND, "counting"), measured(HIGH, "c"))
    assert found.sentence == (
        "Depends: the claim is right for adding (2.00 [1.87, 2.13]) and c (2.00 [1.87, 2.13]); "
        "the claim is wrong for text (0.500 [0.487, 0.513]); "
        "the border of the claim is crossed by the interval for counting "
        f"({found.measurements[2].text})."
    )


def test_a_difference_of_uncertain_size_is_not_called_unknown():
    """An interval that excludes 1 and crosses 1.1 says something: there is a difference."""
    found = Result("n", "t", "A claim.", "a ratio", (1 / 1.1, 1.1), "c", (measured((1.05, 1.15, 1.08, 1.12), "text"),))
    assert found.measurements[0].interval.low > 1
    assert found.sentence.startswith("Undecided: the border of the claim is crossed by the interval for text (")
    named = replace(found, border='"on par"')
    assert named.sentence.startswith('Undecided: the border of "on par" is crossed by the interval for text (')


def test_an_exact_number_is_its_own_interval():
    exact = Measurement("the layer", (25.0,), exact=True)
    assert exact.interval == (25, 25, 25)
    assert exact.text == "25"
    assert result(exact, claimed=(30.0, 40.0)).sentence == "Does not hold: the claim is wrong for the layer (25)."


@pytest.mark.parametrize(
    ("value", "plain", "zeros"),
    [(0.0, "0", "0.00"), (1.0, "1", "1.00"), (25.04, "25", "25.0"), (123.4, "123", "123"), (2868.2, "2,868", "2,868")]
    + [(8.64e-11, "8.6e-11", "8.6e-11"), (3.2e6, "3.2e+06", "3.2e+06"), (-0.5, "-0.5", "-0.500")],
)
def test_numbers_are_short(value, plain, zeros):
    assert (number(value), number(value, zeros=True)) == (plain, zeros)


@pytest.mark.parametrize(
    ("claimed", "text"),
    [((1.0, math.inf), "above 1"), ((-math.inf, 2.0), "below 2"), ((30.0, 40.0), "30 to 40")],
)
def test_a_range_in_words(claimed, text):
    assert result(measured(HIGH), claimed=claimed).claimed_text == text


def test_prediction_and_full_run_stand_beside_the_measurement():
    quick, full = result(measured(AROUND, "adding"), measured(LOW, "text")), result(measured(HIGH, "adding"))
    text = text_beside(quick, full, 1.5)
    adding = next(line for line in text.splitlines() if line.startswith("adding"))
    assert quick.measurements[0].text in adding and adding.endswith(full.measurements[0].text)
    assert "mean [95 % interval]  " in text and "  full run\n" in text and "Predicted: 1.5 (adding)" in text
    assert f"Verdict: {quick.sentence}" in text and f"Full run: {full.sentence}" in text
    assert "Predicted" not in quick.text and "full" not in quick.text.lower()
