"""Figures of lesson 11: a sensor's days with their gaps, a day of forecasts, and the Clarke error grid."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from matplotlib.axes import Axes

from coursekit.figures.style import COLOURS, NEUTRAL, CourseFigure, course_figure, describe, figure, wrapped
from coursekit.topics.health.data import HIGH, LOW

_GAP = 7.5  # minutes: a longer step is a gap
_TOP = 400  # mg/dL: the sensor's largest reading

# Lines between the zones of Clarke et al. (1987): x the reference, y the forecast, mg/dL.
_BORDERS = (
    ((0, 70 / 1.2, _TOP / 1.2), (70, 70, _TOP)),
    ((70, 70, _TOP), (0, 56, 0.8 * _TOP)),
    ((70, 70), (84, _TOP)),
    ((0, 70), (180, 180)),
    ((70, 290), (180, _TOP)),
    ((180, 180, _TOP), (0, 70, 70)),
    ((240, 240, _TOP), (70, 180, 180)),
    ((130, 180), (0, 70)),
)
_LETTERS = {"A": [(30, 20)], "B": [(345, 220), (205, 282)], "C": [(160, 360), (158, 14)]} | {
    "D": [(28, 125), (375, 125)],
    "E": [(28, 300), (375, 30)],
}


@course_figure
def glucose_days(times, values, days: int = 4) -> CourseFigure:
    """The first days of a sensor, with its gaps shaded. times: (T,) datetime64; values: (T,) mg/dL."""
    hours = (times - times[0]) / np.timedelta64(1, "h")
    shown = hours <= 24 * days
    hours, values = hours[shown], np.asarray(values, float)[shown]
    fig, ax = figure(height=3.2)
    _range(ax)
    gaps = np.flatnonzero(np.diff(hours) * 60 > _GAP)
    for piece in np.split(np.arange(len(hours)), gaps + 1):
        ax.plot(hours[piece], values[piece], color=COLOURS["GRU"], linewidth=1.3)
    for gap in gaps:
        ax.axvspan(hours[gap], hours[gap + 1], color="#F0C8A0", linewidth=0)
    ax.set_xticks(np.arange(0, 24 * days + 1, 12))
    ax.set(xlabel="hours since the first reading", ylabel="glucose (mg/dL)", xlim=(0, 24 * days), ylim=(30, _TOP))
    ax.set_title("Between the lines the usual aim; where it is shaded, no readings")
    low, high = (values < LOW).mean(), (values > HIGH).mean()
    return describe(
        fig,
        f"{days} days of glucose with {len(gaps)} gaps, from {values.min():.0f} to {values.max():.0f} mg/dL; {low:.0%} "
        f"of the readings lie below {LOW} and {high:.0%} above {HIGH}.",
    )


@course_figure
def glucose_forecasts(times, truth, forecasts: Mapping[str, np.ndarray]) -> CourseFigure:
    """What was said half an hour before, and what came. times: (n,) datetime64 of the targets; others (n,) mg/dL."""
    hours = (times - times[0]) / np.timedelta64(1, "h")
    cuts = np.flatnonzero(np.diff(hours) * 60 > _GAP) + 1
    fig, ax = figure(height=3.4)
    _range(ax)
    lines = {"what came": (truth, {"color": "black", "linewidth": 1.5})}
    lines |= {name: (said, _look(name)) for name, said in forecasts.items()}
    for name, (values, look) in lines.items():
        for k, piece in enumerate(np.split(np.arange(len(hours)), cuts)):
            ax.plot(hours[piece], values[piece], label=name if k == 0 else None, **look)
    ax.set(xlabel="hours", ylabel="glucose (mg/dL)", xlim=(hours[0], hours[-1]))
    ax.legend(loc="upper left", bbox_to_anchor=(0, -0.2), ncols=len(lines))
    sizes = "; ".join(f"{name} {np.abs(said - truth).mean():.3g}" for name, said in forecasts.items())
    return describe(fig, f"Forecasts of glucose over {hours[-1]:.0f} hours. Mean absolute error in mg/dL: {sizes}.")


@course_figure
def clarke_grid(truth, forecasts: Mapping[str, np.ndarray], zones: Mapping[str, np.ndarray]) -> CourseFigure:
    """The Clarke error grid, one panel for each method. truth, forecasts: (n,) mg/dL; zones: (n,) of "A" to "E".

    A forecast beyond the grid is drawn on its edge.
    """
    fig, axes = figure(1, len(forecasts), height=7.2 / len(forecasts) + 0.9, squeeze=False, sharey=True)
    said_of = []
    for ax, (name, said) in zip(axes[0], forecasts.items(), strict=True):
        ax.plot(truth, np.clip(said, 0, _TOP), ".", color=COLOURS["GRU"], alpha=0.12, markersize=2.5, markeredgewidth=0)
        for x, y in _BORDERS:
            ax.plot(x, y, color="black", linewidth=0.8)
        ax.plot([0, _TOP], [0, _TOP], color="black", linewidth=0.6, linestyle=":")
        for letter, places in _LETTERS.items():
            for place in places:
                ground = {"facecolor": "white", "edgecolor": "none", "alpha": 0.7, "pad": 1}
                look = {"fontsize": 12, "fontweight": "bold", "color": NEUTRAL, "bbox": ground}
                ax.annotate(letter, place, ha="center", va="center", **look)
        ax.set(xlim=(0, _TOP), ylim=(0, _TOP), xlabel="what came (mg/dL)", aspect="equal")
        ax.grid(False)
        shares = {letter: (np.asarray(zones[name]) == letter).mean() for letter in "ABCDE"}
        heading = wrapped(name, 60 // len(forecasts))
        ax.set_title(f"{heading}\nA {shares['A']:.1%}, D {shares['D']:.1%}", fontsize=10)
        said_of.append(f"{name}: " + ", ".join(f"{letter} {share:.1%}" for letter, share in shares.items()))
    axes[0, 0].set_ylabel("what was said (mg/dL)")
    return describe(fig, f"Clarke error grid, share of the forecasts in each zone. {'; '.join(said_of)}.")


def _range(ax: Axes) -> None:
    for border in (LOW, HIGH):
        ax.axhline(border, color=NEUTRAL, linewidth=1, linestyle=(0, (6, 3)))


def _look(name: str) -> dict:
    if "GRU" in name:
        return {"color": COLOURS["GRU"], "linewidth": 1.5}
    if "ridge" in name:
        return {"color": COLOURS["RNN"], "linewidth": 1.3, "linestyle": "--"}
    return {"color": NEUTRAL, "linewidth": 1.3, "linestyle": ":"}
