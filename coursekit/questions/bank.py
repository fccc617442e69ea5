"""The questions of an exercise: for everybody and every number another one, and the same whenever it is asked again."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence

from coursekit.checking import Exercise, registry
from coursekit.checking.one_line import OneLine
from coursekit.checking.portable import state
from coursekit.questions import lines, numbers, shapes
from coursekit.questions.item import Item

KINDS: dict[str, Callable[[Exercise, random.Random], Item | None]] = {
    "numbers": numbers.make,
    "line": lines.make,
    "shape": shapes.make,
}
"""What is asked, and who makes such a question."""


HARMLESS = "numbers"
"""The kind that shows no line of a right answer."""


class NoQuestions(OneLine, LookupError):
    """There are no questions about an exercise."""


def item(exercise: str | Exercise, number: int = 1, who: object = 0, kind: str = "") -> Item:
    """A question about an exercise.

    exercise: its name, or the exercise itself.
    number:   which one; another number gives another question.
    who:      whose; everybody gets others. The same three give the same question on every machine.
    kind:     one of KINDS; "" leaves that to chance.
    Raises NoQuestions if there is none.
    """
    if isinstance(exercise, str):
        exercise = registry.get(exercise)
    chance = random.Random(f"{who}/{exercise.name}/{number}")
    wanted = [kind] if kind else kinds(exercise.name, number, who)
    with state.known(seed=0):
        for name in wanted:
            made = KINDS[name](exercise, chance)
            if made is not None:
                return made
    what = f"of the kind {kind!r} " if kind else ""
    raise NoQuestions(f"there are no questions {what}about {exercise.name}: too little is known about wrong answers.")


def kinds(exercise: str, number: int, who: object = 0) -> list[str]:
    """The kinds of a question, the one that is tried first at the head."""
    return random.Random(f"{who}/{exercise}/{number}/kind").sample(list(KINDS), len(KINDS))


def items(exercise: str | Exercise, most: int, who: object = 0, of: Sequence[str] = tuple(KINDS)) -> Iterator[Item]:
    """So many different questions about an exercise, the kinds in turn; fewer where there are no more."""
    seen: set[str] = set()
    for number in range(1, 4 * most + 1):
        if len(seen) == most:
            return
        try:
            made = item(exercise, number, who, of[number % len(of)])
        except NoQuestions:
            continue
        if made.text not in seen:
            seen.add(made.text)
            yield made
