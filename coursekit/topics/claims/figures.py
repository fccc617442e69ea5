"""Figures of lesson 08: a claim with what was measured about it.

The functions read results of `coursekit.topics.claims.experiments`: `title`, `quantity`, `claimed`, `measurements`
(each with `where`, `values`, `ratio`, `exact`, `interval`, `text`) and `picture`, the curves or bars of the experiment.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.ticker import LogLocator, MaxNLocator, NullLocator
from matplotlib.transforms import offset_copy

from coursekit.figures.curves import as_number, cell_of
from coursekit.figures.style import (
    NEUTRAL,
    CourseFigure,
    band,
    bar,
    course_figure,
    describe,
    figure,
    line,
    points,
    wrapped,
)

_SECOND_STYLE = {"RNN": (0, (1, 4)), "LSTM": (0, (1, 1)), "GRU": (0, (3, 1, 1, 1))}
_SHADE = "#E4E4E4"
_COLOUR = {True: line("GRU")["color"], False: NEUTRAL}  # this notebook, the full run


@course_figure
def claim_measured(result: Any, guess: float | None = None, full: Any = None) -> CourseFigure:
    """Above the experiment itself, as curves or bars; below the measured numbers, one row for each place.

    result: of an experiment. guess: a prediction for the first row, drawn as an open diamond; anything that is no
    number is left out. full: the same result of the recorded full run, drawn in grey below each row.
    """
    panels = result.picture.get("panels", {})
    rows = len(result.measurements)
    below = 1.0 + rows * (0.5 if full else 0.4)
    if panels:
        curves = result.picture["kind"] == "curves"
        above = 2.6 + (0.18 * max(map(len, panels.values())) if curves else 0)
        fig, axes = figure(2, len(panels), height=below + above, squeeze=False, height_ratios=[above, below])
        for ax, (title, content) in zip(axes[0], panels.items(), strict=True):
            _panel(ax, title, content, result.picture, first=ax is axes[0, 0])
        grid = axes[1, 0].get_gridspec()
        for ax in axes[1]:
            ax.remove()
        intervals = fig.add_subplot(grid[1, :])
    else:
        fig, intervals = figure(height=below + 0.2)
    _intervals(intervals, result, as_number(guess), full)
    found = "; ".join(f"{m.where}: {m.text}" for m in result.measurements)
    return describe(fig, f"{result.claim} Measured: {result.quantity}. {found}. {result.sentence}")


def _panel(ax: Axes, title: str, content: Mapping, picture: Mapping, first: bool) -> None:
    if picture["kind"] == "bars":
        bars = [ax.bar(name, value, **bar(name)) for name, value in content.items()]
        for drawn, value in zip(bars, content.values(), strict=True):
            ax.bar_label(drawn, [_count(value)], fontsize=9)
        ax.set(title=wrapped(title, 20))
        ax.grid(axis="x", visible=False)
        ax.margins(y=0.15)
        ax.yaxis.set_major_formatter(lambda value, _: _count(value))
    else:
        for label, (x, runs) in content.items():
            band(ax, x, runs, cell_of(label), label=label, **_style(label, list(content)))
        ax.set(title=wrapped(title, 20), xlabel=picture["x"])
        below = offset_copy(ax.transAxes, ax.figure, y=-38, units="points")  # what stands below x
        place = {"loc": "upper left", "bbox_to_anchor": (-0.05, 0), "bbox_transform": below}
        ax.legend(fontsize=9, borderpad=0, labelspacing=0.2, **place)
        for axis in picture["log"]:
            ax.set(**{f"{axis}scale": "log"})
        if "y" in picture["log"]:
            _label_narrow_log_axis(ax.yaxis)
    if first:
        ax.set_ylabel(wrapped(picture["y"], 24))


def _count(value: float) -> str:
    """A number of bytes, parameters or microseconds, short enough for the top of a bar."""
    if value >= 1e6:
        return f"{value / 1e6:.2f} M"
    return f"{value:,.0f}" if value >= 10 or value == round(value) else f"{value:.2g}"


def _label_narrow_log_axis(axis: Axis) -> None:
    """A logarithmic axis of less than a decade or two has hardly a labelled tick of its own."""
    low, high = axis.get_view_interval()
    axis.set_minor_locator(NullLocator())
    if high / low < 4:
        axis.set_major_locator(MaxNLocator(6))
    elif high / low < 40:
        axis.set_major_locator(LogLocator(subs=(1, 2, 5)))
    else:
        return
    axis.set_major_formatter(lambda value, _: f"{value:g}")


def _style(label: str, labels: Sequence[str]) -> dict[str, Any]:
    """The first curve of a cell looks as everywhere; a second one differs in line style, not in colour alone."""
    of_this_cell = [other for other in labels if cell_of(other) == cell_of(label)]
    return {"linestyle": _SECOND_STYLE[cell_of(label)]} if of_this_cell.index(label) else {}


def _intervals(ax: Axes, result: Any, guess: float | None, full: Any) -> None:
    recorded = {m.where: m for m in full.measurements} if full else {}
    ratio = result.measurements[0].ratio
    ax.set_xscale("log" if ratio else "linear")
    shown = list(_ends(result.measurements)) + list(_ends(recorded.values()))
    shown += [end for end in result.claimed if np.isfinite(end)]
    if guess is not None and (guess > 0 or not ratio):
        shown.append(guess)
        ax.plot([guess], [0], "D", mfc="none", mec="black", ms=9, label="your prediction", zorder=4)
    limits = _wider(min(shown), max(shown), ratio)
    ax.axvspan(*np.clip(result.claimed, *limits), color=_SHADE, linewidth=0, label="here the claim is right")
    for row, measurement in enumerate(result.measurements):
        _one_row(ax, row, measurement, "this notebook", "o", _COLOUR[True])
        if measurement.where in recorded:
            _one_row(ax, row + 0.3, recorded[measurement.where], "recorded full run", "s", _COLOUR[False])
    names = [wrapped(m.where, 24) for m in result.measurements]
    ax.set_yticks(range(len(names)), names)
    ax.set(xlim=limits, ylim=(len(names) - 0.4, -0.6), xlabel=wrapped(result.quantity, 62))
    ax.grid(axis="y", visible=False)
    if ratio:
        _label_narrow_log_axis(ax.xaxis)
    handles, labels = ax.get_legend_handles_labels()
    once = dict(zip(labels, handles, strict=True))
    ax.figure.legend(once.values(), once, fontsize=9, ncols=4, loc="outside lower center")


def _one_row(ax: Axes, y: float, measurement: Any, label: str, marker: str, colour: str) -> None:
    mean, low, high = measurement.interval
    if not measurement.exact:
        values = measurement.values
        ax.plot(values, np.full(len(values), y + 0.12), "|", color=colour, alpha=0.6, ms=6)
        ax.plot([low, high], [y, y], color=colour, linewidth=3, solid_capstyle="butt")
    ax.plot([mean], [y], marker, color=colour, ms=7, label=label, linestyle="none", zorder=3)


def _ends(measurements: Any) -> Any:
    for measurement in measurements:
        yield from measurement.interval
        yield from measurement.values


def _wider(low: float, high: float, ratio: bool) -> tuple[float, float]:
    """Limits with some room on both sides."""
    if ratio:
        room = max((high / low) ** 0.08, 1.02)
        return low / room, high * room
    room = max(0.08 * (high - low), 1e-9)
    return low - room, high + room


@course_figure
def paired_runs(losses: Mapping[str, np.ndarray], intervals: Mapping[str, Sequence[float]], name: str) -> CourseFigure:
    """What pairing buys. Left: a line for every seed, from one network's loss to the other's. Right: intervals.

    losses: two networks, (S,) each. intervals: by label, (mean, low, high) of the difference. name: of the loss.
    """
    fig, (left, right) = figure(1, 2, height=3.2, width_ratios=[1, 1.3])
    (first, a), (second, b) = losses.items()
    for pair in zip(a, b, strict=True):
        left.plot([0, 1], pair, color=NEUTRAL, linewidth=1)
    for x, (label, values) in enumerate(losses.items()):
        look = points(label)
        left.plot(np.full(len(values), x), values, linestyle="none", color=look["color"], marker=look["marker"], ms=7)
    left.set(ylabel=name, xlim=(-0.3, 1.3))
    left.set_xticks([0, 1], [first, second])
    left.grid(axis="x", visible=False)
    for y, (mean, low, high) in enumerate(intervals.values()):
        right.plot([low, high], [y, y], color=_COLOUR[True], linewidth=3, solid_capstyle="butt")
        right.plot([mean], [y], "o", color=_COLOUR[True], ms=7)
    right.axvline(0, color=NEUTRAL, linewidth=1, linestyle=(0, (6, 3)))
    right.set_yticks(range(len(intervals)), list(intervals))
    right.set(ylim=(len(intervals) - 0.4, -0.6), xlabel=f"{first} minus {second}, 95 % interval")
    right.grid(axis="y", visible=False)
    said = "; ".join(f"{label}: {low:.3g} to {high:.3g}" for label, (_, low, high) in intervals.items())
    return describe(fig, f"{len(a)} pairs of runs, and intervals of {first} minus {second}: {said}.")
