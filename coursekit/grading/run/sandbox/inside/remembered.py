"""What drawing works out again and again, worked out once: the ticks of an axis, what room their labels take, where the
lines of a text stand, and what a formula looks like.

To draw a plain figure Matplotlib asks for the ticks of each axis about nine times, and for the extent of each label
five times, with the same answer. While one figure is measured and drawn nothing changes it but drawing itself, and what
that can change stands in the keys.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from typing import Any

from . import boxes, labels
from .ticks import Twins

_VERSIONS = ("3.10.", "3.11.")  # whose pictures the tests have compared: all this leans on private parts
_SCALES = {"linear", "log", "symlog", "logit", "asinh"}  # the others may hold functions of somebody's own


def is_known() -> bool:
    """Whether this Matplotlib is one whose figures may be drawn in less steps than it takes itself."""
    from matplotlib import __version__

    return __version__.startswith(_VERSIONS)


@contextlib.contextmanager
def remembered() -> Iterator[None]:
    """While one figure of Matplotlib's own plain artists is measured and drawn, and nothing else happens."""
    from matplotlib.axis import Axis
    from matplotlib.backends.backend_agg import RendererAgg
    from matplotlib.font_manager import FontManager
    from matplotlib.mathtext import MathTextParser
    from matplotlib.text import Text
    from matplotlib.transforms import BboxBase

    twins = Twins()
    replaced = [(Axis, "_update_ticks", _ticks), (Axis, "_get_ticklabel_bboxes", _room), (Text, "_get_layout", _layout)]
    replaced += [(Axis, "_get_tick", twins.making), (Axis, "_copy_tick_props", twins.dressing)]
    replaced += [(RendererAgg, "get_text_width_height_descent", labels.sizes), (MathTextParser, "parse", _formula)]
    replaced += [(RendererAgg, "draw_text", labels.drawing), (BboxBase, "union", boxes.union)]
    replaced += [(FontManager, "_find_fonts_by_props", labels.fonts)]
    replaced += [(BboxBase, name, boxes.edge(name)) for name in boxes.EDGES]
    with contextlib.ExitStack() as changed:
        for owner, name, by in replaced:
            before = vars(owner)[name]
            setattr(owner, name, by(before))
            changed.callback(setattr, owner, name, before)
        yield


def _ticks(update: Callable[[Any], list[Any]]) -> Callable[[Any], list[Any]]:
    from matplotlib.ticker import FuncFormatter

    known: dict[Any, list[Any]] = {}
    last: dict[Any, Any] = {}  # by axis, and by formatter: axes may share one, which keeps what it was asked last

    def may_be_kept(axis: Any) -> bool:
        parts = [getattr(ticker, part) for ticker in (axis.major, axis.minor) for part in ("locator", "formatter")]
        own = all(type(part).__module__ == "matplotlib.ticker" for part in parts)
        return own and axis.get_scale() in _SCALES and not any(isinstance(part, FuncFormatter) for part in parts)

    def remembering(axis: Any) -> list[Any]:
        if not may_be_kept(axis):
            for formatter in (axis.major.formatter, axis.minor.formatter):  # of which it may share one with another
                last.pop(formatter, None)
            return update(axis)
        dpi = axis.get_figure(root=True).dpi
        key = axis, axis.get_view_interval().tobytes(), axis.axes.bbox.bounds, dpi
        holders = axis, axis.major.formatter, axis.minor.formatter
        if any(last.get(holder) != key for holder in holders):
            known[key] = update(axis)
            last.update(dict.fromkeys(holders, key))
        return known[key]

    return remembering


def _room(measure: Callable[[Any, Any, Any], Any]) -> Callable[[Any, Any, Any], Any]:
    known: dict[Any, tuple[list[Any], Any]] = {}

    def remembering(axis: Any, ticks: list[Any], renderer: Any) -> Any:
        axes = axis.axes  # of which both ways count: a spine may stand at a number of the other axis
        place = axes.viewLim.get_points().tobytes(), axes.bbox.bounds, axes.get_figure(root=True).dpi
        key = axis, place, type(renderer)
        if key not in known or known[key][0] is not ticks:  # another list: they were worked out anew
            known[key] = ticks, measure(axis, ticks, renderer)
        return known[key][1]

    return remembering


def _layout(lay_out: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
    known: dict[Any, Any] = {}

    def remembering(text: Any, renderer: Any) -> Any:
        if text._wrap or text._transform_rotates_text:  # then its place counts, too
            return lay_out(text, renderer)
        how = text._text, text._rotation, text._horizontalalignment, text._verticalalignment
        key = text, *how, type(renderer), text.get_figure(root=True).dpi
        if key not in known:
            known[key] = lay_out(text, renderer)
        return known[key]

    return remembering


def _formula(parse: Callable[..., Any]) -> Callable[..., Any]:
    """To read a formula takes milliseconds. Each renderer has a reader of its own, which keeps what it has read: here
    the first one reads for the one that measures and the one that draws."""
    first: dict[str, Any] = {}
    known = labels.powers(parse)

    def remembering(parser: Any, *args: Any, **options: Any) -> Any:
        return known(first.setdefault(parser._output_type, parser), *args, **options)

    return remembering
