"""How long each lesson computes, and whether its long cells say so while they run.

    python benchmarks/lessons.py [--only 05 09]

runs the lessons with their answers, one after the other, writes the seconds of processor time of each cell, the machine
and the date into benchmarks/results/lessons.json, and the sum into the line at the head of each lesson. Then it lists
what is slow or silent. Follow it with `make release`. Lessons that are not named keep what was measured before.
"""

from __future__ import annotations

import argparse
import contextlib
import datetime
import json
import os
import platform
import re
import tempfile
from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode

from coursekit import atomic
from coursekit.cli.running import run_notebook
from coursekit.lessons import build_solution, find_lessons
from coursekit.lessons.tree import number_of

ROOT = Path(__file__).resolve().parents[1]
RECORD = ROOT / "benchmarks" / "results" / "lessons.json"
MOST = 60  # seconds of processor time for a lesson
SILENT = 5  # seconds that a cell may take without a bar
_TYPED = r"(?: All cells together compute for [a-z ]+\.)?"  # what stood there before anything was measured
HEAD = re.compile(rf"^(?P<learning>About \d+ minutes)(?: to learn; .*? \(.*?\))?(?P<rest>[.;]){_TYPED}", re.MULTILINE)

_CLOCK = """
import os as _os, sys as _sys
def _spent():
    return sum(_os.times()[:4])
_times = []
_ip = get_ipython()
_ip.events.register("pre_run_cell", lambda info: _times.append(_spent()))
"""
_READ = "import json as _json; print(_json.dumps([*_times, _spent()]))"


class _Quiet(contextlib.AbstractContextManager):
    def at(self, cell: int) -> None:
        pass

    def __exit__(self, *_: object) -> None:
        return None


def measured(lesson: NotebookNode) -> list[dict[str, Any]]:
    """Every code cell that takes a second: its first line, its seconds, and whether it showed a bar."""
    code = [cell for cell in lesson.cells if cell.cell_type == "code"]
    lesson.cells.insert(0, nbformat.v4.new_code_cell(_CLOCK))
    lesson.cells.append(nbformat.v4.new_code_cell(_READ))
    with tempfile.TemporaryDirectory() as folder:
        outcome = run_notebook(lesson, Path(folder), 1200, lambda cells: _Quiet())
    if outcome.stopped:
        raise RuntimeError(outcome.stopped)
    times = json.loads("".join(output.text for output in lesson.cells[-1].outputs if output.get("name") == "stdout"))
    seconds = [after - before for before, after in zip(times, times[1:], strict=False)]
    return [
        {"cell": _first_line(cell.source), "seconds": round(spent, 1), "bar": _has_bar(cell)}
        for cell, spent in zip(code, seconds, strict=False)
    ]


def _first_line(source: str) -> str:
    return next((line for line in source.splitlines() if line.strip()), "")[:80]


def _has_bar(cell: NotebookNode) -> bool:
    return any(re.search(r"\d+%\|", output.get("text", "")) for output in cell.outputs)


def sentence(record: dict[str, Any]) -> str:
    """What stands at the head of a lesson, from its record."""
    where = f"{record['machine']}, {record['date']}"
    return f" to learn; all cells together compute for {record['seconds']:.0f} s ({where})"


def with_time(text: str, record: dict[str, Any]) -> str:
    """The lesson's text with its measured time at its head. Raises ValueError without a line "About 45 minutes."."""
    changed, found = HEAD.subn(lambda head: f"{head['learning']}{sentence(record)}{head['rest']}", text, count=1)
    if not found:
        raise ValueError("the head of the lesson has no line that begins with: About 45 minutes")
    return changed


def machine() -> str:
    """What a reader compares their own machine with."""
    return f"{os.cpu_count()} virtual cores, {platform.machine()}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--only", nargs="*", default=[], help="numbers of lessons, such as 05")
    only = parser.parse_args().only
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    records = json.loads(RECORD.read_text()) if RECORD.is_file() else {}
    for lesson in find_lessons(ROOT):
        name = lesson.text.stem
        if only and number_of(name) not in only:
            continue
        cells = measured(build_solution(lesson.text))
        seconds = round(sum(cell["seconds"] for cell in cells), 1)
        shown = [cell for cell in cells if cell["seconds"] >= 1]
        today = datetime.date.today().isoformat()
        records[name] = {"seconds": seconds, "machine": machine(), "date": today, "cells": shown}
        atomic.replace(RECORD, json.dumps(dict(sorted(records.items())), indent=1) + "\n", mode=0o644)
        lesson.text.write_text(with_time(lesson.text.read_text(encoding="utf-8"), records[name]), encoding="utf-8")
        silent = [cell["cell"] for cell in shown if cell["seconds"] > SILENT and not cell["bar"]]
        remarks = [f"over {MOST} s"] * (seconds > MOST) + [f"silent: {cell}" for cell in silent]
        print(f"{name:<24}{seconds:>8.1f} s  {'; '.join(remarks)}".rstrip(), flush=True)


if __name__ == "__main__":
    main()
