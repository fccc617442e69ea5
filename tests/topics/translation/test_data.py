"""Dates, number words and a file of one's own: what is read, what is refused, and nothing over a network."""

from __future__ import annotations

import datetime
import importlib.util
import re

import numpy as np
import pytest

from coursekit.sources.installed import GeneratedDataWarning
from coursekit.sources.own_file import BadFile
from coursekit.topics.translation.data import LANGUAGES, dates, number_words
from coursekit.topics.translation.own_pairs import FEWEST, LONGEST, MOST, read_pairs

pytestmark = pytest.mark.usefixtures("cut_off")

needs_num2words = pytest.mark.skipif(importlib.util.find_spec("num2words") is None, reason="needs the extra [data]")


def require_sound(pairs, meanings):
    sizes = {len(column) for column in pairs[:4]}
    assert len(sizes) == 1 and len(np.unique(pairs.meaning)) == meanings
    assert all(text and text == text.strip() for side in pairs[:2] for text in side)


def require_days(pairs):
    for iso, day in zip(pairs.target, pairs.meaning, strict=True):
        assert datetime.date.fromordinal(int(day)).isoformat() == iso and "1950" <= iso[:4] <= "2049"
    assert set(pairs.language) == set(LANGUAGES.values())
    assert all(text == text.lower() for text in pairs.source)


def test_dates_are_what_the_lesson_says():
    pairs = dates(days=40)
    assert not pairs.provenance.generated and "Unicode License" in pairs.provenance.licence
    require_sound(pairs, 40)
    require_days(pairs)
    for text, iso in zip(pairs.source, pairs.target, strict=True):
        assert iso[:4] in text and str(int(iso[8:])) in re.findall("[1-9][0-9]*", text)
    assert dates(days=40).source == pairs.source != dates(days=40, seed=1).source


def test_without_babel_the_dates_are_generated(hide):
    hide("babel")
    with pytest.warns(GeneratedDataWarning, match="pip install babel"):
        pairs = dates(days=40)
    assert pairs.provenance.generated
    require_sound(pairs, 40)
    require_days(pairs)
    assert len(set(zip(pairs.source, pairs.language, strict=True))) == len(pairs.source)  # no text names two days


@needs_num2words
@pytest.mark.slow
def test_number_words_are_what_the_lesson_says():
    from num2words import num2words

    pairs = number_words(300)
    assert not pairs.provenance.generated and "LGPL" in pairs.provenance.licence
    require_sound(pairs, 300)
    by_number = dict(zip(pairs.meaning.tolist(), zip(pairs.source, pairs.target, strict=True), strict=True))
    every = number_words(100_000)
    known = dict(zip(every.meaning.tolist(), zip(every.source, every.target, strict=True), strict=True))
    assert known[99] == ("ninety-nine", "quatre-vingt-dix-neuf")
    assert known[2021] == ("two thousand and twenty-one", "deux mille vingt et un")
    assert all(known[number] == words for number, words in by_number.items())
    for number in (*by_number, *range(100), 21_000, 80_080, 99_999):
        assert known[number] == tuple(num2words(number, lang=language) for language in ("en", "fr"))
    assert len(set(every.source)) == len(set(every.target)) == 100_000


def test_without_num2words_the_numbers_are_generated(hide):
    hide("num2words")
    with pytest.warns(GeneratedDataWarning, match=r"\[data\]"):
        pairs = number_words(300)
    assert pairs.provenance.generated
    require_sound(pairs, 300)
    assert len(set(pairs.source)) == len(set(pairs.target)) == 300


@pytest.mark.parametrize(("load", "count"), [(dates, 0), (dates, 40_000), (number_words, 0), (number_words, 100_001)])
def test_counts_out_of_range_are_refused(load, count):
    with pytest.raises(ValueError, match=f"from 1 to .*, got {count}"):
        load(count)


def lines(count, form="say {0}\tdire {0}"):
    return [form.format(k) for k in range(count)]


def written(path, rows, **how):
    path.write_text("\n".join(rows), **{"encoding": "utf-8", **how})
    return path


