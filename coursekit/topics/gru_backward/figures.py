"""Figures of lesson 06: the four paths of a gradient through a step of the GRU, and what a loss does not tell."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from coursekit.figures.style import COLOURS, NEUTRAL, CourseFigure, course_figure, describe, figure, level, wrapped

_PATHS = {"direct": "direct: z * dh", "n": "candidate n", "z": "update gate z", "r": "reset gate r"}
_COLOURS = {"direct": "#D9D9D9"} | {name: COLOURS[name] for name in ("n", "z", "r")}
_HATCHES = {"direct": "", "n": "...", "z": "", "r": "//"}


@course_figure
def four_paths(
    steps: Sequence[int], panels: Mapping[str, np.ndarray], losses: np.ndarray, chance: float | None = None
) -> CourseFigure:
    """The share of |dh_t| that reaches h_{t-1}, stacked by path, against the steps of training; and the loss.

    steps:  where the paths were measured. panels: by title, (len(steps), 4) in the order direct, n, z, r, as
    `coursekit.topics.gru_backward.paths.passed_on` gives each row. losses: one for every step of training.
    chance: the loss of a network that knows nothing.
    """
    fig, axes = figure(1, 1 + len(panels), height=3.7, width_ratios=(1, *[1.25] * len(panels)))
    axes[0].plot(losses, color=COLOURS["GRU"], linewidth=1.2)
    axes[0].set(title="loss", xlabel="step of training", ylim=(0, None))
    if chance is not None:
        level(axes[0], chance, "chance")
    said = []
    for ax, (title, shares) in zip(axes[1:], panels.items(), strict=True):
        _stack(ax, steps, np.asarray(shares))
        ax.axhline(1, color=NEUTRAL, linewidth=0.8)
        ax.set(title=title, xlabel="step of training", ylim=(0, 1.15), xlim=(steps[0], steps[-1]))
        said.append(f"{title}: at first {_in_words(shares[0])}; in the end {_in_words(shares[-1])}")
    for ax in axes[2:]:
        ax.tick_params(labelleft=False)
    axes[1].set_ylabel("|dh| before the step / |dh| after it", fontsize=10)
    fig.legend(*axes[1].get_legend_handles_labels(), loc="outside lower center", ncols=4, fontsize=9.5)
    return describe(fig, f"Share of the gradient that one step back leaves, by path. {'; '.join(said)}.")


def _stack(ax, steps, shares: np.ndarray) -> None:
    below = np.zeros(len(steps))
    for name, share in zip(_PATHS, shares.T, strict=True):
        style = {"facecolor": _COLOURS[name], "hatch": _HATCHES[name], "edgecolor": "white", "linewidth": 0}
        ax.fill_between(steps, below, below + share, label=_PATHS[name], **style)
        below = below + share
    ax.plot(steps, below, color="black", linewidth=1)


def _in_words(shares) -> str:
    return ", ".join(f"{name} {share:.2f}" for name, share in zip(_PATHS, shares, strict=True))


@course_figure
def learning_with_mistakes(last_losses: Mapping[str, float], right: float, chance: float) -> CourseFigure:
    """The loss at the end of training, one row for each wrong training step, beside that of the right one.

    last_losses: by mistake. right: of the right step. chance: the loss of a network that knows nothing.
    """
    fig, ax = figure(height=0.33 * len(last_losses) + 1.3)
    names = sorted(last_losses, key=last_losses.get, reverse=True)
    floor = 1e-4  # below it all are as good as zero, and a logarithm has no place for zero
    for row, name in enumerate(names):
        loss = max(last_losses[name], floor)
        ax.plot(loss, row, "o", color=COLOURS["GRU"], mfc=COLOURS["GRU"] if loss < chance / 2 else "white", ms=7)
    for x, text in ((max(right, floor), "right step"), (chance, "chance")):
        ax.axvline(x, color=NEUTRAL, linewidth=1, linestyle=(0, (6, 3)))
        place = {"xycoords": ("data", "axes fraction"), "ha": "center", "va": "bottom"}
        ax.annotate(text, (x, 1), fontsize=9, color=NEUTRAL, **place)
    ax.set_yticks(range(len(names)), [wrapped(name, 50) for name in names], fontsize=8.5)
    ax.set(xscale="log", xlabel="last loss (filled: it learns; left edge: 1e-4 or less)", ylim=(-0.7, len(names) - 0.3))
    learnt = sum(loss < chance / 2 for loss in last_losses.values())
    said = "; ".join(f"{name}: {last_losses[name]:.2g}" for name in names)
    return describe(
        fig, f"{learnt} of {len(names)} wrong training steps reach less than half of the loss of chance. {said}."
    )
