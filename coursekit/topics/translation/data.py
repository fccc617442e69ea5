"""Pairs of texts that mean the same: dates in six languages with their ISO form, and number words in two languages.

pairs = dates(days=600)
pairs.source[0], pairs.target[0]                # "donnerstag, 4. märz 2021", "2021-03-04"
pairs.meaning[0]                                # which day it is: the same for all languages
print(pairs.provenance.text)
"""

from __future__ import annotations

import copy
import datetime
from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from coursekit.sources.installed import DataSet, Provenance, catalogued, load_or_generate

LANGUAGES = {"en": "English", "de": "German", "fr": "French", "es": "Spanish", "hu": "Hungarian", "fi": "Finnish"}
FORMATS = ("medium", "long", "full")
FIRST_YEAR, LAST_YEAR = 1950, 2049
LARGEST = 99_999

DATES = catalogued(
    DataSet(
        "dates",
        "Dates of 1950 to 2049 in English, German, French, Spanish, Hungarian and Finnish",
        package="babel",
        tried="babel==2.18.0",
        files=tuple(f"locale-data/{language}.dat" for language in (*sorted(LANGUAGES), "root")),
        sha256=("f53f9ca5696f56f643f2e3233c2975f40ab3e433ba22581da4913e550f5560b7",),
        source="written out by Babel from the Unicode CLDR",
        licence="Babel: BSD-3-Clause; CLDR: Unicode License",
    )
)

NUMBERS = catalogued(
    DataSet(
        "number_words",
        "Numbers below 100,000 in English and French words",
        package="num2words",
        tried="num2words==0.5.14",
        files=("base.py", "lang_EN.py", "lang_EU.py", "lang_FR.py"),
        sha256=("0d25ca6175c911d4791acc690fec48f49198e4ac219a05fb2447ec567543e1e0",),
        source="written out by the rules of num2words",
        licence="num2words: LGPL",
        extra="data",
    )
)


class Pairs(NamedTuple):
    """n texts with their translations; meaning (n,): equal where two pairs say the same thing."""

    source: list[str]
    target: list[str]
    meaning: np.ndarray
    language: list[str]
    provenance: Provenance


def dates(days: int = 600, seed: int = 0) -> Pairs:
    """Random days, each in six languages and up to three formats, in lower case; the target is the ISO form.

    meaning: days since 1 January of year 1. Raises ValueError if there are not so many days.
    """
    first, last = (datetime.date(*end).toordinal() for end in ((FIRST_YEAR, 1, 1), (LAST_YEAR, 12, 31)))
    if not 1 <= days <= last - first + 1:
        raise ValueError(f"days: from 1 to {last - first + 1}, got {days}")
    chosen = first + np.random.default_rng(seed).choice(last - first + 1, days, replace=False)

    def parse(_: dict[str, bytes]) -> list[tuple[str, str, int, str]]:
        from babel.dates import format_date

        return _rows(chosen, lambda day, kind, language: format_date(day, kind, locale=language))

    rows, provenance = load_or_generate(DATES, parse, lambda: _rows(chosen, _made_up))
    return _pairs(rows, provenance)


def number_words(count: int = 4000, seed: int = 0) -> Pairs:
    """Random different numbers below 100,000 in English words, and in French words. meaning: the number."""
    if not 1 <= count <= LARGEST + 1:
        raise ValueError(f"count: from 1 to {LARGEST + 1}, got {count}")
    chosen = np.random.default_rng(seed).choice(LARGEST + 1, count, replace=False)

    def parse(_: dict[str, bytes]) -> list[tuple[str, str, int, str]]:
        english, french = _writer("en"), _writer("fr")
        return [(english(int(k)), french(int(k)), int(k), "English") for k in chosen]

    def generate() -> list[tuple[str, str, int, str]]:
        return [(_count_up(int(k)), _count_in_twenties(int(k)), int(k), "made up") for k in chosen]

    rows, provenance = load_or_generate(NUMBERS, parse, generate)
    return _pairs(rows, provenance)


def _writer(language: str) -> Callable[[int], str]:
    """num2words for numbers up to LARGEST: without the names of larger ones, each of which it would try every time."""
    from num2words import CONVERTER_CLASSES

    converter = copy.copy(CONVERTER_CLASSES[language])
    converter.cards = {number: name for number, name in converter.cards.items() if number <= LARGEST}
    return converter.to_cardinal


def _rows(chosen: np.ndarray, write) -> list[tuple[str, str, int, str]]:
    """One row for each day and each different way to write it."""
    rows = []
    for number in chosen:
        day = datetime.date.fromordinal(int(number))
        for language, name in LANGUAGES.items():
            texts = dict.fromkeys(write(day, kind, language).lower() for kind in FORMATS)
            rows += [(text, day.isoformat(), int(number), name) for text in texts]
    return rows


def _pairs(rows: list[tuple[str, str, int, str]], provenance: Provenance) -> Pairs:
    source, target, meaning, language = (list(column) for column in zip(*rows, strict=True))
    return Pairs(source, target, np.array(meaning), language, provenance)


# What stands in when a package is missing: languages that nobody speaks.

_SYLLABLES = ("ba", "do", "fi", "gu", "ka", "le", "mo", "nu", "pe", "ri", "so", "tu", "ve", "wa", "zi", "ho")
_ORDERS = ("{month} {day}, {year}", "{day}. {month} {year}", "{year}. {month} {day}.")


def _word(*number: int) -> str:
    """A word of three syllables for a tuple of numbers, always the same one."""
    return "".join(np.random.default_rng(number).choice(_SYLLABLES, 3))


def _made_up(day: datetime.date, kind: str, language: str) -> str:
    k = list(LANGUAGES).index(language)
    month = _word(1, k, day.month)
    if kind == "medium":
        month = f"{month[:4]}."
    text = _ORDERS[k % 3].format(month=month, day=day.day, year=day.year)
    return f"{_word(2, k, day.weekday())}, {text}" if kind == "full" else text


def _count_up(number: int) -> str:
    """The digits one by one, from the front."""
    return " ".join(_word(3, int(digit)) for digit in str(number))


def _count_in_twenties(number: int) -> str:
    """To the base of twenty, from the back."""
    words = [_word(4, number % 20)]
    while number := number // 20:
        words.append(_word(4, number % 20))
    return " ".join(words)
