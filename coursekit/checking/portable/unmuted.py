"""What a call does that its numbers do not show, said as Python warnings: these travel from wherever an answer runs.

An answer can ask NumPy not to tell of overflow, or Python not to show warnings. Where overflow is the point, it is
heard all the same; where it is not, nobody is bothered with what an answer has muted on purpose.
"""

from __future__ import annotations

import contextlib
import warnings
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from numpy._core import _ufunc_config

MUTED = "coursekit: muted "
"""What the warning of an event begins with of which the answer did not want to hear."""

TWICE = "coursekit: one array twice"
"""The warning where two of the arrays that an answer returns are one."""

_MODES = ("divide", "over", "invalid")


@contextlib.contextmanager
def heard() -> Iterator[dict[str, None]]:
    """While this lasts, floating-point events that are muted are noted, under NumPy's names of them.

    All that NumPy offers for muting (`errstate` around lines or functions, `seterr`) goes through one function of it.
    """
    noted: dict[str, None] = {}
    make = getattr(_ufunc_config, "_make_extobj", None)
    if make is None:  # another NumPy; then what is muted is not heard
        yield noted
        return
    before = {name: getattr(warnings, name) for name in _OWN}
    _ufunc_config._make_extobj = _loud(make, lambda event, _: noted.setdefault(f"{event} encountered"))
    for name, function in before.items():
        setattr(warnings, name, _OVERHEARD[name] if function is _OWN[name] else _overheard(function))
    _listening.append(True)
    try:
        yield noted
    finally:
        _listening.pop()
        _ufunc_config._make_extobj = make
        for name, function in before.items():
            setattr(warnings, name, function)


def _loud(make: Callable[..., Any], note: Callable[[str, int], object]) -> Callable[..., Any]:
    """Settings of NumPy in which "ignore" means to note; what an answer calls by itself is left to it."""

    def made(**asked: Any) -> Any:
        modes = {mode: asked.get(mode) or asked.get("all") for mode in _MODES}
        if "call" in asked or set(modes.values()) & {"call", "log"} or "ignore" not in modes.values():
            return make(**asked)
        changed = {mode: "call" if value == "ignore" else value for mode, value in modes.items()}
        return make(**{**asked, **changed, "call": note})

    return made


_listening: list[bool] = []
"""One entry for each `heard` that lasts: a module that is imported meanwhile may keep what stands there for longer."""


def _overheard(original: Any) -> Any:
    """A name of `warnings`: whoever ignores warnings, or keeps them for themselves, has muted NumPy's, too."""

    def mute(args: tuple[Any, ...], more: dict[str, Any]) -> None:
        if _listening and ("ignore" in (*args[:1], more.get("action")) or more.get("record")):
            _ufunc_config.seterr(divide="ignore", over="ignore", invalid="ignore")

    if isinstance(original, type):

        class Catching(original):
            def __init__(self, *args: Any, **more: Any) -> None:
                mute(args, more)
                super().__init__(*args, **more)

        return Catching

    def filtering(*args: Any, **more: Any) -> Any:
        mute(args, more)
        return original(*args, **more)

    return filtering


_OWN = {name: getattr(warnings, name) for name in ("simplefilter", "filterwarnings", "catch_warnings")}
_OVERHEARD = {name: _overheard(function) for name, function in _OWN.items()}  # to make a class takes its time


def say(texts: Iterable[str]) -> None:
    """Say these as warnings, whatever filters an answer has left behind."""
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        for text in texts:
            warnings.warn(text, RuntimeWarning, stacklevel=2)
