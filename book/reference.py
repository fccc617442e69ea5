"""The public docstrings of a few modules as pages of Markdown. They are prose with aligned columns, and stay so."""

from __future__ import annotations

import importlib
import inspect
import re
from types import ModuleType

MODULES = {
    "reference": (
        "The mathematics in NumPy",
        [f"coursekit.reference.{name}" for name in ("rnn", "lstm", "gru", "conventions", "numerics", "gradient_flow")],
    ),
    "nn": ("The same in PyTorch", ["coursekit.nn"]),
    "checking": ("Checks and reports", ["coursekit.checking"]),
}
"""File name: title of the page and the modules on it."""


def reference_page(title: str, modules: list[str]) -> str:
    """A page of Markdown: each module with its public functions and classes."""
    return "\n\n".join([f"# {title}", *(_module(importlib.import_module(name)) for name in modules)]) + "\n"


def _module(module: ModuleType) -> str:
    parts = [f"## `{module.__name__}`", _docstring(module)]
    for name, thing in _public(module):
        # The member's name stands in front, so that the same `forward` of two modules has two anchors.
        signature = "" if inspect.ismodule(thing) else _signature(name, thing)
        parts += [f"### `{module.__name__.rpartition('.')[2]}.{name}`", signature, _docstring(thing)]
    return "\n\n".join(part for part in parts if part)


def _public(module: ModuleType) -> list[tuple[str, object]]:
    """What a module offers: its __all__, or the functions and classes that it defines without an underscore."""
    names = getattr(module, "__all__", None)
    if names is None:
        names = [
            name
            for name, thing in vars(module).items()
            if not name.startswith("_") and getattr(thing, "__module__", None) == module.__name__ and callable(thing)
        ]
    return [(name, getattr(module, name)) for name in names]


def _signature(name: str, thing: object) -> str:
    """As it would be typed: annotations without the quotes that postponed evaluation gives them."""
    try:
        written = str(inspect.signature(thing))
    except (TypeError, ValueError):
        return ""
    written = re.sub(r"<class '([\w.]+)'>", r"\1", re.sub(r"ForwardRef\(('[^']*')\)", r"\1", written))
    written = re.sub(r"(: |-> )'([^']*)'", r"\1\2", written)
    return f"```{'text' if '<' in written else 'python'}\n{name}{written}\n```"


def _docstring(thing: object) -> str:
    """Paragraphs of prose as text; what was laid out in columns stays as it was."""
    paragraphs = re.split(r"\n\s*\n", inspect.getdoc(thing) or "")
    return "\n\n".join(
        _laid_out(text) if _COLUMNS.search(text) else _prose(text) for text in paragraphs if text.strip()
    )


_COLUMNS = re.compile(r"^(?: +\S|[\w, ()]{1,24}:\s)", re.MULTILINE)
"""A line that is indented, or that begins with a name and a colon."""


def _laid_out(text: str) -> str:
    return f"```text\n{text.strip(chr(10))}\n```"


def _prose(text: str) -> str:
    """Text with its `code`; every other sign stands for itself."""
    pieces = re.split(r"(`[^`\n]+`)", text.replace("\n", " "))
    return "".join(
        piece if piece.startswith("`") else re.sub(r"([\\*_$\[\]<>{}|#])", r"\\\1", piece) for piece in pieces
    )
