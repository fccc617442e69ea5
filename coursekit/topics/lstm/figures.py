"""Figures of lesson 04: what the gates of an LSTM do around a symbol that has to be kept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from coursekit.figures.curves import predicted_at
from coursekit.figures.style import COLOURS, NEUTRAL, CourseFigure, course_figure, describe, figure, heat_map, line

_MEANING = {"i": "input gate i", "f": "forget gate f", "o": "output gate o"}


@course_figure
def gate_traces(
    offsets: Sequence[int],
    gates: Mapping[str, np.ndarray],
    cell: np.ndarray,
    flag: int,
    guesses: Mapping[str, float | None] | None = None,
) -> CourseFigure:
    """Left: the gates before and after the flagged symbol. Right: what the cell of one sequence holds, unit by unit.

    offsets: steps counted from the flag, 0 is the flag itself. gates: by name ("i", "f", "o"), the mean opening at
    each offset. cell: (H, T), tanh(c) of one sequence; its units are sorted here by what they hold at the end.
    flag: the step of that sequence at which the flag stands. guesses: by "i at the flag", "i after the flag" and so
    on, a predicted opening, drawn as an open diamond.
    """
    fig, (left, right) = figure(1, 2, height=3.6, width_ratios=(1.15, 1))
    for name, opening in gates.items():
        left.plot(offsets, opening, marker="o", markersize=3.5, **line(name, label=_MEANING[name]))
        predicted_at(left, 0, (guesses or {}).get(f"{name} at the flag"), COLOURS[name])
        predicted_at(left, offsets[-1] / 2, (guesses or {}).get(f"{name} after the flag"), COLOURS[name])
    left.axvline(0, color=NEUTRAL, linewidth=1, linestyle=(0, (6, 3)))
    left.annotate("flag", (0, 0.015), xytext=(-26, 0), textcoords="offset points", fontsize=9, color=NEUTRAL)
    left.set(title="gates, mean of all units", xlabel="steps after the flag", ylabel="opening of the gate", ylim=(0, 1))
    fig.legend(loc="outside lower left", fontsize=9, ncols=4)

    heat_map(right, cell[np.argsort(cell[:, -1])], signed=True, label="tanh(c)")
    right.axvline(flag - 0.5, color="white", linewidth=2)
    right.axvline(flag + 0.5, color="white", linewidth=2)
    right.set(title=f"one sequence, flag at t={flag}", xlabel="time step t", ylabel="unit, sorted")

    at = list(offsets).index(0)
    said = "; ".join(
        f"{_MEANING[name]}: {np.mean(opening[:at]):.2f} before, {opening[at]:.2f} at and "
        f"{np.mean(opening[at + 1 :]):.2f} after the flag"
        for name, opening in gates.items()
    )
    return describe(fig, f"Mean opening of the gates around the flag. {said}. Beside it, the cell of one sequence.")
