"""Figures of lesson 05: what the gates of a GRU do, the conventions, and what a layer has of parameters."""

from __future__ import annotations

import itertools
import re
from collections.abc import Mapping, Sequence
from numbers import Real

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle

from coursekit.figures.curves import predicted_at
from coursekit.figures.style import (
    COLOURS,
    NEUTRAL,
    CourseFigure,
    bar,
    course_figure,
    describe,
    figure,
    heat_map,
    level,
    line,
    points,
)

_NAMES = {"r": "reset gate r", "z": "update gate z", "n": "candidate n", "h": "state h"}


@course_figure
def gates_per_word(words: Sequence[str], values: Mapping[str, np.ndarray]) -> CourseFigure:
    """Every number of a small GRU while it reads a sentence: a table of units and words for each quantity.

    words:  T words. values: by "r", "z", "n" or "h", an array (T, H).
    """
    fig, axes = figure(len(values), 1, height=1.0 + 1.3 * len(values), squeeze=False, sharex=True)
    for ax, (name, numbers) in zip(axes[:, 0], values.items(), strict=True):
        signed = name in ("n", "h")
        heat_map(ax, numbers.T, signed=signed, label="")
        for (t, unit), number in np.ndenumerate(numbers):
            dark = number < 0.25 if signed else number > 0.55
            ax.text(t, unit, f"{number:.2f}", ha="center", va="center", color="white" if dark else "black", fontsize=9)
        ax.set_yticks(range(numbers.shape[1]))
        ax.set(title=_NAMES[name], ylabel="unit")
    axes[-1, 0].set_xticks(range(len(words)), words)
    said = "; ".join(f"{_NAMES[name]} from {v.min():.2f} to {v.max():.2f}" for name, v in values.items())
    return describe(fig, f"Tables of {', '.join(values)} for each unit at the words {' '.join(words)}. {said}.")


@course_figure
def update_gate_conventions(n: float, h_prev: float) -> CourseFigure:
    """The new state of one unit against its update gate, in both conventions.

    n: the candidate. h_prev: the old state. Both lie in (-1, 1).
    """
    z = np.linspace(0, 1, 2)
    fig, ax = figure(height=3.2)
    ax.plot(z, (1 - z) * n + z * h_prev, **line("z", label="here, PyTorch, Keras, ONNX: z keeps"))
    ax.plot(z, (1 - z) * h_prev + z * n, color=NEUTRAL, linestyle="--", label="Chung et al. 2014: z writes")
    for y, name in ((h_prev, "old state"), (n, "candidate")):
        ax.axhline(y, color=NEUTRAL, linewidth=0.8, linestyle=":")
        ax.text(1.01, y, f"{name}\n{y:g}", transform=ax.get_yaxis_transform(), va="center", fontsize=9)
    ax.set(xlabel="update gate z", ylabel="new state", xlim=(0, 1))
    ax.legend(loc="upper center", bbox_to_anchor=(0.5, 1.28), ncols=2)
    return describe(
        fig,
        f"The new state against z: in the course it goes from the candidate {n:g} at z = 0 to the old state {h_prev:g} "
        "at z = 1, in the other convention the other way round; at z = 0.5 the two lines cross.",
    )


@course_figure
def reset_gate_positions() -> CourseFigure:
    """Where r stands on the way from the old state to the candidate: after the product, or before it."""
    fig, axes = figure(2, 1, height=2.2)
    product = "times $W_{hn}$, plus $b_{hn}$"
    ways = {
        "r after the product: PyTorch, cuDNN, Keras by default": ("h", product, "times r", "plus x part", "tanh", "n"),
        "r before the product: Cho et al. 2014, ONNX by default": ("h", "times r", product, "plus x part", "tanh", "n"),
    }
    for ax, (title, way) in zip(axes, ways.items(), strict=True):
        _flow(ax, way)
        ax.set_title(title)
    return describe(
        fig,
        "Two ways from the old state h to the candidate n. In the first the state is multiplied by W_hn, then by r; "
        "in the second by r, then by W_hn.",
    )


