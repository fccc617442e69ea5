"""Curves of several networks in one panel: their colours, how two of one cell stay apart, what was predicted.

A label begins with the name of its cell: "GRU, b_z = +3".
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
from matplotlib.axes import Axes

from coursekit.figures.style import line

CELLS = ("RNN", "LSTM", "GRU")
STYLES = ("-", "--", "-.", ":", (0, (1, 3)))

Curves = Mapping[str, np.ndarray]
"""By label, (seeds, points)."""


def cell_of(label: str) -> str:
    """The name of the cell that a label begins with."""
    return next((name for name in CELLS if label.startswith(name)), "RNN")


def styled(curves: Curves, *beside: Curves) -> Iterator[tuple[Any, tuple[str, np.ndarray]]]:
    """Labels and runs with a line style for each, so that curves of one cell stay apart without colour.

    beside: the curves of other panels, in which a label that stands here as well has the same style.
    """
    seen: dict[str, int] = {}
    alone = all(len({cell_of(label) for label in panel}) == len(panel) for panel in (curves, *beside))
    for label, runs in curves.items():
        number = seen.setdefault(cell_of(label), 0)
        seen[cell_of(label)] += 1
        yield line(cell_of(label))["linestyle"] if alone else STYLES[number % len(STYLES)], (label, runs)


def without_title(label: str, title: str) -> str:
    """The label without the name of the cell, where the panel's title says it."""
    return label.removeprefix(f"{title}, ")


def legend_below(ax: Axes, inside: bool) -> None:
    """The legend in the empty corner below falling lines, or under the panel; predictions stand last in it."""
    place = {"loc": "lower left"} if inside else {"loc": "upper left", "bbox_to_anchor": (-0.05, -0.2)}
    handles, labels = ax.get_legend_handles_labels()
    order = sorted(range(len(labels)), key=lambda k: "your prediction" in labels[k])  # after all that was measured
    ax.legend([handles[k] for k in order], [labels[k] for k in order], fontsize=9, **place)


def once(ax: Axes, text: str) -> str:
    """The text as a label, unless the panel has it already; Matplotlib leaves labels with "_" out."""
    return "_" if text in ax.get_legend_handles_labels()[1] else text


def predicted_at(ax: Axes, x: float, y: Any, colour: str) -> None:
    """A predicted value as an open diamond; nothing where no number was written."""
    number = as_number(y)
    if number is not None:
        look = {"mec": colour, "mfc": "none", "ms": 9, "mew": 1.6, "linestyle": "none", "zorder": 4}
        ax.plot([x], [number], "D", label=once(ax, "your prediction"), **look)


def as_number(value) -> float | None:
    """A prediction as a number; None where there is none, or something else stands."""
    try:
        return None if value is None else float(value)
    except (TypeError, ValueError):
        return None
