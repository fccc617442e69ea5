"""What is wrong with a call or with what it returned."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from coursekit.checking.facts.fact import Fact


class FailureKind(StrEnum):
    """How a call can end without a value."""

    NOT_WRITTEN = "not written"
    RAISED = "raised"
    TIMEOUT = "timeout"
    EXITED = "exited"


@dataclass(frozen=True)
class Failure(Fact):
    """Why a call gave no value.

    name: of the exception, or a word for what stopped it. line: the learner's own. meaning: of the message, in words.
    ours: it was raised by what looks at the answer's result, and by no line of the answer.
    """

    kind: FailureKind
    name: str
    message: str
    line: str = ""
    meaning: str = ""
    ours: bool = False


@dataclass(frozen=True)
class NotRun(Fact):
    """The answer was not called, because of what the call before did."""


@dataclass(frozen=True)
class Unusable(Fact):
    """The returned value cannot be read as the tensors asked for; the reason is a sentence."""

    reason: str


@dataclass(frozen=True)
class WrongCount(Fact):
    """So many values came back where those of these names are asked for.

    right:    the places, from 0, of those that are what is asked for, in the order asked for; () if not all are there.
    together: one of the values holds all that is asked for.
    nested:   all that is asked for is there, in order, if what stands in lists and tuples is taken out of them.
    among:    the names of those that are right where not all are there.
    """

    got: int
    asked: tuple[str, ...]
    right: tuple[int, ...] = ()
    together: bool = False
    nested: bool = False
    among: tuple[str, ...] = ()


@dataclass(frozen=True)
class WrongShape(Fact):
    """Shapes as tuples; axes: the names of the expected ones."""

    expected: tuple[int, ...]
    got: tuple[int, ...]
    axes: tuple[str, ...]


@dataclass(frozen=True)
class NotFinite(Fact):
    """So many of `size` entries are NaN or infinite; first: the index of the first, () in a single number."""

    count: int
    size: int
    first: tuple[int, ...]


@dataclass(frozen=True)
class LowPrecision(Fact):
    """The numbers are those of this type, "float16" or another, and right to its precision, which is not enough."""

    dtype: str


@dataclass(frozen=True)
class EntriesDiffer(Fact):
    """So many of `size` entries of an exact tensor differ."""

    count: int
    size: int


@dataclass(frozen=True)
class NumberDiffers(Fact):
    """A single exact number is this one, and another is expected."""

    got: int | float | bool


@dataclass(frozen=True)
class NotWhole(Fact):
    """So many of `size` entries are no whole numbers, where whole numbers or truth values belong; first: one."""

    count: int
    size: int
    first: float


@dataclass(frozen=True)
class Randomness(Fact):
    """Chance in an answer.

    differs: two calls with the same arguments gave different numbers. drawn: its own code draws random numbers.
    given:   the argument that holds what is to be random, or "".
    """

    differs: bool
    drawn: bool = False
    given: str = ""


@dataclass(frozen=True)
class ChangedArguments(Fact):
    """The arguments of these names were modified in place."""

    names: tuple[str, ...]


@dataclass(frozen=True)
class FloatEvent(Fact):
    """NumPy warned of this event, such as "overflow encountered in exp", in this draw."""

    event: str
    draw: str


@dataclass(frozen=True)
class ReturnedTwice(Fact):
    """Two of the arrays that an answer returned are one."""
