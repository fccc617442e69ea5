"""What every diagram is drawn with: boxes, operations, arrows and labels on a grid whose unit is a tenth of the width.

A diagram is a figure of the course, so that the same measure finds texts that stand on each other. It shows itself as
SVG, in colours that follow the page: dark on light, light on dark, and always dark on paper.
"""

from __future__ import annotations

import html
import io
import re
from typing import Any, NamedTuple

import matplotlib
import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Circle, FancyBboxPatch, Polygon

from coursekit.figures.style import COLOURS, NEUTRAL, WIDTH, CourseFigure, course_style, describe

INK = "#222222"
_GRID = 10.0  # units across
_INCH = WIDTH / _GRID  # of one unit

# In the dark: lighter, and of the same hue.
_IN_THE_DARK = {
    INK: "#E4E4E4",
    NEUTRAL: "#B0B0B0",
    "#C07A00": "#E5A63C",
    "#B83058": "#F07A9C",
    "#0B3C7D": "#7FB2F5",
    "#C86A1E": "#F0A060",
    "#085A4D": "#5CC4B0",
    "#4A1A70": "#C294EC",
    "#8F9900": "#CBD456",
    "#C4497E": "#F08DB8",
}


def _declared(colours: dict[str, str]) -> str:
    return " ".join(f"--ink-{light[1:]}: {shown};" for light, shown in colours.items())


_STYLE = (
    f"<style>.coursekit-diagram {{ {_declared({light: light for light in _IN_THE_DARK})} }} @media screen {{ "
    '[data-jp-theme-light="false"] .coursekit-diagram, .vscode-dark .coursekit-diagram, '
    f'[data-theme="dark"] .coursekit-diagram {{ {_declared(_IN_THE_DARK)} }} }} '
    "@media screen and (prefers-color-scheme: dark) { "
    f'[data-theme="auto"] .coursekit-diagram {{ {_declared(_IN_THE_DARK)} }} }}</style>'
)


class Diagram(CourseFigure):
    """A figure that a page shows as SVG, with its description as the name of the picture."""

    def as_html(self, png: str) -> str:
        """The page element: the drawing itself, so that it can take the colours of the page. png is not looked at."""
        drawn = io.StringIO()
        with course_style(), matplotlib.rc_context({"svg.hashsalt": "coursekit"}):
            # Letters are outlines, so that they stand where they were measured; equal letters have equal ids.
            self.savefig(drawn, format="svg", transparent=True, metadata={"Date": None, "Creator": None})
        width, height = (round(100 * inches) for inches in self.get_size_inches())
        inside = drawn.getvalue().partition("<defs>")[2].rpartition("</svg>")[0]
        box = re.search(r'viewBox="[^"]+"', drawn.getvalue())[0]
        inside = re.sub(r' id="[a-z0-9]+_\d+"', "", "<defs>" + inside)  # of groups: a page may show several diagrams
        inside = re.sub(r"#([0-9a-f]{6})\b", _as_variable, inside)
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" {box} role="img" '
            f'aria-label="{html.escape(self.description)}" class="coursekit-diagram" width="{width}" height="{height}" '
            f'style="max-width: 100%; height: auto">{inside}</svg>{_STYLE}'
        )


def _as_variable(colour: re.Match[str]) -> str:
    """The colour of an attribute as one that the page decides, where it is one of ours."""
    code = colour[1].upper()
    return f"var(--ink-{code})" if f"#{code}" in _IN_THE_DARK else colour[0]


class Place(NamedTuple):
    """Something that arrows begin and end at: its middle, and half of its width and height."""

    x: float
    y: float
    half_width: float
    half_height: float

    def towards(self, x: float, y: float) -> tuple[float, float]:
        """The point of the edge in the direction of (x, y)."""
        dx, dy = x - self.x, y - self.y
        reach = max(abs(dx) / max(self.half_width, 1e-9), abs(dy) / max(self.half_height, 1e-9), 1e-9)
        return self.x + dx / reach, self.y + dy / reach


