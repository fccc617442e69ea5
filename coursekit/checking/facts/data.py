"""Facts as JSON data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, is_dataclass
from enum import StrEnum
from typing import Any

from coursekit.checking.facts import edits, fact, lines, where, wrong
from coursekit.checking.facts.edits import Edited, EditKind
from coursekit.checking.facts.fact import Fact, Said
from coursekit.checking.facts.wrong import Failure, FailureKind


def to_data(seen: Fact) -> dict[str, Any]:
    """A fact as JSON data, under the name of its class."""
    return {"fact": type(seen).__name__, **_mapped(list, asdict(seen))}


def from_data(data: Mapping[str, Any] | str) -> Fact:
    """The fact that `to_data` wrote; KeyError for one that this version does not know."""
    if isinstance(data, str):
        return Said(data)
    fields = _mapped(tuple, {key: value for key, value in data.items() if key != "fact"})
    kinds = {Failure.__name__: FailureKind, Edited.__name__: EditKind}
    if data["fact"] in kinds:
        fields["kind"] = kinds[data["fact"]](fields["kind"])
    return _KNOWN[data["fact"]](**fields)


def _mapped(sequence: type, value: Any) -> Any:
    """The same data with every tuple and list as `sequence`."""
    if isinstance(value, dict):
        return {key: _mapped(sequence, part) for key, part in value.items()}
    if isinstance(value, (list, tuple)):
        return sequence(_mapped(sequence, part) for part in value)
    return str(value) if isinstance(value, StrEnum) else value


_KNOWN: dict[str, Any] = {
    name: known
    for module in (fact, wrong, where, lines, edits)
    for name, known in vars(module).items()
    if is_dataclass(known)
}
