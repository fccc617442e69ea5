"""What a call does besides returning: warnings and floating-point events."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np

EVENTS = {"overflow": "overflow", "invalid value": "invalid", "divide by zero": "divide"}


class Watch:
    """Collects Python warnings, and among them NumPy's of floating-point events, while a function runs."""

    MOST = 100

    def __enter__(self) -> Watch:
        self.caught = warnings.catch_warnings(record=True)
        self.log = self.caught.__enter__()
        warnings.simplefilter("always")
        self.state = np.errstate(over="warn", invalid="warn", divide="warn")
        self.state.__enter__()
        return self

    def __exit__(self, *error: Any) -> None:
        self.state.__exit__(*error)
        self.caught.__exit__(*error)
        texts = [str(w.message) for w in self.log]
        self.texts = [f"{w.category.__name__}: {t}"[:500] for w, t in zip(self.log, texts, strict=True)][: self.MOST]
        self.events = {event for start, event in EVENTS.items() if any(text.startswith(start) for text in texts)}
