"""Files and folders that appear whole or not at all: whoever reads meanwhile finds the old one or the new one.

What is written lies beside its place until it is complete, so that the last step is a renaming within one file system.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path


def replace(path: Path, content: str | bytes, mode: int = 0o600) -> None:
    """Write a file, in the place of the one that may be there.

    content: text is written as UTF-8, with its line ends as they are.
    mode:    who may read it; by default its owner only.
    Raises OSError if it cannot be written; what was there then stands.
    """
    with _beside(path, content, mode) as written:
        os.replace(written, path)


def create(path: Path, content: str | bytes) -> bool:
    """Write a file for its owner, unless there is one: True if it was written. Raises OSError if it cannot be."""
    with _beside(path, content, 0o600) as written:
        try:
            os.link(written, path)
        except FileExistsError:
            return False
        finally:
            os.unlink(written)
    return True


@contextlib.contextmanager
def replaced_folder(place: Path) -> Iterator[Path]:
    """Gives an empty folder, readable for everybody, to be filled; it then stands in the place of the one there.

    If the body raises, what was there stands, and nothing else is left behind.
    """
    fresh = Path(tempfile.mkdtemp(dir=place.parent, prefix=_not_yet(place)))
    try:
        os.chmod(fresh, 0o755)
        yield fresh
        if place.exists():
            old = fresh.with_name(f"{fresh.name}.old")
            os.replace(place, old)
            os.replace(fresh, place)
            shutil.rmtree(old)
        else:
            os.replace(fresh, place)
    except BaseException:
        shutil.rmtree(fresh, ignore_errors=True)
        raise


def _not_yet(path: Path) -> str:
    """How the name begins of what is not complete yet: hidden, and of no kind that anybody looks for."""
    return f".{path.name.removeprefix('.')}.new-"


@contextlib.contextmanager
def _beside(path: Path, content: str | bytes, mode: int) -> Iterator[str]:
    """A complete file next to `path`, taken away again if what follows fails."""
    handle, written = tempfile.mkstemp(dir=path.parent, prefix=_not_yet(path))
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content.encode("utf-8") if isinstance(content, str) else content)
        os.chmod(written, mode)
        yield written
    except BaseException:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(written)
        raise
