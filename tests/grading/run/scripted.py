"""A worker whose replies a test has written: real frames through the real decoder, without a process behind them."""

from __future__ import annotations

import math
import os
import socket
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import msgpack
import numpy as np

from coursekit.checking import trees
from coursekit.grading.run.sandbox import Limits, Worker
from coursekit.grading.run.sandbox.channel import Channel
from coursekit.grading.run.sandbox.inside import wire

NUMBER = 7  # of every request: the worst case, a student who knows it


@dataclass(frozen=True)
class Array:
    """An array in a frame, which need not be what NumPy can make: any code, any shape, so many zero bytes."""

    shape: tuple[int, ...]
    code: str = "<f8"
    kind: str = "a"
    fill: float = 0.0

    @property
    def raw(self) -> bytes:
        size = math.prod(self.shape)
        if not self.fill:
            return bytes(size * np.dtype(self.code).itemsize)
        with np.errstate(all="ignore"):
            return np.full(size, self.fill).astype(self.code).tobytes()


@dataclass(frozen=True)
class Node:
    """A part of a header as it stands there: a tag and what belongs to it."""

    tag: str
    rest: tuple[Any, ...]


def record(*fields: str, item: Any = 1.0, name: str = "Params") -> Node:
    """A named tuple with any fields, each of which holds `item`."""
    return Node("n", (name, list(fields), [item] * len(fields)))


def encoded(value: Any, raw: list[bytes]) -> Any:
    """A value with nodes and arrays in it as the header of a frame; the bytes of arrays are added to raw."""
    if trees.is_tensor(value):
        value = trees.tensor_to_numpy(value)
    match value:
        case Array():
            raw.append(value.raw)
            return ["a", value.code, list(value.shape), value.kind]
        case Node("n", (name, fields, items)):
            return ["n", name, fields, [encoded(item, raw) for item in items]]
        case Node():
            return [value.tag, *value.rest]
        case np.ndarray():
            raw.append(np.ascontiguousarray(value).tobytes())
            return ["a", value.dtype.str, list(value.shape), "a"]
        case np.generic():
            return ["s", value.dtype.str, value.item()]
        case list():
            return ["l", [encoded(part, raw) for part in value]]
        case tuple():
            return ["t", [encoded(part, raw) for part in value]]
        case dict():
            return ["d", [encoded(part, raw) for pair in value.items() for part in pair]]
        case int() if not -(2**63) <= value < 2**64:
            return ["i", str(value)]
    return value


def frame(message: Mapping[str, Any]) -> bytes:
    raw: list[bytes] = []
    header = msgpack.packb(encoded(dict(message), raw))
    return wire.HEAD.pack(wire.MAGIC, len(header), len(raw), sum(map(len, raw))) + header + b"".join(raw)


@dataclass(frozen=True)
class Reply:
    """What the peer does in one call. value(args) if it can be called: made from the arguments that were sent.

    said:      more of the reply, or in the place of what it usually holds.
    callbacks: the arguments of calls of the first function that was sent, before it replies.
    """

    value: Any = None
    said: dict[str, Any] = field(default_factory=dict)
    callbacks: tuple[tuple[Any, ...], ...] = ()

    def frames(self, args: tuple[Any, ...]) -> Iterator[bytes]:
        for arguments in self.callbacks:
            yield frame({"id": NUMBER, "op": "callback", "number": 0, "args": arguments, "kwargs": {}})
        value = self.value(args) if callable(self.value) else self.value
        usual = {"args": [], "kwargs": {}, "warnings": [], "events": [], "shown": [], "cut": False}
        yield frame({"id": NUMBER, "op": "reply", "status": "ok", "value": value} | usual | self.said)


class Scripted(Worker):
    """Answers every call with the same Reply."""

    def __init__(self, reply: Reply) -> None:
        ours, self._theirs = socket.socketpair()
        report, end = os.pipe()
        os.write(end, b'{"exit": 0, "cpu_s": 0.0}')
        os.close(end)
        super().__init__(ours, report, None, 0, Limits())
        self._reply, self._line = reply, _Line()
        self._channel.close()
        self._channel = _InMemory(self._channel.max_bytes, self._line)

    def call(self, target: str, args: tuple[Any, ...] = (), *rest: Any, **options: Any) -> Any:
        self._line.bytes = memoryview(b"".join(self._reply.frames(args)))
        self._channel.intake = wire.Intake(self._channel._receive)
        return super().call(target, args, *rest, **options)

    def close(self) -> None:
        super().close()
        self._theirs.close()

    def _kill(self) -> None:
        pass


class _Line:
    """In the place of a socket: takes everything, and gives what is in `bytes`."""

    bytes = memoryview(b"")
    close: Callable[[], None] = staticmethod(lambda: None)

    def send(self, data: memoryview) -> int:
        return len(data)

    def recv_into(self, view: memoryview) -> int:
        size = min(len(view), len(self.bytes))
        view[:size] = self.bytes[:size]
        self.bytes = self.bytes[size:]
        return size


class _InMemory(Channel):
    def __init__(self, max_bytes: int, line: _Line) -> None:
        self.max_bytes, self.socket, self.records = max_bytes, line, {}
        self.reading = self.writing = None
        self.intake = wire.Intake(self._receive)
