"""What must not be seen in a sandbox: every file of coursekit and of each package that brings exercises.

They hold references. A package is more than the folder that is imported: bytecode lies beside a single module, another
module of the same package may hold the answers, and its metadata lists files, with the path that it came from.
"""

from __future__ import annotations

import importlib.metadata
import importlib.util
import json
import os
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from urllib.parse import unquote, urlparse

from coursekit.checking import registry

GROUP = "coursekit.catalogues"


def course_files() -> list[str]:
    """Existing folders and files, by their real paths, none inside another."""
    places: set[Path] = set()
    for place in [*_imported("coursekit"), *registry.installed_files()]:
        places |= {place, *bytecode(place)}
    for distribution in importlib.metadata.distributions():
        if _brings_exercises(distribution):
            places.update(_of(distribution))
    kept: list[str] = []
    for path in sorted(map(os.path.realpath, places), key=lambda path: path.count("/")):
        if os.path.exists(path) and not any(path == outer or path.startswith(outer + "/") for outer in kept):
            kept.append(path)
    return kept


def bytecode(module: Path) -> Iterator[Path]:
    """What Python has compiled of a module that is one file: at any level, by any version."""
    if module.suffix == ".py":
        yield module.with_suffix(".pyc")
        yield from (module.parent / "__pycache__").glob(f"{module.stem}.*")


def _imported(name: str) -> list[Path]:
    spec = importlib.util.find_spec(name)
    return [Path(folder) for folder in spec.submodule_search_locations or []] if spec else []


def _brings_exercises(distribution: importlib.metadata.Distribution) -> bool:
    return any(point.group == GROUP for point in distribution.entry_points)


def _of(distribution: importlib.metadata.Distribution) -> Iterator[Path]:
    """The metadata, every file that was installed, and the folder that an editable install points to."""
    metadata = getattr(distribution, "_path", None)  # there is no public name for it
    if metadata is not None:
        yield Path(metadata)
    files = [Path(str(distribution.locate_file(file))) for file in distribution.files or []]
    yield from _folders(files, Path(str(distribution.locate_file(""))))
    for file in files:
        yield from (file, *bytecode(file))
    with_source = _source(distribution)
    if with_source is not None and not any(Path(p).resolve().is_relative_to(with_source) for p in _prefixes()):
        yield with_source


def _folders(files: Iterable[Path], site: Path) -> set[Path]:
    """Top folders that are packages of these files: with what was made in them since they were installed."""
    return {site / file.relative_to(site).parts[0] for file in files if _begins_a_package(file, site)}


def _begins_a_package(file: Path, site: Path) -> bool:
    return file.name == "__init__.py" and file.parent.parent == site


def _source(distribution: importlib.metadata.Distribution) -> Path | None:
    """The folder of an editable install."""
    try:
        said = json.loads(distribution.read_text("direct_url.json") or "{}")
        url = urlparse(said["url"]) if said.get("dir_info", {}).get("editable") else None
    except (ValueError, KeyError, AttributeError):
        return None
    return Path(unquote(url.path)).resolve() if url is not None and url.scheme == "file" else None


def _prefixes() -> tuple[str, ...]:
    """A course may hold its environment; that cannot be hidden with it."""
    return sys.prefix, sys.base_prefix
