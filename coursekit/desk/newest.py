"""Whether what is checked is the newest text of the answer: from what this kernel has run, and from the saved notebook.

A cell that stops with an error before its function is defined leaves the function of an earlier run behind, and a cell
that was edited and not run leaves all of it. The check would then speak of a text that nobody sees any more.
"""

from __future__ import annotations

import ast
import builtins
import functools
import json
import linecache
import os
import re
import time
import types
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

_began: dict[str, float] = {}  # when each text was run last, in seconds since the epoch


def watch() -> None:
    """Write down from now on when a cell is run, if this is a notebook or IPython."""
    shell = _shell()
    if shell is not None and _note not in shell.events.callbacks["pre_run_cell"]:
        shell.events.register("pre_run_cell", _note)


def _note(info: Any) -> None:
    _began[info.raw_cell] = time.time()


def outdated(answer: Callable[..., Any]) -> str:
    """Why an older text of the answer is at hand than the newest, as a sentence; "" if it is the newest.

    Nothing is said of what was not defined in a cell, and of what goes by another name than that of its definition.
    """
    shell, code = _shell(), _code(answer)
    if shell is None or code is None:
        return ""
    name = answer.__name__ if isinstance(answer, type) else code.co_name
    history = shell.history_manager
    text = "".join(linecache.getlines(code.co_filename)).strip()
    ran = [k for k, cell in enumerate(history.input_hist_parsed) if text and cell.strip() == text]
    if not ran or shell.user_ns.get(name) is not answer:
        return ""
    newest = max((k for k, cell in enumerate(history.input_hist_parsed) if _defines(cell, name)), default=ran[-1])
    if newest > ran[-1]:
        why = _error(history.input_hist_parsed[newest], getattr(history, "exceptions", {}).get(newest))
        return (
            f"In [{newest}], the newest text of {name}, stopped with {why}, so the text of In [{ran[-1]}] was checked. "
            "Mend the newest, run its cell, then this one."
        )
    texts = {history.input_hist_raw[k].strip() for k in ran}
    since = max((_began.get(history.input_hist_raw[k], 0.0) for k in ran), default=0.0)
    saved = _saved(shell, name, since)
    if saved and not saved & texts:
        return f"The saved notebook has a newer text of {name}, which has not run. Run its cell, then this one."
    return ""


def _shell() -> Any:
    """IPython's shell, if this is one: it puts a function of this name among the built-in ones."""
    found = getattr(builtins, "get_ipython", None)
    return found() if callable(found) else None


def _code(answer: Any) -> types.CodeType | None:
    """The code object of what was written: of a function, or of the first method of a class."""
    if isinstance(answer, type):
        methods = (part for part in vars(answer).values() if isinstance(part, types.FunctionType))
        answer = next(methods, None)
    while isinstance(answer, types.FunctionType) and "__wrapped__" in answer.__dict__:
        answer = answer.__dict__["__wrapped__"]
    return answer.__code__ if isinstance(answer, types.FunctionType) else None


def _error(text: str, kept: Any) -> str:
    """What a cell stopped with: known to newer versions of IPython, and of a text that is no Python from the text."""
    try:
        ast.parse(text)
    except SyntaxError as error:
        return f"{_with_article(type(error).__name__)} in its line {error.lineno}"
    ename = kept.get("ename") if isinstance(kept, dict) else None
    return _with_article(ename) if isinstance(ename, str) else "an error"


def _with_article(name: str) -> str:
    return f"an {name}" if name[:1] in "AEIOU" else f"a {name}"


@functools.lru_cache(maxsize=1000)
def _defines(text: str, name: str) -> bool:
    """Whether a cell's text defines the name, outside of other functions and classes; also a text that is no Python."""
    if name not in text:
        return False
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError):
        return re.search(rf"^\s*(async\s+def|def|class)\s+{re.escape(name)}\b", text, re.MULTILINE) is not None
    return name in _defined(tree.body)


def _defined(statements: list[ast.stmt]) -> Iterator[str]:
    for statement in statements:
        if isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            yield statement.name
        else:
            for block in ("body", "orelse", "finalbody"):
                yield from _defined(getattr(statement, block, []))


def _saved(shell: Any, name: str, since: float) -> set[str]:
    """The texts in the saved notebook that define the name, if it was saved after `since`."""
    path = shell.user_ns.get("__vsc_ipynb_file__") or os.environ.get("JPY_SESSION_NAME", "")
    try:
        if not since or not str(path).endswith(".ipynb") or Path(path).stat().st_mtime <= since + 1:
            return set()
        cells = json.loads(Path(path).read_text(encoding="utf-8"))["cells"]
        texts = ["".join(cell["source"]).strip() for cell in cells if cell["cell_type"] == "code"]
        return {text for text in texts if _defines(text, name)}
    except (OSError, ValueError, KeyError, TypeError):
        return set()
