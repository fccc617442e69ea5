"""Reading a file that should be a notebook."""

from __future__ import annotations

import json
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from nbformat import NotebookNode


class NotANotebook(ValueError):
    """The file is something else; the message says what."""


def read_notebook(path: Path) -> NotebookNode:
    """The notebook in a file, without its old outputs. Raises NotANotebook or OSError."""
    import nbformat

    data = _read_json(path)
    if not isinstance(data, dict) or not isinstance(data.get("nbformat"), int):
        raise NotANotebook(f"{path} is JSON, but not a notebook.")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about missing cell ids, which nbformat adds
            nb = nbformat.reads(json.dumps(data), as_version=4)
            nbformat.validate(nb)
    except Exception as error:  # nbformat raises AttributeError, KeyError and others where a file is malformed
        detail = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise NotANotebook(f"{path} is not a valid notebook: {detail}") from None
    for cell in nb.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    return nb


def _read_json(path: Path) -> Any:
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except UnicodeDecodeError:
        raise NotANotebook(f"{path} is not a notebook: it is not text.") from None
    except (json.JSONDecodeError, RecursionError):
        hint = "" if path.suffix == ".ipynb" else " Name the .ipynb file."
        raise NotANotebook(f"{path} is not a notebook: it is not JSON.{hint}") from None
