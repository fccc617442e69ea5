"""Which wrong answers a test lets pass: lessons 02 and 06."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping

import numpy as np

from coursekit.figures.style import CourseFigure, course_figure, describe, figure, wrapped


@course_figure
def hidden_mistakes(table: Mapping[str, Mapping[str, bool]]) -> CourseFigure:
    """A grid of mistakes (rows) and test settings (columns): dark where the wrong answer passes the test, a dash else.

    table: by mistake, by setting, whether it passes, as `coursekit.topics.bptt.hidden_mistakes.hidden` returns it.
    """
    settings = list(next(iter(table.values())))
    passes = np.array([[row[name] for name in settings] for row in table.values()])
    fig, ax = figure(height=0.46 * len(table) + 1.2)
    ax.imshow(passes, cmap="Greys", vmin=0, vmax=1.4, aspect="auto")
    ax.grid(False)
    for row, column in np.ndindex(passes.shape):
        text, colour = ("passes", "white") if passes[row, column] else ("–", "#777777")
        ax.text(column, row, text, ha="center", va="center", fontsize=9, color=colour)
    ax.set_xticks(range(len(settings)), [textwrap.fill(name, 8, break_long_words=False) for name in settings])
    ax.set_yticks(range(len(table)), [wrapped(name, 36) for name in table])
    ax.tick_params(labelsize=9)
    ax.tick_params(length=0, top=False, labeltop=True, labelbottom=False)
    ax.spines[:].set_visible(False)
    everywhere = [name for name, row in zip(table, passes, strict=True) if row.all()]
    always = f" In every setting passes: {'; '.join(everywhere)}." if everywhere else ""
    hidden = f"{int(passes.any(axis=1).sum())} of {len(table)} wrong answers pass at least one of"
    return describe(fig, f"{hidden} {len(settings)} settings of a test.{always}")
