"""A table says the same in a notebook and as text, and neither breaks a number."""

from __future__ import annotations

import bs4
import numpy as np
import pytest

from coursekit.results.table import Table


def test_a_table_says_the_same_in_both_forms():
    table = Table(
        ["model", "bits", "stored"], [("bigram <2>", 3.4512, 2779), ("RNN", np.float32(2.05), None)], "Unseen"
    )
    assert str(table).splitlines() == [
        "Unseen",
        "model       bits  stored",
        "bigram <2>  3.45   2,779",
        "RNN         2.05       –",
    ]
    page = bs4.BeautifulSoup(table._repr_html_(), "html.parser")
    assert [[cell.text for cell in row.find_all(["th", "td"])] for row in page.find_all("tr")] == [
        ["model", "bits", "stored"],
        ["bigram <2>", "3.45", "2,779"],
        ["RNN", "2.05", "–"],
    ]
    assert (
        page.caption.text == "Unseen" and [cell["scope"] for cell in page.find_all("th")] == ["col"] * 3 + ["row"] * 2
    )


def test_numbers_stand_at_the_right_of_their_column_and_sentences_at_the_left():
    table = Table(["answer", "error", "what is said of it"], [("first", 0.5, "from step 3 on the state is not yours")])
    assert table.sides == ("left", "right", "left")
    page = bs4.BeautifulSoup(table._repr_html_(), "html.parser")
    for row in page.find_all("tr"):
        assert tuple(cell["style"].removeprefix("text-align:") for cell in row.find_all(["th", "td"])) == table.sides


def test_notes_stand_below():
    table = Table(["model", "bits"], [("RNN", 2.05)], notes=["A verdict: 1 < 2.", "And where it is from."])
    assert str(table).splitlines()[1:] == ["RNN    2.05", "A verdict: 1 < 2.", "And where it is from."]
    page = bs4.BeautifulSoup(table._repr_html_(), "html.parser")
    assert [note.text for note in page.table.find_next_siblings("p")] == list(table.notes)


def test_a_row_of_another_length_is_refused():
    with pytest.raises(ValueError, match="a row has 1 entries for 2 columns"):
        Table(["a", "b"], [("alone",)])
