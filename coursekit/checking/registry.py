"""Where exercises are found by name.

The engine does not know the course. It finds catalogues, modules that register exercises when they are imported, among
the entry points of what is installed. The course's own is one; so is that of a teacher's package, if its
pyproject.toml says

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
from coursekit.checking.one_line import OneLine

_added: list[str] = []
_exercises: dict[str, Exercise] = {}


class UnknownExercise(OneLine, LookupError):
    """No exercise has this name."""


def add_catalogue(module: str) -> None:
    """Name a module that registers exercises when it is imported."""
    if module not in _added:
        _added.append(module)


def register(exercise: Exercise) -> Exercise:
    """Make an exercise known by its name. Registering another one under the same name is an error."""
    known = _exercises.get(exercise.name)
    if known is not None and known is not exercise:
        raise ValueError(f"two exercises are called {exercise.name!r}: {known.lesson} and {exercise.lesson}")
    _exercises[exercise.name] = exercise
    return exercise


def get(name: str) -> Exercise:
    """The exercise of this name; UnknownExercise with the nearest names if there is none."""
    # One after the other, so that a package that is broken spoils no exercise of another.
    for catalogues in (_added, _of_the_course(), _installed()):
        if name not in _exercises:
            _load(catalogues)
    if name not in _exercises:
        hint = f" Did you mean {', '.join(_nearest(name))}?"
        if not _of_the_course():  # an environment that was made for an older version
            hint = " The course's own exercises are not installed: run `make lab`, or install coursekit again."
        raise UnknownExercise(f"there is no exercise called {name!r}.{hint}")
    return _exercises[name]


def known(name: str) -> bool:
    """Whether an exercise of the course has this name."""
    _load(_of_the_course())
    return name in _exercises


def _nearest(name: str) -> list[str]:
    """The three nearest names, however far they are: those that are hardly misspelt, those that contain it, others."""
    folded = {known.lower(): known for known in sorted(_exercises)}
    hardly = difflib.get_close_matches(name.lower(), folded, n=3, cutoff=0.75)
    within = [known for known in folded if name and name.lower() in known]
    others = difflib.get_close_matches(name.lower(), folded, n=3, cutoff=0.0)
    return [folded[known] for known in dict.fromkeys([*hardly, *within, *others])][:3]


def every() -> Iterator[Exercise]:
    """All exercises, in the order of the lessons."""
    _load([*_added, *_of_the_course(), *_installed()])
    return iter(sorted(_exercises.values(), key=lambda e: e.lesson))  # sorting is stable within a lesson


def installed_files() -> list[Path]:
    """Where the catalogues of other packages lie: a folder for a package, a file for a module or for a zip of modules.
    They hold references, so a sandbox must not show them, and results of an older text are not reused."""
    found: set[Path] = set()
    for module in _installed():
        spec = importlib.util.find_spec(module.partition(".")[0])
        if spec is None:
            continue
        folders = list(spec.submodule_search_locations or ())
        places = [Path(folder).resolve() for folder in folders or filter(None, [spec.origin])]
        found |= {next((p for p in (place, *place.parents) if p.exists()), place) for place in places}
    return sorted(found)


def _of_the_course() -> tuple[str, ...]:
    return tuple(module for module in _entry_points() if _is_ours(module))


def _installed() -> tuple[str, ...]:
    """The catalogues of other packages."""
    return tuple(module for module in _entry_points() if not _is_ours(module))


@functools.cache
def _entry_points() -> tuple[str, ...]:
    points = importlib.metadata.entry_points(group="coursekit.catalogues")
    return tuple(sorted({point.module for point in points}))


def _is_ours(module: str) -> bool:
    return module.partition(".")[0] == __name__.partition(".")[0]


def _load(catalogues: Iterable[str]) -> None:
    for module in catalogues:
        importlib.import_module(module)
