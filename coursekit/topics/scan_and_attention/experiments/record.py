"""The full run: written to a file with everything that a reader needs in order to trust it, and read back."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from coursekit.results import recorded as records
from coursekit.topics.scan_and_attention.experiments.settings import Settings

_KIND = "scan-and-attention"


@dataclass(frozen=True)
class Record:
    """A full run that was written down. By experiment: what `experiments.measure` gave, and with which settings."""

    text: str  # where the numbers come from, in two lines
    settings: Mapping[str, Mapping[str, Any]]
    results: Mapping[str, Mapping[str, Any]]


def recorded(folder: Path | None = None) -> Record | None:
    """The latest full run, from the clone or from the installed package; None if there is none."""
    data = records.latest(_KIND, folder)
    if data is None:
        return None
    settings = {name: one["settings"] for name, one in data["experiments"].items()}
    results = {name: _changed(one["found"], math.inf, None) for name, one in data["experiments"].items()}
    return Record(f"Full run. {records.about(data)}", settings, results)


def write(name: str, found: Mapping[str, Any], cpu_seconds: float, settings: Settings, folder: Path) -> Path:
    """Write one experiment into folder/scan-and-attention-<date>.json and return the path.

    The others keep what the latest record in the folder holds. Infinity is written as null. Raises ValueError if the
    number of threads is not known.
    """
    one = {"settings": asdict(settings), "cpu_seconds": round(cpu_seconds, 1), "found": _changed(found, None, math.inf)}
    kept = (records.latest(_KIND, folder) or {"experiments": {}})["experiments"]
    experiments = kept | {name: one}
    return records.write(
        _KIND, {"experiments": experiments}, sum(each["cpu_seconds"] for each in experiments.values()), folder
    )


def _changed(value: Any, to: float | None, of: float | None) -> Any:
    """The same plain data with every `of` replaced by `to`, and numbers in six figures."""
    if isinstance(value, Mapping):
        return {key: _changed(part, to, of) for key, part in value.items()}
    if isinstance(value, (list, tuple)):
        return [_changed(part, to, of) for part in value]
    if value is of or value == of:
        return to
    return float(f"{value:.6g}") if isinstance(value, float) else value
