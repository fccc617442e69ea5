"""The figure of the gate explorer of lesson 05: a GRU with gates held still, and what it still recalls."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle

from coursekit.checking.words import listed
from coursekit.figures.style import (
    COLOURS,
    DIVERGING,
    NEUTRAL,
    SEQUENTIAL,
    CourseFigure,
    course_figure,
    describe,
    figure,
    line,
)

_NAMES = {"z": "update gate z", "r": "reset gate r", "h": "state h"}
_FREE = "both gates free"
_TOP = 1.28  # of the axis for shares, which end at 1


@course_figure
def held_gates(
    symbols: Sequence[str],
    flag: int,
    values: Mapping[str, np.ndarray],
    recall: Mapping[str, np.ndarray],
    held: Mapping[str, float],
    *,
    said: str,
    chance: float,
    units: Sequence[int] | None = None,
) -> CourseFigure:
    """Left, gates and state of every unit in one sequence. Right, the share of right answers against the lag.

    symbols: T names, read in this order. flag: the flagged step. values: by "z", "r" or "h", an array (T, H).
    recall:  "free", and "held" if a gate is held: the share of right answers (T,) by the lag, which is the
             number of steps after the flag. A share may be NaN where nothing was measured.
    held:    by "r" or "z", the value at which the gate is held; empty if both are free.
    said:    the symbol that the network answers. chance: the accuracy of guessing. units: the order of the rows,
             from the top; None keeps it.
    """
    places = {"left": 0.035, "right": 0.985, "bottom": 0.13, "top": 0.93, "wspace": 0.24, "width_ratios": (1.9, 1)}
    fig, (left, right) = figure(1, 2, height=4.3, gridspec_kw=places)
    # The places are fixed: to look for them takes a quarter of the time, and this figure is drawn while one looks on.
    fig.set_layout_engine("none")
    rows = left.get_subplotspec().subgridspec(len(values), 1, hspace=0.3)
    left.remove()
    for row, (name, numbers) in zip(rows, values.items(), strict=True):
        ax = fig.add_subplot(row)
        _heat_map(ax, name, numbers, flag, units, held.get(name))
    ax.set_xticks(range(len(symbols)), symbols, fontsize=9)
    ax.tick_params(axis="x", length=0)
    ax.get_xticklabels()[flag].set(color=COLOURS["r"], fontweight="bold")
    ax.set_xlabel(f"flagged: {symbols[flag]}    answer: {said}")
    _recall(right, recall, held, len(symbols) - 1 - flag, chance)
    return describe(fig, _words(symbols, flag, recall, held, said))


def name_of(held: Mapping[str, float]) -> str:
    """What is held, in words: "z held at 0.5", or "both gates free"."""
    return listed(f"{gate} held at {value:.2g}" for gate, value in sorted(held.items())) or _FREE


def _heat_map(ax: Axes, name: str, numbers: np.ndarray, flag: int, units, held: float | None) -> None:
    """Units from top to bottom, steps from left to right; a frame marks the flagged step."""
    order = range(numbers.shape[1]) if units is None else units
    # Without a scale at the side, unlike elsewhere: the title says what black and white are, and there is more room.
    state, gate = (DIVERGING, -1, "dark blue −1, light yellow 1"), (SEQUENTIAL, 0, "white 0, black 1")
    colours, lowest, ends = state if name == "h" else gate
    ax.imshow(numbers.T[order], cmap=colours, vmin=lowest, vmax=1, aspect="auto", interpolation="nearest")
    ax.grid(False)
    ax.set_title(f"{_NAMES[name]}: {ends if held is None else f'held at {held:.2g}'}", fontsize=10)
    ax.set_ylabel("unit")
    ax.set(xticks=[], yticks=[])
    ax.spines[:].set_visible(True)
    frame = (flag - 0.5, -0.5), 1, len(order)
    ax.add_patch(Rectangle(*frame, fill=False, edgecolor=COLOURS["r"], linewidth=2, clip_on=False))


def _recall(ax: Axes, recall: Mapping[str, np.ndarray], held: Mapping[str, float], lag: int, chance: float) -> None:
    """Both curves, and a mark at the lag of the sequence on the left."""
    ax.axvline(lag, ymax=1 / _TOP, color=COLOURS["r"], alpha=0.18, linewidth=6)
    side = "left" if lag < len(recall["free"]) / 2 else "right"
    ax.text(lag, 1.02, "this sequence", ha=side, va="bottom", fontsize=9, color=COLOURS["r"])
    ax.plot(recall["free"], **line("GRU", label=_FREE))
    if held:
        look = line(*held, linestyle="--") if len(held) == 1 else {"color": "black", "linestyle": "--"}
        ax.plot(recall["held"], **look | {"label": name_of(held)})
    ax.axhline(chance, color=NEUTRAL, linewidth=1, linestyle=(0, (6, 3)))
    ax.text(0.02, chance - 0.07, "chance", transform=ax.get_yaxis_transform(), va="top", fontsize=9, color=NEUTRAL)
    ax.set(xlabel="steps after the flag", ylabel="share of right answers", xlim=(0, len(recall["free"]) - 1))
    ax.set(ylim=(0, _TOP), yticks=np.linspace(0, 1, 6))  # room for the names above the curves
    ax.legend(loc="upper right", handlelength=1.8, borderaxespad=0)


def _words(symbols, flag: int, recall: Mapping[str, np.ndarray], held: Mapping[str, float], said: str) -> str:
    T, right = len(symbols), "right" if said == symbols[flag] else "wrong"
    curves = "; ".join(
        f"{name_of(held) if key == 'held' else _FREE}: {shares[0]:.2f} at 0 steps, {shares[-1]:.2f} at {T - 1} steps, "
        f"{np.nanmean(shares):.2f} on average"
        for key, shares in recall.items()
    )
    return (
        f"With {name_of(held)} the network reads {T} symbols. The {symbols[flag]} at step {flag} is flagged; it says "
        f"{said}, which is {right}. Share of right answers against the steps after the flag. {curves}."
    )