def _flow(ax: Axes, way: Sequence[str]) -> None:
    """Boxes from left to right, joined by arrows; the reset gate has its colour."""
    widths = [len(re.sub(r"[${}_]", "", name)) + 4 for name in way]  # in letters, with room for an arrow
    right = list(itertools.accumulate(widths))
    ax.set(xlim=(0, right[-1]), ylim=(-0.5, 0.5))
    ax.axis("off")
    arrow = {"arrowstyle": "->", "color": NEUTRAL, "linewidth": 1.5}
    before = None
    for name, end, width in zip(way, right, widths, strict=True):
        middle = end - width / 2, 0
        colour = COLOURS["r"] if name == "times r" else NEUTRAL
        shape = "circle,pad=0.4" if name in "hn" else "round,pad=0.4"
        frame = {"boxstyle": shape, "facecolor": "white", "edgecolor": colour, "linewidth": 2}
        box = ax.text(*middle, name, ha="center", va="center", bbox=frame, fontsize=11, zorder=3)
        if before:
            ax.annotate("", middle, before, arrowprops=arrow | {"patchB": box.get_bbox_patch()}, zorder=1)
        before = middle


@course_figure
def convention_differences(differences: Mapping[str, np.ndarray], floor: float = 1e-17) -> CourseFigure:
    """How far two GRUs are apart at every time step, on a logarithmic scale.

    differences: by label, (T,), the largest |h_t - h'_t|. floor: where an exact zero is drawn.
    """
    fig, ax = figure(height=3.4)
    looks = (points("z"), points("r", linestyle="-"), points("r", linestyle=":", markerfacecolor="white"))
    said = []
    for look, (label, difference) in zip(itertools.cycle(looks), differences.items(), strict=False):
        ax.plot(np.maximum(difference, floor), **look | {"label": label})
        said.append(f"{label}: {difference[0]:.1g} after one step, at most {difference.max():.1g}")
    level(ax, np.finfo(float).eps, "spacing of numbers near 1")
    ax.set(xlabel="time step t", ylabel="largest difference of a state", yscale="log", ylim=(floor / 3, 3))
    ax.legend(loc="center right")
    return describe(fig, f"Difference between the states of two GRUs at every step. {'; '.join(said)}.")


@course_figure
def gate_heat_map(symbols: Sequence[str], flag: int, values: Mapping[str, np.ndarray]) -> CourseFigure:
    """Gates and state of every unit while a trained GRU reads one sequence; a frame marks the flagged step.

    symbols: T names. flag: the flagged step, not the last one. values: by "z", "r", "n" or "h", an array
    (T, H); "z" has to be among them. The units are sorted by their z after the flag, the largest on top.
    """
    fig, axes = figure(len(values), 1, height=0.8 + 1.75 * len(values), squeeze=False, sharex=True)
    order = np.argsort(-values["z"][flag + 1 :].mean(axis=0), kind="stable")
    said = []
    for ax, (name, numbers) in zip(axes[:, 0], values.items(), strict=True):
        heat_map(ax, numbers.T[order], signed=name in ("n", "h"), label="")
        ax.set(title=_NAMES[name], ylabel="unit")
        ax.set_yticks(range(len(order)), order, fontsize=8)
        frame = (flag - 0.5, -0.5), 1, len(order)
        ax.add_patch(Rectangle(*frame, fill=False, edgecolor=COLOURS["r"], linewidth=2, clip_on=False))
        if name in ("r", "z"):
            means = numbers[flag].mean(), numbers[flag + 1 :].mean()
            said.append(f"{name} is {means[0]:.2f} at the flag and {means[1]:.2f} after it, mean over the units")
    axes[-1, 0].set_xticks(range(len(symbols)), symbols)
    axes[-1, 0].get_xticklabels()[flag].set(color=COLOURS["r"], fontweight="bold")
    axes[-1, 0].set_xlabel("symbol that is read; the framed one carries the flag")
    return describe(fig, f"Heat maps of {', '.join(values)} over {len(symbols)} steps. {'; '.join(said)}.")


