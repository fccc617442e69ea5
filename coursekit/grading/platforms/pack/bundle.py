"""The files that every archive holds: this package as it is installed here, one lesson, and what it stands on.

The package travels as files, so that the platform grades with the very version that the teacher has, whatever it is
called on an index of packages. It holds the right answers. The secret of a course is in no archive.
"""

from __future__ import annotations

import importlib.metadata
import io
import stat
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import coursekit
from coursekit import installation
from coursekit.grading.platforms.lessons import Lesson
from coursekit.grading.platforms.pack import own
from coursekit.grading.platforms.pack.own import CannotPack
from coursekit.grading.run.sandbox.hidden import GROUP
from coursekit.lessons import shipped_notebooks
from coursekit.lessons.tree import START

COURSE = "course"
"""Folder in an archive that is put on Python's path."""

_NOT_NEEDED = ("_notebooks", "_solutions", "_results", "__pycache__")
_EPOCH = (1980, 1, 1, 0, 0, 0)  # an archive of the same content has the same bytes
_EXTRAS = ("", "teach", "torch")


@dataclass(frozen=True)
class File:
    """A file of an archive."""

    content: bytes
    executable: bool = False


def bundle(lesson: Lesson) -> dict[str, File]:
    """By path: the package, the lesson, and requirements.txt."""
    others = own.brought(lesson)
    own.refuse_what_is_not_safe(lesson)
    distribution = _distribution()
    package = Path(coursekit.__file__).parent
    files = {f"{COURSE}/coursekit/{name}": File(path.read_bytes()) for name, path in _sources(package)}
    notebooks = shipped_notebooks()
    for name, path in (
        (f"{START}.ipynb", notebooks / f"{START}.ipynb"),
        (f"{lesson.name}/{lesson.name}.ipynb", lesson.path or notebooks / lesson.name / f"{lesson.name}.ipynb"),
    ):
        files[f"{COURSE}/coursekit/_notebooks/{name}"] = File(path.read_bytes())
    metadata = f"{COURSE}/{distribution.metadata['Name'].replace('-', '_')}-{distribution.version}.dist-info"
    about = f"Metadata-Version: 2.1\nName: {distribution.metadata['Name']}\nVersion: {distribution.version}\n"
    catalogues = "".join(f"{point.name} = {point.value}\n" for point in _catalogues(distribution))
    files[f"{metadata}/METADATA"] = File(about.encode())
    files[f"{metadata}/entry_points.txt"] = File(f"[{GROUP}]\n{catalogues}".encode())
    needed = dict.fromkeys([*requirements(distribution), *(line for one in others for line in one.requirements)])
    files["requirements.txt"] = File("".join(f"{line}\n" for line in needed).encode())
    for one in others:
        files |= {f"{COURSE}/{name}": File(content) for name, content in one.files.items()}
    return files


def requirements(distribution: importlib.metadata.Distribution) -> list[str]:
    """What grading any lesson needs, in the versions that are installed here; without suffixes such as +cpu."""
    names = {one.name for extra in _EXTRAS for one in installation.requirements(distribution, extra)}
    return sorted(f"{name}=={importlib.metadata.version(name).partition('+')[0]}" for name in names)


def zipped(files: Mapping[str, File]) -> bytes:
    """The files as a zip archive."""
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as made:
        for path, file in sorted(files.items()):
            entry = zipfile.ZipInfo(path, _EPOCH)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.create_system = 3  # Unix: what follows are its permissions
            entry.external_attr = (stat.S_IFREG | (0o755 if file.executable else 0o644)) << 16
            made.writestr(entry, file.content)
    return archive.getvalue()


def _distribution() -> importlib.metadata.Distribution:
    """What is installed of this course."""
    try:
        return installation.distribution()
    except importlib.metadata.PackageNotFoundError:
        raise CannotPack(
            "this package is not installed, so there is no list of what it needs: `pip install .` in the clone first."
        ) from None


def _catalogues(distribution: importlib.metadata.Distribution) -> list[importlib.metadata.EntryPoint]:
    return [point for point in distribution.entry_points if point.group == GROUP]


def _sources(package: Path) -> Iterator[tuple[str, Path]]:
    for path in sorted(package.rglob("*")):
        relative = path.relative_to(package)
        if path.is_file() and not set(_NOT_NEEDED) & set(relative.parts):
            yield relative.as_posix(), path
