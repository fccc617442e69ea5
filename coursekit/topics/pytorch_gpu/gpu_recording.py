"""Lesson 07: the GPU figures that benchmarks/gpu.py has recorded, read again. They come with the course's sources."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

_MISSING = "On a machine with an NVIDIA GPU, in a clone of the course: python benchmarks/gpu.py"


class Recording:
    """The newest recording in a clone of the course. False where there is none: then every figure is missing.

    clone: the root of the clone, or None where the course is installed without its sources.
    """

    def __init__(self, clone: Path | None) -> None:
        files = sorted((clone / "benchmarks" / "results").glob("gpu-*.json")) if clone else []
        self._found: Mapping[str, Any] = json.loads(files[-1].read_text(encoding="utf-8")) if files else {}
        self._results = self._found.get("results", [])
        self.device = self._found.get("device", "")

    def __bool__(self) -> bool:
        return bool(self._found)

    def __str__(self) -> str:
        if not self:
            return f"No GPU figures are recorded here. {_MISSING}"
        found = self._found
        return f"Recorded on {self.device}, {found['date'][:10]}, torch {found['torch']}, cuDNN {found['cudnn']}"

    def tf32_error(self) -> float | None:
        """The worst error of all GRU configurations in TF32; None where none was recorded."""
        runs = (r for r in self._results if (r["arithmetic"], r["cell"]) == ("tf32", "GRU"))
        return max((r["error"] for r in runs if "error" in r), default=None)

    def step_times(self, arithmetic: str = "bf16", batch: int = 64) -> dict[str, dict[int, float]]:
        """Microseconds per step, forward and backward, by way of computing and by H, both in the order of H."""
        times: dict[str, dict[int, float]] = {}
        for r in sorted(self._results, key=lambda r: r["H"]):
            if (r["arithmetic"], r["N"]) == (arithmetic, batch) and "both_us" in r:
                name = f"nn.{r['cell']}" if r["backend"] == "torch" else r["backend"]
                times.setdefault(name, {})[r["H"]] = r["both_us"]
        return times
