"""Figures of lesson 01: the state of an RNN, and a language model while it learns, reads and writes."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from coursekit.figures.style import (
    COLOURS,
    NEUTRAL,
    CourseFigure,
    course_figure,
    describe,
    figure,
    heat_map,
    level,
    line,
)

_SHOWN = {" ": "␣", "\n": "↵", "\t": "→"}


@course_figure
def echo(states: np.ndarray) -> CourseFigure:
    """The states of a few units, (T, H), after an input at t = 0 and nothing afterwards."""
    T, H = states.shape
    fig, ax = figure(height=2.9)
    ax.bar(0, 1, width=0.35, color="#DDDDDD", label="input")
    for unit in states.T:
        ax.plot(range(T), unit, color=COLOURS["RNN"], linewidth=1.3, marker="o", markersize=2.5, alpha=0.8)
    ax.plot([], [], color=COLOURS["RNN"], label=f"the {H} units of h")
    ax.set(xlabel="time step t", ylabel="state", ylim=(-1.05, 1.05))
    ax.legend(ncols=2, loc="lower right")
    largest = np.abs(states).max(axis=1)
    return describe(
        fig,
        f"States of {H} units after one input at t=0. The largest is {largest[0]:.2f} at t=0, {largest[T // 2]:.2f} at "
        f"t={T // 2} and {largest[-1]:.2f} at t={T - 1}.",
    )


@course_figure
def learning_curve(steps, bits, baselines: Mapping[str, float]) -> CourseFigure:
    """Bits per character on the validation text, (K,), against training steps (K,), with baselines as levels."""
    fig, ax = figure(height=3.6)
    ax.plot(steps, bits, marker="^", **line("RNN", linestyle="-"))
    for name, value in baselines.items():
        level(ax, value, f"{name} {value:.2f}")
    # Room on the right: the names of the levels stand there, clear of the curve.
    ax.set(xlabel="training steps", ylabel="bits per character", xlim=(0, 1.2 * steps[-1]))
    ax.set_ylim(min(*bits, *baselines.values()) - 0.25, max(*bits, *baselines.values()) + 0.3)
    beaten = [name for name, value in baselines.items() if bits[-1] < value]
    return describe(
        fig,
        f"Bits per character of the RNN on unseen text fall to {bits[-1]:.2f} after {steps[-1]} steps. Below "
        f"{', '.join(beaten) or 'no baseline'} of {', '.join(f'{k} {v:.2f}' for k, v in baselines.items())}.",
    )


@course_figure
def next_character(distributions: Mapping[str, np.ndarray], characters: str, most: int = 12) -> CourseFigure:
    """Bars of the probabilities of the next character, (V,), one panel per title; the `most` likely of the first.

    characters: the V characters in the order of their ids.
    """
    first = next(iter(distributions.values()))
    order = np.argsort(-first)[:most]
    fig, axes = figure(1, len(distributions), height=2.6, sharey=True, squeeze=False)
    for ax, (title, p) in zip(axes[0], distributions.items(), strict=True):
        ax.bar(range(len(order)), p[order], color=COLOURS["RNN"])
        ax.set(title=title, ylim=(0, 1))
        ax.set_xticks(range(len(order)), [_shown(characters[k]) for k in order], family="monospace")
        ax.grid(axis="x", visible=False)
    axes[0, 0].set_ylabel("probability")
    likely = characters[order[0]]
    said = ", ".join(f"{p[order[0]]:.2f} ({title})" for title, p in distributions.items())
    return describe(fig, f"Probabilities of the next character. The most likely one, {_shown(likely)!r}, has {said}.")


@course_figure
def states_under_text(text: str, states: np.ndarray, surprise: np.ndarray) -> CourseFigure:
    """What a network is surprised by, above what its state is, character by character of a text of T characters.

    states (H, T): the state of each shown unit after it has read the character; surprise (T,): -log2 of the
    probability that the network gave to the character before it read it.
    """
    T = len(text)
    letter = np.array([character.isalpha() for character in text])
    first = letter & ~np.roll(letter, 1)
    first[0] = letter[0]
    fig, (top, below) = figure(2, 1, height=5.2, sharex=True, height_ratios=(1, 2.6))
    for chosen, colour, name in ((first, COLOURS["RNN"], "first letter of a word"), (~first, NEUTRAL, "the others")):
        top.bar(np.flatnonzero(chosen), surprise[chosen], color=colour, width=0.85, label=name)
    top.set(ylabel="surprise (bits)")
    top.grid(axis="x", visible=False)
    top.tick_params(axis="x", length=0)
    top.legend(loc="upper right", ncols=2, bbox_to_anchor=(1, 1.3))
    heat_map(below, states, signed=True, label="state $h_t$")
    below.set(ylabel="unit, slow to fast", yticks=[])
    below.set_xticks(range(T), [_shown(c) for c in text], family="monospace", fontsize=9)
    below.tick_params(axis="x", length=0)
    return describe(
        fig,
        f"Under the characters of “{text}”: the surprise is {_mean(surprise, first):.1f} bits on average at the first "
        f"letter of a word and {_mean(surprise, letter & ~first):.1f} at the other letters. Below, {len(states)} units "
        "of the state, sorted from those that keep their colour to those that change with each character.",
    )


@course_figure
def memory(distances: Mapping[str, np.ndarray]) -> CourseFigure:
    """How far apart two runs still are, (T,) on a logarithmic axis, that differ in their first character only."""
    looks = ({"color": COLOURS["RNN"], "linestyle": "-"}, {"color": NEUTRAL, "linestyle": "--"})
    fig, ax = figure(height=3.2)
    said = []
    for (name, distance), look in zip(distances.items(), looks, strict=False):
        ax.plot(range(len(distance)), distance / distance[0], label=name, **look)
        gone = np.flatnonzero(distance < 0.01 * distance[0])
        said.append(f"{name} falls below one hundredth {f'after {gone[0]} steps' if len(gone) else 'nowhere'}")
    ax.set(yscale="log", xlabel="characters read since the difference", ylabel="difference of the states")
    level(ax, 0.01, "one hundredth")
    ax.legend()
    return describe(fig, f"The trace of one character in the state, relative to its beginning: {'; '.join(said)}.")


def _shown(character: str) -> str:
    return _SHOWN.get(character, character)


def _mean(values: np.ndarray, where: np.ndarray) -> float:
    return float(values[where].mean()) if where.any() else float("nan")
