"""The result table of an application as a figure: every method with its interval, the best baseline as a line."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from coursekit.figures.curves import as_number, once
from coursekit.figures.style import COLOURS, NEUTRAL, CourseFigure, course_figure, describe, figure

if TYPE_CHECKING:
    from coursekit.results.comparison import Comparison


@course_figure
def comparison(table: Comparison, guesses: Mapping[str, Any] | None = None) -> CourseFigure:
    """Mean and 95 % interval of each method of a `Comparison`; one dot for each seed, a line at the best baseline.

    guesses: by the name of a row, a predicted mean, drawn as an open diamond; anything that is no number is left out.
    """
    fig, ax = figure(height=0.9 + 0.5 * len(table.rows))
    for k, row in enumerate(table.rows):
        mean, low, high = row.interval
        colour, marker = (NEUTRAL, "s") if row.baseline else (COLOURS["GRU"], "o")
        ax.plot(row.values, [k] * len(row.values), "o", color=colour, alpha=0.35, markersize=4, linestyle="none")
        ax.errorbar(mean, k, xerr=[[mean - low], [high - mean]], fmt=marker, color=colour, capsize=4, linewidth=2)
        guess = as_number((guesses or {}).get(row.name))
        if guess is not None:
            look = {"mec": "black", "mfc": "none", "ms": 9, "mew": 1.6, "zorder": 4}
            ax.plot([guess], [k - 0.25], "D", label=once(ax, "your prediction"), **look)
    best = table.best_baseline
    ax.axvline(best.interval.mean, color=NEUTRAL, linewidth=1, linestyle=(0, (6, 3)))
    low, high = ax.get_xlim()
    side = "left" if best.interval.mean < (low + high) / 2 else "right"
    place = {"xycoords": ("data", "axes fraction"), "ha": side, "va": "bottom", "fontsize": 9, "color": NEUTRAL}
    ax.annotate("best baseline", (best.interval.mean, 1), **place)
    ax.set_yticks(range(len(table.rows)), [row.name for row in table.rows])
    ax.set_ylim(len(table.rows) - 0.5, -0.5)
    ax.grid(axis="y", visible=False)
    ax.set_xlabel(table.heading)
    if ax.get_legend_handles_labels()[0]:
        fig.legend(loc="outside lower right", fontsize=9)
    said = "; ".join(f"{row.name} {row.text}" for row in table.rows)
    return describe(fig, f"{table.heading}: {said}. The dashed line is the best baseline, {best.name}.")
