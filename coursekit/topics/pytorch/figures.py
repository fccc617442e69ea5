"""Figures of lesson 06b: the losses of a training with the epoch that is kept, and walks down a narrow valley."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from coursekit.figures.curves import as_number
from coursekit.figures.style import COLOURS, NEUTRAL, CourseFigure, course_figure, describe, figure
from coursekit.topics.pytorch import downhill

_WALKS = (("--", NEUTRAL, "^"), ("-", COLOURS["GRU"], "o"))


@course_figure
def training_and_validation(
    train: Sequence[float], valid: Sequence[float], patience: int | None = None, guess: float | None = None
) -> CourseFigure:
    """Both losses of each epoch, the epoch of the smallest validation loss, and where patience would have ended.

    guess: the predicted epoch, as a dotted line.
    """
    epochs, best = np.arange(len(valid)), int(np.nanargmin(valid))
    fig, ax = figure(height=3.6)
    ax.plot(epochs, train, "--", color=NEUTRAL, marker="^", markersize=4, label="training rows")
    ax.plot(epochs, valid, "-", color=COLOURS["GRU"], marker="o", markersize=4, label="validation rows")
    ax.plot([best], [valid[best]], "o", color=COLOURS["GRU"], ms=11, mfc="none", mew=2, label=f"kept: epoch {best}")
    stop = best + patience if patience is not None and best + patience < len(valid) else None
    if stop is not None:
        ax.axvline(stop, color=NEUTRAL, linestyle="-.", label=f"stops here with patience = {patience}")
    predicted = as_number(guess)
    if predicted is not None:
        ax.axvline(predicted, color=COLOURS["r"], linestyle=":", label="your prediction")
    ax.set(xlabel="epoch", ylabel="mean loss of a row", ylim=(0, None))
    fig.legend(loc="outside lower center", ncols=2)
    said = f"; with patience {patience} training would stop at epoch {stop}" if stop is not None else ""
    return describe(
        fig,
        f"Training loss from {train[0]:.2f} to {train[-1]:.2f}. Validation loss from {valid[0]:.2f} down to "
        f"{valid[best]:.2f} at epoch {best}, and at {valid[-1]:.2f} in the end{said}.",
    )


@course_figure
def down_the_valley(walks: Mapping[str, np.ndarray]) -> CourseFigure:
    """Two walks down the valley of `downhill.valley`: places (steps + 1, 2) on its map, and the loss at every step.

    walks: by name, the baseline first.
    """
    fig, (left, right) = figure(1, 2, height=3.8, width_ratios=(3, 2))
    a, b = np.meshgrid(np.linspace(-1.25, 0.5, 80), np.linspace(-1.25, 1.25, 80))
    heights = 0.5 * (a**2 + 100 * b**2)
    left.contour(a, b, heights, levels=np.geomspace(0.02, 80, 9), colors="#BBBBBB", linewidths=0.8)
    said = []
    for (style, colour, marker), (name, places) in zip(_WALKS, walks.items(), strict=True):
        losses = np.array([downhill.valley(place)[0] for place in places])
        left.plot(*places.T, linestyle=style, color=colour, marker=marker, markersize=3, linewidth=1.2, label=name)
        right.plot(losses, linestyle=style, color=colour)
        said.append(f"{name}: loss {losses[0]:.3g} at the start, {losses[-1]:.2g} after {len(losses) - 1} steps")
    left.plot(0, 0, "*", color="black", ms=12, label="the lowest point")
    left.set(xlabel="a, the gentle direction", ylabel="b, the steep one", xlim=(-1.25, 0.5), ylim=(-1.25, 1.25))
    left.set_xticks([-1, -0.5, 0, 0.5])
    right.set(yscale="log", xlabel="step", ylabel="loss")
    for ax in (left, right):
        ax.grid(False, axis="both", which="minor")
    fig.legend(loc="outside lower center", ncols=2)
    return describe(fig, f"A valley that is a hundred times steeper in one direction. {'; '.join(said)}.")
