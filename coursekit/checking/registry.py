"""Where exercises are found by name.

The engine does not know the course. It knows the names of catalogues, modules that register exercises when they
are imported; a teacher's own catalogue is added with `add_catalogue("my_package.exercises")`.
"""

from __future__ import annotations

import difflib
import importlib
from collections.abc import Iterator

from coursekit.checking.exercise import Exercise

_catalogues = ["coursekit.exercises"]
_exercises: dict[str, Exercise] = {}


class UnknownExercise(LookupError):
    """No exercise has this name."""

    def __str__(self) -> str:  # LookupError's own quoting is for keys, this is a sentence
        return str(self.args[0])


def add_catalogue(module: str) -> None:
    """Name a module that registers exercises when it is imported."""
    if module not in _catalogues:
        _catalogues.append(module)


def register(exercise: Exercise) -> Exercise:
    """Make an exercise known by its name. Registering another one under the same name is an error."""
    known = _exercises.get(exercise.name)
    if known is not None and known is not exercise:
        raise ValueError(f"two exercises are called {exercise.name!r}: {known.lesson} and {exercise.lesson}")
    _exercises[exercise.name] = exercise
    return exercise


def get(name: str) -> Exercise:
    """The exercise of this name; UnknownExercise with the nearest names if there is none."""
    if name not in _exercises:
        _load()
    if name not in _exercises:
        near = difflib.get_close_matches(name, _exercises, n=3)
        hint = f" Did you mean {', '.join(near)}?" if near else f" Known: {', '.join(sorted(_exercises))}."
        raise UnknownExercise(f"there is no exercise called {name!r}.{hint}")
    return _exercises[name]


def every() -> Iterator[Exercise]:
    """All exercises, in the order of the lessons."""
    _load()
    return iter(sorted(_exercises.values(), key=lambda e: e.lesson))  # sorting is stable within a lesson


def _load() -> None:
    for module in _catalogues:
        importlib.import_module(module)
