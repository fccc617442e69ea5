"""Text that a learner brings: read as it is meant, or refused in one sentence that says what to do."""

from __future__ import annotations

import re
import unicodedata
from pathlib import Path

_KINDS = {  # by how a file begins, in small letters
    b"pk\x03\x04": "a spreadsheet, a document or another archive: export a table as CSV, a text as plain text",
    b"\xd0\xcf\x11\xe0": "a spreadsheet or a document: export a table as CSV, a text as plain text",
    b"%pdf": "a PDF: export it as plain text",
    b"{\\rtf": "a document with its layout: export it as plain text",
    b"\x1f\x8b": "compressed: unpack it",
    b"sqlite format 3": "a database: export a table as CSV",
    b"<!doctype html": "a web page: download the file itself",
    b"<html": "a web page: download the file itself",
}
_BINARY = {  # the same, of what cannot be a text: one may begin with "Riffs"
    b"par1": "a table in Parquet: export it as CSV",
    b"arrow1": "a table in Arrow's format: export it as CSV",
    b"\x93numpy": "an array of NumPy's: export it as CSV with np.savetxt",
    b"\x80\x04\x95": "pickled by Python: export a table as CSV, a text as plain text",
    b"\x80\x05\x95": "pickled by Python: export a table as CSV, a text as plain text",
    b"\x89hdf": "in the format HDF5: export a table as CSV",
    b"matlab 5.0": "of MATLAB: export a table as CSV",
    b"rdx": "of R: export a table as CSV",
    b"7z\xbc\xaf": "compressed: unpack it",
    b"bzh": "compressed: unpack it",
    b"\xfd7zxz": "compressed: unpack it",
    b"\x28\xb5\x2f\xfd": "compressed: unpack it",
    b"\x89png": "a picture: choose a file that holds what it shows",
    b"\xff\xd8\xff": "a picture: choose a file that holds what it shows",
    b"gif8": "a picture: choose a file that holds what it shows",
    b"riff": "a recording of sound or pictures: choose a file of plain text",
    b"mthd": "music in MIDI: choose a file of plain text",
}
_TEXTS = {  # that are no table, by how they begin behind comments
    r"\{\s*[\"}]|\[\s*[\[{\"\]]|\[\s*-?\d[^\]]*[,\]]": "JSON",
    r"\[\[?[\w.\" -]+\]\]?[ \t]*(#.*)?(\n|$)": "a file of settings (TOML or INI)",
    r"---[ \t]*\n|%YAML": "YAML",
    r"<[?!a-zA-Z]": "XML",
}
_PAIR = re.compile(r"\s*(- )*[^\s,;|#:][^,;|:]*:( .*)?$|\s*- .*$")  # a line of YAML, or of TOML:
_SETTING = re.compile(r"\s*[\w.\"-]+\s*=\s*\S.*$|\s*\[.*\]\s*$")


class BadFile(ValueError):
    """A file that cannot be used as it is; the message is one sentence that says where and what to do."""


def other_kind(content: bytes) -> str:
    """What a file is that is no plain text, by its first bytes, and what to do; empty if they do not tell."""
    start = content[:80].removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    kinds = _KINDS if _is_text(content) else _KINDS | _BINARY
    return next((said for beginning, said in kinds.items() if start.startswith(beginning)), "")


def _is_text(content: bytes) -> bool:
    try:
        return "\0" not in content.decode("utf-8")
    except UnicodeDecodeError:
        return False


def other_structure(text: str) -> str:
    """What a text is that is no table, such as "JSON"; empty if it may be one."""
    lines = [line for line in text.split("\n") if line.strip() and not line.lstrip().startswith("#")]
    behind = "\n".join(lines).lstrip()
    if said := next((said for beginning, said in _TEXTS.items() if re.match(beginning, behind)), ""):
        return said
    if len(lines) > 1 and all(map(_PAIR.match, lines)):
        return "YAML"
    return "a file of settings (TOML or INI)" if len(lines) > 1 and all(map(_SETTING.match, lines)) else ""


def plain_text(path: str | Path) -> str:
    """The text of a file in UTF-8, as `sound_text` gives it; every kind of line end is a "\\n".

    Raises BadFile if there is no such file, if it may not be read, or if it is no text in UTF-8.
    """
    path = Path(path)
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        raise BadFile(f"there is no file {path}: give its path from {Path.cwd()}, or an absolute one") from None
    except OSError as problem:
        said = "it is a folder" if path.is_dir() else problem.strerror
        raise BadFile(f"{path.name} cannot be read ({said}): choose another file, or check its permissions") from None
    if said := other_kind(content):
        raise BadFile(f"{path.name} is {said}")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as problem:
        # A byte-order mark tells UTF-16, which spreadsheets call "Unicode text".
        what = "it is UTF-16, not UTF-8; " if content[:2] in (b"\xff\xfe", b"\xfe\xff") else ""
        raise BadFile(
            f"{path.name} is not text in UTF-8 (byte {problem.start}): {what}save it with the encoding UTF-8"
        ) from None
    return sound_text(text, path.name)


def sound_text(text: str, name: str) -> str:
    """A text whose letters have one form each (NFC: ü is one character), with "\\n" at line ends, no byte-order mark.

    name: what errors call it. Raises BadFile for zero bytes, which no text has.
    """
    text = text.lstrip("\ufeff").removesuffix("\x1a").replace("\r\r\n", "\n").replace("\r\n", "\n").replace("\r", "\n")
    if "\0" in text:
        line = text.count("\n", 0, text.index("\0")) + 1
        raise BadFile(
            f"{name}, line {line} holds zero bytes, so it is no text in UTF-8: export it as plain text, UTF-8"
        )
    return unicodedata.normalize("NFC", text)
