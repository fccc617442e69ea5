"""The figures of lesson 14: reading a name letter by letter, surprises in a text, and the nucleus of a distribution."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from coursekit.figures.style import COLOURS, NEUTRAL, CourseFigure, course_figure, describe, figure, heat_map


@course_figure
def reading_names(names: Mapping[str, np.ndarray], languages: Sequence[str]) -> CourseFigure:
    """Name -> probabilities (T, K) of the K languages after each of its T letters."""
    widths = [max(len(name), 4) for name in names]
    fig, axes = figure(1, len(names), height=4.2, width_ratios=widths, squeeze=False, sharey=True)
    said = []
    for ax, (name, p) in zip(axes[0], names.items(), strict=True):
        image = ax.imshow(np.asarray(p).T, vmin=0, vmax=1, aspect="auto", interpolation="nearest")
        ax.grid(False)
        ax.set_xticks(range(len(name)), list(name))
        best = int(np.argmax(p[-1]))
        ax.set_title(f"→ {languages[best]}", fontsize=10)
        said.append(f"{name}: {languages[best]} with {p[-1][best]:.2f}")
    axes[0, 0].set_yticks(range(len(languages)), languages)
    fig.colorbar(image, ax=axes, label="probability so far", pad=0.02)
    return describe(fig, f"Probability of each language after each letter of a name. At the end: {'; '.join(said)}.")


@course_figure
def surprises(text: str, bits: Mapping[str, np.ndarray], most: float = 8.0) -> CourseFigure:
    """Method -> bits (n,) that each of the n characters of a text cost; dark is surprising."""
    fig, ax = figure(height=1.5 + 0.45 * len(bits))
    rows = np.array(list(bits.values()))
    heat_map(ax, rows, signed=False, label="bits", limit=most)
    shown = ["⏎" if character == "\n" else "·" if character == " " else character for character in text]
    ax.set_xticks(range(len(text)), shown, fontsize=8, family="monospace")
    ax.tick_params(axis="x", length=0)
    ax.set_yticks(range(len(bits)), list(bits))
    begins = np.array([here.isalpha() and not before.isalpha() for before, here in zip(" " + text, text, strict=False)])
    said = []
    for name, row in bits.items():
        at_first = f", {row[begins].mean():.2f} at the first letters of words" if begins.any() else ""
        said.append(f"{name} {row.mean():.2f} bits per character on average{at_first}")
    return describe(fig, f"How surprising each character of a text was, for {'; '.join(said)}.")


@course_figure
def nucleus_of(p: np.ndarray, symbols: Sequence[str], shares: Sequence[float], most: int = 16) -> CourseFigure:
    """The largest of the probabilities p (V,), with lines where the nuclei of some shares end."""
    fig, ax = figure(height=3.0)
    order = np.argsort(-p)[:most]
    total = np.cumsum(p[order])
    ax.bar(range(len(order)), p[order], color=COLOURS["GRU"], width=0.7)
    said = []
    for share in shares:
        kept = int(np.searchsorted(np.cumsum(np.sort(p)[::-1]), share)) + 1
        said.append(f"{share:g} keeps {kept} of {len(p)}")
        if kept <= len(order):
            ax.axvline(kept - 0.5, color=NEUTRAL, linewidth=1.2, linestyle="--")
            ax.annotate(
                f"{share:g}", (kept - 0.5, 1), xycoords=("data", "axes fraction"), ha="right", va="top", fontsize=9
            )
    ax.set_xticks(
        range(len(order)), ["space" if s == " " else "line" if s == "\n" else s for s in (symbols[k] for k in order)]
    )
    ax.set(ylabel="probability", xlabel="next character, the most probable first")
    return describe(
        fig,
        f"Probabilities of the next character in falling order; the first {len(order)} hold {total[-1]:.2f}. "
        f"A nucleus of {'; of '.join(said)}.",
    )
