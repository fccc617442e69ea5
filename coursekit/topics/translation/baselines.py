"""Translating without a network: the most similar text seen before, rules for dates and numbers, word for word."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence

import numpy as np

from coursekit.topics.translation.vocabulary import joined, pieces

Translate = Callable[[Sequence[str]], list[str]]


def nearest_text(source: Sequence[str], target: Sequence[str], n: int = 3) -> Translate:
    """The translation of the most similar training text.

    Similar: the cosine between the counts of all pieces of n characters, each weighted by how rare it is (the
    logarithm of the share of texts with it). Of equally similar texts the first counts.
    """
    rarity = Counter(piece for text in source for piece in dict.fromkeys(_pieces(text, n)))
    column = {piece: k for k, piece in enumerate(rarity)}
    weight = np.log((1 + len(source)) / np.array(list(rarity.values())))

    def rows(texts: Sequence[str]) -> np.ndarray:
        counts = np.zeros((len(texts), len(column)), np.float32)
        for row, text in enumerate(texts):
            for piece in _pieces(text, n):
                if piece in column:
                    counts[row, column[piece]] += weight[column[piece]]
        return counts / np.maximum(np.linalg.norm(counts, axis=1, keepdims=True), 1e-9)

    known = rows(source)

    def translate(texts: Sequence[str]) -> list[str]:
        return [target[k] for k in (rows(texts) @ known.T).argmax(axis=1)]

    return translate


def _pieces(text: str, n: int) -> list[str]:
    padded = f"{' ' * (n - 1)}{text} "
    return [padded[k : k + n] for k in range(len(padded) - n + 1)]


def date_rule(source: Sequence[str], target: Sequence[str]) -> Translate:
    """A rule that a person writes in a quarter of an hour, with a dictionary of months taken from the training pairs.

    Four digits are the year, the next number is the day, and a number after that the month; else the month is that of
    the word which names it most reliably in the training pairs.
    """
    seen: dict[str, Counter] = defaultdict(Counter)
    for text, iso in zip(source, target, strict=True):
        for word in set(_words(text)):
            seen[word][iso[5:7]] += 1

    def month(text: str) -> str:
        shares = [(max(seen[word].values()) / sum(seen[word].values()), word) for word in _words(text) if word in seen]
        return seen[max(shares)[1]].most_common(1)[0][0] if shares else "01"

    def one(text: str) -> str:
        year = next(iter(re.findall(r"\d{4}", text)), "0000")
        rest = re.findall(r"\d+", text.replace(year, " ", 1))
        day = rest[0] if rest else "1"
        return f"{year}-{rest[1] if len(rest) > 1 else month(text):0>2}-{day:0>2}"

    return lambda texts: [one(text) for text in texts]


_ENGLISH = re.compile(r"(?:(?P<thousands>.+?) thousand,? ?)?(?:(?P<hundreds>[a-z]+) hundred ?)?(?:and )?(?P<rest>.*)")
_FRENCH = re.compile(r"(?:(?P<thousands>.*?) ?\bmille\b ?)?(?P<hundreds>(?:[a-z]+ )?\bcents?\b)? ?(?P<rest>.*)")


def number_rule(source: Sequence[str], target: Sequence[str]) -> Translate:
    """A rule that a person writes in an hour, with three dictionaries taken from the training pairs.

    A number is so many thousands, so many hundreds and a rest below a hundred, in both languages. For each of the three
    the commonest French part that goes with an English one is looked up. "Cent" has an s only at the end of a number.
    """
    seen: dict[tuple[str, str], Counter] = defaultdict(Counter)
    for english, french in zip(source, target, strict=True):
        ours, theirs = (pattern.fullmatch(text) for pattern, text in ((_ENGLISH, english), (_FRENCH, french)))
        for part, known in ours.groupdict().items() if ours and theirs else ():
            if known:
                seen[part, known][(theirs[part] or "").removesuffix("s" if part == "hundreds" else "")] += 1

    def one(text: str) -> str:
        parts = _ENGLISH.fullmatch(text).groupdict()
        known = {part: seen[part, text] for part, text in parts.items() if (part, text) in seen}
        said = {part: counts.most_common(1)[0][0] for part, counts in known.items()}
        if parts["hundreds"] and not parts["rest"] and said.get("hundreds", "cent") != "cent":
            said["hundreds"] += "s"
        words = [said.get("thousands", ""), "mille" if parts["thousands"] else "", said.get("hundreds", "")]
        return " ".join(word for word in (*words, said.get("rest", "")) if word)

    return lambda texts: [one(text) for text in texts]


def word_for_word(source: Sequence[str], target: Sequence[str]) -> Translate:
    """Each word or sign becomes the one that goes with it most exclusively, in the same order; or nothing.

    Exclusively: the number of training pairs with both, over the number of pairs with either (Jaccard 1901). Nothing,
    if another word of the source goes with that translation more exclusively.
    """
    both: Counter = Counter()
    ours, theirs = Counter(), Counter()
    for a, b in zip(source, target, strict=True):
        left, right = list(dict.fromkeys(pieces(a, True))), list(dict.fromkeys(pieces(b, True)))
        ours.update(left)
        theirs.update(right)
        both.update((word, other) for word in left for other in right)
    there: dict[str, tuple[float, str]] = {}  # source -> (share, best target), and the other way round
    back: dict[str, tuple[float, str]] = {}
    for (word, other), count in both.items():
        share = count / (ours[word] + theirs[other] - count)
        there[word] = max(there.get(word, (0.0, "")), (share, other))
        back[other] = max(back.get(other, (0.0, "")), (share, word))
    best = {word: other for word, (_, other) in there.items() if back[other][1] == word}
    return lambda texts: [joined([best[word] for word in pieces(text, True) if word in best]) for text in texts]


def _words(text: str) -> list[str]:
    return re.findall(r"[^\W\d]+\.?", text)
