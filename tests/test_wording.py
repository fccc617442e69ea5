"""One wording for what the course corrects in others: a GRU has two gates and a candidate, an LSTM three and one."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PLACES = (
    "README.md",
    "CHANGELOG.md",
    "CONTRIBUTING.md",
    "benchmarks",
    "book",
    "coursekit",
    "docs",
    "notebooks",
    "solutions",
)
KINDS = {".md", ".py", ".ipynb", ".j2", ".html", ".json"}
ABOUT_THE_LSTM = {"04_lstm", "lstm"}  # folders, in which "its three gates" needs no name beside it

_NUMBER = r"(?:three|four|3|4|all)(?:\s+(?:of\s+)?(?:the|its|a \w+'s))?"
COUNTED = re.compile(rf"\b{_NUMBER}\s+\**gates\b", re.IGNORECASE)


def said_wrongly(text: str, about_the_lstm: bool = False) -> list[str]:
    """Sentences that count the candidate as a gate. Three gates are right beside the word LSTM or the candidate."""
    plain = re.sub(r"\\n|[\s#\"*]+", " ", text)
    found = []
    for sentence in re.split(r"(?<=[.:?!)])\s", plain):
        for match in COUNTED.finditer(sentence):
            right = match[0].lower().startswith(("three", "3")) and " of the " not in match[0]
            named = about_the_lstm or re.search("LSTM|candidate", sentence)
            if not (right and named):
                found.append(sentence.strip())
    return found


def _texts() -> list[Path]:
    found = []
    for place in PLACES:
        path = ROOT / place
        found += [path] if path.is_file() else [one for one in sorted(path.rglob("*")) if one.suffix in KINDS]
    return [path for path in found if "__pycache__" not in path.parts]


def test_nowhere_is_the_candidate_counted_as_a_gate():
    wrong = {}
    for path in _texts():
        lstm = bool(ABOUT_THE_LSTM & set(path.parts))
        if found := said_wrongly(path.read_text(encoding="utf-8"), lstm):
            wrong[str(path.relative_to(ROOT))] = found
    assert not wrong, 'say "blocks", or "two gates and the candidate"'


@pytest.mark.parametrize(
    "sentence",
    [
        "All four gates have a slope to pass.",
        "the\nthree gates share one product",
        "as three gates of weights must",
        "A GRU has 3 gates.",
        "One product for all gates",
        "all three gates of a unit",
        "the functions of the four gates of an LSTM",
        "for all of the gates",
    ],
)
def test_members_of_the_kind_are_found(sentence):
    assert said_wrongly(sentence)


@pytest.mark.parametrize(
    "sentence",
    [
        "The LSTM has three gates and a candidate.",
        "A GRU has two gates and a candidate.",
        "(Some articles speak of three gates; the third block is the candidate.)",
        "One product for all three blocks",
        "Take the three trained networks and hold one gate.",
    ],
)
def test_right_sentences_pass(sentence):
    assert not said_wrongly(sentence)
