"""What is returned in one place and belongs in another, and small factors: said only where it is so."""

import numpy as np

from coursekit.checking import evaluate, registry

COUNT = registry.get("count_alarms").reference
SPLIT = registry.get("split_by_day").reference


def said(exercise, answer):
    report = evaluate(exercise, answer, along=False, search=0)
    assert not report.passed
    return " ".join(report.text.split())


def test_counts_that_are_equal_in_one_draw_are_not_called_exchanged():
    text = said("count_alarms", lambda alarm, anomalous, tol, pat: COUNT(alarm, anomalous, tol + 1, pat))
    assert "is what belongs" not in text


def test_truth_values_that_are_the_opposite_in_one_draw_are_not_called_exchanged():
    text = said("split_by_day", lambda day, order, test_days: SPLIT(day, order[::-1], test_days))
    assert "is what belongs" not in text


def test_what_is_exchanged_in_every_draw_is_called_so():
    text = said("count_alarms", lambda *args: (lambda found, events, false: (found, false, events))(*COUNT(*args)))
    assert "What you return second, as events, is what belongs third: false." in text


def test_a_factor_that_is_nearly_one_is_written_with_the_digits_that_show_it():
    def answer(train, test):
        centre, scale = train.mean(), train.std() + 1e-3
        return (train - centre) / scale, (test - centre) / scale

    text = said("standardise", answer)
    factor = float(text.split("Every number is ")[1].split(" times")[0])
    assert 0.999 < factor < 1 and "is 1 times" not in text and np.isfinite(factor)
