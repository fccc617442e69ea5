"""Even grids: no reading is lost, no gap is invented, and what has no grid is refused."""

from __future__ import annotations

import numpy as np
import pytest

from coursekit.sources.own_file import BadFile, Series, evenly_spaced, parse_csv_series, seconds

START = np.datetime64("2024-01-01", "us")
UNITS = {"ms": 1000, "us": 1}  # microseconds


def at(ticks):
    """A series with the values 0, 1, 2, ... at these microseconds, or at these times."""
    ticks = np.asarray(ticks)
    times = START + ticks.astype("timedelta64[us]") if ticks.dtype.kind in "if" else ticks.astype("datetime64[us]")
    return Series(times, np.arange(len(times), dtype=float))


def require_all(series, gaps=0):
    grid, step = evenly_spaced(series)
    np.testing.assert_array_equal(grid[np.isfinite(grid)], series.values)
    assert np.isnan(grid).sum() == gaps
    return seconds(step)


@pytest.mark.parametrize("rounding", [np.round, np.floor, np.ceil], ids=["round", "down", "up"])
@pytest.mark.parametrize(
    "rate", [7, 29.97, 30, 44.1, 60, 100, 119.88, 128, 240, 256, 360, 400, 480, 512, 700, 800, 900]
)
def test_stamps_rounded_to_milliseconds_lose_nothing_and_invent_nothing(rate, rounding):
    ticks = rounding(np.arange(1200) / rate * 1000 + 1e-9 * np.sign(rounding(0.5) - 0.5)) * 1000
    assert require_all(at(ticks.astype(int))) == pytest.approx(1 / rate, rel=2e-3)


@pytest.mark.parametrize("rate", [1500, 8000, 16000, 44100, 700_000])
def test_stamps_rounded_to_microseconds_lose_nothing_and_invent_nothing(rate):
    ticks = np.round(np.arange(1200) / rate * 1e6).astype(int)
    assert require_all(at(ticks)) == pytest.approx(1 / rate, rel=2e-3)


@pytest.mark.parametrize("rate", [30, 60, 360, 400])
def test_what_is_missing_among_rounded_stamps_is_a_gap(rate):
    kept = np.sort(np.random.default_rng(0).choice(np.arange(1, 2999), 2700, replace=False))
    kept = np.r_[0, kept, 2999]
    grid, _ = evenly_spaced(at(np.round(kept / rate * 1000).astype(int) * 1000))
    np.testing.assert_array_equal(np.flatnonzero(np.isfinite(grid)), kept)


@pytest.mark.parametrize("missing", [[500], [100, 101, 700], list(range(3, 1100, 37))])
def test_gaps_on_an_exact_grid_stay_gaps(missing):
    """A thousand a second in milliseconds: a difference of two is a reading that is missing, not a slower clock."""
    missing = [k + (k * k) % 11 for k in missing]
    kept = np.setdiff1d(np.arange(1200), missing)
    assert require_all(at(kept * 1000), gaps=len(set(missing))) == 0.001


@pytest.mark.parametrize(
    ("days", "gaps"), [((0, 1, 2, 3, 4), 104), ((0, 1, 2, 3, 4, 5), 52)], ids=["Monday to Friday", "without Sundays"]
)
def test_days_without_readings_are_gaps(days, gaps):
    day = np.arange(366)
    kept = day[np.isin(day % 7, days)]
    assert require_all(at(kept * 86_400_000_000), gaps=gaps) == 86_400


def months(count, day=1, every=1):
    return [np.datetime64(f"{1949 + k // 12}-{k % 12 + 1:02d}-{day:02d}") for k in range(0, count * every, every)]


@pytest.mark.parametrize("day", [1, 15, 28])
@pytest.mark.parametrize("every", [1, 3, 12])
def test_months_quarters_and_years_are_even_steps(day, every):
    step = require_all(at(months(144, day, every)))
    assert step / 86_400 == pytest.approx(30.437 * every, rel=0.01)


@pytest.mark.parametrize("years", [1, 4, 10, 30])
@pytest.mark.parametrize("days", [(1, 16), (1, 11, 21)])
def test_parts_of_months_are_even_steps(days, years):
    parts = np.sort([moment for day in days for moment in months(12 * years, day)])
    assert require_all(at(parts)) * len(days) / 86_400 == pytest.approx(30.437, rel=0.04)


def test_a_month_that_is_missing_is_one_gap_wherever_it_is():
    for gone in range(1, 143):
        require_all(at(np.delete(months(144), gone)), gaps=1)
    ends = [moment - np.timedelta64(1, "D") for moment in months(100)]
    require_all(at(ends))


def test_a_clock_that_is_slow_and_one_that_wavers_add_up_to_nothing():
    every = 300_000_000
    assert require_all(at((np.arange(20_000) * every * 1.00004).astype(int))) == pytest.approx(300.012)
    assert require_all(at((np.arange(20_000) * 300.013).astype(int) * 1_000_000)) == 300
    waver = np.random.default_rng(0).uniform(-0.1, 0.1, 1000)
    assert require_all(at(((np.arange(1000) + waver) * every).astype(int))) == pytest.approx(300, rel=1e-3)


