"""Film reviews out of a small grammar, labelled as generated: six kinds, by what a reader has to understand.

train, test = reviews(2500, seed=0), reviews(1500, seed=1, without=train)
train[0].text, train[0].positive, train[0].kind

Words that praise or blame stand in clauses. "very" counts double and "rather" half, a negation turns its clause round,
and what comes after "but" is what counts. So the label of every review is known, and so is what it depends on.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

PRAISE = ("good", "great", "moving", "clever", "funny", "brilliant", "charming", "gripping")
BLAME = ("bad", "dull", "boring", "clumsy", "shallow", "awful", "tedious", "weak")
NEVER_NEGATED = ("charming", "gripping", "tedious", "weak")  # in training; the last kind negates them alone
_ASPECTS = ("plot", "acting", "music", "ending", "pacing", "dialogue", "camera work", "first half", "cast", "script")
_OPENINGS = (
    "",
    "we saw it on a friday .",
    "a film from last year .",
    "my sister chose it .",
    "it was on late at night .",
    "the cinema was nearly full .",
    "i had read the book .",
)
_TAILS = ("", "from beginning to end", "in places", "for once", "to my surprise", "as far as i can tell")
_SAYS = ("everybody would say that", "i would say that")
_DENIES = ("nobody would say that", "i would not say that")

PLAIN, INTENSITY, NOT, FAR, BUT, NEW = "plain", "very and rather", "not", "not, from afar", "but", "not, a new word"
KINDS = (PLAIN, INTENSITY, NOT, FAR, BUT, NEW)
MIX = (PLAIN, PLAIN, PLAIN, INTENSITY, NOT, FAR, FAR, BUT)  # what is learnt from: NEW is not among it


class Review(NamedTuple):
    """text: its words, joined by spaces. positive: 1 or 0. kind: one of KINDS."""

    text: str
    positive: int
    kind: str

    @property
    def words(self) -> list[str]:
        return self.text.split()


def reviews(n: int, seed: int, *, without: Sequence[Review] = (), kinds: Sequence[str] = MIX) -> list[Review]:
    """n different reviews of these kinds, taken in turn, half of them praise on average. without: texts to avoid."""
    rng = np.random.default_rng(seed)
    known = {review.text for review in without}
    found: list[Review] = []
    while len(found) < n:
        kind = kinds[len(found) % len(kinds)]
        positive = int(rng.integers(2))
        text = f"{rng.choice(_OPENINGS)} {_said(rng, kind, positive == 1)} {rng.choice(_TAILS)}"
        text = " ".join([*text.split(), "."])
        if text not in known:
            known.add(text)
            found.append(Review(text, positive, kind))
    return found


def _said(rng: np.random.Generator, kind: str, positive: bool) -> str:
    """A clause or two of that kind, with that meaning."""
    first, second = rng.choice(_ASPECTS, 2, replace=False)

    def word(praises: bool, new: bool | None = None) -> str:
        new = bool(rng.random() < 0.5) if new is None else new
        return str(rng.choice([one for one in (PRAISE if praises else BLAME) if (one in NEVER_NEGATED) == new]))

    if kind == PLAIN:
        return f"the {first} was {word(positive)} and the {second} was {word(positive)}"
    if kind == INTENSITY:
        clauses = [f"the {first} was very {word(positive)}", f"the {second} was rather {word(not positive)}"]
        return " and ".join(clauses[k] for k in rng.permutation(2))
    if kind == FAR:  # half of them deny nothing: the words near the judgement are the same
        if rng.random() < 0.5:
            return f"{rng.choice(_SAYS)} the {first} was {word(positive)}"
        return f"{rng.choice(_DENIES)} the {first} was {word(not positive, new=False)}"
    if kind == BUT:
        return f"the {first} was {word(not positive)} {rng.choice(_TAILS)} but the {second} was {word(positive)}"
    return f"the {first} was not {word(not positive, new=kind == NEW)}"
