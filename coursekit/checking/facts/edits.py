"""Which small change of the right answer gives the same numbers."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from coursekit.checking.facts.fact import Fact


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
