"""A teacher's own lesson: may it be graded elsewhere, and what of the packages that bring its exercises goes along.

A package goes along as files, like the course's own, with the metadata by which the sandbox finds out what to hide.
"""

from __future__ import annotations

import importlib.metadata
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from packaging.requirements import InvalidRequirement, Requirement

from coursekit import installation
from coursekit.checking import registry
from coursekit.grading.platforms.lessons import Lesson
from coursekit.grading.run.sandbox.hidden import GROUP
from coursekit.grading.run.stock import is_stock_test
from coursekit.lessons.cells import exercise_of, grade_id
from coursekit.told import Told

_COMPILED = {".so", ".pyd", ".dll", ".dylib"}
_LEFT_OUT = {".pyc", ".pth"}


class CannotPack(Told, ValueError):
    """A lesson cannot be packed; the message says why."""


@dataclass(frozen=True)
class Brought:
    """What a package adds to an archive: files by their path on Python's path, and what it needs from an index."""

    files: dict[str, bytes]
    requirements: tuple[str, ...]


def refuse_what_is_not_safe(lesson: Lesson) -> None:
    """Raises CannotPack for a lesson that is better graded at home."""
    if not re.fullmatch(r"[A-Za-z0-9_]+", lesson.name):
        raise CannotPack(
            f"{lesson.name!r} becomes part of programs: use letters, digits and _ only in a notebook's name."
        )
    if tests := [grade_id(cell) for cell in lesson.notebook.cells if is_stock_test(cell) and not exercise_of(cell)]:
        raise CannotPack(
            f"{lesson.name} has tests of nbgrader's own ({', '.join(tests)}): a student's own process would give their "
            "points, and hidden ones are in your gradebook only. Grade it at home, with `coursekit grade`."
        )


def brought(lesson: Lesson) -> list[Brought]:
    """What the packages add that bring the lesson's exercises and are not this one. Raises CannotPack."""
    known = {exercise.name: exercise for exercise in registry.every()}
    wanted = list(filter(None, map(exercise_of, lesson.notebook.cells)))
    if unknown := [name for name in wanted if name not in known]:
        raise CannotPack(
            f"{lesson.name} asks for {', '.join(unknown)}, which this package does not bring: correct the name in the "
            "check cell, or `pip install` the package that brings the exercise."
        )
    modules = {_top(known[name].reference.__module__): name for name in wanted}
    modules.pop(_top(__name__), None)
    found = {}
    for module, exercise in modules.items():
        of = [one for one in importlib.metadata.distributions() if _catalogues(one) and module in _modules(one)]
        if not of:
            raise CannotPack(
                f"{lesson.name} asks for {exercise}, which no installed package brings: `pip install` yours first."
            )
        found[of[0].metadata["Name"]] = of[0]
    return [_of(distribution) for distribution in found.values()]


def _top(module: str) -> str:
    return module.partition(".")[0]


def _catalogues(distribution: importlib.metadata.Distribution) -> list[importlib.metadata.EntryPoint]:
    return [point for point in distribution.entry_points if point.group == GROUP]


def _modules(distribution: importlib.metadata.Distribution) -> set[str]:
    """The names that a package is imported by; of one that is installed to be edited, those of its catalogues."""
    files = [PurePosixPath(file) for file in distribution.files or ()]
    listed = {file.parts[0].removesuffix(".py") for file in files if file.suffix == ".py"}
    return listed | {_top(point.module) for point in _catalogues(distribution)}


def _of(distribution: importlib.metadata.Distribution) -> Brought:
    name = distribution.metadata["Name"]
    if (_origin(distribution).get("dir_info") or {}).get("editable"):
        raise CannotPack(
            f"{name} is installed to be edited: install it once with `pip install FOLDER`, and pack again."
        )
    files = dict(_files(name, distribution))
    metadata = f"{name.replace('-', '_')}-{distribution.version}.dist-info"
    points = "".join(f"{point.name} = {point.value}\n" for point in _catalogues(distribution))
    files[f"{metadata}/METADATA"] = (distribution.read_text("METADATA") or "").encode()
    files[f"{metadata}/entry_points.txt"] = f"[{GROUP}]\n{points}".encode()
    files[f"{metadata}/RECORD"] = "".join(f"{path},,\n" for path in [*files, f"{metadata}/RECORD"]).encode()
    return Brought(files, tuple(_requirements(name, distribution)))


def _files(name: str, distribution: importlib.metadata.Distribution) -> Iterator[tuple[str, bytes]]:
    """The modules of a package, and the data beside them."""
    for file in distribution.files or ():
        path = PurePosixPath(file)
        outside = path.is_absolute() or ".." in path.parts
        if outside or not path.parts or path.parts[0].endswith(".dist-info") or path.suffix in _LEFT_OUT:
            continue  # programs, metadata, and what Python has made
        if path.suffix in _COMPILED:
            raise CannotPack(
                f"{name} holds a compiled module ({path.name}), which may not run on another machine: grade at home, "
                "with `coursekit grade`."
            )
        try:
            yield path.as_posix(), Path(str(distribution.locate_file(file))).read_bytes()
        except OSError:
            raise CannotPack(f"{path} of {name} cannot be read: install {name} again.") from None


def _requirements(name: str, distribution: importlib.metadata.Distribution) -> Iterator[str]:
    """What a package needs, in the versions that are installed here."""
    for needed in _needed(name, distribution):
        if needed.name == installation.NAME or needed.marker and not needed.marker.evaluate({"extra": ""}):
            continue
        try:
            there = importlib.metadata.distribution(needed.name)
        except importlib.metadata.PackageNotFoundError:
            raise CannotPack(
                f"{name} needs {needed.name}, which is not installed here: `pip install {needed.name}`, and pack again."
            ) from None
        if _origin(there):
            raise CannotPack(
                f"{name} needs {needed.name}, which is from no index, so that a platform could not install it: grade "
                "at home, with `coursekit grade`."
            )
        extras = f"[{','.join(sorted(needed.extras))}]" if needed.extras else ""
        yield f"{needed.name}{extras}=={there.version.partition('+')[0]}"


def _needed(name: str, distribution: importlib.metadata.Distribution) -> list[Requirement]:
    try:
        return [Requirement(said) for said in distribution.requires or ()]
    except InvalidRequirement as error:
        raise CannotPack(
            f"{name} says what it needs in a way that pip does not read ({error}): mend its pyproject.toml."
        ) from None


def _origin(distribution: importlib.metadata.Distribution) -> dict[str, Any]:
    """What pip has written down of a package that is from no index (PEP 610)."""
    try:
        said = json.loads(distribution.read_text("direct_url.json") or "{}")
    except ValueError:
        return {}
    return said if isinstance(said, dict) else {}
