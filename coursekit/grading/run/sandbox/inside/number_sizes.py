"""How large a number is as the label of a tick, known for the usual ones before any submission is graded.

To measure a text Matplotlib loads and hints each of its glyphs: a sixth of what a plain figure costs, and nearly all of
its texts are numbers. What a size depends on stands in its key.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

_NUMBER = re.compile("[-\N{MINUS SIGN}]?[0-9.]{1,8}")

_known: dict[Any, tuple[float, float, float]] = {}


def sizes(measure: Callable[..., Any]) -> Callable[..., Any]:
    """For `RendererAgg.get_text_width_height_descent`."""

    def known(renderer: Any, text: str, font: Any, ismath: Any) -> Any:
        if ismath is not False or not _NUMBER.fullmatch(text):
            return measure(renderer, text, font, ismath)
        key = text, *_looks(renderer, font)
        if key not in _known:
            _known[key] = measure(renderer, text, font, ismath)
        return _known[key]

    return known


def _looks(renderer: Any, font: Any) -> tuple[Any, ...]:
    from matplotlib import rcParams
    from matplotlib.font_manager import fontManager

    files = tuple(map(str, fontManager._find_fonts_by_props(font)))
    settings = rcParams["text.hinting"], rcParams.get("text.kerning_factor")
    return files, font.get_size_in_points(), renderer.dpi, *settings


def measure_usual() -> None:
    """Measure the usual numbers in Matplotlib's usual looks."""
    from matplotlib import rcParams
    from matplotlib.backends.backend_agg import RendererAgg
    from matplotlib.font_manager import FontProperties

    measure = sizes(RendererAgg.get_text_width_height_descent)
    renderer, font = RendererAgg(1, 1, rcParams["figure.dpi"]), FontProperties(size=rcParams["xtick.labelsize"])
    for number in _usual():
        for text in (number, f"\N{MINUS SIGN}{number}"):
            measure(renderer, text, font, False)


def _usual() -> Iterator[str]:
    yield from map(str, (*range(21), *range(25, 100, 5), *range(100, 1001, 50)))
    yield from (f"{tenths / 10:.1f}" for tenths in (*range(11), *range(15, 101, 5)))
    yield from (f"{hundredths / 100:.2f}" for hundredths in (*range(0, 101, 5), *range(125, 201, 25)))
