"""What a call does besides returning: warnings, floating-point events, arrays that share memory."""

from __future__ import annotations

import contextlib
import sys
import warnings
from collections.abc import Iterator
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


def aliases(value: Any, args: tuple, kwargs: dict) -> list[list[str]]:
    """Pairs of places whose arrays share memory, where at least one of the two is in the result."""
    results = list(arrays_in(value, "value"))[:32]
    inputs = [*arrays_in(list(args), "args"), *arrays_in(kwargs, "kwargs")][:32]
    pairs = []
    for number, (place, array) in enumerate(results):
        for other, second in results[number + 1 :] + inputs:
            if shares(array, second):
                pairs.append([place, other])
    return pairs


def arrays_in(value: Any, place: str, depth: int = 0) -> Iterator[tuple[str, np.ndarray]]:
    if isinstance(value, np.ndarray):
        yield place, value
    elif isinstance(value, sys.modules["torch"].Tensor):
        with contextlib.suppress(TypeError, RuntimeError):  # a kind of tensor without a NumPy view
            yield place, value.detach().numpy()
    elif depth < 4 and isinstance(value, (list, tuple)):
        names = getattr(value, "_fields", None)
        for number, item in enumerate(value[:64]):
            yield from arrays_in(item, f"{place}.{names[number]}" if names else f"{place}[{number}]", depth + 1)
    elif depth < 4 and isinstance(value, dict):
        for key, item in list(value.items())[:64]:
            yield from arrays_in(item, f"{place}[{key!r}]"[:200], depth + 1)


def shares(first: np.ndarray, second: np.ndarray) -> bool:
    try:
        return np.shares_memory(first, second, max_work=1000)
    except np.exceptions.TooHardError:
        return True
