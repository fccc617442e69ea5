"""A Matplotlib figure as SVG inside a page: real text, the page's font and colours, nothing loaded from elsewhere."""

from __future__ import annotations

import html
import io
import re

import matplotlib
from matplotlib.backends.backend_svg import FigureCanvasSVG

from coursekit.figures.style import NEUTRAL, CourseFigure, course_style

# The style draws for white paper. On a page that can be dark, its ink and paper are the page's own.
_PAGE = {
    "#000000": "currentColor",
    "#444444": "var(--soft)",
    NEUTRAL.lower(): "var(--soft)",
    "#dddddd": "var(--line)",
    "#ffffff": "var(--card)",
}


def svg(fig: CourseFigure, name: str) -> str:
    """The figure as an <svg> element with its alternative text; `name` makes its ids unique on the page."""
    drawn = io.StringIO()
    settings = {"svg.fonttype": "none", "svg.hashsalt": name}
    nothing = dict.fromkeys(("Creator", "Date", "Format", "Type"))  # no metadata: the same numbers give the same bytes
    with course_style(), matplotlib.rc_context(settings):
        FigureCanvasSVG(fig).print_svg(drawn, metadata=nothing)
    text = drawn.getvalue()
    text = text[text.index("<svg") :]
    text = re.sub(r"#[0-9a-f]{6}\b", lambda colour: _PAGE.get(colour[0], colour[0]), text)
    text = re.sub(r"font-family: [^;\"]+", "font-family: var(--font)", text)
    text = re.sub(r"<style.*?</style>", "", text, flags=re.DOTALL)  # it would hold for the whole page
    text = re.sub(r'(id="|href="#|url\(#)', rf"\g<1>{name}-", text)
    box = re.search(r'viewBox="[^"]+"', text)
    return f'<svg {box[0]} role="img" aria-label="{html.escape(fig.description)}">{text[text.index(">") + 1 :]}'
