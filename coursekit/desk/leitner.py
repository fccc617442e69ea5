"""When a solved exercise is asked about again: boxes, after Sebastian Leitner (So lernt man lernen, 1972).

A solved exercise lies in the first box. A right answer on a day on which it is due moves it one box on, a wrong one
brings it back to the first. What lies in a box is due so many days after it came there or stayed there.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from coursekit.desk.state import State

DAYS = (1, 2, 4, 8, 16)
"""By box, after how many days it is due."""


@dataclass(frozen=True)
class Card:
    """An exercise in its box, 1 to 5, and the day on which it is due."""

    exercise: str
    box: int
    due: date

    def after(self, day: date, right: bool) -> Card:
        """Where it lies after an answer. Practice before its day moves nothing, unless it goes wrong."""
        if right and day < self.due:
            return self
        box = min(self.box + 1, len(DAYS)) if right else 1
        return Card(self.exercise, box, day + timedelta(days=DAYS[box - 1]))


def cards(state: State) -> list[Card]:
    """Every solved exercise, what is due first at the head."""
    found = []
    for name, tried in state.exercises.items():
        if not tried.solved:
            continue
        solved = day_of(tried.solved)
        card = Card(name, 1, solved + timedelta(days=DAYS[0]))
        for answered in state.answered(name):
            if day_of(answered.at) >= solved:
                card = card.after(day_of(answered.at), answered.right)
        found.append(card)
    return sorted(found, key=lambda card: (card.due, card.box, card.exercise))


def due(all_cards: Sequence[Card], today: date) -> list[Card]:
    """Those whose day has come."""
    return [card for card in all_cards if card.due <= today]


def day_of(at: str) -> date:
    """The day of a record, where this computer is."""
    return datetime.fromisoformat(at).astimezone().date()


def when(day: date, today: date) -> str:
    """A day as one says it: "today", "tomorrow", "on Monday, 30 November"."""
    ahead = (day - today).days
    if ahead <= 0:
        return "today"
    return "tomorrow" if ahead == 1 else f"on {day:%A}, {day.day} {day:%B}"
