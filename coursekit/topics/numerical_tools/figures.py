"""Figures of lesson 00: where exponentials overflow, which error to trust, which step to take."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from coursekit.figures.curves import as_number, predicted_at
from coursekit.figures.style import NEUTRAL, CourseFigure, course_figure, describe, figure

# Nothing here is a cell or a gate, so nothing has their colours: black and grey, told apart by line and marker.
_LINES = (
    {"color": "black", "linestyle": "-", "marker": "o"},
    {"color": "#555555", "linestyle": "--", "marker": "s"},
    {"color": "#8C8C8C", "linestyle": ":", "marker": "^"},
)


@course_figure
def overflow(x: np.ndarray, forms: Mapping[str, tuple[np.ndarray, np.ndarray]]) -> CourseFigure:
    """Forms of one function over x (K,), one below the other, shaded where an exponential overflows.

    forms: by formula, its values (K,), and those of the exponential in it (K,); infinite where it overflows.
    """
    fig, axes = figure(len(forms), 1, height=1.25 * len(forms) + 0.6, sharex=True, squeeze=False)
    said = []
    for ax, (name, (values, exponential)) in zip(axes[:, 0], forms.items(), strict=True):
        lost, lucky = np.isnan(values), np.isinf(exponential) & ~np.isnan(values)
        ax.plot(x, values, color="black")
        for where, words, colour in ((lost, "nan", "#BBBBBB"), (lucky, "overflow,\nright by luck", "#E4E4E4")):
            if where.any():
                ax.axvspan(x[where].min(), x[where].max(), color=colour, linewidth=0, zorder=0)
                ax.text(x[where].mean(), 0.5, words, ha="center", va="center", fontsize=10)
                said.append(f"{name}: {' '.join(words.split())} from x = {x[where].min():.0f} to {x[where].max():.0f}")
        if not (lost | lucky).any():
            said.append(f"{name}: no overflow")
        ax.set(ylim=(-0.1, 1.1), yticks=(0, 1), title=name, xlim=(x[0], x[-1]))
    axes[-1, 0].set_xlabel(f"x ({x.dtype})")
    return describe(fig, f"The same function of x in {len(forms)} forms. {'; '.join(said)}.")


@course_figure
def error_by_entry(reference: np.ndarray, answer: np.ndarray, overall: float) -> CourseFigure:
    """|answer - reference| / |reference| of every entry against |reference|, and `overall` as a line.

    reference, answer: arrays of one shape. overall: max|answer - reference| / max|reference|.
    """
    size = np.abs(reference).ravel()
    difference = np.abs(answer - reference).ravel()
    shown = (size > 0) & (difference > 0)
    ratio = difference[shown] / size[shown]
    fig, ax = figure(height=3.3)
    ax.plot(size[shown], ratio, ".", color="black", markersize=3, alpha=0.4, rasterized=True)
    ax.axhline(overall, color=NEUTRAL, linestyle="--")
    ax.annotate(
        f"max|a − b| / max|b| = {overall:.1e}",
        (0.02, overall),
        xycoords=("axes fraction", "data"),
        xytext=(0, 4),
        textcoords="offset points",
        va="bottom",
        fontsize=10,
        bbox={"color": "white", "alpha": 0.8, "pad": 1},
    )
    ax.set(xscale="log", yscale="log", xlabel="size of the entry, |b|", ylabel="|a − b| / |b|")
    return describe(
        fig,
        f"Relative error of {shown.sum()} entries against their size, both logarithmic. The smallest entries have the "
        f"largest errors, up to {ratio.max():.1e}; one number for the whole array is {overall:.1e}.",
    )


@course_figure
def difference_error(
    steps: np.ndarray, errors: Mapping[str, np.ndarray], guesses: Mapping[str, float | None] | None = None
) -> CourseFigure:
    """Error of a numerical derivative against its step, both logarithmic.

    steps (K,): the steps. errors: by method, the relative error at each step (K,). guesses: by method, a predicted best
    step; drawn as an open diamond on its curve.
    """
    fig, ax = figure(height=3.9)
    said = []
    for (name, values), look in zip(errors.items(), _LINES, strict=False):
        best = int(np.nanargmin(values))
        ax.plot(steps, values, label=name, markersize=3.5, linewidth=1.4, **look)
        ax.plot(steps[best], values[best], "o", markersize=11, markerfacecolor="none", color=look["color"])
        guess = as_number((guesses or {}).get(name))
        if guess is not None and steps.min() <= guess <= steps.max():
            predicted_at(ax, guess, values[np.abs(np.log(steps / guess)).argmin()], look["color"])
        said.append(f"{name}, smallest at a step of {steps[best]:.0e}, where it is {values[best]:.0e}")
    ax.set(xscale="log", yscale="log", xlabel="step h", ylabel="relative error", ylim=(None, 10))
    ax.legend(loc="lower center", bbox_to_anchor=(0.5, 1), ncols=len(errors) + 1, columnspacing=1.2, handlelength=2.5)
    ax.annotate("← rounding", (0.01, 0.02), xycoords="axes fraction", color=NEUTRAL)
    ax.annotate("truncation →", (0.99, 0.02), xycoords="axes fraction", color=NEUTRAL, ha="right")
    return describe(fig, f"Error of numerical derivatives against the step. Every curve is a V: {'; '.join(said)}.")
