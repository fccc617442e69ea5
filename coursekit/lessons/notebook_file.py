"""Reading a notebook file as tolerantly as Jupyter does, whoever has written it.

`coursekit check` and the grader read with this, so that a file which one takes is taken by the other. Nothing that the
file says about itself is needed: ids, outputs and metadata may be missing, doubled or of a wrong type.
"""

from __future__ import annotations

import codecs
import errno
import json
import os
import re
import stat
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from nbformat import NotebookNode

MAX_BYTES = 30 << 20
"""A notebook file larger than this is not read."""

MAX_CELLS = 2000

MAX_SOURCE = 2 << 20
"""Characters in all cells together; nobody types that many."""

_MAX_PARTS = 1_000_000  # brackets and commas: each can become an object of 60 bytes
_MAPPINGS = (dict, Mapping)  # nearly all are dicts, which is told at once
_MARKS = re.compile(rb"^(<<<<<<< |>>>>>>> )", re.MULTILINE)
_BEGINNINGS = {
    b"PK\x03\x04": "it is a zip archive: unpack it, and take the .ipynb file in it",
    b"%PDF": "it is a PDF: save the notebook itself",
    b"\x1f\x8b": "it is a compressed archive: unpack it, and take the .ipynb file in it",
    b"<": "it is a web page: download the notebook itself (on GitHub, the button 'Raw')",
}


class Refused(ValueError):
    """A file that is not read; the message says why, and begins with a verb: "is not a notebook: ..."."""


def read_notebook(path: Path) -> NotebookNode:
    """The notebook in a file as version 4.5: plain cells without outputs, each with its source and its metadata.

    What is no cell is left out. Raises Refused for links, special files, files over a limit and what is no notebook;
    OSError if it cannot be opened.
    """
    return plain(_version_4(_json(_bytes(path))))


def read_cells(path: Path) -> list[dict[str, Any]]:
    """The cells of `read_notebook`, as plain dictionaries. Raises as it does."""
    return cells_of(_version_4(_json(_bytes(path))))


def plain(data: Mapping[str, Any]) -> NotebookNode:
    """A new notebook from the JSON of one of version 4. Raises Refused if there are no cells to read."""
    from nbformat import from_dict

    read = cells_of(data)
    return from_dict({"nbformat": 4, "nbformat_minor": 5, "metadata": _dict(data.get("metadata")), "cells": read})


def cells_of(data: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The cells of a notebook of version 4, which may be plain JSON, as new dictionaries; their metadata are the very
    ones of the notebook. Raises Refused if there are no cells to read."""
    cells = data.get("cells")
    if not isinstance(cells, list):
        raise Refused("is not a notebook: it has no list of cells. Take the .ipynb file itself")
    if len(cells) > MAX_CELLS:
        raise Refused(f"has more than {MAX_CELLS} cells: leave out what does not belong to the lesson")
    read = [cell for cell in map(_cell, range(len(cells)), cells) if cell is not None]
    if sum(len(cell["source"]) for cell in read) > MAX_SOURCE:
        raise Refused(
            f"holds more than {MAX_SOURCE >> 20} million characters in its cells: leave out "
            "what does not belong to the lesson"
        )
    return read


def _bytes(path: Path) -> bytes:
    flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
    try:
        handle = os.open(path, flags)
    except OSError as error:
        if error.errno == errno.ELOOP:
            raise Refused("is a link: put the file itself in its place") from None
        raise
    with os.fdopen(handle, "rb") as file:
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            raise Refused("is not a plain file: put the notebook itself in its place")
        content = file.read(MAX_BYTES + 1)
    if len(content) > MAX_BYTES:
        raise Refused(f"is larger than {MAX_BYTES >> 20} MB: clear its outputs and save it again")
    return content


def _json(content: bytes) -> Any:
    if sum(map(content.count, (b"[", b"{", b","))) > _MAX_PARTS:
        raise Refused("has too many parts: clear its outputs and save it again")
    text = _text(content)
    try:
        return json.loads(text, strict=False)
    except (ValueError, RecursionError):
        raise Refused(f"is not a notebook: it is not JSON. {_what(content)}") from None


def _text(content: bytes) -> str:
    wide = content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    try:
        return content.decode("utf-16" if wide else "utf-8-sig")
    except UnicodeDecodeError:
        found = _archive(content)
        raise Refused(f"is not a notebook: it is not {f'JSON. {found}' if found else 'text.'}") from None


def _archive(content: bytes) -> str:
    """What a file is instead of JSON, by its first bytes; empty if they do not tell."""
    start = content.removeprefix(codecs.BOM_UTF8).lstrip()[:8]
    found = next((said for beginning, said in _BEGINNINGS.items() if start.startswith(beginning)), "")
    return f"{found[:1].upper()}{found[1:]}." if found else ""


def _what(content: bytes) -> str:
    """What to do about a file of text that is not JSON."""
    if not content.strip(b"\0\r\n\t "):
        return "It is empty: take the file from where it was saved, or an earlier version."
    if _MARKS.search(content):
        return "It holds conflict marks of git (<<<<<<<): settle the conflict, or take one of the two versions."
    if found := _archive(content):
        return found
    if not content.removeprefix(codecs.BOM_UTF8).lstrip().startswith((b"{", codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "It is another kind of file: take the .ipynb file itself."
    return "It may be cut off: take the file from where it was saved, or an earlier version."


def _version_4(data: Any) -> Mapping[str, Any]:
    import nbformat

    major = data.get("nbformat") if isinstance(data, dict) else None
    if type(major) is not int:
        raise Refused("is JSON, but not a notebook. Take the .ipynb file itself")
    if not 2 <= major <= 4:
        raise Refused(
            f"is a notebook of an unknown format: its nbformat is {str(major)[:20]}. "
            "Open it in a current Jupyter and save it again"
        )
    try:
        return nbformat.convert(nbformat.from_dict(data), 4) if major < 4 else data
    except Exception as error:  # nbformat raises whatever a malformed old notebook makes it stumble over
        raise Refused(
            f"cannot be read as a notebook ({type(error).__name__}): open it in Jupyter and save it again"
        ) from None


def _cell(number: int, cell: Any) -> dict[str, Any] | None:
    if not isinstance(cell, _MAPPINGS) or cell.get("cell_type") not in ("code", "markdown", "raw"):
        return None
    source = cell.get("source")
    if isinstance(source, list):
        source = "".join([line for line in source if isinstance(line, str)])
    if not isinstance(source, str):
        if source is not None:
            return None
        source = ""
    made = {
        "cell_type": cell["cell_type"],
        "id": f"cell-{number}",
        "metadata": _dict(cell.get("metadata")),
        # Half a surrogate pair cannot be written to a file.
        "source": source if source.isascii() else source.encode("utf-8", "replace").decode("utf-8"),
    }
    if made["cell_type"] == "code":
        made["outputs"], made["execution_count"] = [], None
    return made


def _dict(value: Any) -> dict[str, Any]:
    return dict(value) if isinstance(value, _MAPPINGS) else {}