@course_figure
def gates_over_time(
    gates: Mapping[str, np.ndarray], change: np.ndarray, flag: int, guesses: Mapping[str, float | None] | None = None
) -> CourseFigure:
    """Means over many sequences with the flag at the same step: the gates, and how far the state moves.

    gates: by "r" or "z", (T,). change: (T,), the mean of |h_t - h_{t-1}|. flag: the flagged step. guesses: a mean
    of z that was predicted "at the flag" and "after it", drawn as open diamonds.
    """
    fig, (above, below) = figure(2, 1, height=4.4, sharex=True, height_ratios=(3, 2))
    for name, means in gates.items():
        above.plot(means, **line(name, label=_NAMES[name]))
    for place, x in (("at the flag", flag), ("after it", (flag + len(change)) / 2)):
        predicted_at(above, x, (guesses or {}).get(place), COLOURS["z"])
    above.set(ylabel="mean of the gate", ylim=(0, 1))
    above.legend(loc="lower right")
    below.bar(range(len(change)), change, color=COLOURS["GRU"])
    below.set(ylabel="mean of\n$|h_t - h_{t-1}|$", xlabel="time step t")
    for ax in (above, below):
        ax.axvspan(flag - 0.5, flag + 0.5, color=COLOURS["r"], alpha=0.18, linewidth=0)
    above.annotate("flag", (flag, 1), xycoords=("data", "axes fraction"), ha="center", va="bottom", fontsize=10)
    said = "; ".join(f"{k}: {v[flag]:.2f} at the flag, {v[flag + 1 :].mean():.2f} after it" for k, v in gates.items())
    return describe(
        fig,
        f"Mean gates around the flag at step {flag}. {said}. The state moves by {change[flag]:.2f} at the flag and by "
        f"{change[flag + 1 :].mean():.2f} per step after it.",
    )


@course_figure
def clamped_accuracy(
    panels: Mapping[str, Mapping[str, np.ndarray]], chance: float, guesses: Mapping[str, float | None] | None = None
) -> CourseFigure:
    """Bars of accuracy with a gate held at a value; dots are the single networks, a line is a prediction.

    panels:  by title, by setting ("both free", "z = 1", ...), accuracies (seeds,). chance: that of guessing.
    guesses: by setting, a predicted accuracy for the first panel; None draws nothing.
    """
    fig, axes = figure(1, len(panels), height=3.6, squeeze=False, sharey=True)
    said = []
    for number, (ax, (title, settings)) in enumerate(zip(axes[0], panels.items(), strict=True)):
        for k, (name, accuracies) in enumerate(settings.items()):
            gate = name[0] if name[0] in "rz" else "GRU"
            mean = float(np.mean(accuracies))
            ax.bar(k, mean, width=0.7, **bar(gate, label=None))
            dots = {"color": "black", "markeredgecolor": "white", "markeredgewidth": 0.7, "clip_on": False}
            ax.plot(np.full(len(accuracies), k), accuracies, "o", **dots)
            guess = (guesses or {}).get(name) if number == 0 else None
            if isinstance(guess, Real):  # whatever else a learner wrote, the figure is still drawn
                ax.hlines(guess, k - 0.45, k + 0.45, color="black", linewidth=2, label="your prediction")
            said.append(f"{title}, {name}: {mean:.2f}")
        ax.set_xticks(range(len(settings)), [name.replace(" ", "\n", 1) for name in settings])
        ax.set(title=title, ylim=(0, 1.08), xlim=(-0.6, len(settings) + 0.3))  # room for the word at the right
        ax.grid(False, axis="x")
        level(ax, chance, "chance")
    axes[0, 0].set_ylabel("share of right answers")
    handles, labels = axes[0, 0].get_legend_handles_labels()
    if handles:
        fig.legend(handles[:1], labels[:1], loc="outside lower right")
    return describe(fig, f"Accuracy with a gate held at a value, mean over the networks. {'; '.join(said)}.")


@course_figure
def parameter_shares(models: Mapping[str, Mapping[str, int]]) -> CourseFigure:
    """Bars from left to right: how many parameters each part of a model has.

    models: by label, by part ("embedding", "GRU", ...), a number. A part named after a cell has its colour.
    """
    fig, ax = figure(height=0.9 + 0.5 * len(models))
    shades = iter(("#C9C9C9", "#9A9A9A", "#E2E2E2"))
    looks: dict[str, dict] = {}
    for row, counts in enumerate(models.values()):
        left = 0
        for part, count in counts.items():
            if part not in looks:
                look = bar(part) if part in COLOURS else {"color": next(shades), "edgecolor": "white", "label": part}
                looks[part] = look
            else:
                looks[part] = looks[part] | {"label": None}
            ax.barh(row, count / 1e6, left=left / 1e6, height=0.7, **looks[part])
            left += count
        ax.text(left / 1e6, row, f"  {left:,}", va="center", fontsize=10)
    ax.set_yticks(range(len(models)), models)
    ax.set_xlabel("parameters (millions)")
    ax.invert_yaxis()
    ax.margins(x=0.14)
    ax.grid(False, axis="y")
    ax.legend(loc="upper left", bbox_to_anchor=(0, -0.32), ncols=len(looks))
    said = "; ".join(f"{label}: {sum(counts.values()):,}" for label, counts in models.items())
    return describe(fig, f"Parameters of models by part. {said}.")
