"""No test of a loader may open a connection: the data lie in packages, or are generated."""

from __future__ import annotations

import socket

import pytest


@pytest.fixture(autouse=True)
def cut_off(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        pytest.fail("a loader opened a connection")

    for way in ("connect", "connect_ex", "sendto"):
        monkeypatch.setattr(socket.socket, way, refuse)
