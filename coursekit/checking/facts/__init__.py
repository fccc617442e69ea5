"""What can be seen of a wrong answer, as data: each fact is a class, and `sentences` has the words for it.

    fact.py    what all have in common
    wrong.py   what is wrong
    where.py   where it is wrong
    lines.py   what the learner's own lines compute
    edits.py   which small change of the right answer gives the same numbers
    data.py    facts as JSON data

Whatever compares two reports, stores one or acts on one reads these classes, never the words.
"""

from coursekit.checking.facts.data import from_data, to_data
from coursekit.checking.facts.edits import Edited, EditKind
from coursekit.checking.facts.fact import Fact, Said
from coursekit.checking.facts.lines import (
    Exchanged,
    FirstWrongValue,
    Incomplete,
    ReturnedElsewhere,
    RightValue,
    WrongFrom,
)
from coursekit.checking.facts.where import (
    BlockOrder,
    Constant,
    FirstDifference,
    Indices,
    Integers,
    LargestError,
    NeverFilled,
    NeverWritten,
    NoTimeAxis,
    OneMinus,
    OppositeSign,
    ReversedSteps,
    SameInEveryDraw,
    Scaled,
    ScaledBySize,
    ShiftedSteps,
    SumsAlong,
    SwappedAxes,
    Transposed,
    Whole,
    WrongBlocks,
    WrongIndices,
    WrongSteps,
    Zero,
)
from coursekit.checking.facts.wrong import (
    ChangedArguments,
    EntriesDiffer,
    Failure,
    FailureKind,
    FloatEvent,
    LowPrecision,
    NotFinite,
    NotRun,
    NotWhole,
    NumberDiffers,
    Randomness,
    ReturnedTwice,
    Unusable,
    WrongCount,
    WrongShape,
)

__all__ = [
    "BlockOrder",
    "ChangedArguments",
    "Constant",
    "EditKind",
    "Edited",
    "EntriesDiffer",
    "Exchanged",
    "Fact",
    "Failure",
    "FailureKind",
    "FirstDifference",
    "FirstWrongValue",
    "FloatEvent",
    "Incomplete",
    "Indices",
    "Integers",
    "LargestError",
    "LowPrecision",
    "NeverFilled",
    "NeverWritten",
    "NoTimeAxis",
    "NotFinite",
    "NotRun",
    "NotWhole",
    "NumberDiffers",
    "OneMinus",
    "OppositeSign",
    "Randomness",
    "ReturnedElsewhere",
    "ReturnedTwice",
    "ReversedSteps",
    "RightValue",
    "Said",
    "SameInEveryDraw",
    "Scaled",
    "ScaledBySize",
    "ShiftedSteps",
    "SumsAlong",
    "SwappedAxes",
    "Transposed",
    "Unusable",
    "Whole",
    "WrongBlocks",
    "WrongCount",
    "WrongFrom",
    "WrongIndices",
    "WrongShape",
    "WrongSteps",
    "Zero",
    "from_data",
    "to_data",
]