Point = Place | tuple[float, float]


class Drawing:
    """An empty sheet, 10 units wide; y points up.

    draw = Drawing(height=4)
    gate = draw.box(3, 2, "$z_t$", "z")
    draw.arrow(draw.box(1, 2, "$x_t$"), gate)
    return draw.finished("What is to be seen.")
    """

    def __init__(self, height: float) -> None:
        with course_style():
            self.figure = Diagram(figsize=(WIDTH, height * _INCH))
            self.figure.set_layout_engine("none")
            self.axes: Axes = self.figure.add_axes((0, 0, 1, 1))
        self.axes.set(xlim=(0, _GRID), ylim=(0, height))
        self.axes.set_axis_off()

    def box(
        self, x: float, y: float, text: str, kind: str = "neutral", width: float = 1.0, height: float = 0.6
    ) -> Place:
        """A box with a text, in the colour of a cell, a gate, or "neutral"."""
        corner = x - width / 2, y - height / 2
        colour = COLOURS[kind]
        frame = {"boxstyle": "round,pad=0,rounding_size=0.1", "linewidth": 1.6, "edgecolor": colour, "clip_on": False}
        self.axes.add_patch(FancyBboxPatch(corner, width, height, facecolor=(colour, 0.16), **frame))
        self.label(x, y, text)
        return Place(x, y, width / 2, height / 2)

    def operation(self, x: float, y: float, sign: str, kind: str = "neutral") -> Place:
        """A small circle with the sign of what is done to numbers one by one: ×, +, 1−."""
        radius = 0.24
        look = {"facecolor": "none", "edgecolor": COLOURS[kind], "linewidth": 1.6, "clip_on": False}
        self.axes.add_patch(Circle((x, y), radius, **look))
        self.label(x, y, sign)
        return Place(x, y, radius, radius)

    def arrow(self, *points: Point, kind: str | None = None, dashed: bool = False, head: bool = True) -> None:
        """A line through the points, with a head at the last. It begins and ends at the edges of what it joins."""
        middles = [(p.x, p.y) if isinstance(p, Place) else p for p in points]
        path = list(middles)
        if isinstance(points[0], Place):
            path[0] = _edge(points[0], middles[1])
        if isinstance(points[-1], Place):
            path[-1] = _edge(points[-1], middles[-2])
        colour = INK if kind is None else COLOURS[kind]
        style = {"color": colour, "linewidth": 1.4, "linestyle": (0, (4, 2)) if dashed else "-", "clip_on": False}
        end, before = np.array(path[-1]), np.array(path[-2])
        along = (end - before) / np.linalg.norm(end - before)
        if head:
            across = 0.07 * np.array([-along[1], along[0]])
            foot = end - 0.17 * along
            tip = {"facecolor": colour, "edgecolor": "none", "clip_on": False}
            self.axes.add_patch(Polygon([end, foot + across, foot - across], **tip))
            path[-1] = tuple(foot)
        self.axes.plot(*np.array(path).T, solid_capstyle="butt", label="an arrow", **style)

    def label(self, x: float, y: float, text: str, side: str = "center", **changes: Any) -> None:
        """A text; side is what of it stands at x: "left", "center" or "right"."""
        look = {"ha": side, "va": "center", "fontsize": 11, "color": INK} | changes
        self.axes.text(x, y, text, **look)

    def finished(self, description: str) -> Diagram:
        """The diagram, with what a screen reader says of it."""
        return describe(self.figure, description)


def _edge(place: Place, other: tuple[float, float]) -> tuple[float, float]:
    """Where an arrow to or from the other point meets the place: straight in from straight above or beside."""
    x, y = other
    if abs(x - place.x) < place.half_width and abs(y - place.y) > place.half_height:
        return x, place.y + np.copysign(place.half_height, y - place.y)
    if abs(y - place.y) < place.half_height and abs(x - place.x) > place.half_width:
        return place.x + np.copysign(place.half_width, x - place.x), y
    return place.towards(x, y)
