"""What an exercise is: data that the checks, the graders, the tests and the hints all read."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

import numpy as np

TOLERANCE = 1e-7
"""Largest max|a-b| / max|b| of a right float64 answer. Right code measures below 2e-10, the weakest mistake 1e-2."""

FLOAT32_TOLERANCE = 1e-5
"""The same for an answer that computed in float32 although it was given float64."""


@dataclass(frozen=True)
class Tensor:
    """One thing that an exercise returns.

    axes:     a name for every axis, e.g. ("N", "T", "H") or ("3H", "D"); () for a scalar.
    sequence: the name of the axis that runs through time, if there is one.
    blocks:   names of the equal blocks that axis 0 is stacked from, e.g. ("r", "z", "n").
    exact:    True for integers and truth values, which have no tolerance.
    """

    name: str
    axes: tuple[str, ...] = ()
    sequence: str | None = None
    blocks: tuple[str, ...] = ()
    exact: bool = False


@dataclass(frozen=True)
class Draw:
    """One set of arguments on which an answer is compared with the reference.

    args:   arguments by name, in the order of the signature.
    sizes:  what the axis names stand for here, e.g. {"N": 4, "T": 6}; shown to the learner.
    advice: a sentence for a learner whose answer fails here, where the draw itself tells what to do about it.
    """

    name: str
    args: Mapping[str, Any]
    sizes: Mapping[str, int] = field(default_factory=dict)
    advice: str = ""


@dataclass(frozen=True)
class Mistake:
    """A known mistake: a wrong answer that can be run, with a name and a hint.

    name: completes the sentence "your numbers equal those of ...", e.g. "a GRU whose update gate is swapped".
    hint: what to look at; never the corrected line itself.
    also: other ways to make it, whose numbers are others, such as NaN where those of `implement` are zero.
    """

    name: str
    hint: str
    implement: Callable[..., Any]
    also: tuple[Callable[..., Any], ...] = ()

    @property
    def forms(self) -> tuple[Mistake, ...]:
        """The mistake, and each other way to make it."""
        return (self, *(replace(self, implement=way, also=()) for way in self.also))


class Scored(Protocol):
    """What a marking reads of a draw on which an answer was tried: the name of the draw, the share of it that is right,
    and the names of the tensors that are right."""

    @property
    def name(self) -> str: ...

    @property
    def credit(self) -> float: ...

    @property
    def right(self) -> tuple[str, ...]: ...


@dataclass(frozen=True)
class Exercise:
    """Something that a learner writes, and everything that is known about it.

    asks:           one sentence that says what is asked.
    reference:      the right answer, with the learner's signature.
    returns:        what the answer returns, in order, and nothing else: as many values as there are tensors. The one
                    thing that may stand after them is a cache, a tuple, list, dict or object: `values.unpack` has the
                    rule. Whoever writes an `apply` that puts results in another order keeps what stands after them.
    draw:           yields draws from a random generator, the simplest first (T=1, T=3, full size, fresh sizes).
    mistakes:       known mistakes; each must be rejected, and told apart from the others, on every seed.
    hints:          tiers, from a nudge to nearly the line, which only the last may give.
    parts:          what the variables of the reference are, in words: {"r": "the reset gate r"}.
    uses:           names of earlier exercises that the answer may call. While it is checked they are the
                    reference ones, so that one mistake is not punished twice.
    tolerance:      largest relative error of a right float64 answer.
    strict:         True where precision is the point, so that float32 arithmetic is not good enough.
    chance:         the argument that holds what is to be random, where something is: an answer draws nothing itself.
    no_overflow:    True where a floating-point overflow or an invalid operation is itself a mistake, muted or not.
    own_memory:     True where no array may be returned twice, because what is returned will be changed in place.
    apply:          how the draw's arguments meet the answer; the default is a plain call in order. What the answer
                    returns may be a stranger's: tell kinds by class, and compare shapes before you compute with it.
    marking:        the score in [0, 1] that the cases of all draws add up to; the default is the mean of their credits,
                    corrected for what a guess would get right.
                    An answer with a score of 1 passes, even if a draw failed.
    cpu_s:          seconds that one call of the answer may compute; more where an answer trains something.
    memory_mb:      memory that a notebook may have while the answer is graded, in MB beyond the libraries.
    """

    name: str
    lesson: str
    asks: str
    reference: Callable[..., Any]
    returns: tuple[Tensor, ...]
    draw: Callable[[np.random.Generator], Iterator[Draw]]
    mistakes: tuple[Mistake, ...] = ()
    hints: tuple[str, ...] = ()
    parts: Mapping[str, str] = field(default_factory=dict)
    uses: tuple[str, ...] = ()
    points: float = 2
    tolerance: float = TOLERANCE
    strict: bool = False
    chance: str = ""
    no_overflow: bool = False
    own_memory: bool = False
    apply: Callable[[Callable[..., Any], Mapping[str, Any]], Any] | None = None
    marking: Callable[[Sequence[Scored]], float] | None = None
    cpu_s: float = 10.0
    memory_mb: int = 1024

    @property
    def misconceptions(self) -> tuple[Mistake, ...]:
        """`mistakes`, as copies of the lessons that were made before December 2026 call them."""
        return self.mistakes

    def call(self, answer: Callable[..., Any], args: Mapping[str, Any]) -> Any:
        """Hand the arguments of one draw to an answer."""
        if self.apply is not None:
            return self.apply(answer, args)
        return answer(*args.values())

    def draws(self, seed: int) -> list[Draw]:
        """The draws of one seed. The same seed gives the same draws on every machine."""
        stream = [int(seed), *self.name.encode()]
        return list(self.draw(np.random.default_rng(stream)))
