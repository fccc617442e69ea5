"""A room per lesson: what it asks, right and wrong answers, its data, what it trains, its figures."""

from __future__ import annotations

import importlib
import importlib.util
import pkgutil
from collections.abc import Iterator
from types import ModuleType


def modules(name: str) -> Iterator[ModuleType]:
    """The module of that name from each room that has one, such as "exercises" or "data"; imported one by one."""
    for room in pkgutil.iter_modules(__path__):
        if room.ispkg and importlib.util.find_spec(f"{__name__}.{room.name}.{name}"):
            yield importlib.import_module(f"{__name__}.{room.name}.{name}")
