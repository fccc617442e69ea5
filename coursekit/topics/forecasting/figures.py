"""Figures of lesson 09: the weeks of a series, days forecast one after the other, and the error by hours ahead."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from matplotlib.axes import Axes

from coursekit.figures.style import COLOURS, NEUTRAL, CourseFigure, course_figure, describe, figure
from coursekit.results.numbers import number

_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
# By kind of method: networks in the GRU's colour, baselines in grey; the form of the question is the line style.
_RESIDUAL, _VALUES, _NAIVE = "-", ":", (0, (6, 3))


@course_figure
def weeks_on_top_of_each_other(values, day: int, unit: str) -> CourseFigure:
    """All weeks of a series in one picture. values: (T,) from a Monday's first reading on, `day` readings a day."""
    values = np.asarray(values, float)
    week = 7 * day
    whole = values[: len(values) // week * week].reshape(-1, week)
    fig, ax = figure(height=3.2)
    hours = np.arange(week) / day
    for one in whole[:-1]:
        ax.plot(hours, one, color=NEUTRAL, linewidth=0.8, alpha=0.6)
    ax.plot([], [], color=NEUTRAL, linewidth=0.8, label=f"{len(whole) - 1} weeks")
    ax.plot(hours, whole[-1], color=COLOURS["GRU"], label="the last week")
    ax.set_xticks(np.arange(7) + 0.5, _DAYS)
    ax.set(xlim=(0, 7), ylabel=unit, title="All weeks, one over the other")
    ax.grid(axis="x", visible=False)
    for midnight in range(1, 7):
        ax.axvline(midnight, color="#CCCCCC", linewidth=0.6)
    ax.legend(loc="lower right", bbox_to_anchor=(1, 1), ncols=2)
    spread = np.abs(np.diff(whole, axis=0)).mean()
    text = f"{len(whole)} weeks drawn over each other, Monday to Sunday: two neighbouring weeks differ by "
    return describe(fig, f"{text}{number(spread)} {unit} on average, at a mean of {number(whole.mean())} {unit}.")


@course_figure
def days_ahead(starts, truth, forecasts: Mapping[str, np.ndarray], unit: str, days: int = 7) -> CourseFigure:
    """A week of forecasts, one a day for the whole day that follows; below, what they are off by.

    starts: (n,) the hour of each window's first target. truth: (n, 24); forecasts: name -> (n, 24), in `unit`.
    """
    starts, truth = np.asarray(starts), np.asarray(truth, float)
    firsts = np.flatnonzero(starts % truth.shape[1] == 0)[:days]
    if len(firsts) == 0:
        raise ValueError("starts: no window begins a whole number of days after the first reading")
    hours = np.arange(len(firsts) * truth.shape[1]) / truth.shape[1]
    fig, (above, below) = figure(2, 1, height=5.2, sharex=True, height_ratios=[3, 2])
    above.plot(hours, truth[firsts].ravel(), color="black", linewidth=1.4, label="what happened")
    for name, said in forecasts.items():
        error = (said - truth)[firsts].ravel()
        above.plot(hours, said[firsts].ravel(), label=name, **_look(name))
        below.plot(hours, error, **_look(name))
    below.axhline(0, color="black", linewidth=1)
    above.set(ylabel=unit, title="Once a day, a forecast for the next 24 hours")
    below.set(ylabel=f"error ({unit})", xlabel="days of the test", xlim=(0, len(firsts)))
    above.legend(loc="upper center", bbox_to_anchor=(0.5, -0.02), ncols=2)
    sizes = "; ".join(f"{name} {number(np.abs(said - truth)[firsts].mean())}" for name, said in forecasts.items())
    return describe(fig, f"Day-ahead forecasts over {len(firsts)} days. Mean absolute error in {unit}: {sizes}.")


@course_figure
def error_by_hours_ahead(truth, forecasts: Mapping[str, np.ndarray], unit: str) -> CourseFigure:
    """The mean absolute error of each forecast against how far ahead it looks. Shapes as in `days_ahead`."""
    truth = np.asarray(truth, float)
    fig, ax = figure(height=3.4)
    ahead = np.arange(1, truth.shape[1] + 1)
    ends = {}
    for name, said in forecasts.items():
        errors = np.abs(said - truth).mean(axis=0)
        ends[name] = errors
        ax.plot(ahead, errors, label=name, **_look(name))
    ax.set(xlabel="hours ahead", ylabel=f"mean absolute error ({unit})", xlim=(1, ahead[-1]))
    ax.set_ylim(bottom=0)
    _legend_outside(ax)
    said = "; ".join(f"{name} from {number(errors[0])} to {number(errors[-1])}" for name, errors in ends.items())
    return describe(fig, f"Mean absolute error in {unit} from the first to the last hour ahead: {said}.")


def _look(name: str) -> dict:
    """Line of a method by its name."""
    style = _RESIDUAL if "residual" in name else _VALUES if "values" in name else _NAIVE
    if "ridge" in name:
        return {"color": COLOURS["RNN"], "linestyle": style, "linewidth": 1.5}
    if "GRU" in name:
        return {"color": COLOURS["GRU"], "linestyle": style}
    style = (0, (1, 1)) if "day before" in name else "-." if "moved" in name else style
    return {"color": NEUTRAL, "linestyle": style, "linewidth": 1.5}


def _legend_outside(ax: Axes) -> None:
    ax.legend(loc="center left", bbox_to_anchor=(1.0, 0.5))