def test_reads_pairs_of_ones_own(tmp_path):
    rows = ["\ufeffgru\u0308n\tvert ", "", *lines(FEWEST)]
    pairs = read_pairs(written(tmp_path / "own.tsv", rows, newline="\r\n"))
    assert len(pairs.source) == FEWEST + 1 and pairs.provenance.title == "own.tsv"
    assert (pairs.source[0], pairs.target[0]) == ("grün", "vert")
    require_sound(pairs, FEWEST + 1)


def test_pairs_that_share_a_side_have_one_meaning(tmp_path):
    rows = ["hi\tsalut", "bye\tadieu", "hello\tsalut", "hello\tbonjour", "bye\tau revoir", *lines(FEWEST)]
    meaning = read_pairs(written(tmp_path / "own.tsv", rows)).meaning
    assert meaning[0] == meaning[2] == meaning[3] != meaning[1] == meaning[4]
    assert len(np.unique(meaning)) == FEWEST + 2


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        (["no tab", *lines(60)], "line 1 has no tab"),
        ([*lines(60), "a\tb\tc"], "line 61 has 2 tabs"),
        ([*lines(60), "a\t "], "line 61: the second column is empty"),
        (["\tb", *lines(60)], "line 1: the first column is empty"),
        ([f"{'x' * (LONGEST + 1)}\ty", *lines(60)], f"line 1: the first column has {LONGEST + 1} characters"),
        (lines(FEWEST - 1), f"has {FEWEST - 1} pairs .* at least {FEWEST}"),
        (lines(200, "say {0}\tyes"), f"has 1 pairs with nothing in common.* at least {FEWEST}"),
        (lines(MOST + 1), "has 10,001 pairs, more than 10,000"),
        ([], "has 0 pairs"),
    ],
)
def test_unfit_files_are_refused_in_one_sentence(tmp_path, rows, said):
    with pytest.raises(BadFile, match=f"own.tsv.*{said}"):
        read_pairs(written(tmp_path / "own.tsv", rows))


@pytest.mark.parametrize("end", ["\r", "\r\n", "\r\r\n", "\n\n", "\n \t \n"])
def test_line_ends_of_every_kind(tmp_path, end):
    path = tmp_path / "own.tsv"
    path.write_bytes(end.join(lines(FEWEST)).encode())
    assert read_pairs(path).source == [f"say {k}" for k in range(FEWEST)]


def test_spaces_that_do_not_break_are_spaces(tmp_path):
    rows = ["a\u00a0b\tC\u2019est\u202fvrai\u00a0!\u2028", *lines(FEWEST)]
    pairs = read_pairs(written(tmp_path / "own.tsv", rows))
    assert (pairs.source[0], pairs.target[0]) == ("a b", "C\u2019est vrai !")


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ('"say ""hi"""\tdire', "line 2: the first column has a spreadsheet's quotation marks"),
        ('hello\t"bon\njour"', "line 3 has no tab"),
        ("hello;bonjour", "line 2 has no tab"),
        ("hello\tbonjour\tby somebody", "line 2 has 2 tabs"),
        ("hel\0lo\tbonjour", "line 2 holds zero bytes"),
    ],
)
def test_what_another_program_means_by_a_line_is_not_guessed(tmp_path, row, said):
    with pytest.raises(BadFile, match=f"own.tsv, {said}"):
        read_pairs(written(tmp_path / "own.tsv", ["a\tb", row, *lines(FEWEST)]))


def test_what_is_no_text_file_is_refused(tmp_path):
    with pytest.raises(BadFile, match=r"there is no file .*none\.tsv"):
        read_pairs(tmp_path / "none.tsv")
    with pytest.raises(BadFile, match="cannot be read"):
        read_pairs(tmp_path)
    with pytest.raises(BadFile, match=r"own\.tsv is not text in UTF-8 \(byte 2\)"):
        read_pairs(written(tmp_path / "own.tsv", ["größe\tsize"] * 60, encoding="latin-1"))
    with pytest.raises(BadFile, match="UTF-16, not UTF-8"):
        read_pairs(written(tmp_path / "own.tsv", ["größe\tsize"] * 60, encoding="utf-16"))
