"""The course's catalogue of exercises: importing this module registers the exercises of every lesson.

It stands in pyproject.toml as an entry point, as the catalogue of a teacher's own package does.
"""

from __future__ import annotations

import importlib
import pkgutil

from coursekit import topics

for _room in pkgutil.iter_modules(topics.__path__):
    if _room.ispkg:
        importlib.import_module(f"{topics.__name__}.{_room.name}.exercises")