def test_a_sensor_that_begins_anew_between_the_points_of_the_grid_keeps_its_readings():
    ticks = np.r_[np.arange(1000) * 300, 400_137 + np.arange(1000) * 300, 900_150 + np.arange(900) * 300]
    grid, step = evenly_spaced(at(ticks * 1_000_000))
    assert seconds(step) == 300 and np.isfinite(grid).sum() == 2900
    assert np.isnan(grid).sum() == round(100_437 / 300) - 1 + round(200_313 / 300) - 1


@pytest.mark.parametrize("seconds_each", [(60, 30), (30, 60), (1, 2), (2, 1), (600, 300)])
def test_a_recorder_that_was_set_to_another_step_keeps_its_times(seconds_each):
    """Their mean is no step of this file: the shorter one is, with gaps where it was the longer one."""
    ticks = np.concatenate([[0], np.cumsum(np.repeat(seconds_each, (300, 400)))])
    grid, step = evenly_spaced(at(ticks * 1_000_000))
    assert seconds(step) == min(seconds_each)
    np.testing.assert_array_equal(np.flatnonzero(np.isfinite(grid)), ticks // min(seconds_each))


@pytest.mark.parametrize("seconds_each", [(10, 15), (20, 30), (5, 8)])
def test_two_steps_of_which_none_is_a_multiple_are_no_grid(seconds_each):
    ticks = np.concatenate([[0], np.cumsum(np.repeat(seconds_each, (300, 400)))])
    with pytest.raises(BadFile, match="belong to one point|no regular step"):
        evenly_spaced(at(ticks * 1_000_000))


@pytest.mark.parametrize(("rate", "missing"), [(400, 98), (900, 0), (700, 0), (60, 98)])
def test_a_night_without_rounded_stamps_is_one_gap(rate, missing):
    kept = np.sort(np.random.default_rng(1).choice(np.arange(1, 1999), 1998 - missing, replace=False))
    kept = np.r_[0, kept, 1999]
    kept[1000:] += 20_000
    grid, step = evenly_spaced(at(np.round(kept / rate * 1000).astype(int) * 1000))
    assert seconds(step) == pytest.approx(1 / rate, rel=2e-3)
    found = np.flatnonzero(np.isfinite(grid))
    differences, wanted = np.diff(found), np.diff(kept)
    assert abs(differences[999] - wanted[999]) < 30, "how many it would have been, nobody knows to the last one"
    np.testing.assert_array_equal(np.delete(differences, 999), np.delete(wanted, 999))


def test_a_late_reading_followed_by_an_early_one_moves_nothing():
    ticks = np.arange(100) * 300
    ticks[40] += 140
    assert require_all(at(ticks * 1_000_000)) == 300


def test_days_by_the_clock_of_a_place_are_even_when_summer_time_begins_and_ends():
    rows = [f"2024-{month:02d}-{day:02d}T00:00{zone},1" for month, day, zone in _midnights()]
    require = parse_csv_series("t,v\n" + "\n".join(rows), time="t", value="v")
    grid, step = evenly_spaced(require)
    assert len(grid) == len(rows) and seconds(step) == 86_400


def _midnights():
    first, summer, winter = (np.datetime64(day) for day in ("2024-03-01", "2024-04-01", "2024-10-28"))
    for day in np.arange(first, np.datetime64("2024-12-01")):
        moment = day.item()
        yield moment.month, moment.day, "+02:00" if summer <= day < winter else "+01:00"


def test_two_readings_for_one_point_are_refused_with_their_times():
    ticks = np.sort(np.r_[np.arange(100) * 300, 49 * 300 + 20]) * 1_000_000
    with pytest.raises(BadFile, match="at 2024-01-01T04:05:00.* and 2024-01-01T04:05:20.* belong to one point"):
        evenly_spaced(at(ticks))


def test_what_has_no_step_is_refused():
    irregular = np.cumsum(np.random.default_rng(0).exponential(100e6, 500)).astype(int)
    with pytest.raises(BadFile, match="no regular step"):
        evenly_spaced(at(irregular))
    with pytest.raises(BadFile, match="one time has no step"):
        evenly_spaced(at([0]))
    assert require_all(at([0, 7_000_000])) == 7


def test_stamps_too_coarse_for_their_readings_are_refused_with_a_way_out():
    text = "t,v\n2024-01-01T00:00:00.001,1\n2024-01-01T00:00:00.001,2\n"
    with pytest.raises(BadFile, match="line 3: .* stands there twice; .*time=None"):
        parse_csv_series(text, time="t", value="v")


def test_readings_without_times_keep_their_places():
    assert np.isnan(parse_csv_series("v\n1\n\n3\n\n", time=None, value="v").values).tolist() == [False, True, False]
    several = parse_csv_series("v;w\n1;2\n;\n3;4\n;\n", time=None, value=("v", "w")).values
    assert several.shape == (3, 2) and np.isnan(several[1]).all()
