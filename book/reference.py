"""The public docstrings of a few modules as pages of Markdown. They are prose with aligned columns, and stay so."""

from __future__ import annotations

import importlib
import inspect
import re
import textwrap
from types import ModuleType

MODULES = {
    "reference": (
        "The mathematics in NumPy",
        [
            f"coursekit.reference.{name}"
            for name in ("rnn", "lstm", "gru", "fast_gru", "conventions", "numerics", "gradient_flow")
        ],
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
    if inspect.isclass(thing):
        written = written.removesuffix(" -> None")
    for shown, typed in _AS_TYPED.items():
        written = re.sub(shown, typed, written)
    return f"```{'text' if '<' in written else 'python'}\n{_broken(name + written)}\n```"


def _broken(call: str) -> str:
    """A signature that is too long for a line, with one parameter on each line."""
    if len(call) <= _LONGEST:
        return call
    head, _, rest = call.partition("(")
    inside, end, depth = [""], len(rest), 0
    for place, sign in enumerate(rest):
        depth += (sign in "([{") - (sign in ")]}")
        if depth < 0:
            end = place
            break
        if sign == "," and depth == 0:
            inside.append("")
        else:
            inside[-1] += sign
    return "\n".join([f"{head}(", *(f"    {one.strip()}," for one in inside), rest[end:]])


_AS_TYPED = {
    r"ForwardRef\(('[^']*')\)": r"\1",
    r"(: |-> )'([^']*)'": r"\1\2",
    r"<class '([\w.]+)'>": r"\1",
    r"<function ([\w.]+) at 0x[0-9a-f]+>": r"\1",
}
_LONGEST = 88  # characters of a signature on one line
_COLUMNS = re.compile(r"^(?: +\S|[\w, ()]{1,24}:\s)", re.MULTILINE)
"""A line that is indented, or that begins with a name and a colon."""


def _docstring(thing: object) -> str:
    """Paragraphs of prose as text; what was laid out in columns stays as it was."""
    paragraphs = re.split(r"\n\s*\n", inspect.getdoc(thing) or "")
    return "\n\n".join(_paragraph(text) for text in paragraphs if text.strip())


def _paragraph(text: str) -> str:
    sentence = "\n" not in text and not text.startswith(" ")
    if not sentence and _COLUMNS.search(text):
        return f"```text\n{textwrap.dedent(text)}\n```"
    pieces = re.split(r"(`[^`\n]+`)", text.replace("\n", " "))
    return "".join(piece if piece.startswith("`") else _plain(piece) for piece in pieces)


def _plain(text: str) -> str:
    """Text in which no sign means anything to Markdown, but for the stars around a *word*."""
    escaped = re.sub(r"([\\*_$\[\]<>{}|#])", r"\\\1", text)
    return re.sub(r"(?<!\w)\\\*(\w+)\\\*(?!\w)", r"*\1*", escaped)
