"""The figures of lesson 00 show what they are given, and say it."""

import numpy as np
import pytest

from coursekit import plots


def test_overflow_marks_where_a_form_fails_and_where_it_is_right_by_luck():
    x = np.linspace(-100, 100, 5, dtype=np.float32)
    with np.errstate(all="ignore"):
        rising = np.exp(x)
        fig = plots.overflow(x, {"naive": (rising / (1 + rising), rising), "safe": (np.tanh(x), np.ones_like(x))})
    assert "naive: nan from x = 100 to 100" in fig.description
    assert "safe: no overflow" in fig.description
    assert [text.get_text() for text in fig.axes[0].texts] == ["nan"]
    assert fig._png()


def test_errors_by_entry_leave_out_what_no_logarithm_can_show():
    reference = np.array([[1.0, 0.0], [-2.0, 1e-6]])
    fig = plots.error_by_entry(reference, reference + [[1e-7, 0.0], [0.0, 1e-7]], overall=5e-8)
    (dots, _) = fig.axes[0].lines
    np.testing.assert_allclose(sorted(dots.get_ydata()), [1e-7, 0.1], rtol=1e-6)
    assert "of 2 entries" in fig.description and "up to 1.0e-01" in fig.description
    assert fig._png()


@pytest.mark.parametrize("best", [0, 2, 4])
def test_the_best_step_is_ringed(best):
    steps = np.logspace(-8, 0, 5)
    errors = np.abs(np.arange(5.0) - best) + 0.1
    errors[(best + 1) % 5] = np.nan
    fig = plots.difference_error(steps, {"central": errors})
    ring = fig.axes[0].lines[1]
    assert (ring.get_xdata()[0], ring.get_ydata()[0]) == (steps[best], errors[best])
    assert f"smallest at a step of {steps[best]:.0e}" in fig.description
    assert fig._png()
