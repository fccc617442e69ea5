"""The comparison with others: every statement about somebody else has a source, and every source is used."""

from __future__ import annotations

import re

import pytest

from tests.course.learners import ROOT

TEXT = (ROOT / "docs" / "comparison.md").read_text(encoding="utf-8")
UNKNOWN = ("not stated", "not looked at", "–")
SOURCES = dict(re.findall(r"^(\d+)\. (.+(?:\n {3,}.+)*)", TEXT.partition("## Sources")[2], re.MULTILINE))


def statements() -> list[tuple[str, str]]:
    """(row, cell) for every cell about somebody else: all but the first two columns, all but head and rule."""
    rows = [[cell.strip() for cell in line.split("|")[1:-1]] for line in TEXT.splitlines() if line.startswith("|")]
    return [(row[0], cell) for row in rows for cell in row[2:] if row[0] and "---" not in row[0]]


@pytest.mark.parametrize(("row", "cell"), statements())
def test_a_statement_has_a_source_or_says_that_it_is_unknown(row, cell):
    assert re.search(r"\[\d+\]", cell) or cell.endswith(UNKNOWN)


def test_all_tables_are_read():
    rows = {row for row, _ in statements()}
    assert {"hints", "grading in parallel", "recurrent networks", "data"} <= rows and len(statements()) > 80


def test_every_source_is_an_address_that_the_text_uses():
    used = set(re.findall(r"\[(\d+)\]", TEXT))
    assert used == set(SOURCES)
    assert all(re.search(r"\]\(https://[^)]+\)", source) for source in SOURCES.values())


def test_the_date_is_there():
    assert re.search(r"looked at on \d{4}-\d{2}-\d{2}", TEXT)
