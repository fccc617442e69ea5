"""Reading a file that should be a notebook."""

from __future__ import annotations

import json
import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import coursekit
from coursekit.cli.errors import UserError

if TYPE_CHECKING:
    from nbformat import NotebookNode


def meant(path: Path) -> Path:
    """The notebook that somebody means by a path: itself, or the one of its name in a folder."""
    inside = path / f"{path.resolve().name}.ipynb"
    if inside.is_file():
        return inside
    if path.is_dir():
        found = sorted([*path.glob("*.ipynb"), *path.glob("*/*.ipynb")])
        raise UserError(f"{path} is a folder. Name a notebook{f', such as {found[0]}' if found else ''}.")
    if path.exists():
        return path
    near = sorted(found for found in path.parent.glob("*/*.ipynb") if found.stem.startswith(path.stem))
    if near:
        raise UserError(f"there is no {path}. Did you mean {near[0]}?")
    if not any(path.parent.glob("[0-9][0-9]_*/")):
        raise UserError(f"there is no {path}, and no lesson in {path.parent.resolve()}. Change to your lessons.")
    return path


def other_version(nb: NotebookNode) -> str:
    """A sentence if the notebook was made by another version of the course than this one; else empty."""
    made = nb.metadata.get("coursekit")
    version = str(made.get("version", "")) if isinstance(made, Mapping) else ""
    if version in ("", coursekit.__version__):
        return ""
    return (
        f"This notebook is of coursekit {version[:20]}, and here is {coursekit.__version__}. Should a check be "
        "unknown, rename the notebook, run `coursekit start` on your folder, and copy your answers over."
    )


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
