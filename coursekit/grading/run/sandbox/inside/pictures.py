"""The picture of a figure, pixel for pixel as IPython makes it, with one drawing less where that changes nothing.

To find out how much of a figure there is to show, Matplotlib draws all of it without ink, measures it, and then draws
it. The first drawing is for those whose places only drawing settles: a layout engine, an artist or a listener of
somebody's own. Matplotlib's own plain artists are in their places when they are measured.
"""

from __future__ import annotations

import contextlib
import io
from collections.abc import Iterator
from typing import Any

import numpy as np

from . import png as packing
from .remembered import is_known, remembered

_PLAIN = {"axes._axes", "axes._base", "axis", "collections", "colorbar", "figure", "image", "legend", "lines"}
_PLAIN = {f"matplotlib.{module}" for module in _PLAIN | {"offsetbox", "patches", "spines", "text"}}
"""The modules with the classes of which such a figure consists."""


def png(figure: Any) -> bytes | None:
    """A figure as PNG, cut to what there is to see; None for an empty one."""
    if is_known() and _is_plain(figure):
        # What fails may lean on a part of Matplotlib that another version has not: below it takes its own steps.
        with contextlib.suppress(Exception), remembered():
            return _printed(figure, _measured(figure))
    return _printed(figure, "tight")


def _printed(figure: Any, around: Any) -> bytes | None:
    """As IPython prints it, but for who packs the pixels."""
    if not figure.axes and not figure.lines:
        return None
    looks = {"facecolor": figure.get_facecolor(), "edgecolor": figure.get_edgecolor(), "dpi": figure.dpi}
    pixels = _Pixels()
    figure.canvas.print_figure(pixels, format="rgba", bbox_inches=around, **looks)
    return packing.png(pixels.rows, figure.dpi)


class _Pixels(io.RawIOBase):
    """A file for raw pixels, which are still those of the canvas."""

    rows: np.ndarray

    def write(self, pixels: Any) -> int:
        self.rows = np.asarray(pixels)
        return self.rows.nbytes


def _is_plain(figure: Any) -> bool:
    """False for a figure that has to be drawn before it is measured."""
    if not figure.axes or figure.get_layout_engine() is not None or figure.canvas.callbacks.callbacks.get("draw_event"):
        return False
    try:
        return all(type(part).__module__ in _PLAIN for part in _parts(figure))
    except Exception:  # a stranger's class, which does not let itself be looked at
        return False


def _parts(artist: Any) -> Iterator[Any]:
    """An artist, what it consists of, and what moves it. An axis that is plain makes plain ticks: none is made here."""
    yield artist
    if type(artist).__module__ == "matplotlib.axis" and hasattr(artist, "offsetText"):
        there = vars(artist)
        children = (artist.label, artist.offsetText, *there.get("majorTicks", ()), *there.get("minorTicks", ()))
    else:
        children = artist.get_children()
        with contextlib.suppress(AttributeError):
            if (mover := artist.get_axes_locator()) is not None:
                yield mover
    for child in children:
        yield from _parts(child)


def _measured(figure: Any) -> Any:
    """What there is to see, in inches."""
    from matplotlib import rcParams
    from matplotlib.backends.backend_agg import FigureCanvasAgg, RendererAgg

    plain = isinstance(figure.canvas, FigureCanvasAgg)  # to measure, it needs no place for the picture itself
    renderer = RendererAgg(1, 1, figure.dpi) if plain else figure.canvas.get_renderer()
    around = figure.get_tightbbox(renderer)
    return around.padded(rcParams["savefig.pad_inches"])
