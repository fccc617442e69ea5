"""What is left of a gradient after k steps back: lessons 03 and 04."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from matplotlib.axes import Axes

from coursekit.figures.curves import Curves, as_number, cell_of, legend_below, once, styled, without_title
from coursekit.figures.style import CourseFigure, band, course_figure, describe, figure, line


@course_figure
def surviving_gradient(
    panels: Mapping[str, Curves], guesses: Mapping[str, float | None] | None = None, floor: float = 1e-16
) -> CourseFigure:
    """What is left of a gradient after k steps back, on a logarithmic scale.

    panels:  by title, curves (seeds, lags) as `coursekit.reference.gradient_flow.surviving` gives them.
    guesses: by label, a predicted factor per step; drawn as a thin line beside the measured curve.
    floor:   the lower end of the scale.
    """
    fig, axes = figure(1, len(panels), height=3.6 if len(panels) == 1 else 4.6, squeeze=False, sharey=True)
    said = []
    for ax, (title, curves) in zip(axes[0], panels.items(), strict=True):
        for style, (label, runs) in styled(curves):
            runs = np.atleast_2d(runs)
            said.append(f"{label}: {np.median(runs[:, -1]):.1g}")
            # What lies far below the scale would only make the logarithm of zero.
            runs = np.maximum(runs, floor * 1e-3)
            lags = np.arange(runs.shape[1])
            band(ax, lags, runs, cell_of(label), label=without_title(label, title), linestyle=style)
            _guessed_line(ax, lags, as_number((guesses or {}).get(label)), cell_of(label))
        ax.set(title=title, xlabel="lag k (steps back)", yscale="log", ylim=(floor, 3))
        legend_below(ax, inside=len(panels) == 1)
    axes[0, 0].set_ylabel("share of the gradient that is left")
    last = len(lags) - 1
    return describe(fig, f"Share of a gradient that is left after {last} steps back, by network. {'; '.join(said)}.")


def _guessed_line(ax: Axes, lags: np.ndarray, factor: float | None, cell: str) -> None:
    """A predicted factor per step as a thin line; nothing where no number was written."""
    if factor is not None and factor > 0:
        look = {"color": line(cell)["color"], "linewidth": 0.8, "label": once(ax, "thin line: your prediction")}
        ax.plot(lags, factor**lags, **look)
