"""What is dear to make is made once for a whole test run, whose processes share it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from filelock import FileLock

PATIENCE_S = 500
"""Longer than the dearest takes to make."""


def once(factory: pytest.TempPathFactory, name: str, make: Callable[[Path], None]) -> Path:
    """A folder that `make` has filled: by the first process that asks, while the others wait. It is only read then."""
    base = factory.getbasetemp()
    folder = (base.parent if base.name.startswith("popen-") else base) / name  # popen-gw0 is a process of pytest-xdist
    folder.mkdir(exist_ok=True)
    with FileLock(folder / "lock", timeout=PATIENCE_S):
        if not (folder / "made").exists():
            make(folder)
            (folder / "made").touch()
    return folder
