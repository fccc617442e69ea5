"""Figures of lesson 21: a copied price, a year of sales, precision against cases, warnings against false alarms."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from coursekit.figures.style import COLOURS, NEUTRAL, CourseFigure, course_figure, describe, figure
from coursekit.topics.number_series.answers import precision_at_k

# Networks have the GRU's colour and lines that are whole or long; rivals are grey, each with a line of its own.
_NETWORKS, _RIVALS = ("-", (0, (3, 1))), ((0, (4, 2)), ":", "-.", (0, (1, 3)), (0, (3, 1, 1, 1, 1, 1)))
_MARKERS = ("s", "^", "D", "v", "P")


@course_figure
def copied_prices(truth, forecasts: Mapping[str, np.ndarray], shown: int = 40) -> CourseFigure:
    """The first `shown` days of a test, and the whole of it: prices, and what was said of each the day before.

    truth: (n,) in USD; forecasts: name -> (n,).
    """
    truth, looks = np.asarray(truth, float), _looks(forecasts)
    fig, panels = figure(1, 2, height=3.8)
    parts = {f"the first {shown} days": slice(0, shown), f"all {len(truth):,} days": slice(None)}
    for ax, (title, part) in zip(panels, parts.items(), strict=True):
        days = np.arange(len(truth))[part]
        ax.plot(days, truth[part], color="black", linewidth=1.6, label="price")
        for name, said in forecasts.items():
            ax.plot(days, np.asarray(said)[part], label=name, **looks[name] | {"marker": "none"})
        ax.set(title=title, xlabel="days of the test")
    panels[0].set_ylabel("price (USD)")
    fig.legend(*panels[0].get_legend_handles_labels(), loc="outside lower center", ncols=2)
    off = "; ".join(f"{name} {np.abs(said - truth).mean():.3g}" for name, said in forecasts.items())
    return describe(fig, f"Prices, and forecasts of the day before. Mean absolute error in USD: {off}.")


@course_figure
def season_ahead(history, truth, forecasts: Mapping[str, np.ndarray], unit: str, step: str) -> CourseFigure:
    """What was known, and what was said about the readings that came next.

    history: (t,); truth: (H,) what came; forecasts: name -> (H,). step: what a reading is, such as "months".
    """
    history, truth, looks = np.asarray(history, float), np.asarray(truth, float), _looks(forecasts)
    fig, ax = figure(height=3.8)
    ahead = np.arange(1, len(truth) + 1)
    ax.plot(np.arange(1 - len(history), 1), history, color="black", linewidth=1.2, label="known")
    ax.plot(ahead, truth, "o", color="black", markersize=5, linestyle="none", label="what came")
    for name, said in forecasts.items():
        ax.plot(ahead, said, label=name, **looks[name] | {"marker": "none"})
    ax.axvline(0.5, color=NEUTRAL, linewidth=1)
    ax.set(xlabel=f"{step} from the last known reading", ylabel=unit)
    fig.legend(loc="outside lower center", ncols=3)
    off = "; ".join(f"{name} {np.abs(said - truth).mean():.3g}" for name, said in forecasts.items())
    return describe(fig, f"A forecast of {len(truth)} {step}. Mean absolute error in {unit}: {off}.")


@course_figure
def precision_against_cases(scores: Mapping[str, np.ndarray], fraud, ks: Sequence[int]) -> CourseFigure:
    """Precision at k against k, logarithmic, and below the share of all fraud found. scores: name -> (n,)."""
    looks = _looks(scores)
    fig, panels = figure(1, 2, height=4.0, sharex=True)
    found = {name: np.array([precision_at_k(score, fraud, k) for k in ks]) for name, score in scores.items()}
    for name, both in found.items():
        for ax, values in zip(panels, both.T, strict=True):
            ax.plot(ks, 100 * values, label=name, **looks[name])
    share = 100 * np.mean(fraud)
    panels[0].axhline(share, color="black", linewidth=1, label=f"cases drawn by lot ({share:.2g} %)")
    for ax, title in zip(panels, ("fraud among those looked at", "of all fraud, found"), strict=True):
        ax.set(title=title, xlabel="cases looked at, k", xscale="log")
        ax.xaxis.set_major_formatter("{x:g}")
        ax.set_ylim(bottom=0)
    panels[0].set_ylabel("%")
    fig.legend(*panels[0].get_legend_handles_labels(), loc="outside lower center", ncols=2, fontsize=9)
    said = "; ".join(f"{name} from {both[0, 0]:.0%} to {both[-1, 0]:.0%}" for name, both in found.items())
    return describe(fig, f"Precision from {ks[0]} to {ks[-1]} cases looked at: {said}.")


@course_figure
def warning_against_alarms(
    curves: Mapping[str, tuple[Sequence[float], Sequence[float]]],
    marks: Mapping[str, tuple[float, float]],
    most: float = 6.0,
) -> CourseFigure:
    """Minutes of warning against false alarms a day, for all thresholds up to `most` a day; a mark at one in use.

    curves: name -> (false alarms a day, minutes); marks: name -> such a pair.
    """
    looks = _looks(curves)
    fig, ax = figure(height=4.2)
    for name, (false, minutes) in curves.items():
        false, minutes = np.asarray(false), np.asarray(minutes)
        inside = false <= most
        ax.plot(false[inside], minutes[inside], label=name, **looks[name] | {"marker": "none"})
        if name in marks:
            ax.plot(*marks[name], looks[name]["marker"], color=looks[name]["color"], markersize=8)
    ax.set(xlabel="false alarms a day", ylabel="minutes of warning, mean", xlim=(0, most))
    ax.set_ylim(bottom=0)
    fig.legend(loc="outside lower center", ncols=2)
    said = "; ".join(f"{name} {minutes:.1f} at {false:.1f}" for name, (false, minutes) in marks.items())
    return describe(
        fig, f"Mean minutes of warning against false alarms a day. In use, minutes at alarms a day: {said}."
    )


def _looks(names: Mapping[str, object]) -> dict[str, dict]:
    """Line and marker of each method, by its name and place among its kind."""
    networks, rivals = ([name for name in names if ("GRU" in name) == kind] for kind in (True, False))
    looks = {
        name: {"color": COLOURS["GRU"], "linestyle": _NETWORKS[k % 2], "marker": "o", "linewidth": 2.0}
        for k, name in enumerate(networks)
    }
    for k, name in enumerate(rivals):
        style, marker = _RIVALS[k % len(_RIVALS)], _MARKERS[k % len(_MARKERS)]
        looks[name] = {"color": NEUTRAL, "linestyle": style, "marker": marker, "linewidth": 1.6}
    return looks
