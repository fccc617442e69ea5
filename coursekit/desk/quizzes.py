"""A question on the page of a notebook: shown, answered, and shown again with what came out.

A question is named by its exercise and a number, so that a cell shows the same one whenever it runs. The answer is
typed into the cell: there is no widget that could lose it, and whatever reads the page reads it.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from coursekit.checking.one_line import OneLine
from coursekit.checking.portable.state import with_own_functions
from coursekit.desk import leitner
from coursekit.desk.book import Book
from coursekit.desk.state import Answered
from coursekit.questions import Item, NoQuestions, item
from coursekit.questions.bank import HARMLESS, kinds
from coursekit.questions.markup import inline, question
from coursekit.templates import filled

_LOOKED_AHEAD, _TRIED = 60, 3  # questions, for one that shows no line of a right answer


class NoSuchAnswer(OneLine, ValueError):
    """A letter that stands before no option, or a number that no question has."""


@dataclass(frozen=True)
class Asked:
    """A question with its number, and what came out if it was answered. notes: what the reader should know."""

    item: Item
    number: int
    answered: Answered | None = None
    notes: tuple[str, ...] = ()

    @property
    def arguments(self) -> Mapping[str, Any]:
        """What the answer was called with, by name; empty where the question is not about numbers."""
        return self.item.arguments

    @property
    def call(self) -> str:
        """What shows this question again."""
        return f'quiz("{self.item.exercise}", {self.number})'

    @property
    def title(self) -> str:
        return f"Question {self.number} about {self.item.exercise}"

    @property
    def outcome(self) -> str:
        """What is said of the answer, or ""."""
        if self.answered is None:
            return ""
        option = self.item.options[self.item.right]
        why = f" {option.why}" if option.why else ""
        if self.answered.right:
            return f"✓ {self.item.letter} is right.{why}"
        return f"✗ You chose {self.answered.answer}; right is {self.item.letter}, {option.text}.{why}"

    @property
    def following(self) -> str:
        """What to type next."""
        if self.answered is not None:
            return f'The next one: `quiz("{self.item.exercise}")`'
        at_hand = f" To compute with the arguments: `{self.call}.arguments`" if self.arguments else ""
        return f'To answer, run `{self.call[:-1]}, "A")` with the letter that you choose.{at_hand}'

    @with_own_functions
    def __str__(self) -> str:
        said = [self.outcome] if self.answered else []
        return "\n".join([f"{self.title}\n", self.item.text, "", *said, self.following, *self.notes])

    __repr__ = __str__

    @with_own_functions
    def _repr_html_(self) -> str:
        from markupsafe import Markup

        return filled(
            "desk/quiz",
            asked=self,
            question=Markup(question(self.item)),
            options=[(letter, inline(option.text)) for letter, option in self.item.lettered],
            outcome=inline(self.outcome),
            following=inline(self.following),
        )


@dataclass(frozen=True)
class Said:
    """A sentence in the place of a question."""

    text: str

    @with_own_functions
    def __str__(self) -> str:
        return self.text

    __repr__ = __str__

    @with_own_functions
    def _repr_html_(self) -> str:
        return f"<p>{inline(self.text)}</p>"


def ask(known: Book, exercise: str, number: int | None = None, answer: str | None = None) -> Asked | Said:
    """A question about an exercise: the one of this number, or the next that was not answered yet.

    answer: a letter, which is written down the first time.
    Raises NoSuchAnswer for a letter that stands before no option, and NoQuestions where there is nothing to ask.
    """
    if number is None:
        if answer is not None:
            raise NoSuchAnswer(f'say which question this is the answer to: quiz("{exercise}", NUMBER, {answer!r}).')
        return _next(known, exercise)
    if isinstance(number, bool) or not isinstance(number, int) or number < 1:
        raise NoSuchAnswer(f"questions are numbered from 1; {number!r} is none of them.")
    asked = item(exercise, number, known.learner())
    if asked.reveals and not known.state().of(exercise).passed:
        return Said(_waits(exercise, f"Question {number} shows"))
    earlier = known.state().quizzes.get((exercise, number))
    if answer is not None and earlier is None:
        if not isinstance(answer, str) or asked.chosen(answer) is None:
            letters = ", ".join(letter for letter, _ in asked.lettered)
            raise NoSuchAnswer(f"{answer!r} stands before no option: choose one of {letters}.")
        given = answer.strip().upper()
        known.add_answer(exercise, number, given, given == asked.letter)
        earlier = known.state().quizzes.get((exercise, number))
    return Asked(asked, number, earlier, tuple(known.journal.troubles()))


def _next(known: Book, exercise: str) -> Asked | Said:
    solved, answered, who = known.state().of(exercise).passed, known.state().quizzes, known.learner()
    free = (number for number in itertools.count(1) if (exercise, number) not in answered)
    if not solved:
        free = (
            number for number in itertools.islice(free, _LOOKED_AHEAD) if kinds(exercise, number, who)[0] == HARMLESS
        )
    for number in itertools.islice(free, _TRIED):
        asked = item(exercise, number, who)
        if solved or not asked.reveals:
            return Asked(asked, number, notes=tuple(known.journal.troubles()))
    return Said(_waits(exercise, f"The questions about {exercise} show"))


def _waits(exercise: str, which: str) -> str:
    return f"{which} lines of a right answer: come back when `check({exercise})` has passed."


def review(known: Book, today: date) -> Asked | Said:
    """A question about what is due first, or when something is."""
    all_cards = leitner.cards(known.state())
    for card in leitner.due(all_cards, today):
        try:
            return ask(known, card.exercise)
        except (NoQuestions, LookupError):  # an exercise that this version has no questions about, or no longer has
            continue
    return Said(nothing_due(all_cards, today))


def nothing_due(all_cards: list[leitner.Card], today: date) -> str:
    """The sentence for a day on which there is nothing to ask."""
    ahead = [card for card in all_cards if card.due > today]
    if not ahead:
        return "There is nothing to review yet: an exercise is asked about from the day after its check has passed."
    first = ahead[0]
    return f"Nothing is due. The next question is about {first.exercise}, {leitner.when(first.due, today)}."
