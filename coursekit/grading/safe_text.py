"""Student's words on pages that others open: text stays readable, markup and links that run code do not survive."""

from __future__ import annotations

import html
import re

MAX_CHARACTERS = 100_000
_RUNS_CODE = re.compile(r"(javascript|vbscript|data)(\s*):", re.IGNORECASE)
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")


def safe_markdown(source: str) -> str:
    """Markdown whose HTML is shown as text and whose links cannot run a script (MathJax's \\href included)."""
    source = _CONTROL.sub("", source[:MAX_CHARACTERS])
    return _RUNS_CODE.sub(r"\1\2 :", html.escape(source, quote=False))


def plain(text: str) -> str:
    """Text without the control and direction marks that could make a page show it as something else."""
    return _CONTROL.sub("", text)
