"""Facts as JSON data."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from enum import StrEnum
from typing import Any

from coursekit.checking.facts import edits, fact, lines, where, wrong
from coursekit.checking.facts.edits import Edited, EditKind
from coursekit.checking.facts.fact import Fact, Said
from coursekit.checking.facts.wrong import Failure, FailureKind


def to_data(seen: Fact) -> dict[str, Any]:
    """A fact as JSON data, under the name of its class."""
    return {"fact": type(seen).__name__, **_plain(seen)}


def from_data(data: Mapping[str, Any] | str) -> Fact:
    """The fact that `to_data` wrote; KeyError for one that this version does not know."""
    if isinstance(data, str):
        return Said(data)
    given = _with_tuples({key: value for key, value in data.items() if key != "fact"})
    kinds = {Failure.__name__: FailureKind, Edited.__name__: EditKind}
    if data["fact"] in kinds:
        given["kind"] = kinds[data["fact"]](given["kind"])
    return _KNOWN[data["fact"]](**given)


def _plain(value: Any) -> Any:
    """A dataclass as a dictionary, a tuple as a list, and so on to the bottom."""
    kind = type(value)
    if kind in _AS_THEY_ARE:
        return value
    if (names := _names(kind)) is not None:
        return {name: _plain(getattr(value, name)) for name in names}
    if isinstance(value, dict):
        return {key: _plain(part) for key, part in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(part) for part in value]
    return str(value) if isinstance(value, StrEnum) else value


_AS_THEY_ARE = frozenset({str, int, float, bool, type(None)})


@functools.cache
def _names(kind: type) -> tuple[str, ...] | None:
    """The fields of a dataclass; None for anything else."""
    return tuple(each.name for each in fields(kind)) if is_dataclass(kind) else None


def _with_tuples(value: Any) -> Any:
    """The same data with every list as a tuple."""
    if isinstance(value, dict):
        return {key: _with_tuples(part) for key, part in value.items()}
    return tuple(map(_with_tuples, value)) if isinstance(value, (list, tuple)) else value


_KNOWN: dict[str, Any] = {
    name: known
    for module in (fact, wrong, where, lines, edits)
    for name, known in vars(module).items()
    if is_dataclass(known)
}
