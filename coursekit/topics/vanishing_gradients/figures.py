"""Figures of lesson 03: gradients against lag, radius against saturation, recall while training, clipping."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes

from coursekit.figures.curves import STYLES, Curves, as_number, cell_of, legend_below, once, styled, without_title
from coursekit.figures.style import NEUTRAL, CourseFigure, band, course_figure, describe, figure, line


@course_figure
def radius_against_saturation(
    at_rest: Mapping[float, np.ndarray], driven: Mapping[float, np.ndarray], guess: float | None = None
) -> CourseFigure:
    """The gradient against the lag for several spectral radii: without and with the slope of tanh.

    at_rest, driven: by radius, the profile (T+1,) of a network whose states are all zero (slope 1), and of
    one that receives input. guess: a predicted radius from which on the gradient of the driven network grows.
    """
    fig, axes = figure(1, 2, height=4.0, sharey=True)
    titles = ("at rest: every slope is 1", "with input: tanh saturates")
    said = []
    for ax, title, profiles in zip(axes, titles, (at_rest, driven), strict=True):
        shades = np.linspace(0.72, 0.0, len(profiles))
        for number, (shade, profile) in enumerate(zip(shades, profiles.values(), strict=True)):
            lags = np.arange(len(profile))
            ax.plot(lags, profile, color=str(shade), linestyle=STYLES[number % 3])
        ax.axhline(1, color=NEUTRAL, linewidth=0.8)
        ax.set(title=title, xlabel="lag k (steps back)", yscale="log")
        _names_at_the_end(ax, profiles)
        ax.set_xlim(0, 1.1 * len(profile))
        growing = [f"{radius:g}" for radius, profile in profiles.items() if profile[-1] > 1]
        said.append(f"{title}: the gradient grows for radius {', '.join(growing) if growing else 'none'}")
    axes[0].set_ylabel("share of the gradient that is left")
    number = as_number(guess)
    if number is not None:
        axes[1].set_title(f"{titles[1]}\n(your prediction: grows from {number:g} on)")
    return describe(fig, f"Gradient against lag for spectral radii {', '.join(map(str, driven))}. {'; '.join(said)}.")


def _names_at_the_end(ax: Axes, profiles: Mapping[float, np.ndarray]) -> None:
    """Each curve's radius at its right end, moved up where two would overlap."""
    low, high = (np.log10(limit) for limit in ax.get_ylim())
    lowest = -np.inf
    for radius, profile in sorted(profiles.items(), key=lambda item: item[1][-1]):
        place = max(np.log10(profile[-1]), lowest)
        lowest = place + 0.045 * (high - low)
        ground = {"facecolor": "white", "edgecolor": "none", "pad": 0.5}
        ax.annotate(f" {radius:g}", (len(profile) - 1, 10**place), va="center", fontsize=9, bbox=ground)


@course_figure
def recall_while_training(
    steps: Sequence[int],
    panels: Mapping[str, Curves],
    chance: float,
    guesses: Mapping[str, float | None] | None = None,
) -> CourseFigure:
    """Accuracy of recall against the steps of training, one panel for each group of networks.

    steps: where the accuracy was measured. panels: by title, curves (seeds, len(steps)). guesses: by label, a
    predicted final accuracy, drawn as an open diamond at the right, tied to the end of its curve.
    """
    fig, axes = figure(1, len(panels), height=4.4, squeeze=False, sharey=True)
    said = []
    for ax, (title, curves) in zip(axes[0], panels.items(), strict=True):
        for number, (style, (label, runs)) in enumerate(styled(curves, *panels.values()), start=1):
            band(ax, steps, runs, cell_of(label), label=without_title(label, title), linestyle=style)
            end = float(np.median(np.asarray(runs)[:, -1]))
            said.append(f"{label}: {end:.2f}")
            place = steps[-1] + 0.06 * number * (steps[-1] - steps[0])
            _guessed_end(ax, (steps[-1], place), end, as_number((guesses or {}).get(label)), cell_of(label))
        # No dashes: those tell networks apart.
        ax.axhline(chance, color=NEUTRAL, linewidth=0.8, label="chance" if ax is axes[0, 0] else None)
        ax.set(title=title, xlabel="step of training", ylim=(0, 1.05))
        legend_below(ax, inside=False)
    axes[0, 0].set_ylabel("share of right answers")
    return describe(fig, f"Share of right answers at the end of training (chance {chance:g}). {'; '.join(said)}.")


def _guessed_end(ax: Axes, x: tuple[float, float], measured: float, accuracy: float | None, cell: str) -> None:
    """A predicted accuracy as an open diamond, tied to the end of its curve; nothing where no number was written."""
    if accuracy is not None:
        colour = line(cell)["color"]
        ax.plot(x, (measured, accuracy), color=colour, linewidth=0.8, linestyle="-")
        look = {"mec": colour, "mfc": "white", "ms": 8, "linestyle": "none", "clip_on": False}
        ax.plot([x[1]], [accuracy], "D", label=once(ax, "diamond: your prediction"), **look)


@course_figure
def clipping_keeps_ratios(before: np.ndarray, after: np.ndarray, norms: tuple[float, float]) -> CourseFigure:
    """The part of dW_hh that comes from each lag, before and after clipping.

    before, after: (T,), norms of the parts from lag 0, 1, ...; norms: of the whole gradient before and after.
    """
    fig, ax = figure()
    lags = np.arange(len(before))
    ax.plot(lags, before, **line("RNN", linestyle="-", label=f"before clipping: norm {norms[0]:,.4g}"))
    ax.plot(lags, after, **line("RNN", linestyle="--", label=f"after clipping: norm {norms[1]:,.4g}"))
    ax.set(xlabel="lag k (steps back)", ylabel="part of dW_hh from that lag", yscale="log")
    ax.legend()
    first, last = before[0] / before[-1], after[0] / after[-1]
    return describe(
        fig,
        f"Two parallel curves. Lag 0 weighs {first:.2g} times as much as lag {lags[-1]} before clipping and "
        f"{last:.2g} times as much after it.",
    )
