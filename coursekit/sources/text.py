"""English text for a character language model, without a download: the help topics that come with Python.

text = standard_library_text()
vocabulary = Vocabulary(text.characters)
train_ids, valid_ids = (vocabulary.encode(part) for part in split(text.characters))
batches = chunks(train_ids, N=32, T=64, size=len(vocabulary))      # for truncated BPTT: endless, in order
validation = next(chunks(valid_ids, N=32, T=len(valid_ids) // 32, size=len(vocabulary)))
"""

from __future__ import annotations

import ast
import importlib.util
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np

from coursekit.sources.tasks import Batch, one_hot

_LEAST = 200_000  # characters; every Python from 3.11 to 3.14 has more, and a stub has fewer
_GRAMMAR = (
    (
        "The network",
        "A gate",
        "The state",
        "Every unit",
        "The gradient",
        "One weight",
        "The loss",
        "A sequence",
    ),
    ("keeps", "forgets", "changes", "follows", "repeats", "moves", "hides", "remembers"),
    ("the last symbol", "a long message", "its own past", "the next step", "nothing", "what came first"),
    (".", ", and so it goes on.", ", because the input says so.", "; then it stops."),
)


class Text(NamedTuple):
    """Characters, and what a lesson must say about them."""

    characters: str
    source: str
    licence: str
    generated: bool


def standard_library_text() -> Text:
    """The help topics that come with Python (`pydoc_data.topics`), in alphabetical order, about 300,000 characters.

    The topics quote each other; a paragraph that was there before is left out, so that no part of the text tells what
    another part says. The text differs from one version of Python to the next: so does every number measured on it. If
    it is missing or is not what it used to be, a warning says so and the text is generated instead.
    """
    try:
        topics = _read_topics()
    except (OSError, SyntaxError, ValueError) as problem:
        warnings.warn(
            f"The text of pydoc_data.topics is not there ({problem}); this is GENERATED text instead. "
            "It belongs to every standard Python: installing Python again brings it back.",
            stacklevel=2,
        )
        return Text(generated_text(), "generated from a small grammar", "none needed", True)
    paragraphs = (paragraph for name in sorted(topics) for paragraph in topics[name].split("\n\n"))
    characters = "\n\n".join(dict.fromkeys(paragraph.strip("\n") for paragraph in paragraphs))
    return Text(characters, "Python documentation, pydoc_data.topics", "PSF License Version 2", False)


def _read_topics() -> dict[str, str]:
    """The dictionary in pydoc_data/topics.py, parsed, not run. Raises OSError, SyntaxError or ValueError."""
    package = importlib.util.find_spec("pydoc_data")
    if package is None or not package.submodule_search_locations:
        raise OSError("no package pydoc_data")
    source = (Path(package.submodule_search_locations[0]) / "topics.py").read_text(encoding="utf-8")
    statements = [node for node in ast.parse(source).body if isinstance(node, ast.Assign)]
    topics = ast.literal_eval(statements[0].value) if statements else None
    if not isinstance(topics, dict) or not all(isinstance(item, str) for pair in topics.items() for item in pair):
        raise ValueError("topics.py holds no dictionary of texts")
    if sum(map(len, topics.values())) < _LEAST:
        raise ValueError("topics.py is much shorter than it was")
    return topics


def generated_text(sentences: int = 6000, seed: int = 0) -> str:
    """Sentences drawn from a small grammar: about 50 characters each, English that says nothing."""
    rng = np.random.default_rng(seed)
    drawn = [[part[k] for k in rng.integers(0, len(part), sentences)] for part in _GRAMMAR]
    return "\n".join(f"{subject} {verb} {what}{end}" for subject, verb, what, end in zip(*drawn, strict=True))


def split(characters: str, share: float = 0.9) -> tuple[str, str]:
    """Training and validation text: the first `share` of the paragraphs' characters, and the rest; no overlap."""
    cut = characters.find("\n\n", int(share * len(characters)))
    cut = cut + 2 if cut >= 0 else int(share * len(characters))
    return characters[:cut], characters[cut:]


class Vocabulary:
    """The different characters of a text, in order of their code points, and their ids 0, 1, 2, ..."""

    def __init__(self, text: str) -> None:
        self.characters = "".join(sorted(set(text)))
        self._ids = {character: k for k, character in enumerate(self.characters)}

    def __len__(self) -> int:
        return len(self.characters)

    def encode(self, text: str) -> np.ndarray:
        """Text of n characters -> ids (n,) int64. Raises ValueError for a character that is not in the vocabulary."""
        unknown = set(text) - set(self.characters)
        if unknown:
            raise ValueError(f"text: not in the vocabulary: {''.join(sorted(unknown))!r}")
        return np.array([self._ids[character] for character in text], dtype=np.int64)

    def decode(self, ids) -> str:
        """Ids (n,) -> text of n characters."""
        return "".join(self.characters[k] for k in np.asarray(ids))


def chunks(ids: np.ndarray, N: int, T: int, size: int) -> Iterator[Batch]:
    """Endless batches of N chunks of T characters: x (N, T, size) one-hot, y (N, T) the ids one character later.

    Row n reads the text from character n * len(ids) // N on, and each batch goes on where the one before
    stopped: the state may be carried over (`train(..., carry_state=True)`). After the end comes the
    beginning.
    """
    if len(ids) < N + 1:
        raise ValueError(f"ids: {N} rows need at least {N + 1} characters, got {len(ids)}")
    starts = np.arange(N)[:, None] * len(ids) // N
    while True:
        rows = ids[(starts + np.arange(T + 1)) % len(ids)]
        yield Batch(one_hot(rows[:, :-1], size), rows[:, 1:])
        starts = starts + T
