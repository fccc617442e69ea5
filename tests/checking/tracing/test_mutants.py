"""A fixed part of benchmarks/naming.py: right answers in three styles with one edit each. Counts, no times."""

import sys
from pathlib import Path

import pytest

BENCHMARKS = Path(__file__).parents[3] / "benchmarks"


@pytest.fixture(scope="module")
def naming():
    sys.path.insert(0, str(BENCHMARKS))
    try:
        import naming

        yield naming
    finally:
        sys.path.remove(str(BENCHMARKS))


@pytest.mark.parametrize("style", ["split_gates", "stacked", "loops"])
def test_what_is_rewritten_is_right_and_not_a_line_of_it_is_called_wrong(naming, style):
    for exercise in naming.REWRITTEN:
        answer = naming.function(*naming.source(exercise, style), exercise, f"<{style}>")
        assert naming.evaluate(exercise, answer).passed


@pytest.mark.parametrize(
    ("exercise", "style", "every"),
    [
        ("rnn_step", "loops", 3),
        ("lstm_step", "stacked", 9),
        ("gru_step", "split_gates", 13),
    ],
)
def test_the_first_wrong_line_is_told_and_no_other_and_no_name_is_wrong(naming, exercise, style, every):
    row = naming.row(exercise, style, every)
    assert row.mutants >= 3
    assert (row.accepted, row.elsewhere) == (0, 0)
    assert row.told >= 0.9 * row.mutants
    assert row.wrongly == 0
    assert row.named >= 0.6 * row.mutants
