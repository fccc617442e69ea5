"""Surnames by language, and a learner's own text.

names = surnames()
names.words[0], names.languages[names.label[0]]         # "huber", "German"
text = own_text("diary.txt")
"""

from __future__ import annotations

import ast
import unicodedata
from pathlib import Path
from typing import NamedTuple

import numpy as np

from coursekit.sources.installed import DataSet, Provenance, catalogued, load_or_generate
from coursekit.sources.text import Text
from coursekit.sources.text_file import BadFile, plain_text

_LOCALES = {
    "de_DE": "German",
    "en_GB": "English",
    "es_ES": "Spanish",
    "et_EE": "Estonian",
    "fi_FI": "Finnish",
    "fr_FR": "French",
    "ga_IE": "Irish",
    "hr_HR": "Croatian",
    "it_IT": "Italian",
    "nl_NL": "Dutch",
    "sk_SK": "Slovak",
    "sv_SE": "Swedish",
    "zu_ZA": "Zulu",
}
LETTERS = "abcdefghijklmnopqrstuvwxyz"
MOST = 400  # names of a language: lists are of very different lengths
_MOST_CHARACTERS = 500  # different ones in a text; an alphabet has fewer

SURNAMES = catalogued(
    DataSet(
        "surnames",
        "Surnames in thirteen languages",
        package="faker",
        tried="Faker==40.54.0",
        files=tuple(f"providers/person/{locale}/__init__.py" for locale in _LOCALES),
        sha256=("13d86a696fccd817a3024de09029ad3d48fabda922065677a9ec8b51a21783b5",),
        source="lists by the contributors of Faker, for making up people",
        licence="the package is under the MIT licence, the lists are part of it; where they come from is not stated",
        extra="data",
    )
)


class Surnames(NamedTuple):
    """words: n names in the letters a to z. label: (n,) an index into languages."""

    words: tuple[str, ...]
    label: np.ndarray
    languages: tuple[str, ...]
    provenance: Provenance


def surnames() -> Surnames:
    """At most 400 names of each language, without accents, each in one language only.

    An accent would give a language away at once, and a name in two lists has no right answer. So the accents are
    removed, and then every name that stands in two lists.
    """
    lists, provenance = load_or_generate(SURNAMES, _parse, _generate)
    # Dutch prefixes stand behind a comma, as in a telephone book: "Berg, van den". They are left out.
    plain = {language: {letters_only(name.partition(",")[0]) for name in names} for language, names in lists.items()}
    rng = np.random.default_rng(0)
    words, label = [], []
    for k, (language, names) in enumerate(plain.items()):
        others = set().union(*(more for other, more in plain.items() if other != language))
        own = sorted(name for name in names - others if len(name) > 2)
        chosen = [own[i] for i in np.sort(rng.permutation(len(own))[:MOST])]
        words += chosen
        label += [k] * len(chosen)
    return Surnames(tuple(words), np.array(label), tuple(plain), provenance)


def letters_only(name: str) -> str:
    """In small letters from a to z: "Núñez de Öst" -> "nunezdeost". Letters of other alphabets are dropped."""
    special = str.maketrans({"ø": "o", "æ": "ae", "œ": "oe", "ß": "ss", "đ": "d", "ł": "l"})
    folded = unicodedata.normalize("NFKD", name.lower().translate(special))
    return "".join(character for character in folded if character in LETTERS)


def own_text(path: str | Path, at_least: int = 20_000) -> Text:
    """A text file of your own, to train a character model on.

    Raises BadFile, in one sentence, if it is missing, no UTF-8, too short, or holds more than 500 different characters.
    """
    path = Path(path)
    characters = plain_text(path)
    if len(characters) < at_least:
        raise BadFile(f"{path.name} has {len(characters):,} characters, and at least {at_least:,} are needed")
    if len(set(characters)) > _MOST_CHARACTERS:
        raise BadFile(
            f"{path.name} has {len(set(characters)):,} different characters, and at most {_MOST_CHARACTERS} are of use "
            "for a model of characters: use an alphabetic text"
        )
    return Text(characters, path.name, "your own", False)


def _parse(contents: dict[str, bytes]) -> dict[str, list[str]]:
    return {
        language: _last_names(contents[f"providers/person/{locale}/__init__.py"].decode("utf-8"))
        for locale, language in _LOCALES.items()
    }


def _last_names(source: str) -> list[str]:
    """The strings in every list called last_names... in a Python file, which is read and never run."""
    found = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Assign) and any(getattr(t, "id", "").startswith("last_names") for t in node.targets):
            found += [c.value for c in ast.walk(node.value) if isinstance(c, ast.Constant) and isinstance(c.value, str)]
    return found


def _generate(seed: int = 0) -> dict[str, list[str]]:
    """For each language made-up names: syllables that it likes, and two endings of its own."""
    rng = np.random.default_rng(seed)
    consonants, vowels = list("bdfghjklmnprstvwz"), list("aeiou")

    def syllable() -> str:
        return str(rng.choice(consonants)) + str(rng.choice(vowels))

    lists = {}
    for language in _LOCALES.values():
        own, endings = [syllable() for _ in range(6)], [syllable() + str(rng.choice(consonants)) for _ in range(2)]
        lists[language] = [
            "".join([syllable(), *rng.choice(own, rng.integers(1, 3)), str(rng.choice(endings))]) for _ in range(500)
        ]
    return lists
