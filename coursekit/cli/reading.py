"""Which notebook somebody means, and of which version of the course it is."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import coursekit
from coursekit.cli.errors import UserError
from coursekit.lessons.tree import FOLDER, is_meant

if TYPE_CHECKING:
    from nbformat import NotebookNode


def meant(path: Path) -> Path:
    """The notebook that somebody means by a path: itself, or the one of its name in a folder."""
    inside = path / f"{path.resolve().name}.ipynb"
    if inside.is_file():
        return inside
    if path.is_dir():
        found = _notebooks(path, "*.ipynb", "*/*.ipynb")
        raise UserError(f"{path} is a folder. Name a notebook{f', such as {found[0]}' if found else ''}.")
    if path.exists():
        return path
    if near := _near(path):
        raise UserError(f"there is no {path}. Did you mean {near[0]}?")
    if not any(path.parent.glob(f"{FOLDER}/")):
        raise UserError(f"there is no {path}, and no lesson in {path.parent.resolve()}. Change to your lessons.")
    return path


def _near(path: Path) -> list[Path]:
    """Lessons that may be meant, the likeliest first: here, or in a copy of the course that lies here."""
    here = _notebooks(path.parent, "*/*.ipynb", f"*/{FOLDER}/*.ipynb")
    begin = [found for found in here if is_meant(path.stem, found.stem) or found.stem.startswith(path.stem)]
    alike = difflib.get_close_matches(path.stem, [found.stem for found in here], n=1)
    return begin or [found for found in here if found.stem in alike]


def _notebooks(folder: Path, *patterns: str) -> list[Path]:
    """The notebooks of a folder, without the copies that Jupyter keeps of them."""
    found = (path for pattern in patterns for path in folder.glob(pattern))
    return sorted(path for path in found if ".ipynb_checkpoints" not in path.parts)


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
