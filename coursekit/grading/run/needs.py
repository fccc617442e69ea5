"""What of PyTorch the cells of a notebook name: what nobody names need not be there when a worker starts."""

from __future__ import annotations

import re
from collections.abc import Iterable

_COMPILER = re.compile("optim|compile|checkpoint|dynamo")


def torch(sources: Iterable[str]) -> bool:
    """False if nothing says torch, so that a sandbox without it will do."""
    return any("torch" in source for source in sources)


def compiler(sources: Iterable[str]) -> bool:
    """True if something may ask for PyTorch's compiler, which the first optimizer imports.

    Where it is needed and nothing says so, a worker imports it itself, which takes it two seconds.
    """
    return any(_COMPILER.search(source) for source in sources)
