"""What a cell is to nbgrader: the one place that reads its metadata.

A cell may be a stranger's. Metadata in a form that nbgrader does not write says nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

NBGRADER = "nbgrader"
"""Key of nbgrader's part of a cell's metadata."""

_CHECK = "check_"


def check_of(exercise: str) -> str:
    """The name of the cell that checks an exercise; the answer's cell has the name of the exercise itself."""
    return f"{_CHECK}{exercise}"


def checked_by(name: str) -> str | None:
    """The exercise that a cell of this name checks; None if the name is not that of a check."""
    return name.removeprefix(_CHECK) if name.startswith(_CHECK) else None


def exercise_of(cell: Mapping[str, Any]) -> str | None:
    """The exercise that a cell checks; None if it is not a check cell."""
    return checked_by(grade_id(cell)) if is_graded(cell) and not is_answer(cell) else None


def nbgrader_part(cell: Mapping[str, Any]) -> dict[str, Any]:
    """All that nbgrader's metadata says of a cell; empty for a cell that is not the assignment's."""
    metadata = cell.get("metadata")
    own = metadata.get(NBGRADER) if isinstance(metadata, (dict, Mapping)) else None  # most are dicts, told at once
    return own if isinstance(own, dict) else {}


def grade_id(cell: Mapping[str, Any]) -> str:
    """The name by which nbgrader knows a cell; "" if it has none."""
    name = nbgrader_part(cell).get("grade_id")
    return name if isinstance(name, str) else ""


def is_graded(cell: Mapping[str, Any]) -> bool:
    """True for a cell that is worth points: a check, or an answer that people grade."""
    return bool(nbgrader_part(cell).get("grade"))


def is_answer(cell: Mapping[str, Any]) -> bool:
    """True for a cell that a student fills in."""
    return bool(nbgrader_part(cell).get("solution"))


def is_task(cell: Mapping[str, Any]) -> bool:
    """True for a text that asks for cells of one's own, which people grade."""
    return bool(nbgrader_part(cell).get("task"))


def points(cell: Mapping[str, Any]) -> float:
    """What a graded cell is worth."""
    return float(nbgrader_part(cell)["points"])


def checksum(cell: Mapping[str, Any]) -> str | None:
    """Of what the cell held when it was handed out; None if nbgrader has not taken one."""
    return nbgrader_part(cell).get("checksum")
