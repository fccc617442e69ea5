"""What the learner's own lines compute."""

from __future__ import annotations

from dataclasses import dataclass

from coursekit.checking.facts.fact import Fact


@dataclass(frozen=True)
class RightValue(Fact):
    """A line whose value is one of the right computation.

    source:   the line as it is written, "" where it cannot be had. function: the helper that it stands in, or "".
    variable: the name that the value gets, "" for what is returned. part: what the value is, in the course's words.
    """

    line: int
    source: str
    function: str
    variable: str
    part: str


@dataclass(frozen=True)
class FirstWrongValue(Fact):
    """The first line whose value is none of the right computation; fields as in `RightValue`.

    expected: what the right computation has there, in the course's words; () where that is not certain.
    relation: how the value differs from it: "opposite", or "times" and "divided" by the size of an axis; "part" for a
    value of the right computation that is returned where another belongs; "not finite" for NaN and infinities.
    """

    line: int
    source: str
    function: str
    variable: str
    expected: tuple[str, ...] = ()
    relation: str = ""
    axis: str = ""


@dataclass(frozen=True)
class WrongFrom(Fact):
    """In a loop: right while the variable that counts was one of `right`, wrong when it was `first`."""

    variable: str
    right: tuple[int, ...]
    first: int


@dataclass(frozen=True)
class Exchanged(Fact):
    """What the wrong line reads by this variable is another value of the right computation; fields as above."""

    line: int
    source: str
    function: str
    variable: str
    part: str


@dataclass(frozen=True)
class Incomplete(Fact):
    """What the wrong line reads by this variable is some terms of a sum, or factors of a product, of the right
    computation that has more; line: where it gets its value."""

    line: int
    variable: str


@dataclass(frozen=True)
class ReturnedElsewhere(Fact):
    """What is returned in one place, from 0, as this tensor is what belongs in another."""

    tensor: str
    place: int
    belongs: str
    other: int
