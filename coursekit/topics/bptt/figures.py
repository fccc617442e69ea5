"""Figures of lesson 02: sources of a gradient, what a test overlooks, what truncation and clipping do."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from coursekit.figures.curves import cell_of, predicted_at
from coursekit.figures.style import COLOURS, NEUTRAL, CourseFigure, band, course_figure, describe, figure, level, line


@course_figure
def gradient_by_source(panels: Mapping[str, tuple[np.ndarray, np.ndarray]]) -> CourseFigure:
    """|dL/dh_t| as bars over the time steps, each split in two.

    panels: by title, (own, future), both (T,): what comes from the step's own loss and what comes from later
    steps, as `coursekit.reference.gradient_flow.two_sources` returns them.
    """
    fig, axes = figure(1, len(panels), height=3.2, squeeze=False, sharey=True)
    said = []
    for ax, (title, (own, future)) in zip(axes[0], panels.items(), strict=True):
        t = np.arange(len(own))
        ax.bar(t, own, color=NEUTRAL, width=0.85, label="from its own loss")
        ax.bar(
            t,
            future,
            bottom=own,
            color=COLOURS["RNN"],
            hatch="//",
            edgecolor="white",
            width=0.85,
            label="from the future",
        )
        ax.set(title=title, xlabel="time step t")
        ax.set_xticks(t[:: max(1, len(t) // 6)])
        share = future.sum() / max(own.sum() + future.sum(), np.finfo(float).tiny)
        said.append(f"{title}: {share:.0%} of the bars' height comes from the future")
    axes[0, 0].set_ylabel("size of dL/dh_t")
    axes[0, 0].legend(loc="upper left", bbox_to_anchor=(0, 1))
    axes[0, 0].margins(y=0.3)
    return describe(fig, f"Bars of the gradient at each state, by its source. {'; '.join(said)}.")


@course_figure
def truncation_error(
    ks, errors: Mapping[str, np.ndarray], guesses: Mapping[str, float | None] | None = None, at: int = 5
) -> CourseFigure:
    """How far the truncated gradient is from the full one, against the length of a piece.

    ks: lengths of a piece. errors: by label, (seeds, len(ks)), |truncated - full| / |full|. A label begins
    with the name of the cell. guesses: by label, a predicted part for pieces of `at` steps, drawn as an open diamond.
    """
    fig, ax = figure()
    for number, (label, runs) in enumerate(errors.items()):
        style = {"label": label, "linestyle": ("-", "--", ":")[number % 3]}
        band(ax, ks, runs, cell_of(label), marker=("o", "s", "^")[number % 3], **style)
        predicted_at(ax, at, (guesses or {}).get(label), COLOURS[cell_of(label)])
    ax.set(xlabel="steps per piece, k", ylabel="missing part of the gradient", ylim=(0, None), xscale="log")
    ax.set_xticks(ks, [str(k) for k in ks])
    ax.minorticks_off()
    ax.legend(title="median of the seeds; shaded: all")
    medians = {label: np.median(runs, axis=0) for label, runs in errors.items()}
    said = "; ".join(f"{label}: {m[0]:.0%} at k={ks[0]}, {m[-1]:.0%} at k={ks[-1]}" for label, m in medians.items())
    return describe(fig, f"The part of the gradient that truncation loses falls with the length of a piece. {said}.")


@course_figure
def clipping_in_training(runs: Mapping[str, tuple[np.ndarray, np.ndarray]], limit: float) -> CourseFigure:
    """Norm of the gradient before clipping, and the loss, over the steps of training.

    runs: by label, (norms, losses), each (steps,). limit: the limit that is drawn.
    """
    fig, (above, below) = figure(2, 1, height=5.2, sharex=True)
    said = []
    for number, (label, (norms, losses)) in enumerate(runs.items()):
        style = line("RNN", label=label, linestyle="-") if number == 0 else {"color": NEUTRAL, "label": label}
        above.plot(norms, linewidth=1.2, **style)
        below.plot(losses, linewidth=1.2, **style)
        said.append(f"{label}: largest norm {np.max(norms):.2g}, last loss {losses[-1]:.2g}")
    above.set(yscale="log", ylabel="gradient norm\nbefore clipping")
    below.set(yscale="log", ylabel="loss", xlabel="step of training")
    level(above, limit, "")
    above.legend(loc="lower left", bbox_to_anchor=(0, 1), ncols=len(runs))
    return describe(fig, f"Training one network with two limits of the gradient norm. {'; '.join(said)}.")
