"""What a call does besides returning: warnings and floating-point events."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np

EVENTS = {"overflow": "overflow", "invalid value": "invalid", "divide by zero": "divide"}


class Watch:
    """Collects Python warnings and floating-point events while a function runs."""

    def __enter__(self) -> Watch:
        self.events: set[str] = set()
        self.caught = warnings.catch_warnings(record=True)
        self.log = self.caught.__enter__()
        warnings.simplefilter("always")
        self.state = np.errstate(over="call", invalid="call", divide="call", call=self.note)
        self.state.__enter__()
        return self

    def note(self, kind: str, _: int) -> None:
        self.events.add(EVENTS.get(kind, kind)[:40])

    def __exit__(self, *error: Any) -> None:
        self.state.__exit__(*error)
        self.caught.__exit__(*error)
        self.texts = [f"{w.category.__name__}: {w.message}"[:500] for w in self.log[:20]]
