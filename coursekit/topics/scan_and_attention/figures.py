"""Figures of lesson 19: time and memory against length, rounds of Newton's method, parity and recall."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import NullFormatter

from coursekit.figures.curves import as_number, once
from coursekit.figures.style import COLOURS, NEUTRAL, CourseFigure, course_figure, describe, figure, level

# name: (colour, line style, marker). One look for one way of mixing the steps.
_LOOKS = {
    "RNN": (COLOURS["RNN"], ":", "^"),
    "GRU": (COLOURS["GRU"], "-", "o"),
    "LSTM": (COLOURS["LSTM"], "--", "s"),
    "minGRU": (COLOURS["z"], "--", "D"),
    "minGRU, scan": (COLOURS["z"], "--", "D"),
    "minGRU, loop": (COLOURS["i"], "-.", "v"),
    "minGRU, gates from -1 to 1": (COLOURS["i"], "-.", "v"),
    "nn.GRU": (NEUTRAL, (0, (6, 2)), "x"),
    "GRU of this course": (COLOURS["GRU"], "-", "o"),
    "Transformer": (COLOURS["r"], (0, (1, 1)), "P"),
    "attention": (COLOURS["r"], (0, (1, 1)), "P"),
    "attention, plain": (COLOURS["r"], (0, (1, 1)), "P"),
    "attention, fused": (COLOURS["o"], (0, (3, 1, 1, 1)), "X"),
    "GRU + attention": (COLOURS["n"], (0, (4, 1)), "*"),
}


def _look(name: str) -> dict[str, Any]:
    colour, style, marker = _LOOKS.get(name, (NEUTRAL, (0, (6, 3)), "."))
    return {"color": colour, "linestyle": style, "marker": marker, "label": name, "linewidth": 1.7}


def _beside(
    found: Mapping, full: Mapping | None, height: float
) -> tuple[CourseFigure, list[tuple[Axes, str, Mapping]]]:
    """A panel for this notebook and, if there is one, a panel for the recorded run."""
    runs = {"this notebook": found} | ({"recorded full run": full} if full else {})
    fig, axes = figure(1, len(runs), height=height, squeeze=False, sharey=True)
    return fig, [(ax, title, run) for ax, (title, run) in zip(axes[0], runs.items(), strict=True)]


def _legend_below(fig: CourseFigure, panels: Sequence[tuple[Axes, str, Mapping]]) -> None:
    entries: dict[str, Any] = {}
    for ax, _, _ in panels:
        handles, labels = ax.get_legend_handles_labels()
        entries |= dict(zip(labels, handles, strict=True))
    fig.legend(entries.values(), entries, loc="outside lower center", ncols=3, fontsize=9)


def _doubling(ax: Axes, places: Sequence[float]) -> None:
    ax.set_xscale("log", base=2)
    ax.set_xticks(places, [f"{place:g}" for place in places], rotation=45 if len(places) > 6 else 0)
    ax.xaxis.set_minor_formatter(NullFormatter())


@course_figure
def time_against_length(found: Mapping, full: Mapping | None = None) -> CourseFigure:
    """Milliseconds of forward and backward against the number of steps, both axes logarithmic.

    found, full: {"T": [...], "seconds": by way, for each T, seconds of each repetition}, of this notebook and recorded.
    """
    fig, panels = _beside(found, full, 4.8)
    said = []
    for ax, title, run in panels:
        for name, seconds in run["seconds"].items():
            middle = 1e3 * np.array([np.median(repetitions) for repetitions in seconds])
            ax.plot(run["T"], middle, **_look(name))
            if ax is panels[-1][0]:
                said.append(f"{name} from {middle[0]:.2g} to {middle[-1]:.3g} ms")
        ax.set(title=title, yscale="log", xlabel="steps T")
        _doubling(ax, run["T"])
    panels[0][0].set_ylabel("ms, forward and backward")
    _legend_below(fig, panels)
    run = panels[-1][2]
    return describe(fig, f"Time from T = {run['T'][0]} to T = {run['T'][-1]} ({panels[-1][1]}): {'; '.join(said)}.")


@course_figure
def newton_rounds(found: Mapping, guess: Any = None) -> CourseFigure:
    """How far the guessed states of a GRU are from the true ones after each round, a panel for each size of weights.

    found: {"scales": [...], "errors": for each scale, for each seed, the error after each round}. guess: a predicted
    number of rounds for the first panel, drawn as a vertical line.
    """
    scales = found["scales"]
    fig, axes = figure(1, len(scales), height=3.4, squeeze=False, sharey=True)
    said = []
    for ax, scale, seeds in zip(axes[0], scales, found["errors"], strict=True):
        for errors in seeds:
            shown = np.clip(np.nan_to_num(errors, posinf=1e6), 1e-17, 1e6)
            ax.plot(range(len(errors)), shown, "o-", color=COLOURS["GRU"], markersize=3, linewidth=1, alpha=0.8)
        ax.set(title=f"weights × {scale:g}", yscale="log", ylim=(1e-17, 2e6), xlabel="round")
        needed = [len(errors) - 1 for errors in seeds if errors[-1] < 1e-9]
        lost = len(seeds) - len(needed)
        rounds = f"{min(needed)} to {max(needed)} rounds" if needed else "no seed arrives"
        said.append(f"weights times {scale:g}: {rounds}" + (f", {lost} of {len(seeds)} not arrived" if lost else ""))
    if (predicted := as_number(guess)) is not None:
        axes[0, 0].axvline(predicted, color=COLOURS["r"], linestyle=":", label="your prediction")
        fig.legend(loc="outside lower right", fontsize=9)
    axes[0, 0].set_ylabel("largest error of a state")
    return describe(fig, f"Error of the states after each round of Newton's method. {'; '.join(said)}.")


@course_figure
def parity_against_length(found: Mapping, full: Mapping | None = None) -> CourseFigure:
    """The share of right parities against the length of a sequence; trained lengths are shaded.

    found, full: {"trained": T, "lengths": [...], "accuracy": by model, for each seed, a share for each length}.
    """
    fig, panels = _beside(found, full, 4.4)
    for ax, title, run in panels:
        ax.set(title=title, ylim=(0.3, 1.05), xlabel="length of the sequence")
        _curves(ax, run["lengths"], run["accuracy"])
        _doubling(ax, run["lengths"])
        low = run["lengths"][0] / 1.3
        ax.set_xlim(low, run["lengths"][-1] * 1.3)
        ax.axvspan(low, run["trained"] * 1.1, color="#E8E8E8", zorder=0, label=once(ax, "trained"))
        level(ax, 0.5, "chance")
        ax.texts[-1].set(va="top", y=0.5, bbox={"facecolor": "white", "edgecolor": "none", "pad": 1})
    panels[0][0].set_ylabel("share of right last answers")
    _legend_below(fig, panels)
    return describe(
        fig, f"Parity against length, trained up to T = {panels[-1][2]['trained']}. {_ends(*panels[-1][1:])}."
    )


@course_figure
def recall_against_distance(found: Mapping, full: Mapping | None = None) -> CourseFigure:
    """The share of values found again against the steps since they were seen; trained distances are shaded.

    found, full: {"trained": T, "distances": borders of bins, "accuracy": by model, for each seed, a share for each bin,
    "rivals": by name, the shares of what needs no training}.
    """
    fig, panels = _beside(found, full, 4.8)
    for ax, title, run in panels:
        borders = np.array(run["distances"], dtype=float)
        middles = np.sqrt(borders[:-1] * borders[1:])
        ax.set(title=title, ylim=(-0.03, 1.06), xlabel="steps between a pair and its question")
        _curves(ax, middles, run["accuracy"])
        for name, shares in run["rivals"].items():
            ax.plot(middles, shares, color=NEUTRAL, linewidth=1, linestyle=(0, (1, 2)) if name[2:3] == "d" else "--")
            ax.lines[-1].set_label(name)
        _doubling(ax, borders)
        ax.axvspan(borders[0], run["trained"], color="#E8E8E8", zorder=0, label=once(ax, "trained"))
        ax.set_xlim(borders[0], borders[-1])
    panels[0][0].set_ylabel("share of right values")
    _legend_below(fig, panels)
    return describe(
        fig, f"Recall against distance, trained up to T = {panels[-1][2]['trained']}. {_ends(*panels[-1][1:])}."
    )


def _curves(ax: Axes, places: Sequence[float], accuracy: Mapping[str, Sequence[Sequence[float]]]) -> None:
    """The mean of each model, and a thin band from its lowest to its highest seed."""
    for name, seeds in accuracy.items():
        runs = np.array(seeds, dtype=float)
        ax.plot(places, runs.mean(axis=0), **_look(name))
        if len(runs) > 1:
            ax.fill_between(places, runs.min(axis=0), runs.max(axis=0), color=_look(name)["color"], alpha=0.13, lw=0)


def _ends(title: str, run: Mapping) -> str:
    shares = {name: np.mean(seeds, axis=0) for name, seeds in run["accuracy"].items()}
    said = "; ".join(f"{name} from {share[0]:.2f} to {share[-1]:.2f}" for name, share in shares.items())
    return f"From the nearest to the farthest, {title}: {said}"


@course_figure
def bytes_against_length(found: Mapping) -> CourseFigure:
    """What one layer hands on from step to step against the steps that it has read, both axes logarithmic.

    found: {"contexts": [...], "bytes": by layer, a number for each context}.
    """
    fig, ax = figure(height=3.6)
    drawn: dict[tuple, list[str]] = {}
    for name, kept in found["bytes"].items():
        drawn.setdefault(tuple(kept), []).append(name)
    for kept, names in drawn.items():  # what keeps the same shares a line
        ax.plot(found["contexts"], kept, **_look(names[0]) | {"label": ", ".join(names)})
    ax.set(xscale="log", yscale="log", xlabel="steps read so far", ylabel="bytes kept for one sequence")
    fig.legend(loc="outside lower center", ncols=4, fontsize=9)
    said = "; ".join(f"{name} from {kept[0]:,} to {kept[-1]:,}" for name, kept in found["bytes"].items())
    return describe(fig, f"Bytes that a layer keeps after 1 and after {found['contexts'][-1]:,} steps: {said}.")
