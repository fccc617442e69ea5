"""The look of every figure: colours, line styles, sizes, and the sentence that a screen reader says.

A cell or a gate has one colour, one line style and one marker everywhere. The colours of one group differ in lightness,
so that they survive grey print, and stay apart for readers with any of the common kinds of colour blindness; the tests
compute both. Backgrounds are white and opaque, so that "dark" and "white" in a text mean the same everywhere; a
dark page dims the white.
"""

from __future__ import annotations

import base64
import functools
import html
import io
import re
import textwrap
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import matplotlib.style
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from PIL import Image

# name: (colour, line style, marker, hatch of a bar)
_LOOKS = {
    "RNN": ("#C07A00", ":", "^", ".."),
    "LSTM": ("#B83058", "--", "s", "//"),
    "GRU": ("#0B3C7D", "-", "o", ""),
    "r": ("#C86A1E", "--", "s", "//"),
    "z": ("#085A4D", "-", "o", ""),
    "n": ("#4A1A70", ":", "^", ".."),
    "i": ("#8F9900", "--", "s", "//"),
    "f": ("#085A4D", "-", "o", ""),  # as z: what keeps
    "g": ("#4A1A70", ":", "^", ".."),  # as n: the candidate
    "o": ("#C4497E", "-.", "D", "xx"),
}
NEUTRAL = "#5A5A5A"  # baselines, chance level, whatever is no cell and no gate
COLOURS = {name: look[0] for name, look in _LOOKS.items()} | {"neutral": NEUTRAL}

SEQUENTIAL = "Greys"  # 0 is white, the largest value is dark: gates, probabilities, errors
DIVERGING = "cividis"  # blue is negative, grey is zero, yellow is positive; its lightness only rises. Use vmin=-vmax

WIDTH = 7.2  # inches: a notebook's column, at 100 pixels an inch
_SCREEN_DPI, _DPI = 100, 200  # drawn with twice the pixels that it is shown with: sharp on dense screens

_RC = {
    "axes.axisbelow": True,
    "axes.edgecolor": "#444444",
    "axes.grid": True,
    "axes.labelsize": 11,
    "axes.spines.right": False,
    "axes.spines.top": False,
    "axes.titlelocation": "left",
    "axes.titlesize": 12,
    "figure.constrained_layout.use": True,
    "figure.dpi": _SCREEN_DPI,
    "figure.facecolor": "white",
    "font.size": 11,
    "grid.color": "#DDDDDD",
    "grid.linewidth": 0.6,
    "image.cmap": SEQUENTIAL,
    "legend.fontsize": 10,
    "legend.frameon": False,
    "lines.linewidth": 2.0,
    "lines.markersize": 5.0,
    "savefig.facecolor": "white",
    "savefig.transparent": False,
    "xtick.labelsize": 10,
    "ytick.labelsize": 10,
}

_NO_BREAK = "\N{NO-BREAK SPACE}"

# JupyterLab and Notebook 7, VS Code, the book.
_DIMMED = (
    "<style>"
    '[data-jp-theme-light="false"] .coursekit-figure, .vscode-dark .coursekit-figure, '
    '[data-theme="dark"] .coursekit-figure { filter: brightness(0.82); border-radius: 4px; } '
    "@media (prefers-color-scheme: dark) { "
    '[data-theme="auto"] .coursekit-figure { filter: brightness(0.82); border-radius: 4px; } }'
    "</style>"
)

FIGURES: dict[str, Callable[..., CourseFigure]] = {}


def course_style() -> AbstractContextManager[None]:
    """A `with` block in which Matplotlib draws in the style of the course, whatever the reader's own settings are."""
    return matplotlib.style.context(["default", _RC])


class CourseFigure(Figure):
    """A Matplotlib figure that shows itself in a notebook with alternative text. Made by `figure`, never by pyplot.

    pyplot would keep every figure in memory and a notebook would show it twice: once by pyplot, once as the
    value of the cell.
    """

    description = ""

    def savefig(self, *args: Any, **kwargs: Any) -> None:
        """As Matplotlib's, in the style of the course: ticks and labels take their look only when they are drawn."""
        with course_style():
            super().savefig(*args, **kwargs)

    def _png(self) -> bytes:
        # A palette of 256 colours makes the file three times smaller, and a notebook holds the picture twice.
        drawn, stored = io.BytesIO(), io.BytesIO()
        self.savefig(drawn, format="png", dpi=_DPI, pil_kwargs={"compress_level": 0})  # it is read again at once
        picture = Image.open(drawn).convert("RGB").quantize(256, dither=Image.Dither.NONE)
        picture.save(stored, "PNG", optimize=True)
        return stored.getvalue()

    def as_html(self, png: str) -> str:
        """The page element for this figure, from its pixels in base64."""
        width, height = (round(_SCREEN_DPI * inches) for inches in self.get_size_inches())
        return (
            f'<img src="data:image/png;base64,{png}" alt="{html.escape(self.description)}" class="coursekit-figure" '
            f'width="{width}" height="{height}" style="max-width: 100%; height: auto">{_DIMMED}'
        )

    def _repr_mimebundle_(self, include=None, exclude=None) -> tuple[dict[str, str], dict[str, dict]]:
        # JupyterLab ignores the alternative text of an image/png, so the picture also comes as HTML, which
        # JupyterLab and nbconvert prefer; the image/png is for what reads no HTML, such as LaTeX.
        png = base64.b64encode(self._png()).decode("ascii")
        width, height = (round(_SCREEN_DPI * inches) for inches in self.get_size_inches())
        image = self.as_html(png)
        data = {"text/plain": self.description, "image/png": png, "text/html": image}
        return data, {"image/png": {"alt": self.description, "width": width, "height": height}}


