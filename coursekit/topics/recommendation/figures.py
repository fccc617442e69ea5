"""Figures of lesson 16: some sessions, recall against the memory of the visitors, and recall within a session."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from coursekit.figures.style import COLOURS, NEUTRAL, CourseFigure, course_figure, describe, figure

_LOOKS = {
    "popularity": {"color": NEUTRAL, "linestyle": ":", "marker": "^"},
    "Markov chain": {"color": COLOURS["LSTM"], "linestyle": "--", "marker": "s"},
    "last two clicks": {"color": COLOURS["LSTM"], "linestyle": "-", "marker": "P"},
    "first and last click": {"color": COLOURS["RNN"], "linestyle": "--", "marker": "D"},
    "all clicks": {"color": "black", "linestyle": ":", "marker": "v"},
    "session-kNN": {"color": NEUTRAL, "linestyle": "--", "marker": "x"},
    "GRU": {"color": COLOURS["GRU"], "linestyle": "-", "marker": "o"},
}
_BEST = {"color": "black", "linestyle": "-.", "linewidth": 1.2}


@course_figure
def sessions(clicks: Sequence[np.ndarray], per_genre: int) -> CourseFigure:
    """A few sessions, one row each: every click with its genre's number. clicks: one array of items per session."""
    fig, ax = figure(height=0.7 + 0.4 * len(clicks))
    longest = max(map(len, clicks))
    for row, items in enumerate(clicks):
        genres = np.asarray(items) // per_genre
        for place, genre in enumerate(genres):
            stays = genre == genres[0]
            ax.text(
                place + 1, row, f"{genre}", ha="center", va="center", color="white" if stays else "black", fontsize=10
            )
            ax.plot(place + 1, row, "s", markersize=19, color=COLOURS["GRU"] if stays else "#DDDDDD", zorder=0)
    ax.set(xlim=(0.4, longest + 0.6), ylim=(len(clicks) - 0.5, -0.5), xlabel="click", yticks=[], ylabel="session")
    ax.set_xticks(range(1, longest + 1))
    ax.grid(False)
    ax.set_title("The genre of each click; dark: the genre of the first one")
    back = np.mean([np.mean(np.asarray(items)[1:] // per_genre == items[0] // per_genre) for items in clicks])
    return describe(
        fig, f"{len(clicks)} sessions; {back:.0%} of their later clicks are in the genre of the first click."
    )


@course_figure
def recall_by_memory(memory, recalls: Mapping[str, Sequence[Sequence[float]]], best) -> CourseFigure:
    """Recall of each method against the memory of the visitors.

    memory: (M,). recalls: name -> for each memory the values over seeds. best: (M,) what could be reached.
    """
    fig, ax = figure(height=3.6)
    ax.plot(memory, best, label="the rule itself", **_BEST)
    for name, runs in recalls.items():
        means = [np.mean(values) for values in runs]
        ax.plot(memory, means, label=name, **_LOOKS[name])
        ax.fill_between(
            memory, [np.min(v) for v in runs], [np.max(v) for v in runs], color=_LOOKS[name]["color"], alpha=0.2
        )
    ax.set(xlabel="memory: share of clicks that the visitor's genre decides", ylabel="recall@10", ylim=(0, 1.03))
    ax.legend(loc="center", bbox_to_anchor=(0.5, 0.42), ncols=2)
    ends = "; ".join(f"{name} {np.mean(runs[0]):.2f} to {np.mean(runs[-1]):.2f}" for name, runs in recalls.items())
    return describe(fig, f"Recall at 10 from memory {memory[0]:g} to {memory[-1]:g}: {ends}.")


@course_figure
def recall_within_session(recalls: Mapping[str, np.ndarray], best: np.ndarray | None = None) -> CourseFigure:
    """Recall after 1, 2, ... clicks. recalls: name -> (T,). best: (T,) what could be reached, if that is known."""
    fig, ax = figure(height=3.4)
    if best is not None:
        ax.plot(range(1, len(best) + 1), best, label="the rule itself", **_BEST)
    for name, values in recalls.items():
        ax.plot(range(1, len(values) + 1), values, label=name, **_LOOKS[name])
    ax.set(xlabel="clicks of the session that are known", ylabel="recall@10", ylim=(0, 1.03))
    ax.legend(loc="center", bbox_to_anchor=(0.5, 0.42), ncols=2)
    ends = "; ".join(f"{name} {values[0]:.2f} after one click, {values[4:].mean():.2f} after five or more"
                     for name, values in recalls.items())  # fmt: skip
    return describe(fig, f"Recall at 10 within a session: {ends}.")
