"""Figures of lesson 12: utterances with their padding, who was taken for whom, and how soon a voice is known."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from coursekit.figures.style import COLOURS, DIVERGING, NEUTRAL, CourseFigure, course_figure, describe, figure


@course_figure
def utterances(x, lengths, titles: Sequence[str]) -> CourseFigure:
    """Utterances side by side as they lie in the array. x: (n, T, D) standardised; lengths: (n,). Hatched: padding."""
    x, lengths = np.asarray(x), np.asarray(lengths)
    n, T, D = x.shape
    fig, axes = figure(1, n, height=2.9, sharey=True, squeeze=False)
    for k, ax in enumerate(axes[0]):
        image = ax.imshow(
            x[k].T,
            cmap=DIVERGING,
            vmin=-2.5,
            vmax=2.5,
            aspect="auto",
            extent=(0, T, D + 0.5, 0.5),
            interpolation="none",
        )
        ax.axvspan(lengths[k], T, facecolor="white", edgecolor="#BBBBBB", hatch="///", linewidth=0)
        ax.axvline(lengths[k], color="black", linewidth=1.5)
        ax.grid(False)
        ax.set(xlabel="frame", xlim=(0, T))
        ax.set_title(f"{titles[k]}: {lengths[k]} frames", fontsize=11)
    axes[0, 0].set_ylabel("cepstrum coefficient")
    fig.colorbar(image, ax=axes[0], label="standard deviations", pad=0.02)
    share = 1 - lengths.sum() / (n * T)
    return describe(
        fig,
        f"{n} utterances as heat maps of {D} coefficients over time, {', '.join(map(str, lengths))} frames long; the "
        f"array has {T} columns, so {share:.0%} of the picture is padding.",
    )


@course_figure
def speaker_confusion(truth, said: Mapping[str, np.ndarray], classes: Sequence[str]) -> CourseFigure:
    """One confusion matrix for each method; counts, right answers on the diagonal. truth, said: (M,) class numbers."""
    fig, axes = figure(1, len(said), height=3.9, sharey=True, squeeze=False)
    sentences, diagonal = [], np.eye(len(classes), dtype=int)
    counted = {name: _counts(truth, answers, len(classes)) for name, answers in said.items()}
    worst = max(1, *((counts * (1 - diagonal)).max() for counts in counted.values()))
    for ax, (name, counts) in zip(axes[0], counted.items(), strict=True):
        wrong = counts * (1 - diagonal)
        ax.imshow(np.where(diagonal, 0.25, wrong / worst), vmin=0, vmax=1.3, aspect="auto")
        for (row, column), count in np.ndenumerate(counts):
            if count:
                dark = wrong[row, column] > 0.7 * worst
                ax.text(column, row, count, ha="center", va="center", fontsize=9, color="white" if dark else "black")
        ax.set_xticks(range(len(classes)), classes)
        ax.set_yticks(range(len(classes)), classes)
        ax.set_xlabel("taken for")
        ax.grid(False)
        ax.set_title(f"{name}: {wrong.sum()} wrong", fontsize=11)
        row, column = np.unravel_index(wrong.argmax(), wrong.shape)
        often = f", most often {classes[row]} taken for {classes[column]}" if wrong.any() else ""
        sentences.append(f"{name} has {wrong.sum()} of {len(truth)} wrong{often}")
    axes[0, 0].set_ylabel("speaker")
    return describe(fig, "Confusion matrices: " + "; ".join(sentences) + ".")


def _counts(truth, answers, K: int) -> np.ndarray:
    counts = np.zeros((K, K), int)
    np.add.at(counts, (np.asarray(truth), np.asarray(answers)), 1)
    return counts


@course_figure
def right_by_frames(frames, shares: Mapping[str, np.ndarray], milliseconds: float = 6.4) -> CourseFigure:
    """How soon a voice is known. frames: (F,) heard. shares: name -> (F,) right answers in %, the model first."""
    fig, ax = figure(height=3.4)
    looks = [{"color": COLOURS["GRU"]}, {"color": NEUTRAL, "linestyle": "--"}, {"color": NEUTRAL, "linestyle": ":"}]
    for (name, share), look in zip(shares.items(), looks, strict=False):
        ax.plot(frames, share, marker="o", label=name, **look)
    ax.set(xlabel=f"frames heard (one is {milliseconds:g} ms)", ylabel="right answers (%)", ylim=(0, 102))
    ax.legend(loc="lower right")
    said = "; ".join(f"{name} from {share[0]:.0f} to {share[-1]:.0f} %" for name, share in shares.items())
    return describe(fig, f"Right answers after {frames[0]} to {frames[-1]} frames: {said}.")
