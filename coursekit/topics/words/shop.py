"""Questions to a shop and their answers, out of a small grammar and labelled as generated.

train, test = shop_turns(seed=0)
train[0].question, train[0].answer

A test question asks for a colour, a thing and a size that never stood together in training.
"""

from __future__ import annotations

from itertools import product
from typing import NamedTuple

import numpy as np

COLOURS = ("red", "blue", "green", "black", "white", "brown")
SIZES = ("36", "38", "40", "42", "44")
DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday")
PRICES = {"shoes": "60", "boots": "90", "shirts": "25", "coats": "120", "trousers": "45", "gloves": "15"}
_ASKS = (
    "do you have {colour} {thing} in size {size}",
    "i am looking for {colour} {thing} in {size}",
    "how much are {colour} {thing} in size {size}",
)
_OPENS = ("when do you open on {day}", "are you open on {day}")
_RETURNS = ("can i return {colour} {thing}", "may i bring back {colour} {thing}")


class Turn(NamedTuple):
    """A question and its answer, in words joined by spaces."""

    question: str
    answer: str


def shop_turns(seed: int = 0) -> tuple[list[Turn], list[Turn]]:
    """Turns to learn from, and others with combinations that are not among these."""
    rng = np.random.default_rng(seed)
    train, test = [], []
    for colour, thing, size in product(COLOURS, PRICES, SIZES):
        part = train if rng.random() < 0.6 else test
        answer = f"{colour} {thing} in size {size} cost {PRICES[thing]} euros"
        part += [Turn(ask.format(colour=colour, thing=thing, size=size), answer) for ask in _ASKS]
    for colour, thing in product(COLOURS, PRICES):
        part = train if rng.random() < 0.6 else test
        part += [
            Turn(ask.format(colour=colour, thing=thing), f"yes , we take {colour} {thing} back") for ask in _RETURNS
        ]
    for day in DAYS:
        train += [Turn(ask.format(day=day), f"on {day} we open at {_hour(day)}") for ask in _OPENS]
    return train, test


def _hour(day: str) -> str:
    return "10" if day == "saturday" else "9"
