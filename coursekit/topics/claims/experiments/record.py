"""The full run: written to a file with everything that a reader needs in order to trust it, and read back."""

from __future__ import annotations

import json
import math
import os
import platform
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np

import coursekit
from coursekit.topics.claims.experiments.result import Measurement, Result
from coursekit.topics.claims.experiments.settings import Settings


@dataclass(frozen=True)
class Record:
    """A full run that was written down."""

    date: str
    machine: str
    versions: Mapping[str, str]
    settings: Mapping[str, Any]
    cpu_seconds: float
    results: Mapping[str, Result]

    @property
    def text(self) -> str:
        """Where the numbers come from, in two lines."""
        versions = ", ".join(f"{name} {version}" for name, version in self.versions.items())
        seeds, seconds = self.settings["seeds"], self.cpu_seconds
        return f"Full run of {self.date}, {seeds} seeds, {seconds:.0f} s of processor time.\n{self.machine}; {versions}"


def recorded(folder: Path | None = None) -> Record | None:
    """The latest full run, from the clone or from the installed package; None if there is none."""
    folders = [folder] if folder else _folders()
    files = [path for some in folders for path in sorted(some.glob("claims-*.json"))[-1:]]
    return read(files[0]) if files else None


def _folders() -> list[Path]:
    package = Path(coursekit.__file__).resolve().parent
    return [package.parent / "benchmarks" / "results", package / "_results"]


def write(results: Mapping[str, Result], settings: Settings, cpu_seconds: float, folder: Path) -> Path:
    """Write a full run to folder/claims-<date>.json and return the path. Curves are left out."""
    import torch

    versions = {"Python": platform.python_version(), "NumPy": np.__version__, "PyTorch": str(torch.__version__)}
    record = {
        "date": date.today().isoformat(),
        "machine": machine(),
        "versions": versions | {"coursekit": coursekit.__version__},
        "settings": asdict(settings),
        "cpu_seconds": round(cpu_seconds, 1),
        "results": {name: as_data(result) for name, result in results.items()},
    }
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"claims-{record['date']}.json"
    path.write_text(json.dumps(record, indent=1, allow_nan=False) + "\n", encoding="utf-8")
    return path


def read(path: Path) -> Record:
    """A full run that `write` has written."""
    data = json.loads(path.read_text(encoding="utf-8"))
    results = {name: from_data(result) for name, result in data.pop("results").items()}
    return Record(**data, results=results)


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
    texts = {name: data[name] for name in ("name", "title", "claim", "quantity", "conditions")}
    claimed = (-math.inf if low is None else low, math.inf if high is None else high)
    return Result(**texts, claimed=claimed, measurements=measurements)


def machine() -> str:
    """The processor, the system and the number of threads asked for, as far as they can be found out."""
    name = platform.processor() or platform.machine()
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
        name = next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), name)
    except OSError:
        pass  # not Linux
    return f"{name}, {os.cpu_count()} cores, {platform.system()}, OMP_NUM_THREADS={os.environ.get('OMP_NUM_THREADS')}"
