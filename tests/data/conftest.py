"""No test of a loader may open a connection: the data lie in packages, or are generated where a package is missing."""

from __future__ import annotations

import importlib.util
import socket
from collections.abc import Callable

import pytest


@pytest.fixture(autouse=True)
def cut_off(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        pytest.fail("a loader opened a connection")

    for way in ("connect", "connect_ex", "sendto"):
        monkeypatch.setattr(socket.socket, way, refuse)


@pytest.fixture
def hide(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Let one package look as if it were not installed."""
    find = importlib.util.find_spec

    def hide(package: str) -> None:
        def without(name: str, *rest: str | None) -> object:
            return None if name == package else find(name, *rest)

        monkeypatch.setattr(importlib.util, "find_spec", without)

    return hide
