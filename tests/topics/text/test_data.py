"""Surnames and texts of one's own: what is read, what is refused, and nothing over a network."""

from __future__ import annotations

import importlib.util

import numpy as np
import pytest

from coursekit.sources.installed import GeneratedDataWarning
from coursekit.sources.own_file import BadFile
from coursekit.topics.text import data as words
from coursekit.topics.text.data import LETTERS, MOST, letters_only, own_text, surnames

pytestmark = pytest.mark.usefixtures("cut_off")

needs_faker = pytest.mark.skipif(importlib.util.find_spec("faker") is None, reason="needs the extra [data]")


def require_sound(names):
    assert len(names.words) == len(set(names.words)) == len(names.label) and len(names.languages) == 13
    assert all(len(word) > 2 and not set(word) - set(LETTERS) for word in names.words)
    counts = np.bincount(names.label, minlength=13)
    assert counts.min() >= 250 and counts.max() <= MOST


@needs_faker
def test_the_surnames_are_what_the_lesson_says():
    names = surnames()
    assert not names.provenance.generated and "MIT" in names.provenance.licence
    require_sound(names)
    known = dict(zip(names.words, names.label, strict=True))
    assert names.languages[known["virtanen"]] == "Finnish"
    assert surnames().words == names.words


def test_without_the_package_the_names_are_generated(hide):
    hide("faker")
    with pytest.warns(GeneratedDataWarning, match=r"\[data\]"):
        names = surnames()
    assert names.provenance.generated
    require_sound(names)


@pytest.mark.parametrize(
    ("name", "plain"),
    [
        ("Núñez", "nunez"),
        ("Bjørn Ås", "bjornas"),
        ("Strauß", "strauss"),
        ("O'Neill", "oneill"),
        ("Đurić", "duric"),
        ("Иван", ""),
    ],
)
def test_names_are_folded_to_plain_letters(name, plain):
    assert letters_only(name) == plain


def test_lists_are_read_from_source_that_is_never_run():
    source = "raise SystemExit\nclass P:\n"
    source += "    last_names = OrderedDict((('A', 0.5), ('B', 1)))\n    last_names_female = ['C']\n"
    assert words._last_names(source + "    first_names = ('D',)\n") == ["A", "B", "C"]


def test_reads_a_text_of_ones_own(tmp_path):
    path = tmp_path / "own.txt"
    path.write_text("\ufeff" + "Größe und Maß. " * 20, encoding="utf-8")
    text = own_text(path, at_least=300)
    assert text.characters.startswith("Größe") and not text.generated and text.source == "own.txt"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"short", "has 5 characters, and at least 300"),
        ("Größe".encode("latin-1") * 100, "not text in UTF-8.*byte 2"),
        (b"a\0b" * 200, "zero bytes"),
        ("".join(map(chr, range(1000, 1600))).encode(), "600 different characters"),
    ],
)
def test_unfit_texts_are_refused_in_one_sentence(tmp_path, content, said):
    path = tmp_path / "own.txt"
    path.write_bytes(content)
    with pytest.raises(BadFile, match=f"own.txt.*{said}"):
        own_text(path, at_least=300)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (("Grüße. " * 60).encode("utf-16"), "UTF-16, not UTF-8"),
        (("plain " * 60).encode("utf-16-le"), "line 1 holds zero bytes"),
        (("Grüße. " * 60).encode("cp1252"), "not text in UTF-8"),
        (b"{\\rtf1\\ansi " + b"text " * 100, ": export it as plain text"),
        (b"%PDF-1.4 " + b"text " * 100, ": export it as plain text"),
    ],
    ids=["UTF-16", "UTF-16 without a mark", "Windows", "RTF", "PDF"],
)
def test_texts_that_would_be_read_as_other_letters_are_refused(tmp_path, content, said):
    path = tmp_path / "own.txt"
    path.write_bytes(content)
    with pytest.raises(BadFile, match=f"own.txt.*{said}"):
        own_text(path, at_least=300)


@pytest.mark.parametrize("end", ["\r", "\r\n", "\r\r\n"])
def test_letters_and_line_ends_have_one_form(tmp_path, end):
    path = tmp_path / "own.txt"
    path.write_bytes(f"\ufeffGro\u0308\u00dfe{end}".encode() * 100)
    assert own_text(path, at_least=300).characters.replace("\ufeff", "") == "Gr\u00f6\u00dfe\n" * 100


def test_a_missing_text_is_told_with_the_folder(tmp_path):
    with pytest.raises(BadFile, match="there is no file"):
        own_text(tmp_path / "none.txt")
