"""Where exercises are found by name.

The engine does not know the course. It knows the names of catalogues, modules that register exercises when they
are imported. A package of a teacher's own is one, wherever it is installed, if its pyproject.toml says

    [project.entry-points."coursekit.catalogues"]
    my_exercises = "my_exercises"

`add_catalogue("my_exercises")` does the same for one process.
"""

from __future__ import annotations

import difflib
import functools
import importlib
import importlib.metadata
import importlib.util
from collections.abc import Iterable, Iterator
from pathlib import Path

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
        _load(_catalogues)
    if name not in _exercises:  # only now, so that a package that is broken spoils no other exercise
        _load(_installed())
    if name not in _exercises:
        near = difflib.get_close_matches(name, _exercises, n=3)
        hint = f" Did you mean {', '.join(near)}?" if near else f" Known: {', '.join(sorted(_exercises))}."
        raise UnknownExercise(f"there is no exercise called {name!r}.{hint}")
    return _exercises[name]


def every() -> Iterator[Exercise]:
    """All exercises, in the order of the lessons."""
    _load([*_catalogues, *_installed()])
    return iter(sorted(_exercises.values(), key=lambda e: e.lesson))  # sorting is stable within a lesson


def installed_files() -> list[Path]:
    """Where the catalogues of other packages lie: a folder for a package, a file for a module. They hold references,
    so a sandbox must not show them, and results of an older text are not reused."""
    found = []
    for module in _installed():
        spec = importlib.util.find_spec(module.partition(".")[0])
        if spec is not None and spec.origin is not None:
            origin = Path(spec.origin).resolve()
            found.append(origin.parent if origin.name == "__init__.py" else origin)
    return sorted(set(found))


@functools.cache
def _installed() -> tuple[str, ...]:
    points = importlib.metadata.entry_points(group="coursekit.catalogues")
    return tuple(sorted({point.module for point in points}))


def _load(catalogues: Iterable[str]) -> None:
    for module in catalogues:
        importlib.import_module(module)
