"""The figure of the gradient explorer of lesson 03: what is left of a gradient, for one start of each cell."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from coursekit.figures.curves import cell_of
from coursekit.figures.style import NEUTRAL, CourseFigure, course_figure, describe, figure, line

_FLOOR = 1e-12


@course_figure
def gradient_reach(profiles: Mapping[str, np.ndarray], lag: int) -> CourseFigure:
    """What is left of a gradient against the steps back, on a logarithmic scale, with one lag marked.

    profiles: by label, the share (lags + 1,) that is left after k = 0, 1, ... steps back; a label begins with the
              name of its cell: "GRU, b_z = 3". May be empty. lag: the marked k.
    """
    places = {"left": 0.11, "right": 0.975, "bottom": 0.14, "top": 0.97}
    fig, ax = figure(height=4.0, gridspec_kw=places)
    fig.set_layout_engine("none")  # drawn while one looks on: the places are fixed, which takes less time
    highest = max([1.0, *(float(profile.max()) for profile in profiles.values())])
    ax.axvline(lag, color=NEUTRAL, linewidth=1, linestyle=(0, (6, 3)))
    for label, profile in profiles.items():
        style = line(cell_of(label), label=f"{label}: {_share(profile[lag])} after {lag}")
        ax.plot(np.maximum(profile, _FLOOR * 1e-3), **style)
        ax.plot([lag], [max(profile[lag], _FLOOR)], "o", color=style["color"], markersize=7)
    ax.axhline(1, color=NEUTRAL, linewidth=0.8)
    ax.set(xlabel="lag k (steps back)", ylabel="share of the gradient that is left", yscale="log")
    last = max([lag, *(len(profile) - 1 for profile in profiles.values())])
    ax.set(xlim=(0, last), ylim=(_FLOOR, 10 * highest))
    if profiles:
        ax.legend(loc="lower left")
    return describe(fig, _words(profiles, lag))


def _share(value: float) -> str:
    return f"{value:.2g}" if 0.001 <= value < 100 else f"{value:.0e}"


def _words(profiles: Mapping[str, np.ndarray], lag: int) -> str:
    if not profiles:
        return "No network is chosen."
    said = "; ".join(f"{label}: {_share(profile[lag])}" for label, profile in profiles.items())
    return f"Share of a gradient that is left after {lag} steps back, by network. {said}."
