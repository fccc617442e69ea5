"""Names of students in texts: found however they are written, and hidden behind a pseudonym."""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

_RUN = re.compile(r"[^\W\d_]+|\d+")
_LETTER = r"[^\W\d_]"
_BETWEEN = r"[\W_]{0,3}"  # Ada Lovelace, ada_lovelace, Lovelace, Ada
_FEWEST_DIGITS = 4
_FEWEST_LETTERS = 3  # of a part of a name; of an id two
_SPELT_OUT = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "ø": "oe", "æ": "ae", "å": "aa"})

Runs = tuple[str, ...]
"""A name as runs of letters or digits, in lower case: ("ada", "lovelace")."""


@dataclass(frozen=True)
class Named:
    """A student by all names that are known. pseudonym: a word of letters."""

    pseudonym: str
    id: str
    first: str = ""
    last: str = ""
    email: str = ""
    number: str = ""


class Names:
    """The names of a class.

    ordinary: words and numbers of the lesson. A name that is one of them, such as max, tells nothing by itself and
              stays; in full names and addresses it is found all the same.
    kept:     such names.
    """

    def __init__(self, people: Iterable[Named], ordinary: Iterable[str]) -> None:
        self._ordinary = {word.casefold() for word in ordinary}
        self.kept: set[str] = set()
        self._by_run: dict[str, list[tuple[Runs, str]]] = {}
        for person in people:
            for runs in sorted(_written(person)):
                if self._tells(runs, person):
                    self._by_run.setdefault(runs[0], []).append((runs, person.pseudonym))

    def _tells(self, runs: Runs, person: Named) -> bool:
        if len(runs) > 1:
            return True
        [run] = runs
        fewest = _FEWEST_DIGITS if run.isdigit() else _FEWEST_LETTERS - (runs == _runs(person.id))
        if len(run) < fewest:
            return False
        if run in self._ordinary:
            self.kept.add(run)
        return run not in self._ordinary

    def hidden(self, text: str) -> str:
        """A text with each name replaced by its pseudonym, the longest names first."""
        text = unicodedata.normalize("NFC", text)
        for runs, pseudonym in self._in(text):
            text = _pattern(runs).sub(pseudonym, text)
        return text

    def hidden_in_page(self, page: str) -> str:
        """An HTML page likewise, without its pictures, for nobody can look for names in them."""
        page = re.sub(r"data:[^\"')\s>]*", "data:,", page)
        return re.sub(r"<[^>]*>|[^<]+", lambda found: self._hidden_part(found[0]), page)

    def _hidden_part(self, part: str) -> str:
        said = html.unescape(part)
        if not self.found(said):
            return part
        if part.startswith("<"):  # a name in an attribute: the tag stays without any
            tag = re.match(r"</?\w+", part)
            return f"{tag[0]}>" if tag else ""
        return html.escape(self.hidden(said), quote=False)

    def found(self, text: str) -> set[str]:
        """The pseudonyms of everybody who is named in a text, also where it is written for HTML."""
        texts = {unicodedata.normalize("NFC", said) for said in (text, html.unescape(text))}
        return {pseudonym for said in texts for runs, pseudonym in self._in(said) if _pattern(runs).search(said)}

    def _in(self, text: str) -> list[tuple[Runs, str]]:
        """The names of which all runs are in a text, the longest first."""
        there = set(_RUN.findall(text.casefold()))
        possible = (one for run in there for one in self._by_run.get(run, ()))
        return sorted(
            (one for one in possible if there.issuperset(one[0])), key=lambda one: (-len("".join(one[0])), one)
        )


def words(text: str) -> set[str]:
    """The words and numbers of a text, in lower case; `gru_step` is two."""
    return set(_RUN.findall(text.casefold()))


def _pattern(runs: Runs) -> re.Pattern[str]:
    begin = rf"(?<!{_LETTER})" if not runs[0].isdigit() else r"(?<!\d)"
    end = rf"(?!{_LETTER})" if not runs[-1].isdigit() else r"(?!\d)"
    return re.compile(begin + _BETWEEN.join(map(re.escape, runs)) + end, re.IGNORECASE)


def _written(person: Named) -> set[Runs]:
    """All ways in which a person may be named."""
    first, last = _runs(person.first), _runs(person.last)
    ways = {_runs(person.id), _runs(person.email), _runs(person.email.partition("@")[0]), _runs(person.number)}
    ways |= {(part,) for part in (*first, *last)}
    if first and last:
        initial = first[0][0]
        ways |= {first + last, last + first, first[:1] + last}
        for one, other in (("".join(first), "".join(last)), (initial, "".join(last))):
            ways |= {(one + other,), (other + one,)}
    ways.discard(())
    return ways | {_without_accents(way) for way in ways} | {tuple(r.translate(_SPELT_OUT) for r in w) for w in ways}


def _runs(text: str) -> Runs:
    return tuple(_RUN.findall(unicodedata.normalize("NFC", text).casefold()))


def _without_accents(runs: Runs) -> Runs:
    apart = (unicodedata.normalize("NFD", run) for run in runs)
    return tuple("".join(letter for letter in run if not unicodedata.combining(letter)) for run in apart)
