"""Figures of lesson 20: answers row by row, chunks, the error of rounding, bytes beside parts, and latencies."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from coursekit.figures.style import COLOURS, NEUTRAL, CourseFigure, course_figure, describe, figure
from coursekit.results.numbers import number

_SECOND = COLOURS["LSTM"]


@course_figure
def answers_by_row(images, probabilities, labels: Sequence[int]) -> CourseFigure:
    """Digits beside what the network says after each of their rows.

    images: (n, T, D) ink from 0 to 1. probabilities: (n, T, K). labels: the digit that each is.
    """
    images, probabilities = np.asarray(images), np.asarray(probabilities)
    n, T, K = probabilities.shape
    fig, axes = figure(2, n, height=5.2, squeeze=False)
    for k in range(n):
        axes[0, k].imshow(images[k], cmap="Greys", vmin=0, vmax=1, aspect="equal")
        axes[0, k].set_title(f"a {labels[k]}", fontsize=11)
        axes[0, k].set_xticks([])
        axes[0, k].set_yticks(range(0, T, 2), [str(t + 1) for t in range(0, T, 2)])
        axes[0, k].grid(False)
        ax = axes[1, k]
        image = ax.imshow(probabilities[k], cmap="Greys", vmin=0, vmax=1, aspect="auto", interpolation="nearest")
        ax.set_yticks(range(0, T, 2), [str(t + 1) for t in range(0, T, 2)])
        ax.set_xticks(range(0, K, 3))
        ax.set_xlabel("digit")
        ax.grid(False)
    for row in axes[:, 0]:
        row.set_ylabel("row")
    fig.colorbar(image, ax=list(axes[1]), label="probability")
    right = (probabilities.argmax(axis=2) == np.asarray(labels)[:, None]).T
    said = "; ".join(f"after row {t + 1} {int(right[t].sum())}" for t in range(T))
    return describe(fig, f"{n} digits and what is said after each row. Right of {n}: {said}.")


@course_figure
def carried_or_reset(shares: Mapping[str, Mapping[int, float]]) -> CourseFigure:
    """The share of right answers against the rows of a chunk. shares: what becomes of the state -> rows -> share."""
    fig, ax = figure(height=3.4)
    looks = ((COLOURS["GRU"], "-", "o"), (_SECOND, "--", "s"))
    for (name, values), (colour, style, marker) in zip(shares.items(), looks, strict=True):
        lengths = list(values)
        right = [100 * share for share in values.values()]
        ax.plot(lengths, right, color=colour, linestyle=style, marker=marker, label=name)
    ax.set(xlabel="rows in a chunk", ylabel="right answers (%)", ylim=(0, 104), xticks=lengths)
    fig.legend(loc="outside lower center", ncols=2)
    said = "; ".join(
        f"{name}: {', '.join(f'{100 * v:.0f} %' for v in values.values())}" for name, values in shares.items()
    )
    return describe(fig, f"Right answers for chunks of {', '.join(map(str, lengths))} rows. {said}.")


@course_figure
def rounding_by_row(largest, errors: Mapping[str, np.ndarray]) -> CourseFigure:
    """How far the product of each row is off, against the size of its weights.

    largest: (R,) the largest weight of each row. errors: how it was rounded -> (R,) relative errors.
    """
    fig, ax = figure(height=3.6)
    looks = ((_SECOND, "s"), (COLOURS["GRU"], "o"))
    for (name, error), (colour, marker) in zip(errors.items(), looks, strict=True):
        ax.plot(largest, 100 * np.asarray(error), marker, color=colour, markersize=4, alpha=0.7, label=name)
    ax.set(xlabel="largest weight of the row", ylabel="error of its product (%)", ylim=(0, None))
    fig.legend(loc="outside lower center", ncols=2)
    said = "; ".join(f"{name}: {100 * np.median(error):.2g} % in the median" for name, error in errors.items())
    return describe(fig, f"Error of the product of each row against its largest weight. {said}.")


@course_figure
def right_against_bytes(found: Mapping[str, Sequence[tuple[str, int, float]]], parts: Sequence[int]) -> CourseFigure:
    """Right answers against bytes of weights. found: kind -> (label, bytes, per cent) of each; parts: KB of flash."""
    fig, ax = figure(height=4.2)
    looks = {"float32": (COLOURS["GRU"], "-", "o"), "int8": (_SECOND, "--", "s")}
    for kind, rows in found.items():
        colour, style, marker = looks.get(kind, (NEUTRAL, "none", "^"))
        sizes, right = [row[1] / 1024 for row in rows], [row[2] for row in rows]
        ax.plot(sizes, right, color=colour, linestyle=style, marker=marker, label=kind)
    everything = [row[2] for rows in found.values() for row in rows]
    low, high = min(everything), max(everything)
    reach = max(high - low, 1.0)
    for part in parts:
        ax.axvline(part, color=NEUTRAL, linewidth=1, linestyle=(0, (6, 3)))
        ax.annotate(f"{part} KB", (part, high + 0.2 * reach), xytext=(-4, 0), textcoords="offset points", ha="right",
                    fontsize=9, color=NEUTRAL)  # fmt: skip
    ax.set(
        xlabel="weights (KB)", ylabel="right answers (%)", xscale="log", ylim=(low - 0.1 * reach, high + 0.3 * reach)
    )
    sizes = [row[1] / 1024 for rows in found.values() for row in rows]
    ax.set_xlim(min(sizes) / 2, max([*sizes, *parts]) * 2)
    ax.xaxis.set_major_formatter("{x:g}")
    fig.legend(loc="outside lower center", ncols=len(found))
    said = "; ".join(
        f"{kind}: " + ", ".join(f"{label} {size / 1024:.1f} KB {right:.1f} %" for label, size, right in rows)
        for kind, rows in found.items()
    )
    return describe(fig, f"Right answers against the size of the weights. {said}.")


@course_figure
def latency_percentiles(latency: Mapping[str, Sequence[float]], deadline: float) -> CourseFigure:
    """p50, p95 and p99 of each way to take a step, in microseconds, beside the time between two rows."""
    fig, ax = figure(height=1.4 + 0.5 * len(latency))
    for k, (name, (p50, p95, p99)) in enumerate(latency.items()):
        colour = COLOURS["GRU"] if name.startswith("C,") else NEUTRAL
        ax.plot([p50, p99], [k, k], color=colour, linewidth=2)
        for value, marker in ((p50, "o"), (p95, "s"), (p99, "D")):
            ax.plot(value, k, marker, color=colour, label=None)
    for marker, which in (("o", "p50"), ("s", "p95"), ("D", "p99")):
        ax.plot([], [], marker, color=NEUTRAL, label=which)
    ax.axvline(deadline, color=_SECOND, linestyle="--", linewidth=1.5, label="the next row arrives")
    ax.set_yticks(range(len(latency)), list(latency))
    ax.set_ylim(len(latency) - 0.4, -0.6)
    ax.grid(axis="y", visible=False)
    ax.set(xlabel="from a row to its answer (µs)", xscale="log")
    ax.xaxis.set_major_formatter("{x:g}")
    fig.legend(loc="outside lower center", ncols=4)
    said = "; ".join(
        f"{name} {number(p50)}, {number(p95)}, {number(p99)} µs" for name, (p50, p95, p99) in latency.items()
    )
    return describe(fig, f"p50, p95 and p99 of a step, beside {deadline:g} µs between two rows: {said}.")
