"""The figures of lesson 22: reviews by kind, a review word by word, and the keys of a text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from coursekit.figures.style import COLOURS, NEUTRAL, CourseFigure, course_figure, describe, figure, wrapped


@course_figure
def right_by_kind(by_kind: Mapping[str, Mapping[str, float]]) -> CourseFigure:
    """Method -> kind of review -> right answers in per cent, as a table whose cells are the darker the better."""
    kinds = list(next(iter(by_kind.values())))
    share = np.array([[row[kind] for kind in kinds] for row in by_kind.values()])
    fig, ax = figure(height=1.5 + 0.5 * len(by_kind))
    ax.imshow(share, vmin=0, vmax=260, aspect="auto", interpolation="nearest")  # 260: figures stay readable on it
    ax.grid(False)
    for (k, j), value in np.ndenumerate(share):
        ax.text(j, k, f"{value:.0f}", ha="center", va="center", fontsize=10)
    ax.set_xticks(range(len(kinds)), [wrapped(kind, 10) for kind in kinds])
    ax.set_yticks(range(len(by_kind)), [wrapped(name, 26) for name in by_kind])
    ax.tick_params(length=0, labelsize=9)
    ax.set_xlabel("kind of review: right answers (%)")
    said = "; ".join(
        f"{name}: {', '.join(f'{kind} {value:.0f}' for kind, value in row.items())}" for name, row in by_kind.items()
    )
    return describe(fig, f"Right answers in per cent for each kind of review. {said}.")


@course_figure
def word_by_word(texts: Sequence[Sequence[str]], praise: Sequence[np.ndarray]) -> CourseFigure:
    """The probability of praise after each word of some texts. praise: (T,) for each text."""
    fig, axes = figure(len(texts), 1, height=1.0 + 1.25 * len(texts), squeeze=False)
    for ax, words, p in zip(axes[:, 0], texts, praise, strict=True):
        ax.axhline(0.5, color=NEUTRAL, linewidth=1, linestyle=(0, (6, 3)))
        ax.plot(range(len(words)), p, color=COLOURS["GRU"], marker="o")
        ax.set_xticks(range(len(words)), words, fontsize=9)
        ax.set(ylim=(-0.08, 1.08), yticks=(0, 1), xlim=(-0.5, len(words) - 0.5))
        ax.set_yticklabels(["blame", "praise"])
    said = "; ".join(f"{' '.join(words)}: {p[-1]:.2f} at the end" for words, p in zip(texts, praise, strict=True))
    return describe(fig, f"The probability of praise after each word. {said}.")


@course_figure
def pressed_keys(text: str, keys: Mapping[str, np.ndarray]) -> CourseFigure:
    """Keyboard -> what becomes of each character of a text: 1 typed, 0.5 the key that accepts, 0 saved."""
    fig, ax = figure(height=1.5 + 0.4 * len(keys))
    ax.imshow(np.array(list(keys.values())), vmin=0, vmax=1.2, aspect="auto", interpolation="nearest")
    ax.grid(False)
    ax.set_xticks(range(len(text)), ["·" if one == " " else one for one in text], fontsize=9, family="monospace")
    ax.set_yticks(range(len(keys)), [wrapped(name, 24) for name in keys])
    ax.set_yticks(np.arange(len(keys) - 1) + 0.5, minor=True)
    ax.grid(axis="y", which="minor", color="white", linewidth=3)
    ax.tick_params(which="both", length=0)
    ax.set_xlabel("dark: typed; grey: the key that accepts a proposal; white: saved")
    said = "; ".join(f"{name} {int((row > 0).sum())}" for name, row in keys.items())
    return describe(fig, f"Keys pressed for {len(text)} characters: {said}.")
