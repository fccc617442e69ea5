"""What a notebook missed while it was graded, and which wrong answers that explains: those are for a person.

All of it was said by the student's process. It never gives points: at most, a person reads why the grader did not
decide.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from coursekit.checking import Exercise
from coursekit.checking.call import Call
from coursekit.grading.run.remote import Remote, call_remotely
from coursekit.grading.run.sandbox import CallResult, CellResult, PassedOver

ANYTHING = "*"
"""Among the names of a statement: it may have defined any name."""

_MISSING = {"ModuleNotFoundError", "ImportError", "FileNotFoundError", "EOFError", "StdinNotImplementedError"}
_DEVICE = re.compile(r"\b(CUDA|NVIDIA|MPS)\b")
_UNDEFINED = re.compile(r"name '(\w+)' is not defined")
_FORBIDDEN = "write it from scratch"


class Environment:
    """Watches one notebook. Cells report to `ran`, checks call through `caller`, and `excuse` says what it explains."""

    def __init__(self) -> None:
        self._passed: list[PassedOver] = []
        self._stopped: list[tuple[str, str]] = []  # source and reason of cells that took too much time
        self._excuse = ""

    def ran(self, source: str, result: CellResult) -> None:
        """A cell has run."""
        self._passed += result.passed
        if result.status == "timeout":
            self._stopped.append((source, result.reason))

    def begin(self) -> None:
        """An answer is about to be checked."""
        self._excuse = ""

    @property
    def excuse(self) -> str:
        """Why the answer that was checked last may be right where it was written; empty if nothing speaks for it."""
        return self._excuse

    def caller(self, exercise: Exercise, answer: Remote, args: Mapping[str, Any], limit: float) -> Call:
        """The engine's caller for a Remote, with an ear for what was missing."""
        call = call_remotely(exercise, answer, args, limit)
        if call.failure is not None and answer.result is not None and not self._excuse:
            self._excuse = self._explained(exercise.name, answer.result)
        return call

    def _explained(self, exercise: str, result: CallResult) -> str:
        if result.status != "error":
            return ""
        said = f"{result.ename}: {result.evalue}"[:200]
        if result.ename in _MISSING or _DEVICE.search(result.evalue):
            return f"{exercise} needs what is not there when it is graded ({said})"
        name = _undefined(result)
        if name is None:
            return ""
        for passed in self._passed:
            if {name, ANYTHING} & passed.names and _FORBIDDEN not in passed.reason:
                return f"a cell stopped at `{passed.statement}`, which cannot run when it is graded ({passed.reason})"
        for source, reason in self._stopped:
            if re.search(rf"\b{re.escape(name)}\b", source):
                return f"the cell that defines {name} did not come to its end: {reason}"
        return ""


def _undefined(result: CallResult) -> str | None:
    """The name that was not there when an answer was called."""
    if result.ename == "NameError" and (found := _UNDEFINED.search(result.evalue)):
        return found[1]
    # An answer that builds on earlier ones is looked up in a dict.
    return result.evalue.strip("'") if result.ename == "KeyError" and result.evalue.strip("'").isidentifier() else None
