"""Lesson 22, words: words as numbers, both ends of a sequence, and keystrokes that a keyboard saves."""

from __future__ import annotations

import bisect
from collections.abc import Callable, Iterator, Sequence

import numpy as np

from coursekit.checking import Draw, Exercise, Tensor
from coursekit.checking.registry import register
from coursekit.reference import gru
from coursekit.topics.words import mistakes
from coursekit.topics.words.answers import keystrokes_saved, read_both_ways, word_ids
from coursekit.topics.words.keystroke_mistakes import KEYSTROKES

LESSON = "22_words"

_WORDS = ("plot", "was", "good", "dull", "and", "but", "the", "not", "very", "music", "cast", "end")
_OTHERS = ("zither", "acre", "moth")
_COUNTS = (5, 4, 1, 1, 1, 1, 1, 1)  # of the words in train; of equally common ones some are kept, and some are not


def _draw_texts(rng: np.random.Generator) -> Iterator[Draw]:
    """Words of unequal counts, some of them equal; with padding and a limit, a draw tells all known mistakes apart."""
    for name, (N, M, most) in {
        "three texts": (3, 3, 5),
        "one text": (3, 1, 5),
        "fresh texts": (3, 3, 5),
        "more texts": (5, 4, 6),
        "fewer words than most": (3, 3, 40),
    }.items():
        while True:
            words = rng.permutation(np.repeat(rng.permutation(_WORDS)[: len(_COUNTS)], _COUNTS))
            train = [[str(word) for word in part] for part in np.split(words, np.arange(1, N) * (8 // N))]
            other = [*dict.fromkeys(words), *_OTHERS]
            texts = [[str(word) for word in rng.choice(other, int(rng.integers(3, 8)))] for _ in range(M)]
            if M == 1 or most > len(_WORDS) or mistakes.all_word_ids(train, texts, most):
                break
        yield Draw(name, {"train": train, "texts": texts, "most": most}, {"N": M, "T": max(map(len, texts))})


register(
    Exercise(
        name="word_ids",
        lesson=LESSON,
        asks="Texts as rows of numbers, padded behind their ends, and their lengths; the training texts decide which "
        "words have a number.",
        reference=word_ids,
        returns=(Tensor("ids", ("N", "T"), exact=True), Tensor("lengths", ("N",), exact=True)),
        draw=_draw_texts,
        mistakes=mistakes.WORD_IDS,
        hints=(
            "Two parts: a dictionary from words to numbers, made of train alone, and a table of zeros that is filled "
            "row by row.",
            "Counter counts. To sort by falling count and then by the alphabet, let the key be a pair; what is the "
            "smallest pair for the commonest word?",
            "dict.get(word, other) gives `other` for a word that is not there. T is the length of the longest of the "
            "texts, not of the training texts.",
        ),
        points=2,
    )
)


def _layer(rng: np.random.Generator, D: int, H: int) -> Callable[[np.ndarray], np.ndarray]:
    """A small GRU as layer(x) -> hs, from a state of zeros."""
    params = gru.init(D, H, rng)

    def layer(x: np.ndarray) -> np.ndarray:
        x = np.asarray(x, float)
        return gru.forward(x, np.zeros((len(x), H)), params)[0]

    return layer


def _draw_rows(rng: np.random.Generator) -> Iterator[Draw]:
    """x is not zero behind the ends: what is read there changes a state."""
    cases = {
        "two rows": (2, 3, 2, 3),
        "full size": (4, 6, 3, 4),
        "fresh numbers": (4, 6, 3, 4),
        "rows of one step": (3, 4, 2, 3),
        "one row": (1, 5, 2, 3),
    }
    for name, (N, T, D, H) in cases.items():
        lengths = rng.integers(2, T, N)
        lengths[int(rng.integers(N))] = T
        if name == "rows of one step":
            lengths[lengths < T] = 1
        args = {"forward": _layer(rng, D, H), "backward": _layer(rng, D, H)}
        args |= {"x": rng.standard_normal((N, T, D)), "lengths": lengths}
        yield Draw(name, args, {"N": N, "T": T, "D": D, "2H": 2 * H})


register(
    Exercise(
        name="read_both_ways",
        lesson=LESSON,
        asks="The last valid states of a layer that reads each sequence from the left, and of one that reads it from "
        "its own end, beside each other.",
        reference=read_both_ways,
        returns=(Tensor("both", ("N", "2H")),),
        draw=_draw_rows,
        mistakes=mistakes.BOTH_WAYS,
        hints=(
            "Take one row of three steps, a b c, in an array of five. What should the second layer read, step by step?",
            "c b a, and then whatever stands behind the end. Every row has its own length, so turn row by row, in a "
            "copy of x.",
            "Both layers have then read the whole row at the same place. Lesson 12 picked the last valid state; np."
            "concatenate puts two such arrays beside each other.",
        ),
        points=3,
    )
)


def _keyboard(rng: np.random.Generator, vocabulary: Sequence[str], shown: int) -> Callable:
    """A keyboard that proposes the likeliest words with that beginning. It looks at the last word and at how many came
    before, and in some places it waits for a first letter.
    """
    vocabulary = sorted(vocabulary)
    places = [(word, odd) for word in ["", *vocabulary] for odd in (0, 1)]
    score = {place: rng.permutation(len(vocabulary)) for place in places}
    waits = {place: rng.random() < 0.25 for place in places}

    def propose(before: list[str], typed: str) -> list[str]:
        place = before[-1] if len(before) else "", len(before) % 2
        if waits[place] and not typed:
            return []
        first, last = bisect.bisect_left(vocabulary, typed), bisect.bisect_left(vocabulary, typed + "~")
        return [vocabulary[k] for k in sorted(range(first, last), key=lambda k: -score[place][k])[:shown]]

    return propose


_TYPED = (
    "state",
    "statement",
    "step",
    "steps",
    "string",
    "strip",
    "stack",
    "value",
    "values",
    "valid",
    "a",
    "as",
    "at",
)


def _draw_typing(rng: np.random.Generator) -> Iterator[Draw]:
    """Words that share their beginnings; each text but the first tells all known mistakes apart. Of the last more than
    half the keys are saved, so that no small number stands for every share.
    """
    answers = [_rounded(answer) for answer in (keystrokes_saved, *(one.implement for one in KEYSTROKES))]
    for name, n in {"four words": 4, "a text": 20, "fresh words": 20, "more proposals": 26}.items():
        while True:
            # a keyboard does not know every word: some have to be typed to their ends
            known = {str(word) for word in rng.permutation(_TYPED)[:-2]}
            propose = _knowing(_keyboard(rng, _TYPED, 2 if name != "more proposals" else 5), known)
            words = [str(word) for word in rng.choice(_TYPED, n)]
            saved = name != "more proposals" or keystrokes_saved(words, propose) > 0.5
            if n == 4 or (saved and mistakes.differ(answers, words, propose)):
                break
        yield Draw(name, {"words": words, "propose": propose}, {"words": n})


def _knowing(propose: Callable, known: set[str]) -> Callable[[list[str], str], list[str]]:
    return lambda before, typed: [word for word in propose(before, typed) if word in known]


def _rounded(answer: Callable) -> Callable:
    return lambda *arguments: round(float(answer(*arguments)), 6)


register(
    Exercise(
        name="keystrokes_saved",
        lesson=LESSON,
        asks="The share of keystrokes that proposals save someone who takes the first chance of each word.",
        reference=keystrokes_saved,
        returns=(Tensor("share"),),
        draw=_draw_typing,
        mistakes=KEYSTROKES,
        hints=(
            "Two sums: the keys that are pressed with proposals, and those of the text by hand. By hand, how many does "
            "a word of five letters take?",
            "A loop over the words, and within it one over the number of letters typed so far, from none on. What does "
            "the keyboard know at each of them?",
            "As soon as the word is among the proposals: one key more, and the word is done, with its space. If that "
            "never happens, all its letters and a space. (for ... else says this well.)",
        ),
        points=3,
    )
)
