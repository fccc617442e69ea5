"""Copy the lessons into a folder of your own, to work in.

Your files are never overwritten: only what is missing is copied. Run it again after an update to get new
lessons, or after you renamed a notebook to begin that lesson again.

  coursekit start my-course
"""

from __future__ import annotations

import argparse
import shutil
from collections.abc import Iterator
from pathlib import Path

from coursekit.cli.errors import UserError, reason
from coursekit.lessons.tree import START, clone_root, shipped_notebooks

SUMMARY = "copy the lessons into a folder of your own"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("folder", metavar="DIR", type=Path, help="the folder to work in; it is made if need be")


def run(arguments: argparse.Namespace) -> int:
    for name, state in copy_course(arguments.folder):
        print(f"{name}: {state}")
    print(f"\nStart working with: coursekit lab {arguments.folder}")
    return 0


def copy_course(folder: Path) -> list[tuple[str, str]]:
    """Copy what is missing of the course into a folder; say of each lesson "new" or "kept yours"."""
    shipped = shipped_notebooks()
    if shipped is None:
        raise UserError("this installation holds no lessons. In a clone, run `make release` first.")
    _refuse_unusable(folder, shipped)
    states = {}
    try:
        for source in _files(shipped):
            name = source.relative_to(shipped)
            copied = _copy_if_missing(source, folder / name)
            if name.suffix == ".ipynb":
                states[name.parts[0].removesuffix(".ipynb")] = "new" if copied else _kept(source, folder / name)
    except OSError as error:
        raise UserError(f"cannot write to {error.filename or folder}: {reason(error)}.") from None
    return list(states.items())


def _refuse_unusable(folder: Path, shipped: Path) -> None:
    if folder.exists() and not folder.is_dir():
        raise UserError(f"{folder} is a file. Name a folder, which is made if need be.")
    originals = [shipped.resolve()]
    clone = clone_root()
    if clone is not None:
        originals.append(clone / "solutions")
    if any(folder.resolve().is_relative_to(original) for original in originals):
        raise UserError(f"{folder} holds the originals of the lessons. Name another folder, to work in a copy.")


def _files(shipped: Path) -> Iterator[Path]:
    """What is copied, the start page last so that the lessons are listed in their order."""
    files = (path for path in shipped.rglob("*") if path.is_file())
    visible = (path for path in files if not any(part.startswith(".") for part in path.relative_to(shipped).parts))
    return iter(sorted(visible, key=lambda path: (path.stem == START, path)))


def _copy_if_missing(source: Path, target: Path) -> bool:
    """Copy a file unless something of its name is there; with "x" the system itself refuses to overwrite."""
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        with source.open("rb") as original, target.open("xb") as copy:
            try:
                shutil.copyfileobj(original, copy)
            except BaseException:
                target.unlink()  # half a notebook would count as the learner's own the next time
                raise
    except FileExistsError:
        return False
    return True


def _kept(source: Path, target: Path) -> str:
    """The start page lists the lessons, so an old one is worth a word; a lesson is meant to differ."""
    if source.stem == START and source.read_bytes() != target.read_bytes():
        return f"kept yours; it may list fewer lessons than there are now (rename {target}, and it comes anew)"
    return "kept yours"
