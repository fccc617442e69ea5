"""Data files that come with installed packages: found without importing the package, held to a checksum, never
downloaded.

    GLUCOSE = catalogued(DataSet("glucose", "...", package="bokeh_sampledata", extra="data", files=(...), ...))
    values, provenance = load_or_generate(GLUCOSE, parse, generate)

Packages change under us: a file may be gone, or hold something else. Then the loader says so in a warning, with
the command that mends it, and gives generated data instead, labelled as generated.
"""

from __future__ import annotations

import hashlib
import importlib.util
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple, TypeVar

from coursekit.installation import install_command

Values = TypeVar("Values")


class Unavailable(Exception):
    """A data set is not installed, or is not what it was; the message says what to do."""


class GeneratedDataWarning(UserWarning):
    """Real data was asked for, and generated data is what you got."""


class Provenance(NamedTuple):
    """What a lesson must say about its data."""

    title: str
    source: str
    licence: str
    generated: bool

    @property
    def text(self) -> str:
        """One line for the notebook: what it is, where it comes from, on which terms."""
        kind = "GENERATED in place of " if self.generated else ""
        return f"{kind}{self.title}. Source: {self.source}. Licence: {self.licence}."


@dataclass(frozen=True)
class DataSet:
    """Files inside an installed package.

    files: paths or glob patterns inside the package's folder, with forward slashes.
    sha256: the accepted fingerprints (see `fingerprint`): one for each version of the files that was looked at.
    extra: the extra of coursekit that brings the package; empty: the package is named itself.
    tried: the distribution with a version that has these files, such as "babel==2.18.0".
    """

    name: str
    title: str
    package: str
    files: tuple[str, ...]
    sha256: tuple[str, ...]
    source: str
    licence: str
    extra: str = ""
    tried: str = ""

    @property
    def install(self) -> str:
        """The command that brings the files."""
        return install_command(self.extra) if self.extra else f"pip install {self.package}"

    @property
    def replace(self) -> str:
        """The command that brings the files where the package is there and has others."""
        return f"pip install {self.tried}" if self.tried else self.install

    def paths(self) -> dict[str, Path]:
        """Name inside the package -> file, sorted by name. Raises Unavailable if one is missing."""
        spec = importlib.util.find_spec(self.package)
        if spec is None or not spec.submodule_search_locations:
            raise Unavailable(f"the package {self.package} is not installed: {self.install}")
        root = Path(next(iter(spec.submodule_search_locations)))
        found: dict[str, Path] = {}
        for pattern in self.files:
            matching = {path.relative_to(root).as_posix(): path for path in root.glob(pattern)}
            if not matching:
                raise Unavailable(f"the installed {self.package} has no file {pattern}: {self.replace}")
            found |= matching
        return dict(sorted(found.items()))

    def read(self) -> dict[str, bytes]:
        """Name inside the package -> contents. Raises Unavailable if a file is missing or differs."""
        try:
            contents = {name: path.read_bytes() for name, path in self.paths().items()}
        except OSError as problem:
            raise Unavailable(f"a file of {self.package} cannot be read ({problem}): {self.replace}") from problem
        if fingerprint(contents) not in self.sha256:
            raise Unavailable(
                f"the installed {self.package} holds other data than the lesson was written for (fingerprint "
                f"{fingerprint(contents)[:12]}): {self.replace}"
            )
        return contents

    def provenance(self) -> Provenance:
        """Of the real data."""
        return Provenance(self.title, f"{self.source}, in the package {self.package}", self.licence, False)


CATALOGUE: dict[str, DataSet] = {}
"""The data sets of the loaders that have been imported, by name; `coursekit.topics.data_sets` has all."""


def catalogued(data_set: DataSet) -> DataSet:
    """Enter a data set into the catalogue, and return it."""
    if CATALOGUE.setdefault(data_set.name, data_set) != data_set:
        raise ValueError(f"two data sets are called {data_set.name}")
    return data_set


def fingerprint(contents: Mapping[str, bytes]) -> str:
    """SHA-256 over the names and contents of files, in order of their names."""
    whole = hashlib.sha256()
    for name, content in sorted(contents.items()):
        whole.update(f"{name}\0{len(content)}\0".encode())
        whole.update(content)
    return whole.hexdigest()


def load_or_generate(
    data_set: DataSet, parse: Callable[[dict[str, bytes]], Values], generate: Callable[[], Values]
) -> tuple[Values, Provenance]:
    """The real data, parsed, or generated data of the same shape with a warning that says why."""
    try:
        return parse(data_set.read()), data_set.provenance()
    except Unavailable as problem:
        warnings.warn(
            f"{data_set.title}: {problem}. Until then this lesson runs on GENERATED data, and its numbers say "
            "nothing about the real ones.",
            GeneratedDataWarning,
            stacklevel=3,
        )
        return generate(), Provenance(data_set.title, "generated by coursekit.sources", "none needed", True)
