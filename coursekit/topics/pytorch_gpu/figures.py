"""Figures of lesson 07: agreement by number format, what a clock sees, launches against arithmetic, rooflines."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.ticker import LogLocator, NullFormatter, StrMethodFormatter

from coursekit.figures.curves import as_number, once
from coursekit.figures.style import COLOURS, NEUTRAL, CourseFigure, bar, course_figure, describe, figure
from coursekit.results.numbers import number

# name: (colour, line style, marker). One look for one way of computing the same GRU.
_WAYS = {
    "six products per step": (COLOURS["RNN"], ":", "^"),
    "cell in a loop": (COLOURS["i"], "-.", "D"),
    "fused loop": (COLOURS["z"], "--", "s"),
    "hand-written backward": (COLOURS["GRU"], "-", "o"),
    "NumPy": (COLOURS["o"], (0, (1, 1)), "p"),
    "nn.GRU": (NEUTRAL, (0, (6, 2)), "x"),
    "nn.LSTM": (COLOURS["LSTM"], "--", "v"),
    "readable": (COLOURS["z"], "--", "s"),
    "fast": (COLOURS["GRU"], "-", "o"),
    "graphed": (COLOURS["n"], "-.", "P"),
    "triton": (COLOURS["r"], "-", "*"),
}


@course_figure
def tolerance_ladder(
    rungs: Sequence[tuple[str, float | None, float]], guesses: Mapping[str, float | None] | None = None
) -> CourseFigure:
    """Measured error and tolerance for each number format, on one logarithmic scale.

    rungs: (label, largest relative error or None where nothing was recorded, tolerance). guesses: by label, a predicted
    number of right digits, drawn as an open diamond.
    """
    fig, ax = figure(height=0.9 + 0.55 * len(rungs))
    said = []
    for row, (label, error, tolerance) in enumerate(rungs):
        ax.plot([tolerance], [row], "|", color=COLOURS["LSTM"], ms=24, mew=3, label="tolerance" if row == 0 else "_")
        if error is None:
            ax.annotate("no recorded figure", (tolerance, row), xytext=(-12, 0), ha="right", **_BESIDE)
            said.append(f"{label}: not recorded")
        else:
            ax.hlines(row, error, tolerance, color="#BBBBBB", linewidth=1)
            ax.plot([max(error, 1e-17)], [row], "o", color=COLOURS["GRU"], ms=9, label=once(ax, "measured error"))
            said.append(f"{label}: {error:.1g}, tolerance {tolerance:.0e}")
        digits = _positive((guesses or {}).get(label))
        if digits is not None:
            ax.plot(
                [10.0**-digits], [row], "D", mec=COLOURS["GRU"], mfc="none", ms=9, label=once(ax, "your prediction")
            )
    ax.set_yticks(range(len(rungs)), [label for label, _, _ in rungs])
    ax.set(xscale="log", xlim=(1e-17, 1), ylim=(len(rungs) - 0.4, -0.6), xlabel="largest relative error of any tensor")
    ax.grid(False, axis="y")
    fig.legend(loc="outside lower center", ncols=3)
    return describe(fig, f"Errors against tolerances, from exact to coarse. {'; '.join(said)}.")


_OFFSET = {"textcoords": "offset points", "fontsize": 10}
_BESIDE = {"textcoords": "offset points", "va": "center", "fontsize": 9, "color": NEUTRAL}


@course_figure
def two_clocks(
    launches: Sequence[tuple[float, float]], work: Sequence[tuple[float, float]], looks: Mapping[str, float]
) -> CourseFigure:
    """What the processor and the device do at the same time, and where a clock is read.

    launches, work: (start, end) in microseconds of each call, on the processor and on the device. looks: by name, the
    time at which somebody reads the clock.
    """
    fig, ax = figure(height=2.6)
    for row, (spans, colour) in enumerate(((launches, NEUTRAL), (work, COLOURS["z"]))):
        for k, (start, end) in enumerate(spans):
            ax.barh(row, end - start, left=start, height=0.55, color=colour, edgecolor="white")
            if end - start > 0.03 * work[-1][1]:
                ax.text((start + end) / 2, row, str(k + 1), ha="center", va="center", color="white", fontsize=9)
    for k, (text, at) in enumerate(looks.items()):
        ax.axvline(at, color="black", linestyle="--", linewidth=1.5)
        side, away = ("left", 5) if k == 0 else ("right", -5)
        ax.annotate(f"{text}: {at:.0f} µs", (at, -0.62), (away, 0), va="center", ha=side, **_OFFSET)
    ax.set_yticks([0, 1], ["processor\nlaunches", "device\nworks"])
    ax.set(xlabel="time (µs)", ylim=(1.45, -0.85), xlim=(0, 1.02 * max(*looks.values(), work[-1][1])))
    ax.grid(False, axis="y")
    where = "; ".join(f"{text} reads {at:.0f} µs" for text, at in looks.items())
    return describe(
        fig, f"The processor launches {len(launches)} calls one after another, the device works later. {where}."
    )


@course_figure
def launch_or_compute(
    sizes: Sequence[int], seconds: Sequence[float], overhead: float, rate: float, guess: float | None = None
) -> CourseFigure:
    """Time of an (n, n) matrix product against n, between a floor and a slope.

    sizes: n. seconds: measured. overhead: seconds of the smallest. rate: FLOP per second of the largest. guess: the
    predicted n at which both shares are equal.
    """
    sizes = np.asarray(sizes, dtype=float)
    fig, ax = figure(height=3.6)
    compute = 2 * sizes**3 / rate
    ax.plot(sizes, np.full(len(sizes), 1e6 * overhead), "--", color=NEUTRAL, label="cost of starting one operation")
    ax.plot(sizes, 1e6 * compute, ":", color=COLOURS["LSTM"], label="arithmetic at full speed, 2n³ / rate")
    ax.plot(sizes, 1e6 * np.asarray(seconds), "o-", color=COLOURS["GRU"], label="measured")
    crossing = (overhead * rate / 2) ** (1 / 3)
    ax.axvline(crossing, color=NEUTRAL, linewidth=1)
    ax.annotate(f" n = {crossing:.0f}", (crossing, 0.92), xycoords=("data", "axes fraction"), fontsize=10)
    if _positive(guess):
        ax.axvline(_positive(guess), color=COLOURS["r"], linewidth=1, linestyle=":", label="your prediction")
    ax.set(xscale="log", yscale="log", xlabel="n", ylabel="µs for (n, n) @ (n, n)")
    ax.set_ylim(bottom=1e6 * overhead / 5)
    ax.set_xticks(sizes, [f"{n:.0f}" for n in sizes])
    ax.minorticks_off()
    fig.legend(loc="outside lower center", ncols=2, fontsize=9)
    return describe(
        fig,
        f"Flat at {1e6 * overhead:.1f} µs for small matrices, then rising with n cubed; the two lines cross at n = "
        f"{crossing:.0f}.",
    )


@course_figure
def time_per_step(
    sizes: Sequence[int],
    live: Mapping[str, Sequence[float]],
    recorded: Mapping[str, Mapping[int, float]] | None = None,
    device: str = "",
) -> CourseFigure:
    """Microseconds per time step against the hidden size: this machine on the left, a recorded GPU on the right.

    Without recorded figures, a line below says how to record them.

    live: by way of computing, one number per size. recorded: by way of computing, microseconds by size; None or empty
    if nothing was recorded. device: what they were recorded on.
    """
    beside = {"columns": 2, "sharey": True} if recorded else {"rows": 2, "height_ratios": (12, 1)}
    fig, (left, right) = figure(height=4.6, **beside)
    for name, times in live.items():
        _way(left, sizes, times, name)
    left.set(title="this machine, now", ylabel="µs per time step, both passes")
    said = [f"{name} from {number(times[0])} to {number(times[-1])}" for name, times in live.items()]
    crossed = _crossing(sizes, live)
    if crossed:
        left.axvline(crossed[0], color=NEUTRAL, linewidth=1)
        left.annotate(
            f"{crossed[1]}\nbecomes slower than\nnn.GRU", (crossed[0], 0.03), xycoords=("data", "axes fraction")
        )
    for name, times in (recorded or {}).items():
        _way(right, list(times), list(times.values()), name)
        said.append(f"recorded {name} from {number(list(times.values())[0])} to {number(list(times.values())[-1])}")
    right.set_title(f"recorded: {device}" if recorded else "", fontsize=10)
    if not recorded:
        text = "No GPU figures are recorded here. On a machine with one, run python benchmarks/gpu.py"
        place = {"ha": "center", "va": "center", "transform": right.transAxes, "in_layout": False}
        right.text(0.5, 0.5, text, color=NEUTRAL, fontsize=9, **place)
        right.set_axis_off()
        said.append("no GPU figures are recorded")
    for ax in (left, right) if recorded else (left,):
        shown = sorted({*sizes} if ax is left else {size for times in recorded.values() for size in times})
        ax.set(xscale="log", yscale="log", xlabel="hidden size H")
        ax.set_xticks(shown, [str(size) for size in shown], rotation=45 if len(shown) > 6 else 0)
        ax.xaxis.set_minor_formatter(NullFormatter())
    _plain(left.yaxis)
    handles = dict(zip(*reversed(_drawn(left, right)), strict=True))
    fig.legend(handles.values(), handles, loc="outside lower center", ncols=3, fontsize=9)
    return describe(fig, f"Microseconds per time step against hidden size. {'; '.join(said)}.")


def _drawn(*panels: Axes) -> tuple[list, list[str]]:
    """Lines and labels of several panels together."""
    handles, labels = zip(*(ax.get_legend_handles_labels() for ax in panels), strict=True)
    return sum(handles, []), sum(labels, [])


def _plain(axis: Axis) -> None:
    """A logarithmic axis with ticks at 1, 2, 5, 10, 20, ... as plain numbers."""
    axis.set_major_locator(LogLocator(subs=(1, 2, 5)))
    axis.set_major_formatter(StrMethodFormatter("{x:g}"))
    axis.set_minor_formatter(NullFormatter())


def _way(ax: Axes, sizes: Sequence[int], times: Sequence[float], name: str) -> None:
    colour, style, marker = _WAYS.get(name, (NEUTRAL, "-", "."))
    ax.plot(sizes, times, color=colour, linestyle=style, marker=marker, label=name)


def _crossing(sizes: Sequence[int], live: Mapping[str, Sequence[float]]) -> tuple[float, str] | None:
    """Where a way that is clearly faster than nn.GRU at the smallest size, and clearly slower at the largest, changes.

    Clearly means by a tenth: less is noise.
    """
    for name, times in live.items() if "nn.GRU" in live else ():
        gap = np.log(np.asarray(times) / np.asarray(live["nn.GRU"]))
        if gap[0] < np.log(0.9) and gap[-1] > np.log(1.1):
            k = int(np.flatnonzero((gap[:-1] <= 0) & (gap[1:] > 0))[0])
            share = gap[k] / (gap[k] - gap[k + 1])
            return float(sizes[k] ** (1 - share) * sizes[k + 1] ** share), name
    return None


@course_figure
def roofline(rate: float, bandwidth: float, measured: Mapping[str, tuple[float, float]]) -> CourseFigure:
    """The roof of a machine, and how close some computations come to it.

    rate: FLOP per second at best. bandwidth: bytes per second at best. measured: by label, (FLOP per byte, FLOP per
    second).
    """
    fig, ax = figure(height=4.0)
    ridge = rate / bandwidth
    places = [intensity for intensity, _ in measured.values()]
    x = np.geomspace(min(*places, ridge) / 3, max(*places, ridge) * 4, 100)
    ax.plot(x, np.minimum(rate, bandwidth * x) / 1e9, color=NEUTRAL, label="roof: min(rate, bandwidth × intensity)")
    ax.axvline(ridge, color=NEUTRAL, linewidth=1, linestyle=":")
    ax.annotate(f" ridge: {ridge:.3g} FLOP per byte", (ridge, 0.02), xycoords=("data", "axes fraction"), fontsize=9)
    said = []
    for k, (label, (intensity, speed)) in enumerate(measured.items()):
        ax.plot([intensity], [speed / 1e9], "os^DvP*X"[k % 8], color=list(COLOURS.values())[k % 8], ms=9, label=label)
        roof = min(rate, bandwidth * intensity)
        said.append(f"{label}: {speed / 1e9:.3g} GFLOP/s, {speed / roof:.0%} of its roof")
    ax.set(xscale="log", yscale="log", xlabel="FLOP per byte", ylabel="GFLOP per second")
    _plain(ax.xaxis)
    _plain(ax.yaxis)
    fig.legend(loc="outside lower center", ncols=2, fontsize=9)
    return describe(fig, f"Roof at {rate / 1e9:.3g} GFLOP/s from {ridge:.3g} FLOP per byte on. {'; '.join(said)}.")


@course_figure
def lstm_against_gru(ratios: Mapping[str, float], guess: float | None = None) -> CourseFigure:
    """Time of an LSTM in units of the time of a GRU of the same size, for several libraries.

    ratios: by label, time of the LSTM over time of the GRU. guess: the predicted ratio.
    """
    fig, ax = figure(height=1.4 + 0.36 * len(ratios))
    for row, ratio in enumerate(ratios.values()):
        ax.barh(row, np.log2(ratio), height=0.6, **bar("LSTM" if ratio > 1 else "GRU", label="_"))
        # Where no bar is, and no line: that of the equations crosses what stands at the end of the longer bars.
        side, away = ("right", -5) if ratio > 1 else ("left", 5)
        text = ax.annotate(f"{ratio:.2f}", (0, row), xytext=(away, 0), ha=side, **_BESIDE)
        text.set_bbox({"facecolor": "white", "edgecolor": "none", "pad": 1})
    ax.axvline(0, color="black", linewidth=1)
    ax.axvline(np.log2(4 / 3), color=NEUTRAL, linestyle="--", label="the equations: 4 blocks against 3")
    if _positive(guess):
        ax.axvline(np.log2(_positive(guess)), color=COLOURS["r"], linestyle=":", label="your prediction")
    low, high = np.log2([min([0.5, *ratios.values()]), max([2.0, *ratios.values()])])
    ticks = [t for t in (0.125, 0.25, 0.5, 1, 2, 4) if low - 0.4 <= np.log2(t) <= high + 0.4]
    ax.set_xticks(np.log2(ticks), [f"{t:g}" for t in ticks])
    ax.set_yticks(range(len(ratios)), list(ratios))
    ax.set(
        xlim=(low - 0.5, high + 0.5),
        ylim=(len(ratios) - 0.4, -0.6),
        xlabel="time of the LSTM / time of the GRU (left of 1 the LSTM is faster)",
    )
    ax.grid(False, axis="y")
    fig.legend(loc="outside lower center", ncols=2, fontsize=9)
    said = "; ".join(f"{label}: {ratio:.2f}" for label, ratio in ratios.items())
    return describe(fig, f"Time of the LSTM over time of the GRU; the equations say 1.33. {said}.")


def _positive(value) -> float | None:
    """A prediction as a number that a logarithmic axis can show; None where there is none."""
    number = as_number(value)
    return number if number is not None and number > 0 else None
