"""Texts with a summary that a person wrote: the docstrings of Python's own library, first line and sentences after it.

documents = docstrings()
documents[0].summary, documents[0].sentences, documents[0].module

PEP 257 asks for a first line that sums up and a body behind it. The files belong to every standard Python; they are
parsed, not run. The text differs from one version of Python to the next, and so does every number measured on it.
"""

from __future__ import annotations

import ast
import re
import sysconfig
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from coursekit.sources.text import generated_text

PACKAGES = ("asyncio", "collections", "concurrent", "email", "http", "importlib", "json", "logging", "multiprocessing",
            "unittest", "urllib", "wsgiref", "xml")  # fmt: skip
SOURCE = "docstrings of Python's standard library, PSF License Version 2"
GENERATED = "GENERATED sentences, because the source of Python's standard library is not there"
_LEAST = 200  # documents; every Python from 3.11 to 3.14 has more
_NO_PROSE = re.compile(r">>>|^\s{2,}|::|^[-*=]", re.MULTILINE)
_SENTENCE_END = re.compile(r"(?<=[.!?])\s+")


class Document(NamedTuple):
    """summary: the first line. sentences: those of the body, three at least. module: where it stands."""

    summary: str
    sentences: tuple[str, ...]
    module: str


def docstrings(folder: Path | None = None) -> tuple[list[Document], str]:
    """The documents in order of their files, and where they come from; generated ones, with a warning, if too few.

    folder: of the standard library; None: that of this Python.
    """
    folder = folder or Path(sysconfig.get_path("stdlib"))
    files = [*sorted(folder.glob("*.py")), *(file for name in PACKAGES for file in sorted(folder.glob(f"{name}/*.py")))]
    found = {document.summary: document for file in files for document in _documents(file, folder)}
    if len(found) < _LEAST:
        warnings.warn(f"{len(found)} docstrings found in {folder}; {GENERATED}.", stacklevel=2)
        return _generated(), GENERATED
    return list(found.values()), SOURCE


def _documents(file: Path, folder: Path) -> Iterator[Document]:
    try:
        tree = ast.parse(file.read_bytes())
    except (OSError, SyntaxError, ValueError):
        return
    module = file.stem if file.parent == folder else file.parent.name
    for node in _with_docstrings(tree):
        summary, _, body = (ast.get_docstring(node) or "").partition("\n\n")
        sentences = tuple(_sentences(body))
        if 4 <= len(summary.split()) <= 20 and len(sentences) >= 3:
            yield Document(" ".join(summary.split()), sentences, module)


def _with_docstrings(node: ast.Module | ast.ClassDef) -> Iterator[ast.AST]:
    """A module, its functions and classes, and their methods."""
    yield node
    for part in node.body:
        if isinstance(part, ast.ClassDef):
            yield from _with_docstrings(part)
        elif isinstance(part, ast.FunctionDef | ast.AsyncFunctionDef):
            yield part


def _sentences(body: str) -> list[str]:
    """Those of the paragraphs that are prose: no examples, lists or indented blocks."""
    prose = " ".join(part for part in body.split("\n\n") if not _NO_PROSE.search(part))
    return [one for one in _SENTENCE_END.split(" ".join(prose.split())) if 4 <= len(one.split()) <= 60]


def _generated(n: int = 400, length: int = 6) -> list[Document]:
    """Sentences of a small grammar; the summary of each document is one of them, mostly an early one."""
    lines = generated_text(n * length).splitlines()
    texts = [tuple(lines[k : k + length]) for k in range(0, n * length, length)]
    return [Document(text[(k * k) % 4 % length], text, f"part {k % 20}") for k, text in enumerate(texts)]
