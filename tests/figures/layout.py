"""What is wrong with the layout of a drawn figure: measured from its artists, not judged by eye.

In a lesson, `watch()` lets every figure that a cell shows say it as well: see `tests/course/test_lessons.py`.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import numpy as np
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.path import Path
from matplotlib.text import Annotation, Text

from coursekit.figures.style import CourseFigure, course_style

PAGE = 800  # CSS pixels: a small laptop's half screen
BESIDE = 96  # CSS pixels that JupyterLab takes at the left and right of an output, without its sidebar
SMALLEST = 8.0  # points as the page shows them, 96 pixels an inch
_SLACK = 1.0  # pixels of a figure at 100 dpi


def troubles(fig: CourseFigure) -> list[str]:
    """One sentence for each fault: text cut off, on other text, on a line or too small; a point that is cut through."""
    with course_style():
        fig.set_dpi(100)
        FigureCanvasAgg(fig)
        fig.draw_without_rendering()  # where all stands; nobody sees the pixels
        texts = [(text, _corners(text)) for text in _texts(fig)]
        return [*_cut_off(fig, texts), *_overlapping(texts), *_crossed(fig, texts), *_small(fig, texts), *_halves(fig)]


def _texts(fig: Figure) -> list[Text]:
    """All texts that are drawn and not empty."""
    found = list(fig.texts) + [fig._suptitle, fig._supxlabel, fig._supylabel]
    for legend in fig.legends:
        found += legend.findobj(Text)
    for ax in fig.axes:
        if not ax.get_visible():
            continue
        found += [ax.title, ax._left_title, ax._right_title, *(t for t in ax.texts if not _outside(t, ax))]
        if ax.get_legend():
            found += ax.get_legend().findobj(Text)
        if ax.axison:
            for axis in (ax.xaxis, ax.yaxis):
                found += _of(axis)
    return [text for text in dict.fromkeys(found) if text and text.get_visible() and text.get_text().strip()]


def _outside(text: Text, ax: Axes) -> bool:
    """An annotation of a point outside the panel is not drawn."""
    return isinstance(text, Annotation) and not text._check_xy(ax.figure._get_renderer())


def _of(axis: Axis) -> Iterator[Text]:
    if not axis.get_visible():
        return
    yield axis.label
    yield axis.offsetText
    for tick in axis._update_ticks():
        yield from (label for label in (tick.label1, tick.label2) if label.get_visible())


def _corners(text: Text) -> np.ndarray:
    """(4, 2), pixels: the box around the letters, turned as the text is."""
    box = Text.get_window_extent(text)  # of an annotation, without its arrow
    angle = text.get_rotation()
    if angle % 90:
        text.set_rotation(0)
        upright = Text.get_window_extent(text)
        text.set_rotation(angle)
        half, middle = np.array([upright.width, upright.height]) / 2, np.array([box.x0 + box.x1, box.y0 + box.y1]) / 2
        turn = np.deg2rad(angle)
        matrix = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
        return middle + (half * np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]])) @ matrix.T
    return np.array([[box.x0, box.y0], [box.x1, box.y0], [box.x1, box.y1], [box.x0, box.y1]])


def _name(text: Text) -> str:
    return repr(text.get_text())


def _cut_off(fig: Figure, texts) -> Iterator[str]:
    for text, corners in texts:
        box = fig.bbox
        if text.get_clip_on() and text.get_clip_box() is not None:
            box = text.axes.bbox
        low, high = corners.min(axis=0), corners.max(axis=0)
        if (low < [box.x0 - _SLACK, box.y0 - _SLACK]).any() or (high > [box.x1 + _SLACK, box.y1 + _SLACK]).any():
            yield f"{_name(text)} is cut off"


def _overlapping(texts) -> Iterator[str]:
    for (one, a), (other, b) in itertools.combinations(texts, 2):
        if _meet(_inner(a), _inner(b)):
            yield f"{_name(one)} stands on {_name(other)}"


def _inner(corners: np.ndarray) -> np.ndarray:
    """A little less than the box: its letters do not fill it."""
    middle = corners.mean(axis=0)
    reach = corners - middle
    length = np.linalg.norm(reach, axis=1, keepdims=True)
    return middle + reach * np.maximum(0, 1 - 1.5 * _SLACK / np.maximum(length, 1e-9))


def _meet(a: np.ndarray, b: np.ndarray) -> bool:
    """Whether two convex shapes share an area: no line separates them."""
    for shape in (a, b):
        for edge in np.roll(shape, -1, axis=0) - shape:
            normal = np.array([-edge[1], edge[0]])
            if (a @ normal).max() <= (b @ normal).min() or (b @ normal).max() <= (a @ normal).min():
                return False
    return True


def _crossed(fig: Figure, texts) -> Iterator[str]:
    """Letters that a curve runs through, unless they have a ground of their own."""
    for ax in fig.axes:
        curves = [line for line in ax.lines if line.get_visible() and line.get_linestyle() not in ("None", "")]
        inside = [(t, c) for t, c in texts if t in ax.texts or (ax.get_legend() and t in ax.get_legend().get_texts())]
        for text, corners in inside:
            if text.get_bbox_patch() is not None or (text not in ax.texts and ax.get_legend().get_frame_on()):
                continue
            for curve in curves:
                if _through(curve, _inner(corners)):
                    yield f"a curve ({curve.get_label()}) runs through {_name(text)}"
                    break


def _through(curve: Line2D, corners: np.ndarray) -> bool:
    points = curve.get_transform().transform(np.column_stack([curve.get_xdata(), curve.get_ydata()]).astype(float))
    points = points[np.isfinite(points).all(axis=1)]
    if len(points) < 2:
        return False
    low, high = corners.min(axis=0), corners.max(axis=0)
    return Path(points).intersects_path(Path([low, (high[0], low[1]), high, (low[0], high[1]), low]), filled=False)


def _small(fig: Figure, texts) -> Iterator[str]:
    shown = min(1.0, (PAGE - BESIDE) / (100 * fig.get_figwidth()))
    for text, _ in texts:
        points = text.get_fontsize() * shown * 100 / 96
        if points < SMALLEST:
            yield f"{_name(text)} is {points:.1f} pt on a page of {PAGE} pixels"


def _halves(fig: Figure) -> Iterator[str]:
    """Markers that the edge of their panel cuts through, or hides."""
    for ax in fig.axes:
        for line in ax.lines:
            if line.get_marker() in ("None", "", None) or not line.get_clip_on() or not line.get_visible():
                continue
            data = np.column_stack([line.get_xdata(), line.get_ydata()]).astype(float)
            points = line.get_transform().transform(data[np.isfinite(data).all(axis=1)])
            reach = line.get_markersize() / 2 * fig.dpi / 72 * 0.7  # most of it has to be seen
            if line.get_marker() in (",", "."):
                reach /= 2
            low, high = np.array([ax.bbox.x0, ax.bbox.y0]) + reach, np.array([ax.bbox.x1, ax.bbox.y1]) - reach
            cut = ((points < low - _SLACK) | (points > high + _SLACK)).any(axis=1)
            if cut.any():
                yield f"{cut.sum()} points of {line.get_label()} are cut by the edge of the panel"


def watch() -> None:
    """From now on a figure that is shown raises AssertionError if its layout has a fault."""
    show = CourseFigure._repr_mimebundle_

    def shown(self: CourseFigure, *args, **kwargs):
        faults = troubles(self)
        assert not faults, f"{self.description[:60]}: {faults}"
        return show(self, *args, **kwargs)

    CourseFigure._repr_mimebundle_ = shown
