"""Runnable mistakes of lesson 14: units that are mixed up, a nucleus with the wrong border, columns that leak."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

import numpy as np

from coursekit.checking import Mistake
from coursekit.topics.text.answers import nucleus, perplexities


def _units(
    *,
    bits: Callable[[np.ndarray, str], float] | None = None,
    character: Callable[[np.ndarray, str], float] | None = None,
    word: Callable[[np.ndarray, str], float] | None = None,
) -> Callable[..., tuple[float, float, float]]:
    """The right answer, with one of its three numbers worked out in another way."""

    def answer(nll, text):
        right = perplexities(nll, text)
        ways = (bits, character, word)
        return tuple(float(way(nll, text)) if way else value for way, value in zip(ways, right, strict=True))

    return answer


def _shared(change: Callable[[np.ndarray, str], float]) -> Callable[..., tuple[float, float, float]]:
    """All three numbers from another number of nats per character."""

    def answer(nll, text):
        each = change(nll, text)
        return each / np.log(2), np.exp(each), np.exp(each * len(text) / len(text.split()))

    return answer


PERPLEXITIES = (
    Mistake("nats in place of bits", "A bit is log(2) nats.", _units(bits=lambda nll, text: nll.mean())),
    Mistake(
        "nats multiplied by log(2)",
        "There are more bits than nats: the loss in bits is the larger number.",
        _units(bits=lambda nll, text: nll.mean() * np.log(2)),
    ),
    Mistake(
        "a perplexity to the base 2 of nats",
        "exp belongs to nats, and 2 to the power of ... to bits.",
        _units(character=lambda nll, text: 2 ** nll.mean()),
    ),
    Mistake(
        "a mean of the perplexities of single characters",
        "Take the mean first, then exp: one rare character must not decide.",
        _units(character=lambda nll, text: np.exp(nll).mean()),
    ),
    Mistake(
        "a perplexity per word that is that of a character, multiplied by the length of a word",
        "Probabilities multiply, and so do perplexities: it is their logarithms that add.",
        _units(word=lambda nll, text: np.exp(nll.mean()) * len(text) / len(text.split())),
    ),
    Mistake(
        "words that are what stands between two single spaces",
        "Two spaces enclose no word, and a line end separates words too. Look at str.split without an argument.",
        _units(word=lambda nll, text: np.exp(nll.sum() / len(text.split(" ")))),
    ),
    Mistake(
        "words without the spaces between them",
        "A model of words has to say where a word ends as well: every character counts.",
        _units(word=lambda nll, text: np.exp(nll[[not c.isspace() for c in text]].sum() / len(text.split()))),
    ),
    Mistake(
        "different words in place of all words",
        "A word that comes again is one more word to predict.",
        _units(word=lambda nll, text: np.exp(nll.sum() / len(set(text.split())))),
    ),
    Mistake(
        "a perplexity per word that is that of a character",
        "Divide by the number of words, not of characters.",
        _units(word=lambda nll, text: np.exp(nll.mean())),
    ),
    Mistake(
        "characters without the white space",
        "A space is a character that the model has to predict.",
        _shared(lambda nll, text: nll.sum() / sum(not c.isspace() for c in text)),
    ),
)


def _cut(
    *,
    order: Callable[[np.ndarray], np.ndarray] | None = None,
    count: Callable[[np.ndarray, float], int] | None = None,
    scale: Callable[[np.ndarray], np.ndarray] | None = None,
) -> Callable[..., np.ndarray]:
    """The right answer, with one of its lines replaced.

    order: the symbols, the first to be kept first. count: how many, from (p in that order, share). scale: of what is
    kept.
    """

    def answer(p, share):
        places = order(p) if order else np.argsort(-p)
        falling = p[places]
        n = count(falling, share) if count else int(np.searchsorted(np.cumsum(falling), share)) + 1
        q = np.zeros_like(p)
        q[places[:n]] = p[places[:n]]
        return scale(q) if scale else q / q.sum()

    return answer


def _softmax(q: np.ndarray) -> np.ndarray:
    e = np.where(q > 0, np.exp(q), 0)
    return e / e.sum()


def _sorted_out(p, share):
    return np.sort(nucleus(p, share))[::-1]


def _in_place(p, share):
    p[:] = nucleus(p, share)
    return p


NUCLEUS = (
    Mistake(
        "a nucleus without the symbol that reaches the share",
        "The nucleus has to reach the share. One symbol fewer does not.",
        _cut(count=lambda falling, share: int(np.searchsorted(np.cumsum(falling), share))),
        also=(_cut(count=lambda falling, share: max(1, int(np.searchsorted(np.cumsum(falling), share)))),),
    ),
    Mistake(
        "a nucleus with one symbol too many",
        "A nucleus is the smallest number of symbols that reaches the share.",
        _cut(count=lambda falling, share: int(np.searchsorted(np.cumsum(falling), share)) + 2),
    ),
    Mistake(
        "probabilities that no longer add up to 1",
        "The others got zero. What has the sum become?",
        _cut(scale=lambda q: q),
    ),
    Mistake(
        "the least probable symbols",
        "np.argsort sorts upwards.",
        _cut(order=lambda p: np.argsort(p)),
    ),
    Mistake(
        "symbols in the order of the alphabet",
        "Add up from the most probable symbol down, not from the first one on.",
        _cut(order=lambda p: np.arange(len(p))),
    ),
    Mistake(
        "a share of the symbols in place of the probability",
        "The share is one of the probability: how many symbols that needs depends on p.",
        _cut(count=lambda falling, share: max(1, round(share * len(falling)))),
    ),
    Mistake(
        "symbols above a share of the largest probability",
        "It is the sum of the kept ones that matters, not each by itself.",
        _cut(count=lambda falling, share: int((falling >= share * falling[0]).sum())),
    ),
    Mistake(
        "a softmax of probabilities",
        "They are probabilities already: divide by their sum.",
        _cut(scale=_softmax),
    ),
    Mistake(
        "probabilities that are left in sorted order",
        "Entry k of the answer belongs to symbol k.",
        _sorted_out,
    ),
    Mistake("only the most probable symbol", "Then nothing is left to draw.", _cut(count=lambda falling, share: 1)),
    Mistake("probabilities that are changed in place", "Make a new array.", _in_place),
)


def _counted(
    *,
    mark: Callable[[str], str] | None = None,
    pieces: Callable[[str, int], list[str]] | None = None,
    known: Callable[[list[str], list[str]], list[str]] | None = None,
    cell: Callable[[int, int], float] | None = None,
    columns: Callable[[list[str]], list[str]] | None = None,
) -> Callable[..., tuple[np.ndarray, np.ndarray]]:
    """The right answer, with one of its lines replaced.

    mark: a word with its ends. pieces: of a marked word, from (marked, n). known: which words decide the columns, from
    (train, test). cell: what is entered, from (count, pieces in the word). columns: their order, from all pieces.
    """

    def answer(train, test, n):
        def cut(word):
            marked = mark(word) if mark else f"<{word}>"
            return pieces(marked, n) if pieces else [marked[k : k + n] for k in range(len(marked) - n + 1)]

        every = [piece for word in (known(train, test) if known else train) for piece in cut(word)]
        place = {piece: k for k, piece in enumerate(columns(every) if columns else sorted(set(every)))}

        def table(words):
            rows = np.zeros((len(words), len(place)))
            for row, word in zip(rows, words, strict=True):
                found = Counter(cut(word))
                for piece, times in found.items():
                    if piece in place:
                        row[place[piece]] = cell(times, sum(found.values())) if cell else times
            return rows

        return table(train), table(test)

    return answer


def _own_columns(train, test, n):
    right = _counted()
    return right(train, train, n)[0], right(test, test, n)[0]


def _as_str_counts(train, test, n):
    marked = {f"<{word}>" for word in train}
    columns = sorted({word[k : k + n] for word in marked for k in range(len(word) - n + 1)})
    return tuple(np.array([[f"<{word}>".count(piece) for piece in columns] for word in part]) for part in (train, test))


COUNTS = (
    Mistake(
        "columns for strings that only the test has",
        "If you choose columns from test words, you have looked at the test.",
        _counted(known=lambda train, test: [*train, *test]),
    ),
    Mistake(
        "columns of their own for the test words",
        "Column k has to mean the same string in both tables.",
        _own_columns,
    ),
    Mistake(
        "words without marks at their ends",
        'How does a word begin, and how does it end? "<" and ">" turn that into strings.',
        _counted(mark=lambda word: word),
    ),
    Mistake(
        "words without a mark at their end, or without their last string",
        'There is a ">" after each word, and a marked word with L characters has L - n + 1 strings of n characters.',
        _counted(mark=lambda word: f"<{word}"),
    ),
    Mistake(
        "words without a mark at their beginning",
        'There is a "<" before each word.',
        _counted(mark=lambda word: f"{word}>"),
    ),
    Mistake(
        "ones in place of counts",
        "A string may be in a word twice.",
        _counted(cell=lambda times, total: 1.0),
    ),
    Mistake(
        "shares in place of counts",
        "The exercise asks how often a string is in a word, not what share of its strings it is.",
        _counted(cell=lambda times, total: times / total),
    ),
    Mistake(
        "strings that do not overlap",
        "The next string begins one character later, not n.",
        _counted(pieces=lambda marked, n: [marked[k : k + n] for k in range(0, len(marked), n + 1 if n == 1 else n)]),
    ),
    Mistake(
        "strings that overlap counted once, as str.count counts them",
        '"aaa".count("aa") is 1, for it goes on behind what it has found. Take the string at every place.',
        _as_str_counts,
    ),
    Mistake(
        "columns in the order in which strings appear",
        "The columns are sorted alphabetically, so that they do not depend on the order of the words.",
        _counted(columns=lambda every: list(dict.fromkeys(every))),
    ),
    Mistake(
        "shorter strings at the end of a word",
        "Only strings with exactly n characters.",
        _counted(pieces=lambda marked, n: [marked[k : k + n] for k in range(len(marked) - n + 2)]),
    ),
)
