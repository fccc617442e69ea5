"""Tables of other programs: what is not meant to change does not, to the byte."""

from __future__ import annotations

import codecs
import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coursekit.grading.lms.sheet import Sheet, SheetError, value

TABLES = {
    "plain": b"a,b,c\n1,2,3\n4,5,6\n",
    "no end of line": b"a,b\n1,2",
    "Windows": b"a,b\r\n1,2\r\n",
    "old Mac": b"a,b\r1,2\r",
    "mixed ends": b"a,b\r\n1,2\n3,4\r",
    "semicolons": "a;b\nGödel, Kurt;2,5\n".encode(),
    "tabs": b"a\tb\n1\t2\n",
    "quotes": b'"a","b"\n"x ""y""",  "2" \n"line\r\nof two",3\n',
    "a quote inside": b'a,b\n5" disk,2\n',
    "mark": codecs.BOM_UTF8 + "a,b\nGödel,2\n".encode(),
    "UTF-16": codecs.BOM_UTF16_LE + "a,b\r\nGödel,2\r\n".encode("utf-16-le"),
    "UTF-16, big": codecs.BOM_UTF16_BE + "a,b\r\nGödel,2\r\n".encode("utf-16-be"),
    "Latin": "a,b\nGödel,2\n".encode("latin-1"),
    "Windows letters": b"a,b\n\x80\x81\x8d,2\n",
    "short and empty lines": b"a,b,c\n\n1\n,,\n",
}


@pytest.mark.parametrize("content", TABLES.values(), ids=TABLES)
def test_a_table_that_nobody_changes_stays_as_it_is(content):
    assert Sheet(content).content() == content


@pytest.mark.parametrize("content", TABLES.values(), ids=TABLES)
def test_only_the_cell_that_is_set_changes(content):
    sheet = Sheet(content)
    before = [list(map(value, fields)) for fields in sheet.lines]
    sheet.set(1, 1, "12.5")
    again = Sheet(sheet.content())
    assert again.get(1, 1) == "12.5" and again.delimiter == sheet.delimiter
    before[1] += [""] * (2 - len(before[1]))
    before[1][1] = "12.5"
    assert [list(map(value, fields)) for fields in again.lines] == before


cells = st.text(st.characters(exclude_characters="\0", codec="utf-8"), max_size=8)


@given(st.lists(st.lists(cells, min_size=2, max_size=4), min_size=1, max_size=5), st.sampled_from(["\n", "\r\n"]))
def test_what_a_csv_library_writes_is_read_as_it_reads_it(rows, end):
    text = io.StringIO()
    csv.writer(text, lineterminator=end, quoting=csv.QUOTE_ALL).writerows([["one", "two"], *rows])
    sheet = Sheet(text.getvalue().encode())
    assert [list(map(value, fields)) for fields in sheet.lines[1:]] == rows
    assert sheet.content() == text.getvalue().encode()


def test_a_text_that_would_break_the_table_is_quoted():
    sheet = Sheet(b'a,b\n1,2\n"3","4"\n')
    sheet.set(1, 0, '1,5 "x"\n')
    sheet.set(2, 0, "7")
    sheet.set(2, 1, "")
    assert sheet.content() == b'a,b\n"1,5 ""x""\n",2\n"7",""\n'


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "no table"),
        (b" \n\n", "no table"),
        (b"PK\x03\x04\0\0", "no table"),
        (b'a,b\n"1,2\n', "not closed"),
        (codecs.BOM_UTF8 + b"a,\xff", "begins like utf-8"),
        (b"x" * (10 << 20) + b"x", "larger than 10 MB"),
    ],
)
def test_what_is_no_table_is_refused(content, said):
    with pytest.raises(SheetError, match=said):
        Sheet(content)


def test_two_columns_of_one_name_are_not_guessed():
    with pytest.raises(SheetError, match="two columns called 'Grade'"):
        Sheet(b"Grade,Grade\n1,2\n").column("Grade")
