"""Figures of lesson 18: motions, shares with their intervals, paths with their forecasts, and errors by horizon."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from coursekit.figures.style import COLOURS, NEUTRAL, CourseFigure, course_figure, describe, figure

_STYLES = ("-", "--", ":", "-.", (0, (5, 1, 1, 1, 1, 1)))


@course_figure
def motions(x, titles: Sequence[str], channels: Sequence[str], hertz: float) -> CourseFigure:
    """One recording of each motion. x: (n, T, D), of which the channels named (the first ones) are drawn."""
    x = np.asarray(x)
    n, T, _ = x.shape
    fig, axes = figure(n, 1, height=1.35 * n + 0.4, sharex=True, squeeze=False)
    seconds = np.arange(T) / hertz
    for k, ax in enumerate(axes[:, 0]):
        for c, channel in enumerate(channels):
            colour, style = (COLOURS["GRU"], COLOURS["LSTM"], COLOURS["RNN"])[c % 3], _STYLES[c % 3]
            ax.plot(
                seconds, x[k, :, c], color=colour, linestyle=style, linewidth=1.1, label=channel if k == 0 else None
            )
        ax.set_title(titles[k], fontsize=11)
    axes[-1, 0].set(xlabel="seconds", xlim=(0, seconds[-1]))
    fig.supylabel("as recorded", fontsize=11)
    fig.legend(loc="outside upper right", ncols=len(channels))
    spread = ", ".join(f"{title} {x[k, :, : len(channels)].std():.1f}" for k, title in enumerate(titles))
    return describe(fig, f"{n} recordings of {len(channels)} channels; standard deviations: {spread}.")


@course_figure
def shares_with_intervals(shares: Mapping[str, tuple[float, float, float]], cases: int) -> CourseFigure:
    """Shares of right answers with the ends of their intervals. shares: name -> (share, low, high), 0 to 1."""
    fig, ax = figure(height=0.9 + 0.45 * len(shares))
    for k, (name, (share, low, high)) in enumerate(shares.items()):
        colour, marker = (COLOURS["GRU"], "o") if name.startswith("GRU") else (NEUTRAL, "s")
        reach = [[100 * max(0.0, share - low)], [100 * max(0.0, high - share)]]
        ax.errorbar(100 * share, k, xerr=reach, fmt=marker, color=colour, capsize=4, linewidth=2)
    ax.set_yticks(range(len(shares)), list(shares))
    ax.set_ylim(len(shares) - 0.5, -0.5)
    ax.grid(axis="y", visible=False)
    ax.set_xlabel(f"right answers of {cases} test cases (%), with their 95 % interval")
    said = "; ".join(f"{name} {share:.1%}, {low:.1%} to {high:.1%}" for name, (share, low, high) in shares.items())
    return describe(fig, f"Right answers of {cases}, with intervals: {said}.")


@course_figure
def paths_with_forecasts(
    truth, seen: int, forecasts: Mapping[str, np.ndarray], chosen: Sequence[int], unit: str = "m"
) -> CourseFigure:
    """Paths in the plane: what was shown, what came, and the forecasts.

    truth: (n, T, 2); forecasts: name -> (n, T - seen, 2); chosen: which windows, one panel each.
    """
    truth = np.asarray(truth)
    fig, axes = figure(1, len(chosen), height=3.6, squeeze=False)
    for ax, n in zip(axes[0], chosen, strict=True):
        ax.plot(*truth[n, :seen].T, color="black", linewidth=1.2, label="shown")
        ax.plot(*truth[n, seen - 1 :].T, "o-", color="black", markersize=3, linewidth=0.8, alpha=0.5, label="what came")
        for k, (name, paths) in enumerate(forecasts.items()):
            way = np.concatenate([truth[n, seen - 1 : seen], np.asarray(paths)[n]])
            gru = name.startswith("GRU")
            colour, style = (COLOURS["GRU"], "-") if gru else (NEUTRAL, _STYLES[1 + k % (len(_STYLES) - 1)])
            ax.plot(*way.T, color=colour, linestyle=style, linewidth=1.8, label=name)
        ax.plot(*truth[n, seen - 1], "o", color="#B83058", markersize=6)
        ax.set_aspect("equal", "datalim")
        ax.set_xlabel(f"x ({unit})")
    axes[0, 0].set_ylabel(f"y ({unit})")
    fig.legend(*axes[0, 0].get_legend_handles_labels(), loc="outside lower center", ncols=3)
    ends = {
        name: np.linalg.norm(np.asarray(paths)[chosen, -1] - truth[chosen, -1], axis=1)
        for name, paths in forecasts.items()
    }
    said = "; ".join(f"{name} {', '.join(f'{end:.2g}' for end in ends[name])} {unit}" for name in ends)
    return describe(fig, f"{len(chosen)} paths with forecasts; at the end they are off by: {said}.")


@course_figure
def error_by_horizon(errors: Mapping[str, np.ndarray], unit: str, hertz: float, forced: str = "") -> CourseFigure:
    """Mean distance against the time ahead. errors: name -> (horizon,). forced: the name that is no forecast."""
    fig, ax = figure(height=3.8)
    network = plain = 0
    for name, error in errors.items():
        ahead = (np.arange(len(error)) + 1) / hertz
        gru = name.startswith("GRU")
        colour, style = (COLOURS["GRU"], _STYLES[network]) if gru else (NEUTRAL, _STYLES[plain])
        network, plain = network + gru, plain + (not gru)
        if name == forced:
            colour, style = "#B83058", ":"
        ax.plot(ahead, error, color=colour, linestyle=style, label=name)
    ax.set(xlabel="time ahead (s)", ylabel=f"mean distance ({unit})", ylim=(0, None), xlim=(1 / hertz, ahead[-1]))
    ax.legend(loc="upper left")
    said = "; ".join(f"{name} from {error[0]:.3g} to {error[-1]:.3g} {unit}" for name, error in errors.items())
    return describe(fig, f"Mean distance against the time ahead: {said}.")
