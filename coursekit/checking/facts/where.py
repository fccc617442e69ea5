"""Where it is wrong: all of a tensor, its blocks, time steps, axes or entries."""

from __future__ import annotations

from dataclasses import dataclass

from coursekit.checking.facts.fact import Fact


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
class NeverWritten(Fact):
    """So many of `size` entries are memory of `np.empty` that nothing was written to; first: the index of the first."""

    count: int
    size: int
    first: tuple[int, ...]


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
