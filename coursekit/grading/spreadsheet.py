"""Texts of strangers in tables that a spreadsheet opens."""

from __future__ import annotations

_FORMULA = "=+-@\N{FULLWIDTH EQUALS SIGN}\N{FULLWIDTH PLUS SIGN}\N{FULLWIDTH HYPHEN-MINUS}\N{FULLWIDTH COMMERCIAL AT}"
"""How a formula begins, also where a wide one is taken for the narrow one."""


def harmless(field: object) -> object:
    """A text that a spreadsheet would take for a formula gets a quote before it; numbers and other texts stay."""
    if not isinstance(field, str):
        return field
    begins = field.lstrip()[:1]  # some programs take leading blanks away first
    return f"'{field}" if field[:1] in ("\t", "\r", "\n") or begins and begins in _FORMULA else field
