"""The figures of lesson 15: piano rolls, and what a model expects beside what comes."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from coursekit.figures.style import COLOURS, CourseFigure, course_figure, describe, figure, heat_map

_LOWEST = 21  # MIDI pitch of the lowest key
_NAMES = {36: "C2", 48: "C3", 60: "C4", 72: "C5", 84: "C6"}


@course_figure
def piano_rolls(rolls: Mapping[str, np.ndarray], start: int = 0) -> CourseFigure:
    """Rolls (T, 88) one above the other, with their names. start: a line where a continuation begins; 0: none."""
    fig, axes = figure(len(rolls), 1, height=0.6 + 1.75 * len(rolls), sharex=True, sharey=True, squeeze=False)
    for ax, (name, roll) in zip(axes[:, 0], rolls.items(), strict=True):
        t, key = np.nonzero(roll)
        ax.barh(key + _LOWEST, 0.94, left=t, height=0.9, color=COLOURS["GRU"], linewidth=0)
        if start:
            ax.axvline(start - 0.03, color=COLOURS["RNN"], linewidth=1.5)
        ax.set_title(name, fontsize=10)
        _keys(ax, np.vstack(list(rolls.values())))
    axes[-1, 0].set_xlabel("quarter notes")
    said = "; ".join(f"{name}, {len(roll)} quarter notes" for name, roll in rolls.items())
    more = f" The first {start} chords were given." if start else ""
    return describe(fig, f"Piano rolls: time to the right, pitch upwards. {said}.{more}")


@course_figure
def expected_chords(roll: np.ndarray, expected: np.ndarray) -> CourseFigure:
    """Dark: the probability of each key before the chord comes. Dots: the keys that then sound. Both (T, 88)."""
    fig, ax = figure(height=4.2)
    heat_map(ax, expected.T, signed=False, label="probability, from the chords before")
    t, key = np.nonzero(roll)
    ax.plot(t, key, ".", color=COLOURS["RNN"], markersize=4)
    ax.invert_yaxis()
    ax.set_xlabel("quarter notes")
    ticks = {pitch - _LOWEST: name for pitch, name in _NAMES.items()}
    ax.set_yticks(list(ticks), list(ticks.values()))
    used = np.flatnonzero(roll.any(axis=0))
    ax.set_ylim(used.min() - 3, used.max() + 3)
    sure = expected[roll.astype(bool)]
    return describe(
        fig,
        f"Probabilities of the keys over {len(roll)} quarter notes of a test piece, with the keys that then sound as "
        f"dots. Keys that sound had a probability of {sure.mean():.2f} on average, those that do not "
        f"{expected[~roll.astype(bool)].mean():.3f}.",
    )


def _keys(ax, rolls: np.ndarray) -> None:
    """Names of the C keys, and the range that is used."""
    used = np.flatnonzero(rolls.any(axis=0)) + _LOWEST
    ax.set_yticks(list(_NAMES), list(_NAMES.values()))
    ax.set_ylim(used.min() - 2, used.max() + 2)
