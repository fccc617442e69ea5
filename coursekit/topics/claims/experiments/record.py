"""The full run: written to a file with everything that a reader needs in order to trust it, and read back."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from coursekit.results import recorded as records
from coursekit.topics.claims.experiments.result import Measurement, Result
from coursekit.topics.claims.experiments.settings import Settings


@dataclass(frozen=True)
class Record:
    """A full run that was written down."""

    date: str
    machine: str
    threads: int
    versions: Mapping[str, str]
    settings: Mapping[str, Any]
    cpu_seconds: float
    results: Mapping[str, Result]

    @property
    def text(self) -> str:
        """Where the numbers come from, in two lines."""
        return f"Full run, {self.settings['seeds']} seeds. {records.about(vars(self))}"


def recorded(folder: Path | None = None) -> Record | None:
    """The latest full run, from the clone or from the installed package; None if there is none."""
    data = records.latest("claims", folder)
    if data is None:
        return None
    results = {name: from_data(result) for name, result in data.pop("results").items()}
    return Record(**data, results=results)


def write(results: Mapping[str, Result], settings: Settings, cpu_seconds: float, folder: Path) -> Path:
    """Write a full run to folder/claims-<date>.json and return the path. Curves are left out.

    Raises ValueError if the number of threads is not known.
    """
    found = {
        "settings": asdict(settings),
        "results": {name: as_data(result) for name, result in results.items()},
    }
    return records.write("claims", found, cpu_seconds, folder)


def as_data(result: Result) -> dict[str, Any]:
    """A result as plain data, with its intervals and verdict beside the values that they follow from."""
    data = asdict(result)
    del data["picture"]
    data["claimed"] = [None if math.isinf(end) else end for end in result.claimed]
    for measurement, found in zip(result.measurements, data["measurements"], strict=True):
        found["values"] = [float(f"{value:.6g}") for value in measurement.values]
        found["interval"] = [float(f"{end:.4g}") for end in measurement.interval]
    return data | {"verdict": result.sentence}


def from_data(data: Mapping[str, Any]) -> Result:
    """The result that `as_data` was given, without its picture. Intervals and verdict are computed again."""
    low, high = data["claimed"]
    measurements = tuple(
        Measurement(found["where"], tuple(found["values"]), found["ratio"], found["exact"])
        for found in data["measurements"]
    )
    texts = {name: data[name] for name in ("name", "title", "claim", "quantity", "conditions", "border")}
    claimed = (-math.inf if low is None else low, math.inf if high is None else high)
    return Result(**texts, claimed=claimed, measurements=measurements)
