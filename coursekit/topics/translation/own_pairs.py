"""A learner's own pairs of texts: a file with two columns between which stands a tab, one pair on each line."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from coursekit.sources.installed import Provenance
from coursekit.sources.text_file import BadFile, plain_text
from coursekit.topics.translation.data import Pairs

FEWEST, MOST, LONGEST = 50, 10_000, 200  # different pairs; pairs; characters of a text


def read_pairs(path: str | Path) -> Pairs:
    """Pairs from a text file: source, tab, target. No header; empty lines are left out; UTF-8, brought to form NFC.

    meaning: equal for pairs with the same target, and for pairs with the same source, so that a split by meaning
    never has a text on both sides. Raises BadFile if the file is missing or no UTF-8, if it has fewer than FEWEST
    different meanings or more than MOST pairs; if a line has no tab or more than one, an empty side, or more than
    LONGEST characters on one side.
    """
    path = Path(path)
    numbered = enumerate(plain_text(path).split("\n"), start=1)
    pairs = [_pair(f"{path.name}, line {number}", line) for number, line in numbered if line.strip()]
    if len(pairs) > MOST:
        raise BadFile(f"{path.name} has {len(pairs):,} pairs, more than {MOST:,}: keep so many of them")
    source, target = [a for a, _ in pairs], [b for _, b in pairs]
    meaning = _meanings(source, target)
    different = len(set(meaning.tolist()))
    if different < FEWEST:
        raise BadFile(
            f"{path.name} has {different} pairs with nothing in common, and at least {FEWEST} are needed: add some"
        )
    return Pairs(source, target, meaning, ["own file"] * len(source), Provenance(path.name, "own file", "yours", False))


def _pair(where: str, line: str) -> tuple[str, str]:
    cells = [" ".join(cell.split()) for cell in line.split("\t")]
    if len(cells) != 2:
        found = "no tab" if len(cells) == 1 else f"{len(cells) - 1} tabs"
        raise BadFile(f"{where} has {found}: write the text, one tab, and its translation")
    for side, cell in zip(("first", "second"), cells, strict=True):
        if cell[0:1] == cell[-1:] == '"' and '""' in cell[1:-1]:
            raise BadFile(f"{where}: the {side} column has a spreadsheet's quotation marks; export it without quoting")
        if not cell:
            raise BadFile(f"{where}: the {side} column is empty; fill it, or leave the line out")
        if len(cell) > LONGEST:
            raise BadFile(
                f"{where}: the {side} column has {len(cell)} characters, more than {LONGEST}; cut it into sentences"
            )
    return cells[0], cells[1]


def _meanings(source: list[str], target: list[str]) -> np.ndarray:
    """A number for each pair, (n,): the same for pairs that share a source or a target, or are linked by others."""
    leader: dict[tuple[str, str], tuple[str, str]] = {}

    def first(text: tuple[str, str]) -> tuple[str, str]:
        while leader.setdefault(text, text) != text:
            leader[text] = leader[leader[text]]
            text = leader[text]
        return text

    for a, b in zip(source, target, strict=True):
        leader[first(("target", b))] = first(("source", a))
    number: dict[tuple[str, str], int] = {}
    return np.array([number.setdefault(first(("source", a)), len(number)) for a in source])
