"""New ticks of an axis as copies of one. Matplotlib makes each of three lines and two texts from their settings, and
then gives it the looks of the first: together a quarter of what a plain figure costs.

A copy shares with the tick that it was made from only what is replaced and never changed in its place.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

_PARTS = ("tick1line", "tick2line", "gridline", "label1", "label2")
_PLAIN = (bool, int, float, str, tuple, type(None))
_REPLACED = {"_marker", "_path", "_path_effects", "_transform", "_x", "_xorig", "_xy", "_y", "_yorig"}
_SHARED = {"_axes", "_parent_figure", "_renderer", "clipbox", "stale_callback"}
_COPIED = {"_callbacks", "_fontproperties"}


class Twins:
    """While a plain figure is drawn: for each axis the first tick that is made, and what was made like it."""

    def __init__(self) -> None:
        self._first: dict[tuple[Any, bool], Any] = {}  # None where it cannot be copied
        self._like_it: dict[int, Any] = {}

    def making(self, make: Callable[[Any, bool], Any]) -> Callable[[Any, bool], Any]:
        """For `Axis._get_tick`."""

        def making(axis: Any, major: bool) -> Any:
            first = self._first.get((axis, major))
            if first is not None:
                made = _copied(first)
                self._like_it[id(made)] = made
                return made
            made = make(axis, major)
            self._first.setdefault((axis, major), made if _can_be_copied(made) else None)
            return made

        return making

    def dressing(self, dress: Callable[[Any, Any, Any], None]) -> Callable[[Any, Any, Any], None]:
        """For `Axis._copy_tick_props`: the first tick made here has the looks already, and so have its twins."""

        def dressing(axis: Any, source: Any, tick: Any) -> None:
            if id(tick) not in self._like_it:
                dress(axis, source, tick)

        return dressing


def _can_be_copied(tick: Any) -> bool:
    """True if nothing is in it that this module does not know."""
    if type(tick).__module__ != "matplotlib.axis" or not all(part in vars(tick) for part in _PARTS):
        return False
    known = {*_REPLACED, *_SHARED, *_COPIED}
    parts = [(tick, {*known, *_PARTS}), *((vars(tick)[part], known) for part in _PARTS)]
    return all(
        isinstance(value, _PLAIN) or name in names for part, names in parts for name, value in vars(part).items()
    )


def _copied(tick: Any) -> Any:
    made = _artist_like(tick)
    vars(made).update((part, _artist_like(vars(tick)[part])) for part in _PARTS)
    return made


def _artist_like(artist: Any) -> Any:
    from matplotlib.cbook import CallbackRegistry

    made = object.__new__(type(artist))
    own = vars(made)
    own.update(vars(artist))
    own["_callbacks"] = CallbackRegistry(signals=["pchanged"])
    if "_fontproperties" in own:
        own["_fontproperties"] = own["_fontproperties"].copy()
    return made
