"""Runnable mistakes of lesson 22 in counting keystrokes: forgotten keys, a keyboard that sees the future."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from coursekit.checking import Mistake

Propose = Callable[[list[str], str], list[str]]


def _saved(
    *,
    before: Callable[[Sequence[str], int], list[str]] = lambda words, place: list(words[:place]),
    typed: Callable[[str, int], str] = lambda word, letters: word[:letters],
    begin: int = 0,
    patient: bool = True,
    accepts: Callable[[str, list[str]], bool] = lambda word, proposed: word in proposed,
    accept: int = 1,
    space: int = 1,
    spaces: int = 1,
    share: Callable[[list[int], list[int]], float] = lambda pressed, total: 1 - sum(pressed) / sum(total),
) -> Callable:
    """Keystrokes with one part exchanged. accept: keys of a proposal; space: after a typed word; spaces: in all;
    patient: whether the keyboard is still asked after it had nothing to propose.
    """

    def answer(words: Sequence[str], propose: Propose) -> float:
        pressed = []
        for place, word in enumerate(words):
            keys = len(word) + space
            for letters in range(begin, len(word)):
                proposed = propose(before(words, place), typed(word, letters))
                if accepts(word, proposed):
                    keys = letters + accept
                if accepts(word, proposed) or not (proposed or patient):
                    break
            pressed.append(keys)
        return share(pressed, [len(word) + spaces for word in words])

    return answer


KEYSTROKES = (
    Mistake(
        "a total without the spaces",
        "Whoever types all by hand presses a key after each word too.",
        _saved(spaces=0),
    ),
    Mistake(
        "a text whose last word has no space",
        'A space is pressed after each word, the last one too: " ".join leaves it out.',
        _saved(share=lambda pressed, total: 1 - sum(pressed) / (sum(total) - 1)),
    ),
    Mistake(
        "a space that is typed after an accepted word",
        "An accepted proposal brings its space along.",
        _saved(accept=2),
    ),
    Mistake(
        "an accepting key that costs nothing",
        "Accepting is one keystroke as well.",
        _saved(accept=0),
    ),
    Mistake(
        "a typed word without its space",
        "Where no proposal fits, the space after the word is one more key.",
        _saved(space=0),
    ),
    Mistake(
        "proposals that are not looked at before the first letter",
        "Words are proposed as soon as the last word has ended, while nothing is typed yet.",
        _saved(begin=1),
    ),
    Mistake(
        "a keyboard that knows the word that is being typed",
        "The words before this one end where this one begins.",
        _saved(before=lambda words, place: list(words[: place + 1])),
    ),
    Mistake(
        "a keyboard that knows the next letter",
        "With k letters typed, `typed` has k letters: the next one is what the proposal is to save.",
        _saved(typed=lambda word, letters: word[: letters + 1]),
    ),
    Mistake(
        "a keyboard that is told no words before",
        "What comes next depends on the words before, too.",
        _saved(before=lambda words, place: []),
    ),
    Mistake(
        "a keyboard that is told the last word alone",
        "`before` is the list of all words before this one.",
        _saved(before=lambda words, place: list(words[max(0, place - 1) : place])),
    ),
    Mistake(
        "a keyboard that is told nothing that was typed of the word, or is asked before its first letter alone",
        "It is asked before each letter, and with each letter fewer words are left to propose.",
        _saved(typed=lambda word, letters: ""),
    ),
    Mistake(
        "a keyboard that is not asked again once it has nothing to propose",
        "It is asked before each letter: with one letter more it may know a word.",
        _saved(patient=False),
    ),
    Mistake(
        "only the first proposal accepted",
        "Any of the proposed words can be accepted.",
        _saved(accepts=lambda word, proposed: proposed[:1] == [word]),
    ),
    Mistake(
        "the mean of the words' own shares",
        "Long words have more keys. Add up the keys of all words first, and divide once.",
        _saved(share=lambda pressed, total: float(np.mean([1 - p / t for p, t in zip(pressed, total, strict=True)]))),
    ),
    Mistake(
        "the share of keys that are pressed",
        "Saved are the others.",
        _saved(share=lambda pressed, total: sum(pressed) / sum(total)),
    ),
    Mistake(
        "per cent",
        "A share is between 0 and 1.",
        _saved(share=lambda pressed, total: 100 * (1 - sum(pressed) / sum(total))),
    ),
    Mistake(
        "saved keys divided by those that are pressed",
        "The share is one of all keys that the text would take by hand.",
        _saved(share=lambda pressed, total: (sum(total) - sum(pressed)) / sum(pressed)),
    ),
)
