"""The picture of a figure, byte for byte as IPython makes it, with one drawing less where that changes nothing.

To find out how much of a figure there is to show, Matplotlib draws all of it without ink, measures it, and then draws
it. The first drawing is for those whose places only drawing settles: a layout engine, an artist or a listener of
somebody's own. Matplotlib's own plain artists are in their places when they are measured.
"""

from __future__ import annotations

from typing import Any

from IPython.core.pylabtools import print_figure

_PLAIN = {"axes._axes", "axes._base", "axis", "collections", "colorbar", "figure", "image", "legend", "lines"}
_PLAIN = {f"matplotlib.{module}" for module in _PLAIN | {"offsetbox", "patches", "spines", "text"}}
"""The modules with the classes of which such a figure consists."""

_KWARGS: dict[str, Any] = {"pil_kwargs": {"compress_level": 1}}
"""A third of the time of Pillow's level 6, for pictures that are a quarter larger."""


def png(figure: Any) -> bytes | None:
    """A figure as PNG, cut to what there is to see; None for an empty one."""
    try:
        around = _measured(figure)
    except Exception:  # it cannot be drawn either, which is told below as everywhere
        around = None
    return print_figure(figure, bbox_inches=around or "tight", **_KWARGS)


def _measured(figure: Any) -> Any:
    """What there is to see, in inches; None for a figure that has to be drawn before it is measured."""
    from matplotlib import rcParams

    if not figure.axes or figure.get_layout_engine() is not None or figure.canvas.callbacks.callbacks.get("draw_event"):
        return None
    parts = figure.findobj()
    movers = [part.get_axes_locator() for part in parts if hasattr(part, "get_axes_locator")]
    if not {type(part).__module__ for part in (*parts, *movers) if part is not None} <= _PLAIN:
        return None
    around = figure.get_tightbbox(figure.canvas.get_renderer())
    return around.padded(rcParams["savefig.pad_inches"])
