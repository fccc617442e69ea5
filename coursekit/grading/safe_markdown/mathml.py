"""Formulas as MathML, which every browser typesets by itself: no program runs in the page, and nothing is loaded.

latex2mathml reads TeX and is not trusted. What it makes is written anew, element by element, from a list.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import escape, unescape
from xml.etree.ElementTree import Element

from latex2mathml.converter import convert_to_element

from coursekit.grading.safe_markdown.cleaning import FORMULA
from coursekit.grading.safe_markdown.formulas import MAX_FORMULA

_ELEMENTS = """
math mrow mi mn mo ms mtext mspace mfrac msqrt mroot msub msup msubsup munder mover munderover mmultiscripts mtable mtr
mtd mstyle mpadded mphantom menclose
"""
_ATTRIBUTES = """
display displaystyle scriptlevel mathvariant stretchy fence form separator accent accentunder largeop movablelimits
symmetric minsize maxsize lspace rspace width height depth voffset linethickness columnalign rowspacing columnspacing
notation
"""
ELEMENTS, ATTRIBUTES = frozenset(_ELEMENTS.split()), frozenset(_ATTRIBUTES.split())
_MARKED = re.compile(rf'<span class="{FORMULA}">([^<]*)</span>')
_ROWS = frozenset({"math", "mrow", "mtd", "mstyle", "msqrt"})
_APART = frozenset({"mo", "mspace", "mtext"})
_THIN = '<mspace width="0.167em"></mspace>'
_VALUE = re.compile(r"[A-Za-z0-9 .%+-]{0,40}")
_ALIGNED = ("left", "right")
_WRAPPED = re.compile(r"\$\$(?P<displayed>.+)\$\$|\$(?P<inline>.+)\$", re.DOTALL)

# What changes nothing in MathML, or is spelt otherwise by latex2mathml.
_SPELT = re.compile(r"\\(displaylimits|nolimits|nonumber|notag|hline|arg|copyright|dag|ddag|P)(?![A-Za-z])")
_OTHERWISE = {"arg": r"\operatorname{arg}", "copyright": "©", "dag": "†", "ddag": "‡", "P": "¶"}
_ENVIRONMENT = re.compile(r"\\(begin|end)\{([a-z]+)\*?\}")
_TABLES = dict.fromkeys(("align", "aligned", "split", "eqnarray", "flalign"), "align*")
_TABLES |= dict.fromkeys(("gather", "gathered", "multline"), "matrix")
_COMMAND = re.compile(r"\\[A-Za-z]")
_IN_TEXT = re.compile(r"\\([_%#&$ {}])")


def typeset(page: str) -> str:
    """HTML with every marked formula as MathML; one that cannot be typeset stands there as it was typed."""
    return _MARKED.sub(lambda span: as_mathml(unescape(span[1])) or f"<code>{span[1]}</code>", page)


def as_mathml(formula: str) -> str | None:
    """A formula, delimiters included, as one element of MathML; None for one that cannot be typeset.

    "$...$" and an environment stand as they do in Markdown: the first in its line, the second by itself.
    """
    found = _WRAPPED.fullmatch(formula.strip())
    tex = formula if found is None else found["displayed"] or found["inline"]
    if len(tex) > MAX_FORMULA:
        return None
    inline = found is not None and found["inline"] is not None
    tex = _SPELT.sub(lambda command: _OTHERWISE.get(command[1], ""), tex)
    tex = _ENVIRONMENT.sub(_table, tex)
    try:
        return _written(convert_to_element(tex, display="inline" if inline else "block"))
    except Exception:  # a formula that is none, in one of the many ways in which it can be
        return None


def _table(mark: re.Match[str]) -> str:
    """The begin or the end of an environment, by the name under which latex2mathml knows a table of its kind."""
    if mark[2] == "equation":
        return ""
    return f"\\{mark[1]}{{{_TABLES[mark[2]]}}}" if mark[2] in _TABLES else mark[0]


def _written(element: Element) -> str:
    """ValueError for what is not on the lists."""
    if element.tag not in ELEMENTS:
        raise ValueError(f"no element of a formula: {element.tag}")
    said = ""
    for name, value in element.attrib.items():
        if name == "xmlns":  # HTML knows what <math> is
            continue
        if name not in ATTRIBUTES or not _VALUE.fullmatch(value):
            raise ValueError(f"no attribute of a formula: {name}")
        # Browsers align the cells of a table by its style alone.
        said += f' style="text-align: {value}"' if name == "columnalign" and value in _ALIGNED else f' {name}="{value}"'
    text = unescape(element.text or "")
    if element.tag == "mtext":
        text = _IN_TEXT.sub(r"\1", text)
    if text == "&" or _COMMAND.search(text):  # of an environment that latex2mathml does not know; such a command
        raise ValueError(f"no part of a formula: {text}")
    inside = escape(text) + "".join(_row(element) if element.tag in _ROWS else map(_written, element))
    return f"<{element.tag}{said}>{inside}</{element.tag}>"


def _row(element: Element) -> Iterator[str]:
    """What stands side by side. A function by its name, such as log, keeps a little away from what is beside it."""
    before = None
    for part in element:
        parts = () if before is None else (before, part)
        if any(map(_is_function, parts)) and _APART.isdisjoint(each.tag for each in parts):
            yield _THIN
        yield _written(part)
        before = part


def _is_function(element: Element) -> bool:
    if element.tag in ("msub", "msup", "msubsup", "munder"):
        return len(element) > 0 and _is_function(element[0])
    return element.tag == "mi" and len(unescape(element.text or "")) > 1