def figure(rows: int = 1, columns: int = 1, *, height: float = 3.4, width: float = WIDTH, **subplots: Any) -> tuple:
    """A figure and its axes: one Axes, or an array of them as from `plt.subplots`.

    Sizes are in inches, for the whole figure. More keyword arguments (sharex, width_ratios, squeeze, ...) go to
    `Figure.subplots`.
    """
    with course_style():
        fig = CourseFigure(figsize=(width, height))
        return fig, fig.subplots(rows, columns, **subplots)


def describe(fig: CourseFigure, text: str) -> CourseFigure:
    """Give the figure its alternative text, a sentence that says what is compared and what is to be seen; return it."""
    text = " ".join(text.split())
    if not text.endswith("."):
        raise ValueError(f"description: expected one or two full sentences, got {text!r}")
    fig.description = text
    return fig


def course_figure(draw: Callable[..., CourseFigure]) -> Callable[..., CourseFigure]:
    """Decorator of every figure function: draws in the style of the course, and registers the name in
    `coursekit.plots`.
    """

    @functools.wraps(draw)
    def drawn(*args: Any, **kwargs: Any) -> CourseFigure:
        with course_style():
            fig = draw(*args, **kwargs)
            _whole_markers(fig)
        if not getattr(fig, "description", ""):
            raise TypeError(f"{draw.__name__}: a figure function ends with `return describe(fig, ...)`")
        return fig

    known = FIGURES.get(draw.__name__)
    if known is not None and known.__module__ != draw.__module__:
        raise ValueError(f"two figure functions are called {draw.__name__}: {known.__module__}, {draw.__module__}")
    FIGURES[draw.__name__] = drawn
    return drawn


def _whole_markers(fig: Figure) -> None:
    """Let the first and the last point of a curve reach over the edge of their panel, which else cuts them in half."""
    for ax in fig.axes:
        limits = np.sort([ax.get_xlim(), ax.get_ylim()])
        for curve in ax.lines:
            if curve.get_marker() not in ("None", "", None) and curve.get_transform() == ax.transData:
                points = curve.get_xydata()
                points = points[np.isfinite(points).all(axis=1)]
                if len(points) and ((points >= limits[:, 0]) & (points <= limits[:, 1])).all():
                    curve.set_clip_on(False)
                    curve.set_in_layout(False)  # the panel keeps its place


def wrapped(text: str, width: int) -> str:
    """The text in lines of up to `width` letters, broken between words alone: never in a formula or a number."""
    whole = re.sub(r" (?=[-+*/=@<>]|\+=)|(?<=[-+*/=@<>]) ", _NO_BREAK, text)
    lines = textwrap.wrap(whole, width, break_long_words=False, break_on_hyphens=False)
    return "\n".join(lines).replace(_NO_BREAK, " ")


def line(name: str, **changes: Any) -> dict[str, Any]:
    """Keyword arguments for `ax.plot`: colour, line style and label of a cell or gate; `changes` are added or win.

    ax.plot(lags, gradients, **line("GRU"))    ax.plot(t, z, **line("z", label="update gate z"))
    """
    if name not in _LOOKS:
        raise ValueError(f"name: expected one of {', '.join(_LOOKS)}, got {name!r}")
    colour, style, _, _ = _LOOKS[name]
    return {"color": colour, "linestyle": style, "label": name, **changes}


def points(name: str, **changes: Any) -> dict[str, Any]:
    """As `line`, with the marker as well: for few points that are measured one by one."""
    return {**line(name), "marker": _LOOKS[name][2], **changes}


def bar(name: str, **changes: Any) -> dict[str, Any]:
    """Keyword arguments for `ax.bar`: colour, hatch and label of a name; `changes` are added or win."""
    style = line(name)
    return {"color": style["color"], "hatch": _LOOKS[name][3], "edgecolor": "white", "label": name, **changes}


def band(ax: Axes, x, runs, name: str, **changes: Any) -> None:
    """Several runs (seeds, len(x)) as their median and, shaded, the range from the lowest to the highest."""
    runs = np.asarray(runs, dtype=float)
    style = line(name, **changes)
    ax.plot(x, np.median(runs, axis=0), **style)
    ax.fill_between(x, runs.min(axis=0), runs.max(axis=0), color=style["color"], alpha=0.2, linewidth=0)


def heat_map(ax: Axes, values, *, signed: bool, label: str, limit: float = 1.0) -> None:
    """Values (rows, columns) as a picture with its scale at the side, which says `label`.

    signed: from -limit to limit in DIVERGING (states, candidates); else from 0 to limit in SEQUENTIAL (gates).
    """
    colours, lowest = (DIVERGING, -limit) if signed else (SEQUENTIAL, 0)
    image = ax.imshow(values, cmap=colours, vmin=lowest, vmax=limit, aspect="auto", interpolation="nearest")
    ax.grid(False)
    ax.figure.colorbar(image, ax=ax, label=label, pad=0.02)


def level(ax: Axes, y: float, text: str) -> None:
    """A thin horizontal line with a name on it: chance, a baseline, a target."""
    ax.axhline(y, color=NEUTRAL, linewidth=1, linestyle=(0, (6, 3)))
    ax.annotate(text, (1, y), xycoords=("axes fraction", "data"), ha="right", va="bottom", fontsize=9, color=NEUTRAL)
