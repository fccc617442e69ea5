"""Runnable mistakes of lesson 22 in words as numbers and in reading both ways."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence

import numpy as np

from coursekit.checking import Mistake
from coursekit.topics.words.answers import PADDING, UNKNOWN, read_both_ways, word_ids

Texts = Sequence[Sequence[str]]


def _by_count(counts: Counter) -> list[str]:
    return sorted(counts, key=lambda word: (-counts[word], word))


def _ids(
    *,
    counted: Callable[[Texts, Texts], Iterable[str]] = lambda train, texts: (word for text in train for word in text),
    rank: Callable[[Counter], list[str]] = _by_count,
    kept: Callable[[int], int | None] = lambda most: most,
    first: int = 2,
    unknown: int | None = UNKNOWN,
    in_front: bool = False,
    lengths_of: Callable[[np.ndarray, int], np.ndarray] = lambda lengths, T: lengths,
) -> Callable:
    """Words as numbers with one part exchanged. unknown: None leaves such words out."""

    def answer(train: Texts, texts: Texts, most: int):
        number = {w: k for k, w in enumerate(rank(Counter(counted(train, texts)))[: kept(most)], start=first)}
        rows = [[number.get(word, unknown) for word in text] for text in texts]
        rows = [[one for one in row if one is not None] for row in rows]
        lengths = np.array([len(row) for row in rows])
        T = int(lengths.max())
        ids = np.full((len(rows), T), PADDING)
        for line, row in zip(ids, rows, strict=True):
            line[T - len(row) if in_front else 0 : T if in_front else len(row)] = row
        return ids, lengths_of(lengths, T)

    return answer


WORD_IDS = (
    Mistake(
        "a vocabulary that has seen the texts",
        "Which words get a number is decided before any other text is known.",
        _ids(counted=lambda train, texts: (word for text in (*train, *texts) for word in text)),
    ),
    Mistake(
        "words counted once for each text",
        "A word that stands twice in a text counts twice.",
        _ids(counted=lambda train, texts: (word for text in train for word in set(text))),
    ),
    Mistake(
        "a vocabulary in the order of the alphabet",
        "The commonest words come first; the alphabet decides between equals alone.",
        _ids(rank=sorted),
    ),
    Mistake(
        "equally common words in the order of their first appearance",
        "`most_common` leaves equals as it met them. What is asked of two words with the same count?",
        _ids(rank=lambda counts: [word for word, _ in counts.most_common()]),
    ),
    Mistake(
        "the rarest words first",
        "In which direction does `sorted` go?",
        _ids(rank=lambda counts: sorted(counts, key=lambda word: (counts[word], word))),
    ),
    Mistake("a vocabulary without a limit", "Only `most` words get a number.", _ids(kept=lambda most: None)),
    Mistake(
        "padding and the unknown word counted among the `most`",
        "`most` is the number of words, as in this exercise's text; some libraries count otherwise.",
        _ids(kept=lambda most: most - 2),
    ),
    Mistake(
        "one word fewer than `most`",
        "The numbers run from 2 to `most` + 1.",
        _ids(kept=lambda most: most - 1),
    ),
    Mistake(
        "one word more than `most`",
        "The numbers run from 2 to `most` + 1.",
        _ids(kept=lambda most: most + 1),
    ),
    Mistake(
        "no number for words that stand in train once",
        "Rare words have a number too, as long as there are fewer than `most` commoner ones.",
        _ids(rank=lambda counts: _by_count(Counter({word: n for word, n in counts.items() if n > 1}))),
    ),
    Mistake(
        "numbers that begin at 1",
        "1 is the number of every unknown word. Which is the first that is free?",
        _ids(first=1),
    ),
    Mistake(
        "numbers that begin at 0", "0 stands behind the end of a text, and 1 for the unknown words.", _ids(first=0)
    ),
    Mistake(
        "unknown words as padding",
        "A place with an unknown word is a place of the text. What lies behind its end is not.",
        _ids(unknown=PADDING),
    ),
    Mistake(
        "unknown words left out",
        "Every word of a text keeps its place, and the length stays that of the text.",
        _ids(unknown=None),
    ),
    Mistake(
        "padding in front",
        "The exercise asks for zeros behind the end; some libraries put them in front.",
        _ids(in_front=True),
    ),
    Mistake(
        "lengths that are all T",
        "The length of a text is the number of its own words, without the padding.",
        _ids(lengths_of=lambda lengths, T: np.full(len(lengths), T)),
    ),
)

Layer = Callable[[np.ndarray], np.ndarray]


def _turned(x: np.ndarray, lengths: np.ndarray) -> np.ndarray:
    found = np.array(x)
    for n, length in enumerate(lengths):
        found[n, :length] = x[n, :length][::-1]
    return found


def _last(hs: np.ndarray, lengths: np.ndarray) -> np.ndarray:
    return hs[np.arange(len(hs)), lengths - 1]


def _very_last(hs: np.ndarray, lengths: np.ndarray) -> np.ndarray:
    return hs[:, -1]


def _first(hs: np.ndarray, lengths: np.ndarray) -> np.ndarray:
    return hs[:, 0]


def _after(hs: np.ndarray, lengths: np.ndarray) -> np.ndarray:
    return hs[np.arange(len(hs)), np.minimum(lengths, hs.shape[1] - 1)]


def _mean(hs: np.ndarray, lengths: np.ndarray) -> np.ndarray:
    return np.stack([row[:length].mean(axis=0) for row, length in zip(hs, lengths, strict=True)])


def _ways(
    *,
    turn: Callable[[np.ndarray, np.ndarray], np.ndarray] = _turned,
    layers: Callable[[Layer, Layer], tuple[Layer, Layer]] = lambda forward, backward: (forward, backward),
    taken: tuple[Callable, Callable] = (_last, _last),
    join: Callable = lambda ahead, back: np.concatenate([ahead, back], axis=1),
) -> Callable:
    """Both ends with one part exchanged."""

    def answer(forward: Layer, backward: Layer, x: np.ndarray, lengths: np.ndarray) -> np.ndarray:
        ahead, back = layers(forward, backward)
        return join(taken[0](ahead(x), lengths), taken[1](back(turn(x, lengths)), lengths))

    return answer


def _turns_x(forward: Layer, backward: Layer, x: np.ndarray, lengths: np.ndarray) -> np.ndarray:
    found = read_both_ways(forward, backward, x, lengths)
    x[:] = _turned(x, lengths)
    return found


BOTH_WAYS = (
    Mistake(
        "a way back that begins in the padding",
        "Turned as a whole, a short row begins with its padding. Where does the last real step of each row stand?",
        _ways(turn=lambda x, lengths: x[:, ::-1], taken=(_last, _very_last)),
    ),
    Mistake(
        "a way back that reads mostly padding",
        "Turned as a whole, a short row begins with its padding, and its first `length` steps are not its own.",
        _ways(turn=lambda x, lengths: x[:, ::-1]),
    ),
    Mistake(
        "the states at the last place of the array, in both directions",
        "Behind the end of a short row both layers go on and read padding.",
        _ways(taken=(_very_last, _very_last)),
    ),
    Mistake(
        "a way back that has read a single step",
        "On its way back the layer knows the whole row when it has come to the beginning: which of its states is that?",
        _ways(taken=(_last, _first)),
    ),
    Mistake(
        "the state one place behind the last",
        "A row of `length` steps ends at the place `length` - 1.",
        _ways(taken=(_after, _after)),
    ),
    Mistake(
        "a way back that is not turned",
        "Both layers read from the left. What must the second be given, to read from the right?",
        _ways(turn=lambda x, lengths: x),
    ),
    Mistake(
        "one layer for both ways",
        "Each direction has a layer of its own.",
        _ways(layers=lambda forward, backward: (forward, forward)),
    ),
    Mistake(
        "the two layers exchanged",
        "`forward` reads x as it is.",
        _ways(layers=lambda forward, backward: (backward, forward)),
    ),
    Mistake(
        "the way back in front",
        "The first H numbers are those of `forward`.",
        _ways(join=lambda ahead, back: np.concatenate([back, ahead], axis=1)),
    ),
    Mistake(
        "the sum of both directions",
        "Both are kept, beside each other: 2H numbers for each row.",
        _ways(join=lambda ahead, back: ahead + back),
    ),
    Mistake(
        "the mean of the states in place of the last",
        "The last valid state has read everything; the exercise asks for it.",
        _ways(taken=(_mean, _mean)),
    ),
    Mistake(
        "rows that are turned in the caller's array",
        "The numbers are right, and x belongs to the caller. Turn a copy.",
        _turns_x,
    ),
)


def differ(answers: Sequence[Callable], *arguments) -> bool:
    """Whether a draw tells all these answers apart: no two of them say the same."""
    said = [answer(*arguments) for answer in answers]
    parts = [[np.asarray(part) for part in (one if isinstance(one, tuple) else (one,))] for one in said]
    return len({tuple((part.shape, part.tobytes()) for part in one) for one in parts}) == len(said)


def all_word_ids(train: Texts, texts: Texts, most: int) -> bool:
    """Whether these texts tell the right answer and all mistakes apart."""
    return differ([word_ids, *(mistake.implement for mistake in WORD_IDS)], train, texts, most)
