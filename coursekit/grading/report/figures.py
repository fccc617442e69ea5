"""The figures of a class report. Each returns a CourseFigure with its alternative text; `svg` puts one into a page."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from statistics import median

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Patch
from matplotlib.ticker import FuncFormatter, LogLocator, MaxNLocator, NullLocator

from coursekit.checking import Verdict
from coursekit.figures.style import NEUTRAL, CourseFigure, course_style, describe, figure
from coursekit.grading.report.summary import ClassMistake, ExerciseSummary, Summary
from coursekit.grading.report.words import count, percent

# verdict: (words, colour, hatch). The colours keep a contrast of 3:1 with white and with near-black, since a page can
# be either; neighbours differ in lightness or hatch as well.
VERDICT_LOOKS = {
    Verdict.PASSED: ("passed", "#249377", ""),
    Verdict.WRONG: ("wrong numbers or shapes", "#d2691e", ""),
    Verdict.RAISED: ("stops with an error", "#cc5c8e", "//"),
    Verdict.TIMEOUT: ("does not end", "#8577c8", ".."),
    Verdict.EXITED: ("leaves Python", "#8f7f33", "xx"),
    Verdict.NOT_WRITTEN: ("not written", "#8a9099", ""),
}
BAR = VERDICT_LOOKS[Verdict.PASSED][1]
MISTAKE = VERDICT_LOOKS[Verdict.WRONG][1]
ON_BAR = "#111111"  # words on a bar, on light and dark pages alike
LARGEST = 8  # bars in the figure of mistakes; all of them are in the lists below it


@course_style()
def class_scores(summary: Summary) -> CourseFigure:
    """Histogram of the points of everybody who has some decided, with the median."""
    most, scores = summary.group.max_points, np.array(summary.scores)
    edges = score_edges(max(most, scores.max()))
    fig, ax = figure(height=2.9)
    counts, _, _ = ax.hist(scores, edges, color=BAR, edgecolor="white")
    middle = summary.median
    ax.axvline(middle, color="#000000", linewidth=1.5, linestyle=(0, (4, 2)))
    side, gap = ("right", -4) if middle > edges[-1] / 2 else ("left", 4)
    place = (middle, counts.max() * 1.08)
    ax.annotate(
        f"median {middle:g}", place, xytext=(gap, 0), textcoords="offset points", ha=side, va="center", fontsize=10
    )
    ax.set(
        xlabel=f"points of {most:g}", ylabel="submissions", xlim=(edges[0], edges[-1]), ylim=(0, counts.max() * 1.18)
    )
    ax.yaxis.set_major_locator(MaxNLocator(integer=True))
    ax.grid(False, axis="x")
    peak = int(counts.argmax())
    return describe(
        fig,
        f"Histogram of the points of {count(scores.size, 'submission')}, from {scores.min():g} to {scores.max():g} of "
        f"{most:g}. The median is {middle:g}. The tallest bar holds {count(int(counts[peak]), 'submission')}, between "
        f"{edges[peak]:g} and {edges[peak + 1]:g} points.",
    )


@course_style()
def class_verdicts(exercises: Sequence[ExerciseSummary]) -> CourseFigure:
    """One bar per exercise, cut into the shares of the verdicts; the last one is all exercises together."""
    rows = [(exercise.question.name, exercise.verdicts) for exercise in exercises]
    if len(rows) > 1:
        rows.append(("all exercises", {v: sum(r.get(v, 0) for _, r in rows) for v in VERDICT_LOOKS}))
    fig, ax = figure(height=0.95 + 0.36 * len(rows))
    for row, (_, verdicts) in enumerate(rows):
        _stack(ax, row, verdicts)
    if len(rows) > 1:
        ax.axhline(len(rows) - 1.5, color=NEUTRAL, linewidth=0.8)
    _one_row_each(ax, [name for name, _ in rows])
    ax.xaxis.set_major_formatter(FuncFormatter(lambda value, place: percent(value)))
    ax.set(xlim=(0, 1), xlabel="share of the answers")
    present = [verdict for verdict in VERDICT_LOOKS if any(verdicts.get(verdict) for _, verdicts in rows)]
    looks = [VERDICT_LOOKS[verdict] for verdict in present]
    handles = [Patch(facecolor=c, hatch=h, edgecolor="white", label=words) for words, c, h in looks]
    fig.legend(handles=handles, loc="outside upper left", ncols=3, handlelength=1.2, columnspacing=1.4)
    said = [f"{exercise.question.name} {percent(exercise.passed)}" for exercise in exercises]
    return describe(fig, f"Bars with the share of each verdict per exercise. Passed: {', '.join(said)}.")


def _stack(ax: Axes, row: int, verdicts: dict[str, int]) -> None:
    """One bar, with a percentage on every part that has the room for it."""
    total, left = sum(verdicts.values()), 0.0
    for verdict, (_, colour, hatch) in VERDICT_LOOKS.items():
        share = verdicts.get(verdict, 0) / total if total else 0.0
        if not share:
            continue
        ax.barh(row, share, left=left, height=0.72, color=colour, hatch=hatch, edgecolor="white", linewidth=0.8)
        if share >= 0.07:
            middle, box = left + share / 2, {"facecolor": colour, "edgecolor": "none", "pad": 1.5}
            ax.text(middle, row, percent(share), ha="center", va="center", color=ON_BAR, fontsize=9, bbox=box)
        left += share


@course_style()
def class_mistakes(mistakes: Sequence[ClassMistake]) -> CourseFigure:
    """The most frequent known mistakes of all exercises, in words, as shares of the class."""
    shown = list(mistakes[:LARGEST])
    words = [textwrap.wrap(f"{percent(m.share)}  {m.name}  ({m.exercise})", 88) for m in shown]
    lines = [len(text) for text in words]
    tops = np.concatenate([[0], np.cumsum(np.array(lines) + 1.25)])  # in lines of text
    fig, ax = figure(height=0.35 + 0.19 * tops[-1])
    for mistake, text, top in zip(shown, words, tops, strict=False):
        ax.text(0, top, "\n".join(text), va="top", fontsize=10.5, parse_math=False)
        ax.barh(top + len(text) + 0.35, 1, height=0.5, color="#dddddd")
        ax.barh(top + len(text) + 0.35, mistake.share, height=0.5, color=MISTAKE)
    ax.set(ylim=(tops[-1], -0.1), xlim=(0, 1))
    ax.set_axis_off()
    said = "; ".join(f"{percent(m.share)} {m.name} in {m.exercise}" for m in shown)
    return describe(fig, f"Bars of the most frequent known mistakes, by share of the answers: {said}.")


@course_style()
def class_seconds(summary: Summary) -> CourseFigure:
    """Histogram of the CPU seconds of the submissions. The axis is logarithmic."""
    seconds = np.maximum(summary.seconds, 1e-2)  # nothing is quicker than the clock can tell
    low, high = seconds.min() / 1.2, seconds.max() * 1.2
    edges = np.geomspace(low, high, int(np.clip(np.ceil(12 * np.log10(high / low)), 5, 24)) + 1)
    fig, ax = figure(height=2.5)
    counts, _, _ = ax.hist(seconds, edges, color=BAR, edgecolor="white")
    ax.set(xscale="log", xlabel="CPU seconds (logarithmic)", ylabel="submissions")
    ax.xaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
    ax.xaxis.set_minor_locator(NullLocator())
    ax.xaxis.set_major_formatter(FuncFormatter(lambda value, place: f"{value:g}"))
    ax.yaxis.set_major_locator(MaxNLocator(integer=True))
    ax.grid(False, axis="x")
    return describe(
        fig,
        f"Histogram of the CPU seconds of {count(seconds.size, 'submission')}: from {seconds.min():.2g} to "
        f"{seconds.max():.2g}, median {median(seconds):.2g}.",
    )


def score_edges(most: float, bins: int = 20) -> np.ndarray:
    """Edges of at most `bins` bins from 0 to `most`, of a width that people count in."""
    width = next((w for w in (0.25, 0.5, 1, 2, 5, 10, 20, 50, 100) if most / w <= bins), most / bins) if most else 1.0
    return np.arange(0, max(most, width) + width / 2, width)


def _one_row_each(ax: Axes, names: Sequence[str]) -> None:
    """Names at the left, the first at the top, no grid."""
    ax.set_yticks(range(len(names)), names, parse_math=False)
    ax.set_ylim(len(names) - 0.45, -0.55)
    ax.tick_params(axis="y", length=0)
    ax.spines["left"].set_visible(False)
    ax.grid(False)
