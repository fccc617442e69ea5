"""The full run: written to a file with everything that a reader needs in order to trust it, and read back."""

from __future__ import annotations

import json
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
    """A full run that was written down. results: by experiment, as `experiments.measure` gives them."""

    text: str  # where the numbers come from, in two lines
    settings: Mapping[str, Any]
    results: Mapping[str, Any]


def recorded(folder: Path | None = None) -> Record | None:
    """The latest full run, from the clone or from the installed package; None if there is none."""
    data = records.latest(_KIND, folder)
    if data is None:
        return None
    return Record(f"Full run. {records.about(data)}", data["settings"], _changed(data["results"], math.inf, None))


def write(results: Mapping[str, Any], seconds: Mapping[str, float], settings: Settings, folder: Path) -> Path:
    """Write experiments to folder/scan-and-attention-<date>.json and return the path. Infinity is written as null.

    seconds: by experiment, of processor time. The latest record keeps what is not measured anew, if its settings are
    these. Raises ValueError if the number of threads is not known.
    """
    as_data = json.loads(json.dumps(asdict(settings)))
    kept = records.latest(_KIND, folder)
    if kept is None or kept["settings"] != as_data:
        kept = {"seconds": {}, "results": {}}
    seconds = kept["seconds"] | {name: round(spent, 1) for name, spent in seconds.items()}
    found = {"settings": as_data, "seconds": seconds, "results": kept["results"] | _changed(results, None, math.inf)}
    return records.write(_KIND, found, sum(seconds.values()), folder)


def _changed(value: Any, to: float | None, of: float | None) -> Any:
    """The same plain data with every `of` replaced by `to`, and numbers in six figures."""
    if isinstance(value, Mapping):
        return {key: _changed(part, to, of) for key, part in value.items()}
    if isinstance(value, (list, tuple)):
        return [_changed(part, to, of) for part in value]
    if value is of or value == of:
        return to
    return float(f"{value:.6g}") if isinstance(value, float) else value
