"""The figures of lesson 17: a falling pole, learning to balance, and what a hidden state knows about velocities."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.patches import Rectangle

from coursekit.figures.style import (
    COLOURS,
    NEUTRAL,
    CourseFigure,
    course_figure,
    describe,
    figure,
    level,
    line,
    wrapped,
)

_METHODS = {
    "whole state": line("i", label="whole state", linestyle="--"),
    "no memory": line("r", label="no memory", linestyle=":"),
    "last 2 observations": line("o", label="last 2 observations"),
    "last 8 observations": line("n", label="last 8 observations", linestyle=(0, (3, 1, 1, 1, 1, 1))),
    "last 8 observations, own pushes": line("n", label="last 8 observations, own pushes", linestyle=":"),
    "GRU": line("GRU"),
    "GRU, own pushes": line("GRU", label="GRU, own pushes", linestyle="--"),
}
_POLE = 1.0  # metres, drawn with its true length


@course_figure
def falling_pole(states: np.ndarray, seconds: float = 0.02) -> CourseFigure:
    """One episode. states (T, 4): position (m), velocity (m/s), angle (rad), angular velocity (rad/s)."""
    fig, (scene, course) = figure(1, 2, height=3.6, width_ratios=[1, 1.35])
    shown = np.unique(np.linspace(0, len(states) - 1, 5).astype(int))
    for x, angle, alpha in zip(states[shown, 0], states[shown, 2], np.linspace(0.25, 1, len(shown)), strict=True):
        scene.add_patch(Rectangle((x - 0.15, -0.1), 0.3, 0.1, color=COLOURS["GRU"], alpha=alpha, linewidth=0))
        pole = [x, x + _POLE * np.sin(angle)], [0, _POLE * np.cos(angle)]
        scene.plot(*pole, color=COLOURS["r"], alpha=alpha, linewidth=3)
    middle = states[shown, 0].mean()
    scene.set(xlim=(middle - 0.8, middle + 0.8), ylim=(-0.2, 1.15), xlabel="position (m)", ylabel="height (m)")
    scene.set_aspect("equal")
    scene.set_title("Cart and pole")
    time = seconds * np.arange(len(states))
    course.plot(time, states[:, 0], color=COLOURS["GRU"], label="position (m), seen")
    course.plot(time, states[:, 2], color=COLOURS["r"], label="angle (rad), seen")
    course.plot(time, states[:, 1], color=COLOURS["GRU"], linestyle=":", label="velocity (m/s), hidden")
    course.plot(time, states[:, 3], color=COLOURS["r"], linestyle=":", label="angular velocity (rad/s), hidden")
    course.set(xlabel="time (s)", title="What is seen, and what is not")
    fig.legend(loc="outside lower right", ncols=2, fontsize=9)
    return describe(
        fig,
        f"A pole on a cart falls within {time[-1]:.1f} seconds. Position and angle stay small, while the velocities, "
        f"which are hidden, grow to {np.abs(states[:, 1]).max():.1f} m/s and {np.abs(states[:, 3]).max():.1f} rad/s.",
    )


@course_figure
def learning_to_balance(
    curves: Mapping[str, Mapping[str, Sequence[Sequence[float]]]], steps_per_update: int, limit: int
) -> CourseFigure:
    """Panel -> method -> for each seed the mean length of the latest episodes after every update.

    The line is the median over seeds, the band reaches from the lowest to the highest.
    """
    fig, axes = figure(1, len(curves), height=3.8, sharey=True, squeeze=False)
    said = []
    for ax, (title, methods) in zip(axes[0], curves.items(), strict=True):
        for name, runs in methods.items():
            lengths = np.array([_smooth(run) for run in runs])
            look = _METHODS.get(name, {"color": NEUTRAL, "label": name})
            x = steps_per_update * np.arange(1, lengths.shape[1] + 1) / 1000
            ax.plot(x, np.median(lengths, axis=0), **look)
            ax.fill_between(x, lengths.min(0), lengths.max(0), color=look["color"], alpha=0.15, linewidth=0)
            said.append(f"{title}, {name}: {np.median(lengths[:, -1]):.0f}")
        ax.set(title=title, xlabel="steps of experience (thousands)", ylim=(0, 1.06 * limit))
        level(ax, limit, "longest possible")
    axes[0, 0].set_ylabel("length of an episode (steps)")
    handles = {label: handle for ax in axes[0] for handle, label in zip(*ax.get_legend_handles_labels(), strict=True)}
    fig.legend(handles.values(), handles.keys(), loc="outside lower center", ncols=min(3, len(handles)), fontsize=9)
    return describe(
        fig,
        "Mean length of the episodes during training against experience, median and range over seeds; at the end: "
        f"{'; '.join(said)}.",
    )


def _smooth(run: Sequence[float], width: int = 5) -> np.ndarray:
    """Means of up to `width` neighbours."""
    padded = np.pad(np.asarray(run, float), width // 2, mode="edge")
    return np.convolve(padded, np.ones(width) / width, mode="valid")


@course_figure
def hidden_velocities(
    probes: Mapping[str, tuple[np.ndarray, np.ndarray, np.ndarray]], most: int = 1500
) -> CourseFigure:
    """Name -> true (n, 2) and read (n, 2) velocities, and the explained shares (2,). Drawn: the angular velocity."""
    fig, axes = figure(1, len(probes), height=3.1, sharex=True, sharey=True, squeeze=False)
    said, reach = [], max(np.abs(true[:, 1]).max() for true, _, _ in probes.values())
    for ax, (name, (true, read, explained)) in zip(axes[0], probes.items(), strict=True):
        some = np.random.default_rng(0).permutation(len(true))[:most]
        ax.plot([-reach, reach], [-reach, reach], color=NEUTRAL, linewidth=1)
        colour = _METHODS.get(name, {"color": NEUTRAL})["color"]
        ax.plot(true[some, 1], read[some, 1], ".", color=colour, markersize=3, alpha=0.4)
        share = f"{100 * max(explained[1], 0):.0f} %"
        title = f"{name}: {share}" if len(probes) < 3 else f"{wrapped(name, 60 // len(probes))}\n{share}"
        ax.set(title=title, xlabel="true (rad/s)", xlim=(-reach, reach))
        ax.set_ylim(-reach, reach)
        said.append(f"{name} {share}")
    axes[0, 0].set_ylabel("read from the hidden state (rad/s)")
    return describe(
        fig,
        "Angular velocity that is read linearly from the hidden state, against the true one, which no policy sees. "
        f"Share of the variance that is read: {', '.join(said)}.",
    )
