"""Figures of lesson 10: recordings with their events, scores under the signal, and recall against false alarms."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.lines import Line2D

from coursekit.figures.style import COLOURS, NEUTRAL, CourseFigure, course_figure, describe, figure
from coursekit.topics.anomaly.events import runs

EVENT = "#F0C8A0"
_LOOKS = (("-", "o"), ("--", "s"), ("-.", "^"), (":", "D"), ((0, (5, 1, 1, 1, 1, 1)), "v"))


def _shade(ax, x, anomalous) -> int:
    """Mark the events: from half a step before to half a step after each run, so that a single reading shows."""
    half = (x[1] - x[0]) / 2
    found = runs(np.asarray(anomalous))
    for start, end in found:
        ax.axvspan(x[start] - half, x[end] + half, color=EVENT, linewidth=1)
    return len(found)


@course_figure
def recordings(parts: Mapping[str, tuple]) -> CourseFigure:
    """Recordings one below the other, events shaded. parts: title -> (x (T,), values (T,), anomalous (T,), x label)."""
    fig, axes = figure(len(parts), 1, height=1.75 * len(parts), squeeze=False)
    said = []
    for ax, (title, (x, values, anomalous, label)) in zip(axes[:, 0], parts.items(), strict=True):
        events = _shade(ax, x, anomalous)
        ax.plot(x, values, color=COLOURS["GRU"], linewidth=0.8)
        ax.set(xlabel=label, xlim=(x[0], x[-1]))
        ax.set_title(title, fontsize=11)
        said.append(f"{title}, {events} event{'s' * (events != 1)}")
    return describe(fig, "Recordings with their events shaded: " + "; ".join(said) + ".")


@course_figure
def scores_under_signal(
    x, values, anomalous, scores: Mapping[str, np.ndarray], thresholds: Mapping[str, float], xlabel: str
) -> CourseFigure:
    """The signal, and below it each score with its threshold; dots are alarms, events are shaded. All arrays (T,)."""
    fig, axes = figure(1 + len(scores), 1, height=1.5 + 1.25 * len(scores), sharex=True)
    _shade(axes[0], x, anomalous)
    axes[0].plot(x, values, color="black", linewidth=0.9)
    axes[0].set_title("signal", fontsize=11)
    said = []
    for ax, (name, score) in zip(axes[1:], scores.items(), strict=True):
        score, threshold = np.asarray(score), thresholds[name]
        _shade(ax, x, anomalous)
        network = name.startswith("GRU")
        ax.plot(x, score, color=COLOURS["GRU"] if network else NEUTRAL, linewidth=0.9)
        ax.axhline(threshold, color="black", linewidth=1, linestyle=(0, (6, 3)))
        alarm = score > threshold
        ax.plot(np.asarray(x)[alarm], score[alarm], "o", color="#B83058", markersize=4)
        ax.set_title(name, fontsize=11)
        inside = int((alarm & np.asarray(anomalous, bool)).sum())
        said.append(f"{name} is above its threshold {inside} times inside an event and {alarm.sum() - inside} outside")
    axes[-1].set(xlabel=xlabel, xlim=(x[0], x[-1]))
    return describe(fig, "A signal and scores below it, dashed lines are thresholds: " + "; ".join(said) + ".")


@course_figure
def recall_against_alarms(curves: Mapping[str, tuple], mark: Mapping[str, tuple] | None = None) -> CourseFigure:
    """The curve by which detectors are compared: up and to the left is better.

    curves: name -> (false alarms per day (n,), share of events found (n,)). mark: name -> the point in use, with the
    threshold from the validation part.
    """
    fig, ax = figure(height=3.9)
    most = max(max(rates) for rates, _ in curves.values())
    network = plain = 0
    handles: list[Line2D] = []
    for name, (rates, shares) in curves.items():
        gru = name.startswith("GRU")
        style, marker = _LOOKS[network if gru else plain]
        network, plain = network + gru, plain + (not gru)
        colour = COLOURS["GRU"] if gru else NEUTRAL
        look = {"color": colour, "linestyle": style}
        ax.plot(rates, 100 * np.asarray(shares), **look)
        if mark and name in mark:
            rate, share = mark[name]
            look |= {"marker": marker, "markersize": 9, "markeredgecolor": "white"}
            ax.plot(rate, 100 * share, **look | {"linestyle": "none"})
        handles.append(Line2D([], [], label=name, **look))  # in the legend the mark stands on its curve
    ax.set_xscale("symlog", linthresh=1)
    ax.set(xlabel="false alarms per day", ylabel="events found (%)", ylim=(0, 103), xlim=(-0.05, 1.1 * most + 0.5))
    ax.set_xticks([0, 1, *(t for t in (3, 10, 30, 100) if t < most)])
    ax.xaxis.set_major_formatter("{x:g}")
    ax.minorticks_off()
    ax.legend(handles=handles, loc="upper left", bbox_to_anchor=(0, -0.2), ncols=2, handlelength=3)
    best = {name: _share_at(rates, shares, 1.0) for name, (rates, shares) in curves.items()}
    said = ", ".join(f"{name} {share:.0%}" for name, share in best.items())
    return describe(fig, f"Share of events found against false alarms per day. With at most one a day: {said}.")


def _share_at(rates: Sequence[float], shares: Sequence[float], limit: float) -> float:
    return max([share for rate, share in zip(rates, shares, strict=True) if rate <= limit], default=0.0)
