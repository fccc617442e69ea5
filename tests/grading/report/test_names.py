"""Names in texts: found however they are written, and no more than names."""

from __future__ import annotations

import unicodedata

import pytest

from coursekit.grading.report.names import Named, Names, words

ADA = Named("sada", "alov01", "Ada", "Lovelace", "ada.love@example.org", "4711")
KURT = Named("skurt", "kurt", "Kurt", "Gödel", "kg@example.org", "990017")
MAX = Named("smax", "max", "Max", "O'Brien-Li", "", "")
BO = Named("sbo", "bo", "Bo", "Li", "", "12345")
NAMES = Names([ADA, KURT, MAX, BO], words("np.max over 12345 steps"))


@pytest.mark.parametrize(
    "text",
    [
        "Ada Lovelace",
        "LOVELACE, ADA",
        "def ada_step(x):",
        "lovelace2.ipynb",
        "/home/alov01/x",
        "AdaLovelace",
        "alovelace",
        "mail ada.love@example.org",
        "# by Gödel",
        unicodedata.normalize("NFD", "Gödel"),
        "Godel and Goedel",
        "number 990017.",
        "4711",
        "/home/bo/",
        "Max O'Brien-Li",
        "Max O&#39;Brien",
        "KURT",
    ],
)
def test_a_name_is_found_and_hidden(text):
    assert NAMES.found(text)
    assert not NAMES.found(NAMES.hidden_in_page(f"<p>{text}</p>")), "none is left"


@pytest.mark.parametrize(
    "text",
    ["Canada", "np.max(x)", "x = 471", "loveless", "adam", "number 1990017", "kurtosis", "skurt", "li = []", "12345"],
)
def test_no_other_word_is_one(text):
    assert NAMES.found(text) == set() and NAMES.hidden(text) == text


def test_a_name_that_is_a_word_of_the_lesson_is_told():
    assert NAMES.kept == {"max", "12345"}


def test_code_stays_code_of_the_same_kind():
    assert NAMES.hidden("def ada_step(lovelace): return lovelace") == "def sada_step(sada): return sada"


def test_a_page_loses_its_pictures_and_names_in_attributes():
    page = '<p title="by Ada">5 &lt; 6 <b>Kurt</b></p><img alt="x" src="data:image/png;base64,aaaAda/KURT+x=">'
    assert NAMES.hidden_in_page(page) == '<p>5 &lt; 6 <b>skurt</b></p><img alt="x" src="data:,">'
