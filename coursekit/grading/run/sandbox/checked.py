"""Replies as they arrive are dicts that a stranger wrote. Here they become results, or a ProtocolError."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any, TypeVar

import numpy as np

from coursekit.grading import png
from coursekit.grading.run.sandbox.inside.wire import ProtocolError
from coursekit.grading.run.sandbox.results import CallResult, CellResult, Limits, PassedOver, Shown

Packed = TypeVar("Packed")
EVENTS = frozenset({"overflow", "invalid", "divide"})
KINDS = ("stdout", "stderr", "display", "result")


def result(kind: type, reply: dict[str, Any], limits: Limits, cpu_s: float) -> CellResult:
    """The reply as a `kind` (CellResult or CallResult)."""
    status = reply.get("status")
    if reply.get("op") != "reply" or status not in ("ok", "error", "timeout", "malformed"):
        raise ProtocolError("it has no status")
    fields: dict[str, Any] = {"status": status}
    if status == "timeout":
        fields["reason"] = f"the code used more than {cpu_s:g} s of CPU time"
    if status == "malformed":
        fields["reason"] = "the result cannot be sent: " + _text(reply, "reason", 300)
    if status == "error":
        caps = {"ename": 200, "evalue": 4000, "traceback": 20_000}
        fields |= {name: _text(reply, name, cap) for name, cap in caps.items()}
    fields |= {
        "shown": _shown(reply.get("shown", []), limits.output_kb << 10),
        "cut": reply.get("cut") is True,
        "passed": tuple(map(_passed, _list(reply, "passed", 100))),
    }
    if kind is CallResult and status in ("ok", "error"):
        fields |= _call(reply)
    return kind(**fields)


def _call(reply: dict[str, Any]) -> dict[str, Any]:
    value, args, kwargs = reply.get("value"), reply.get("args"), reply.get("kwargs")
    if args is not None and type(args) is not list or kwargs is not None and type(kwargs) is not dict:
        raise ProtocolError("its arguments have no known form")
    events = _list(reply, "events", 100)
    warnings = _list(reply, "warnings", 100)
    if not all(type(text) is str for text in [*events, *warnings]):
        raise ProtocolError("its warnings have no known form")
    return {
        "value": value,
        "args": None if args is None else tuple(args),
        "kwargs": kwargs,
        "warnings": tuple(text[:500] for text in warnings),
        "float_events": EVENTS & set(events),
    }


def with_cpu(made: CellResult, cpu_s: float) -> CellResult:
    return dataclasses.replace(made, cpu_s=cpu_s)


def answer(message: dict[str, Any], functions: list[Callable], packed: Callable[[dict[str, Any]], Packed]) -> Packed:
    """Run a function that the worker calls back, on the data that it sent; whatever happens is an answer, packed."""
    number, args, kwargs = message.get("number"), message.get("args"), message.get("kwargs")
    if type(number) is not int or not 0 <= number < len(functions):
        raise ProtocolError("it calls back a function that it was not given")
    if type(args) is not tuple or type(kwargs) is not dict or not all(type(key) is str for key in kwargs):
        raise ProtocolError("it calls back without arguments")
    try:
        return packed({"op": "return", "value": functions[number](*args, **kwargs)})
    except Exception as error:  # the data was a stranger's: nothing that follows from it may stop the grader
        return packed({"op": "raise", "ename": type(error).__name__[:200], "evalue": str(error)[:1000]})


def _text(reply: dict[str, Any], name: str, cap: int) -> str:
    value = reply.get(name, "")
    if type(value) is not str:
        raise ProtocolError(f"its {name} is not a text")
    return value[:cap]


def _list(reply: dict[str, Any], name: str, cap: int) -> list:
    value = reply.get(name, [])
    if type(value) is not list or len(value) > cap:
        raise ProtocolError(f"its {name} have no known form")
    return value


def _passed(piece: Any) -> PassedOver:
    match piece:
        case [str(statement), str(reason), list(names)] if all(type(name) is str for name in names):
            return PassedOver(statement[:200], reason[:300], frozenset(names[:100]))
    raise ProtocolError("what it passed over has no known form")


def _shown(pieces: Any, cap: int) -> tuple[Shown, ...]:
    if type(pieces) is not list:
        raise ProtocolError("its output has no known form")
    made, size = [], 0
    for piece in pieces:
        match piece:
            case ["stdout" | "stderr" as kind, str(text)]:
                made.append(Shown(kind, text=text))
                size += len(text)
            case ["display" | "result" as kind, dict(data)]:
                kept = _display(data)
                made.append(Shown(kind, data=kept))
                size += sum(map(len, kept.values())) + 64
            case _:
                raise ProtocolError("its output has no known form")
    if size > cap + 64:
        raise ProtocolError("its output is larger than allowed")
    return tuple(made)


def _display(data: dict) -> dict[str, str | bytes]:
    kept: dict[str, str | bytes] = {}
    for kind, value in data.items():
        if kind == "text/plain" and type(value) is str:
            kept[kind] = value
        elif kind == "image/png" and isinstance(value, np.ndarray) and value.dtype == np.uint8:
            kept[kind] = _picture(value.tobytes())
        else:
            raise ProtocolError("a display is neither text nor a PNG")
    return kept


def _picture(data: bytes) -> bytes:
    try:
        return png.checked(data)
    except png.NoPicture as reason:
        raise ProtocolError(f"a display is no PNG that can be shown: {reason}") from None
