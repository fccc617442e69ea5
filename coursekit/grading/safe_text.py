"""Student's words on pages and terminals that others open: no invisible mark shows them as something else."""

from __future__ import annotations

import re

# Control characters, marks of direction, characters without width, tags that nobody sees, and half characters, which no
# file can hold. Tabs and line feeds stay.
_HIDDEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\xad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ud800-\udfff\ufeff\ufff9-\ufffb"
    "\U000e0000-\U000e007f]"
)

_COMMANDS = frozenset('<>&"`\\${}')


def plain(text: str) -> str:
    """Text without the control and direction marks that could make a page show it as something else."""
    return text if text.isprintable() else _HIDDEN.sub("", text)  # none of them is printable, which is told at once


def is_ordinary(name: str) -> bool:
    """True for a name that formgrader's pages, which write names as they are, cannot take for HTML or a script."""
    return name.isprintable() and _COMMANDS.isdisjoint(name)
