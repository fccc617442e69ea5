"""Runs that are too long for a lesson: written to a file beside the machine they were made on, and read back.

path = write("recall", {"results": ...}, cpu_seconds=250, folder=Path("benchmarks/results"))
record = latest("recall")           # a dict, or None; record["date"], record["machine"], record["threads"], ...
"""

from __future__ import annotations

import importlib.metadata
import json
import os
import platform
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import coursekit


def write(kind: str, found: Mapping[str, Any], cpu_seconds: float, folder: Path) -> Path:
    """Write folder/<kind>-<date>.json: what was found, after date, machine, threads, versions and processor time.

    Raises ValueError if the number of threads is not known (`threads`).
    """
    about = {
        "date": date.today().isoformat(),
        "machine": machine(),
        "threads": threads(),
        "versions": versions(),
        "cpu_seconds": round(cpu_seconds, 1),
    }
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{kind}-{about['date']}.json"
    path.write_text(json.dumps(about | dict(found), indent=1, allow_nan=False) + "\n", encoding="utf-8")
    return path


def latest(kind: str, folder: Path | None = None) -> dict[str, Any] | None:
    """The latest record of a kind, from the clone or from the installed package; None if there is none."""
    files = [path for some in ([folder] if folder else _folders()) for path in sorted(some.glob(f"{kind}-*.json"))[-1:]]
    return json.loads(files[0].read_text(encoding="utf-8")) if files else None


def about(record: Mapping[str, Any]) -> str:
    """Where a record's numbers come from, in two lines."""
    versions = ", ".join(f"{name} {version}" for name, version in record["versions"].items())
    threads = f"{record['threads']} thread" + "s" * (record["threads"] != 1)
    return (
        f"Recorded on {record['date']}, {record['cpu_seconds']:.0f} s of processor time.\n"
        f"{record['machine']}, {threads}; {versions}"
    )


def threads() -> int:
    """How many threads NumPy and PyTorch were told to use. Raises ValueError if they were not told."""
    told = os.environ.get("OMP_NUM_THREADS", "")
    if not told.isdecimal():
        raise ValueError(
            "set OMP_NUM_THREADS, such as OMP_NUM_THREADS=1: a record says on how many threads it was made"
        )
    return int(told)


def machine() -> str:
    """The processor and the system, as far as they can be found out."""
    name = platform.processor() or platform.machine()
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
        name = next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), name)
    except OSError:
        pass  # not Linux
    return f"{name}, {os.cpu_count()} cores, {platform.system()}"


def versions() -> dict[str, str]:
    """Of Python and of the packages that do the arithmetic."""
    packages = {"NumPy": "numpy", "PyTorch": "torch"}
    found = {name: importlib.metadata.version(package) for name, package in packages.items()}
    return {"Python": platform.python_version(), **found, "coursekit": coursekit.__version__}


def _folders() -> list[Path]:
    package = Path(coursekit.__file__).resolve().parent
    return [package.parent / "benchmarks" / "results", package / "_results"]
