"""What the usual labels of ticks look like, known before a submission is graded: how large numbers are, and where their
digits and those of powers of ten stand.

To measure a text Matplotlib loads and hints each of its glyphs, and a power is a formula, which takes milliseconds to
read: together a sixth of what a figure costs, and half of one with logarithms. What that depends on stands in the keys.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Iterator
from typing import Any

_NUMBER = re.compile("[-\N{MINUS SIGN}]?[0-9.]{1,8}")
_POWER = re.compile(r"\$\\mathdefault\{-?10\^\{-?[0-9]{1,2}\}\}\$")
_SETTINGS = re.compile("font|mathtext|text[.]")  # such of Matplotlib's as a formula may depend on

_sizes: dict[Any, tuple[float, float, float]] = {}
_powers: dict[Any, Any] = {}
_digits: dict[
    Any, tuple[tuple[int, float, float], ...] | None
] = {}  # which glyphs, and where: None if of several fonts


def sizes(measure: Callable[..., Any]) -> Callable[..., Any]:
    """For `RendererAgg.get_text_width_height_descent`."""

    def known(renderer: Any, text: str, font: Any, ismath: Any) -> Any:
        if ismath is not False or not _NUMBER.fullmatch(text):
            return measure(renderer, text, font, ismath)
        key = text, *_looks(renderer, font)
        if key not in _sizes:
            _sizes[key] = measure(renderer, text, font, ismath)
        return _sizes[key]

    return known


def _looks(renderer: Any, font: Any) -> tuple[Any, ...]:
    from matplotlib.font_manager import fontManager

    files = tuple(map(str, fontManager._find_fonts_by_props(font)))
    return files, font.get_size_in_points(), renderer.dpi, *_hinting()


def _hinting() -> tuple[Any, ...]:
    from matplotlib import rcParams

    return rcParams["text.hinting"], rcParams.get("text.hinting_factor"), rcParams.get("text.kerning_factor")


def fonts(find: Callable[..., list[Any]]) -> Callable[..., list[Any]]:
    """For `FontManager._find_fonts_by_props`, which looks for the files of one font four times for a label. What it
    says of a font that is not there, it says each time."""
    found: dict[int, list[Any]] = {}

    def remembering(manager: Any, font: Any, *rest: Any, **more: Any) -> list[Any]:
        if rest or more or not hasattr(font, "get_family"):
            return find(manager, font, *rest, **more)
        key = hash(font)  # by which Matplotlib, too, says that two are equal
        if key in found:
            return found[key]
        files = find(manager, font)
        if len(files) == len(font.get_family()):
            found[key] = files
        return files

    return remembering


def drawing(draw: Callable[..., Any]) -> Callable[..., Any]:
    """For `RendererAgg.draw_text`. Matplotlib 3.10 draws a text in another way, which is left as it is."""
    from matplotlib.ft2font import FT2Font

    if not hasattr(FT2Font, "_layout"):
        return draw

    def known(
        renderer: Any, gc: Any, x: Any, y: Any, text: str, font: Any, angle: Any, ismath: Any = False, mtext: Any = None
    ) -> Any:
        if ismath is False and _NUMBER.fullmatch(text):
            sized, size = renderer._prepare_font(font), font.get_size_in_points()
            how = (None, None) if mtext is None else (mtext.get_fontfeatures(), mtext.get_language())
            digits = _standing(sized, text, size, renderer.dpi, *how)
            if digits is not None:
                file = _Sized(sized)
                glyphs = [(file, size, glyph, 0, 1, *place) for glyph, *place in digits]
                return renderer._draw_text_glyphs_and_boxes(gc, x, y, angle, glyphs, [])
        return draw(renderer, gc, x, y, text, font, angle, ismath, mtext)

    return known


class _Sized:
    """A font in its size. To set that before each glyph, as Matplotlib does, takes as long as to draw the glyph."""

    def __init__(self, font: Any) -> None:
        self._set_transform, self._render_glyph = font._set_transform, font._render_glyph

    def set_size(self, size: float, dpi: float) -> None:
        """It has that size."""


def _standing(font: Any, text: str, size: float, dpi: float, features: Any = None, language: Any = None) -> Any:
    """Which glyphs of a font in its size a number consists of, and where they stand; None if some are of another."""
    from matplotlib.backends.backend_agg import get_hinting_flag

    key = text, font.fname, size, dpi, *_hinting(), repr((features, language))
    if key not in _digits:
        items = font._layout(text, flags=get_hinting_flag(), features=features, language=language)
        whole = all(item.ft_object is font for item in items)
        _digits[key] = tuple((item.glyph_index, item.x, item.y) for item in items) if whole else None
    return _digits[key]


def powers(parse: Callable[..., Any]) -> Callable[..., Any]:
    """For `MathTextParser.parse`. A font is kept as the name of its file, which a worker has to open for itself."""
    from matplotlib import rcParams
    from matplotlib.font_manager import get_font

    @functools.cache  # nothing changes it while a figure is drawn, and most figures have no power
    def settings() -> str:
        return repr([(name, rcParams[name]) for name in rcParams if _SETTINGS.match(name)])

    def known(parser: Any, text: str, dpi: float = 72, prop: Any = None, **options: Any) -> Any:
        if parser._output_type != "vector" or prop is None or not _POWER.fullmatch(text):
            return parse(parser, text, dpi, prop, **options)
        key = text, dpi, prop.copy(), settings()  # whether edges are smooth moves no glyph
        if key not in _powers:
            made = parse(parser, text, dpi, prop, **options)
            _powers[key] = made._replace(glyphs=[(font.fname, *place) for font, *place in made.glyphs])
        made = _powers[key]
        return made._replace(glyphs=[(get_font(file), *place) for file, *place in made.glyphs])

    return known


def look_at_usual() -> None:
    """The usual labels in Matplotlib's usual looks."""
    from matplotlib import rcParams
    from matplotlib.backends.backend_agg import RendererAgg
    from matplotlib.font_manager import FontProperties
    from matplotlib.mathtext import MathTextParser

    measure, parse = sizes(RendererAgg.get_text_width_height_descent), powers(MathTextParser.parse)
    draw = drawing(RendererAgg.draw_text)
    renderer, font = RendererAgg(1, 1, rcParams["figure.dpi"]), FontProperties(size=rcParams["xtick.labelsize"])
    for number in _usual_numbers():
        for text in (number, f"\N{MINUS SIGN}{number}"):
            measure(renderer, text, font, False)
            draw(renderer, renderer.new_gc(), 0, 0, text, font, 0.0)
    for exponent in range(-9, 10):
        parse(renderer.mathtext_parser, rf"$\mathdefault{{10^{{{exponent}}}}}$", renderer.dpi, font)


def _usual_numbers() -> Iterator[str]:
    yield from map(str, (*range(21), *range(25, 100, 5), *range(100, 1001, 50)))
    yield from (f"{tenths / 10:.1f}" for tenths in (*range(11), *range(15, 101, 5)))
    yield from (f"{hundredths / 100:.2f}" for hundredths in (*range(0, 101, 5), *range(125, 201, 25)))
