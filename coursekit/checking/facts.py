"""What can be seen of a wrong answer, as data: each fact is a class, and `sentences` has the words for it.

Whatever compares two reports, stores one or acts on one reads these classes, never the words.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any


class Fact:
    """Something that was seen. Subclasses are frozen dataclasses of numbers, strings and tuples of them."""


@dataclass(frozen=True)
class Said(Fact):
    """A sentence in a report that was stored before facts were data."""

    text: str


# What is wrong.


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
    """

    got: int
    asked: tuple[str, ...]
    right: tuple[int, ...] = ()
    together: bool = False


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


# Where it is wrong.


class Whole(Fact):
    """A fact about the whole tensor, which names no place in it."""


@dataclass(frozen=True)
class Zero(Whole):
    """Zero everywhere."""


@dataclass(frozen=True)
class Constant(Whole):
    """One number in every entry, where different ones belong."""

    value: float


@dataclass(frozen=True)
class Integers(Whole):
    """Whole numbers only, where none belongs."""


@dataclass(frozen=True)
class Indices(Whole):
    """Whole numbers as indices are, where values belong."""


@dataclass(frozen=True)
class SameInEveryDraw(Whole):
    """A single number that is the same in every draw, whatever the arguments are."""

    value: int | float | bool


@dataclass(frozen=True)
class OneMinus(Whole):
    """One minus the expected numbers."""


@dataclass(frozen=True)
class SumsAlong(Whole):
    """The entries sum to 1 along this axis, or all together (None), and those expected along another."""

    axis: int | None
    expected: int


@dataclass(frozen=True)
class Transposed(Whole):
    """The transpose of the expected matrix."""


@dataclass(frozen=True)
class OppositeSign(Whole):
    """The expected numbers times -1."""


@dataclass(frozen=True)
class Scaled(Whole):
    """The expected numbers times a factor that is no size of the draw."""

    factor: float


@dataclass(frozen=True)
class ScaledBySize(Whole):
    """The expected numbers times the size of an axis, or divided by it."""

    axis: str
    size: int
    divided: bool


@dataclass(frozen=True)
class WrongBlocks(Fact):
    """Which blocks of rows are wrong and which are right, by name."""

    wrong: tuple[str, ...]
    right: tuple[str, ...]


@dataclass(frozen=True)
class BlockOrder(Fact):
    """The blocks are right and stand in another order."""

    found: tuple[str, ...]
    expected: tuple[str, ...]


@dataclass(frozen=True)
class WrongSteps(Fact):
    """Which of `length` time steps are wrong. fading: all are, the first most, and each less than the one before."""

    steps: tuple[int, ...]
    length: int
    fading: bool = False

    @property
    def everywhere(self) -> bool:
        return len(self.steps) == self.length

    @property
    def to_the_end(self) -> bool:
        """Wrong from the first of `steps` on."""
        return len(self.steps) == self.length - self.steps[0]

    @property
    def from_the_start(self) -> bool:
        """Wrong up to the last of `steps`."""
        return len(self.steps) == self.steps[-1] + 1

    @property
    def bounded(self) -> bool:
        """Whether it is known where it begins or ends."""
        if self.everywhere:
            return self.fading
        return len(self.steps) == 1 or self.to_the_end or self.from_the_start


@dataclass(frozen=True)
class ReversedSteps(Fact):
    """The time steps are right and stand in reverse order."""


@dataclass(frozen=True)
class ShiftedSteps(Fact):
    """The time steps are right and stand one step too late, or else too early."""

    late: bool


@dataclass(frozen=True)
class NeverFilled(Fact):
    """Only the first `right` of `size` entries, or of the time steps, are right, and all others are zero.

    last: the index of the last right one in an array without a time axis; steps: how many steps are right.
    """

    right: int
    size: int
    last: tuple[int, ...] = ()
    steps: int = 0


@dataclass(frozen=True)
class WrongIndices(Fact):
    """Along axes that are neither time nor blocks: the number of the axis, its name, and the wrong indices."""

    along: tuple[tuple[int, str, tuple[int, ...]], ...]


@dataclass(frozen=True)
class LargestError(Fact):
    """The index of the largest error; with blocks, the block that it lies in and the row within that."""

    index: tuple[int, ...]
    block: str = ""
    row: int = 0


@dataclass(frozen=True)
class FirstDifference(Fact):
    """The index of the first entry of an exact tensor that differs."""

    index: tuple[int, ...]


@dataclass(frozen=True)
class SwappedAxes(Fact):
    """The sizes of the shape are right, and their order is not."""


@dataclass(frozen=True)
class NoTimeAxis(Fact):
    """The shape lacks the axis of this name, which runs through time."""

    axis: str


# What the learner's own lines compute.


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


# Which small change of the right answer gives the same numbers.


class EditKind(StrEnum):
    """What sort of slip an edit of the right answer is."""

    SIGN = "sign"
    OPERATION = "operation"
    TERM_MISSING = "term missing"
    FACTOR_MISSING = "factor missing"
    TWICE = "twice"
    COMPLEMENT = "complement"
    POWER = "power"
    FUNCTION = "function"
    INSTEAD = "instead"
    RETURNED = "returned"
    SCOPE = "scope"
    OUTSIDE = "outside"
    EXCHANGED = "exchanged"
    ORDER = "order"
    BLOCKS = "blocks"
    TRANSPOSED = "transposed"
    MATRIX_ORDER = "matrix order"
    REDUCTION = "reduction"
    AXIS = "axis"
    NUMBER = "number"
    SLICE = "slice"
    STEP = "step"
    DIRECTION = "direction"
    RANGE = "range"
    REVERSED = "reversed"
    COMPARISON = "comparison"
    CONDITION = "condition"
    SKIPPED = "skipped"
    OVERWRITTEN = "overwritten"
    ONLY_LAST = "only the last"
    DIVIDED = "divided"
    TIMES = "times"
    CLIPPED = "clipped"
    ROUNDED = "rounded"


@dataclass(frozen=True)
class Edited(Fact):
    """The right answer gives these numbers if it is changed in this way.

    part:  where the change sits, in the course's words; "" where it is no place that has words.
    names: what the change is about, in the course's words: what is missing, exchanged, or read instead of what.
    """

    kind: EditKind
    part: str
    names: tuple[str, ...] = ()


# As JSON data.


def to_data(fact: Fact) -> dict[str, Any]:
    """A fact as JSON data, under the name of its class."""
    return {"fact": type(fact).__name__, **_mapped(list, asdict(fact))}


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
    known.__name__: known for parent in (Fact, Whole) for known in parent.__subclasses__() if known is not Whole
}
