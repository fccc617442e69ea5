"""What holds for the controls of every explorer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest


def stays_cleared_after_a_drag(tick: Any, field: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """A box that is cleared stays so while values of a drag arrive late; a later one ticks it again."""
    now = 100.0
    monkeypatch.setattr("coursekit.figures.live.time.monotonic", lambda: now)
    field.value = 0.5
    tick.value = False
    field.value = 0.55  # was on its way when the box was cleared
    assert not tick.value
    now += 2
    field.value = 0.6
    assert tick.value


def is_set_back(controls: Any, ticks: Mapping[str, Any], values: Mapping[str, Any], moved: str) -> None:
    """After all boxes were turned and a value was moved, "reset" brings back every field, the picture and the line.

    The page is told how each box ends, and not that the value beside it has ticked it on the way.
    """
    before = controls.picture.value, controls.line.value
    fields = [*ticks.values(), *values.values()]
    at_first = [field.value for field in fields]
    for tick in ticks.values():
        tick.value = not tick.value
    values[moved].value = 0.85
    assert (controls.picture.value, controls.line.value) != before
    told = []
    for tick in ticks.values():
        tick.send_state = lambda key=None, tick=tick: told.append((tick, tick.value))
    controls.back.click()
    assert (ticks[moved], ticks[moved].value) in told
    assert all(value == tick.value for tick, value in told)
    assert [field.value for field in fields] == at_first
    assert (controls.picture.value, controls.line.value) == before
