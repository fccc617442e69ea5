"""Figures of lesson 13: where the decoder looks, what teacher forcing hides, and how much data a rule saves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from coursekit.figures.style import COLOURS, NEUTRAL, CourseFigure, course_figure, describe, figure, heat_map

_SHOWN = {" ": "␣", "<end>": "end"}
_ABOVE = {"loc": "lower left", "bbox_to_anchor": (0, 1), "ncols": 2}  # of a legend: no curve can run through it


@course_figure
def attention_map(weights, written: Sequence[str], source: Sequence[str]) -> CourseFigure:
    """Where the decoder looks. weights (S, T): a row for each written symbol, a column for each one read."""
    weights = np.asarray(weights)
    S, T = weights.shape
    words = max(map(len, source)) > 1
    fig, ax = figure(height=1.2 + 0.26 * S + (0.7 if words else 0))
    heat_map(ax, weights, signed=False, label="weight")
    ax.set_xticks(range(T), [_SHOWN.get(piece, piece) for piece in source], rotation=60 if words else 0)
    if words:
        for label in ax.get_xticklabels():
            label.set(ha="right", rotation_mode="anchor")
    ax.set_yticks(range(S), [_SHOWN.get(piece, piece) for piece in written])
    ax.set(xlabel="read", ylabel="written")
    ax.tick_params(length=0)
    best = weights.argmax(axis=1)
    looks = ", ".join(
        f"{_SHOWN.get(a, a)} at {_SHOWN.get(source[k], source[k])!r}" for a, k in zip(written, best, strict=True)
    )
    return describe(
        fig, f"Attention of {S} written symbols (rows) over {T} read ones (columns). Most weight, row by row: {looks}."
    )


@course_figure
def forced_and_free(forced, free) -> CourseFigure:
    """Right symbols at each place of the target, in %: with the right past given, and with the model's own. (S,)"""
    forced, free = np.asarray(forced), np.asarray(free)
    places = np.arange(1, len(forced) + 1)
    fig, ax = figure(height=3.2)
    ax.plot(places, forced, color=NEUTRAL, linestyle="--", marker="s", label="reads the right symbols")
    ax.plot(places, free, color=COLOURS["GRU"], marker="o", label="reads what it wrote itself")
    ax.fill_between(places, free, forced, color=NEUTRAL, alpha=0.15, linewidth=0)
    ax.set(xlabel="place in the translation", ylabel="right symbols (%)", ylim=(0, 103), xticks=places[::2])
    ax.legend(**_ABOVE)
    return describe(
        fig,
        f"Right symbols by place: over the places {forced.mean():.0f} % if the decoder reads the right symbols, "
        f"{free.mean():.0f} % if it reads its own; the largest gap is {(forced - free).max():.0f} points, at place "
        f"{places[(forced - free).argmax()]}.",
    )


@course_figure
def right_by_days(days, shares: Mapping[str, Sequence[float]]) -> CourseFigure:
    """How much data each method needs. days: (D,) in training. shares: name -> (D,) exact translations in %."""
    fig, ax = figure(height=3.2)
    looks = [{"color": COLOURS["GRU"], "marker": "o"}, {"color": NEUTRAL, "linestyle": "--", "marker": "s"}]
    for (name, values), look in zip(shares.items(), looks, strict=False):
        ax.plot(days, values, label=name, **look)
    ax.set(xlabel="days in training (each in six languages)", ylabel="exact translations (%)", ylim=(-3, 104))
    ax.set_xscale("log")
    ax.set_xticks(days, [f"{day:,}" for day in days])
    ax.minorticks_off()
    ax.legend(**_ABOVE)
    said = "; ".join(f"{name} from {values[0]:.0f} to {values[-1]:.0f} %" for name, values in shares.items())
    return describe(fig, f"Exact translations with {days[0]:,} to {days[-1]:,} days in training: {said}.")
