"""Intervals are those of the tables, and keep their promise in simulation."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest

from coursekit.results.intervals import bootstrap_interval, mean_interval, paired_comparison, poisson_upper, t_table

# Two-sided 95 % and 99 % quantiles as every table of Student's distribution has them.
TABULATED = {(1, 0.95): 12.706, (2, 0.95): 4.303, (4, 0.95): 2.776, (9, 0.95): 2.262, (29, 0.95): 2.045}
TABULATED |= {(1, 0.99): 63.657, (5, 0.99): 4.032, (20, 0.99): 2.845}


@pytest.mark.parametrize(("freedom", "level"), TABULATED)
def test_quantiles_are_those_of_the_tables(freedom, level):
    assert t_table(31, level)[freedom] == pytest.approx(TABULATED[freedom, level], abs=5e-4)


@pytest.mark.slow
def test_quantiles_fall_to_those_of_the_normal_distribution():
    table = t_table(2001)
    assert np.isinf(table[0])
    assert (np.diff(table) < 0).all()
    assert table[-1] == pytest.approx(1.96, abs=2e-3)
    assert not table.flags.writeable


@pytest.mark.parametrize("pairs", [3, 5, 10])
def test_95_percent_of_the_intervals_hold_the_true_value(pairs):
    rng = np.random.default_rng(0)
    shared, own = rng.normal(0, 5, (4000, pairs)), rng.normal(0.3, 1, (4000, pairs))
    found = [paired_comparison(s + o, s, t_table(30)) for s, o in zip(shared, own, strict=True)]
    covered = np.mean([low < 0.3 < high for _, low, high in found])
    assert covered == pytest.approx(0.95, abs=0.012)


def test_ratios_are_compared_by_their_logarithms():
    values = [0.5, 2.0, 1.0, 4.0]
    ratio = mean_interval(values, ratio=True)
    logs = mean_interval(np.log(values))
    assert np.log(ratio) == pytest.approx(logs)
    swapped = mean_interval([1 / v for v in values], ratio=True)
    assert (1 / swapped.mean, 1 / swapped.high, 1 / swapped.low) == pytest.approx(ratio)


def test_what_has_no_interval_is_refused():
    with pytest.raises(ValueError, match="values: an interval needs at least two, got 1"):
        mean_interval([1.0])
    with pytest.raises(ValueError, match="values: ratios are positive, got -1"):
        mean_interval([1.0, -1.0], ratio=True)


@pytest.mark.parametrize(("count", "upper"), [(0, 2.996), (1, 4.744), (5, 10.513), (40, 52.069)])
def test_poisson_limits_are_those_of_the_tables(count, upper):
    assert poisson_upper(count) == pytest.approx(upper, abs=0.001)


@pytest.mark.parametrize("level", [0.5, 0.95, 0.999])
def test_poisson_limits_keep_their_promise_for_large_counts_and_other_levels(level):
    for count in (0, 3, 700):
        numbers = np.random.default_rng(count).poisson(poisson_upper(count, level), 400_000)
        assert (numbers <= count).mean() == pytest.approx(1 - level, abs=0.004)
    for count, strange in ((-1, level), (3, 1.0), (3, 0.0)):
        with pytest.raises(ValueError, match="a count from 0 and a level between 0 and 1"):
            poisson_upper(count, strange)


def test_nothing_is_loaded_for_quantiles_before_one_is_asked_for():
    code = "import sys, coursekit.results.intervals, coursekit.results.comparison; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=300)
    assert not {"mpmath", "scipy"} & set(done.stdout.split())


def test_cases_that_are_drawn_again_have_the_interval_of_all_draws_at_once():
    values = np.random.default_rng(3).exponential(size=40)
    found = bootstrap_interval(lambda of: values[of].mean(), 40, draws=500, seed=5)
    means = values[np.random.default_rng(5).integers(40, size=(500, 40))].mean(axis=1)
    np.testing.assert_allclose(found, (values.mean(), *np.percentile(means, (2.5, 97.5))), rtol=1e-12)
    assert bootstrap_interval(lambda of: values[of].mean(), 40, draws=500, seed=5) == found
