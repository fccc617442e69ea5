"""Lesson 14, text: one loss in three units, drawing from the nucleus, and counts of character n-grams."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from coursekit.checking import Draw, Exercise, Tensor
from coursekit.checking.registry import register
from coursekit.topics.text import mistakes
from coursekit.topics.text.answers import ngram_counts, nucleus, perplexities

LESSON = "14_text"


def _draw_texts(rng: np.random.Generator) -> Iterator[Draw]:
    """Texts with double spaces, line ends and punctuation: words are more and less than what is between two spaces."""
    shapes = {"three words": (3, [" "]), "double spaces": (4, ["  ", " "]), "lines": (6, [" ", "\n", "  \n"])}
    for name, (words, gaps) in (shapes | {"other sizes": (9, [" ", "\n\n", "  "])}).items():
        text = ""
        for k in range(words):
            text += "".join(rng.choice(list("abcdefg,."), int(rng.integers(2, 6))))
            text += gaps[k % len(gaps)] if k < words - 1 else ""
        if words > 4:  # a word that comes again is one more word
            text = f"{text} {text.split()[1]}"
        nll = rng.gamma(1.5, 0.25, len(text)) + 0.05
        yield Draw(name, {"nll": nll, "text": text}, {"n": len(text)})


register(
    Exercise(
        name="perplexities",
        lesson=LESSON,
        asks="Bits per character, perplexity per character, and perplexity per word, from -log p of every character.",
        reference=perplexities,
        returns=(Tensor("bits"), Tensor("per character"), Tensor("per word")),
        draw=_draw_texts,
        mistakes=mistakes.PERPLEXITIES,
        hints=(
            "Add up nll first: that is -log p of the whole text, in nats. All three numbers follow from it.",
            "A nat is 1/log(2) bits. A perplexity is exp of nats per unit, where the unit is a character or a word.",
            "len(text.split()) is the number of words. The spaces between them have to be paid for as well, so the sum "
            "stays the same.",
        ),
        points=2,
    )
)


def _draw_probabilities(rng: np.random.Generator) -> Iterator[Draw]:
    """All probabilities differ, none is sorted into place, and no sum of the largest is near the share."""
    for name, (V, share) in {
        "small": (5, 0.7),
        "fresh numbers": (5, 0.6),
        "a small share": (7, 0.05),
        "large": (20, 0.9),
    }.items():
        while True:
            p = rng.dirichlet(np.full(V, 0.8)) + 0.01
            p /= p.sum()
            order, total = np.argsort(-p), np.cumsum(np.sort(p)[::-1])
            kept = int(np.searchsorted(total, share)) + 1
            apart = np.diff(np.sort(p)).min() > 1e-4 and np.abs(total - share).min() > 1e-3
            unsorted = not np.array_equal(np.sort(order[:kept]), np.arange(kept))
            several = kept >= 2 or name == "a small share"
            falling = not np.array_equal(p, p[order])
            if apart and unsorted and several and kept < V - 1 and falling:
                break
        yield Draw(name, {"p": p, "share": share}, {"V": V})


register(
    Exercise(
        name="nucleus",
        lesson=LESSON,
        asks="The probabilities with all but the most probable symbols, which together reach `share`, set to zero.",
        reference=nucleus,
        returns=(Tensor("q", ("V",)),),
        draw=_draw_probabilities,
        mistakes=mistakes.NUCLEUS,
        hints=(
            "Sort from the most to the least probable, and add up from the top.",
            "order = np.argsort(-p), and np.cumsum(p[order]) tells how much the first k symbols have together.",
            "The symbol with which the sum reaches the share still belongs to the nucleus.",
            "np.searchsorted(np.cumsum(p[order]), share) is its place. What is left must add up to 1 again.",
        ),
        points=3,
    )
)


def _draw_words(rng: np.random.Generator) -> Iterator[Draw]:
    """Words that repeat n-grams, and a test word with n-grams that no training word has."""
    for name, (N, M, n) in {
        "pairs, one test word": (3, 1, 2),
        "single letters": (4, 3, 1),
        "triples": (5, 3, 3),
        "more pairs": (6, 4, 2),
    }.items():
        train = ["".join(rng.choice(list("abc"), int(rng.integers(3, 7)))) for _ in range(N)]
        train[1] = "aaababa" + train[1]  # strings that occur twice in one word, and such that overlap
        test = ["".join(rng.choice(list("abcx"), int(rng.integers(3, 6)))) for _ in range(M)]
        test[0] = "xa" + train[0] + train[0]
        yield Draw(name, {"train": train, "test": test, "n": n}, {"N": N, "M": M})


register(
    Exercise(
        name="ngram_counts",
        lesson=LESSON,
        asks="Counts of the strings of n characters in training and test words, with columns that training decides.",
        reference=ngram_counts,
        returns=(Tensor("train", ("N", "F")), Tensor("test", ("M", "F"))),
        draw=_draw_words,
        mistakes=mistakes.COUNTS,
        hints=(
            'Put "<" before and ">" after each word, then collect its strings: marked[k:k + n] for every k that fits.',
            "Which strings get a column? Those of the training words, each once, sorted.",
            "A dictionary {string: column} from enumerate(sorted(...)). A string of a test word that is not in it is "
            "left out.",
            "len(marked) - n + 1 strings of n characters fit into a marked word.",
        ),
        points=3,
    )
)
