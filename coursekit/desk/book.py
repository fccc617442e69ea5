"""The journal of this kernel: opened when it is first needed, and again if the settings change."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import coursekit
from coursekit.checking.changes import summary
from coursekit.checking.report import Report
from coursekit.desk import home
from coursekit.desk.journal import Journal
from coursekit.desk.predictions import shown
from coursekit.desk.state import State

_open: dict[Path | None, Book] = {}


class Book:
    """What is known of this learner, brought up to date whenever it is asked for."""

    def __init__(self, path: Path | None) -> None:
        self._state = State()
        self.journal = Journal(path, self._state.read, self._state.clear)

    def state(self) -> State:
        """Everything up to now, with what other kernels wrote."""
        self.journal.catch_up()
        return self._state

    def add_check(self, report: Report) -> None:
        told = {"exercise": report.exercise, "passed": report.passed, "score": report.score, **summary(report)}
        self.journal.add("check", **told, copy=home.this_copy(), version=coursekit.__version__)

    def last_here(self, exercise: str) -> Mapping[str, Any] | None:
        """The record of the last check in this copy of the course: another copy has other cells."""
        last = self.state().of(exercise).last
        return last if last and last.get("copy") in (None, home.this_copy()) else None

    def add_hint(self, exercise: str, tier: int, draw: str | None) -> None:
        self.journal.add("hint", exercise=exercise, tier=tier, draw=draw, version=coursekit.__version__)

    def add_answer(self, exercise: str, number: int, answer: str, right: bool) -> None:
        told = {"exercise": exercise, "number": number, "answer": answer, "right": right}
        self.journal.add("quiz", **told, version=coursekit.__version__)

    def learner(self) -> str:
        """A name by which this learner's questions are drawn, made by chance when it is first asked for."""
        if not self.state().learner:
            self.journal.add("learner", name=secrets.token_hex(4))
        return self._state.learner

    def remember(self, name: str, guess: Any, measured: Any) -> None:
        """Add a prediction, unless the same one is known with the same result, as after running a cell again."""
        known = self._state.predictions.get(name)
        if guess is None or (known is not None and known.guess == guess and shown(known.measured) == shown(measured)):
            return
        self.journal.add("prediction", name=name, guess=guess, measured=measured, version=coursekit.__version__)


def book() -> Book:
    """The journal of this user; one that keeps nothing beyond this process where nothing may be written."""
    key = _where()
    if key not in _open:
        _open[key] = Book(key)
    return _open[key]


def _where() -> Path | None:
    if home.why_not():
        return None
    try:
        return home.folder() / home.JOURNAL
    except RuntimeError:  # this user has no home folder
        return None
