"""All claims of lesson 08 in one table."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from coursekit.results.table import Table

_COLUMNS = ("claim", "predicted", "measured at", "this notebook", "full run", "verdict", "of the full run")


def claims_table(results: Mapping[str, Any], guesses: Mapping[str, Any], full: Mapping[str, Any]) -> Table:
    """One row for each measurement of each claim; the claim, the prediction and the verdict stand in its first row.

    results: by name, of the notebook. guesses: by name, predictions, or None. full: by name, of the recorded run.
    """
    rows = [row for name, result in results.items() for row in _rows(result, guesses.get(name), full.get(name))]
    return Table(_COLUMNS, rows, f"{len(results)} claims, each with what was measured and its 95 % interval")


def _rows(result: Any, guess: Any, full: Any) -> Iterator[tuple[str, ...]]:
    recorded = {m.where: m.text for m in full.measurements} if full else {}
    beside = ("–" if guess is None else str(guess)), result.verdict, (full.verdict if full else "–")
    for k, measurement in enumerate(result.measurements):
        guessed, verdict, of_full = beside if k == 0 else ("", "", "")
        measured = measurement.where, measurement.text, recorded.get(measurement.where, "–")
        yield (result.title if k == 0 else "", guessed, *measured, verdict, of_full)
