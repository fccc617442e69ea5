"""What a cell means: one thing, or the sentence that says what to change."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pytest

from coursekit.sources.cells import moment, number
from coursekit.sources.own_file import parse_csv_series
from coursekit.sources.text_file import BadFile


@pytest.mark.parametrize(
    ("cell", "decimal", "value"),
    [
        ("1.5", ".", 1.5),
        ("1,5", ",", 1.5),
        ("+.5", ".", 0.5),
        ("-5.", ".", -5.0),
        ("\u22122,5", ",", -2.5),
        ("1.5e3", ".", 1500.0),
        ("1,5E-3", ",", 0.0015),
        ("1234567", ",", 1234567.0),
        ("1.234", ".", 1.234),
        ("1,234", ",", 1.234),
        ("007", ".", 7.0),
    ],
)
def test_numbers(cell, decimal, value):
    assert number("", "v", cell, decimal) == value


@pytest.mark.parametrize("cell", ["", "-", "--", "NA", "n/a", "N/A", "#N/A", "<NA>", "NaN", "null", "None"])
def test_words_for_a_missing_number(cell):
    assert np.isnan(number("", "v", cell, "."))


THOUSANDS = "separators of thousands, take them out"


@pytest.mark.parametrize(
    ("cell", "decimal", "remedy"),
    [
        ("1,234", ".", THOUSANDS),
        ("1,234.5", ".", THOUSANDS),
        ("1,234,567", ".", THOUSANDS),
        ("1.234", ",", THOUSANDS),
        ("1.234,5", ",", THOUSANDS),
        ("1.234.567", ",", THOUSANDS),
        ("1.234.567", ".", THOUSANDS),
        ("1,234,567", ",", THOUSANDS),
        ("1 234", ".", THOUSANDS),
        ("1\u202f234,5", ",", THOUSANDS),
        ("1\u00a0234", ".", THOUSANDS),
        ("1\u2009234", ".", THOUSANDS),
        ("1'234", ".", THOUSANDS),
        ("1\u2019234.50", ".", THOUSANDS),
        ("1_000", ".", THOUSANDS),
        ("-12,345", ".", THOUSANDS),
        ("1,5", ".", "decimal=','"),
        ("0,25", ".", "decimal=','"),
        ("\uff11.\uff15", ".", "leave the cell empty"),
        ("1.5", ",", r"decimal='\.'"),
        ("5%", ".", "percent"),
        ("5 %", ".", "percent"),
        ("5 kW", ".", "without its unit"),
        ("5kW", ".", "without its unit"),
        ("1e999", ".", "leave the cell empty"),
        ("inf", ".", "leave the cell empty"),
        ("#DIV/0!", ".", "leave the cell empty"),
        ("(5)", ".", "leave the cell empty"),
        ("?", ".", "leave the cell empty"),
        ("1_0", ".", "leave the cell empty"),
        ("0x10", ".", "leave the cell empty"),
        ("1.2.3", ".", "leave the cell empty"),
        ("\u0663", ".", "leave the cell empty"),
    ],
)
def test_what_can_be_read_in_two_ways_or_in_none_is_refused_with_the_remedy(cell, decimal, remedy):
    with pytest.raises(BadFile, match=f"^a.csv, line 7: column 'v' has .* no number; .*({remedy})") as problem:
        number("a.csv, line 7", "v", cell, decimal)
    if remedy == THOUSANDS:
        assert "decimal=" not in str(problem.value), "it would corrupt the numbers"


def table(cells):
    return "t;v\n" + "".join(f"2024-01-{k + 1:02d};{cell}\n" for k, cell in enumerate(cells))


@pytest.mark.parametrize("mark", [".", ","])
def test_thousands_beside_whole_numbers_are_seen(mark):
    cells = ["987", f"1{mark}020", "-", "995", f"12{mark}345"]
    with pytest.raises(BadFile, match=f"line 3: column 'v' has '1{mark}020' beside.*'987'.*may mean 1020"):
        parse_csv_series(table(cells), time="t", value="v", decimal=mark)


@pytest.mark.parametrize(
    "cells",
    [
        ["1.020", "2.500", "12.345"],  # three decimals, always
        ["0.987", "1.020", "995"],  # a zero in front is no thousand
        ["987", "1.02", "1.020"],
        ["1.020", "1987"],  # thousands would have a point there too
        ["1.020", "7", "12"],
        ["100", "200"],
    ],
)
def test_decimals_are_no_thousands(cells):
    assert parse_csv_series(table(cells), time="t", value="v").values.tolist() == [float(cell) for cell in cells]


@pytest.mark.parametrize(
    ("cell", "time_format", "expected"),
    [
        ("2024-03-31", None, dt.datetime(2024, 3, 31)),
        ("2024-03-31T14:05", None, dt.datetime(2024, 3, 31, 14, 5)),
        ("2024-03-31 14:05:00,250", None, dt.datetime(2024, 3, 31, 14, 5, 0, 250000)),
        ("2024/03/31 14:05", None, dt.datetime(2024, 3, 31, 14, 5)),
        ("20240331", None, dt.datetime(2024, 3, 31)),
        ("20240331T140500", None, dt.datetime(2024, 3, 31, 14, 5)),
        ("2024-03-31T02:30+01:00", None, dt.datetime(2024, 3, 31, 1, 30, tzinfo=dt.UTC)),
        ("31.03.24 14:05", "%d.%m.%y %H:%M", dt.datetime(2024, 3, 31, 14, 5)),
        ("03/31/2024 02:05 PM", "%m/%d/%Y %I:%M %p", dt.datetime(2024, 3, 31, 14, 5)),
        ("20240331140500", "%Y%m%d%H%M%S", dt.datetime(2024, 3, 31, 14, 5)),
        ("31/Mar/2024 14:05 -0500", "%d/%b/%Y %H:%M %z", dt.datetime(2024, 3, 31, 19, 5, tzinfo=dt.UTC)),
    ],
)
def test_times(cell, time_format, expected):
    assert moment("", "t", cell, time_format) == expected


@pytest.mark.parametrize(
    ("cell", "time_format", "remedy"),
    [
        ("1704067200", None, "number of seconds or days"),
        ("1704067200000", None, "number of seconds or days"),
        ("1704010112000", None, "number of seconds or days"),  # fromisoformat would say 1 January 1704
        ("1704067200.25", None, "number of seconds or days"),
        ("45292", None, "number of seconds or days"),
        ("45292,5", None, "number of seconds or days"),
        ("20240331140500", None, "time_format='%Y%m%d%H%M%S'"),
        ("31032024", None, "number of seconds or days"),
        ("01/02/2024", None, "time_format='%d/%m"),
        ("1.2.24", None, "time_format"),
        ("2024-3-1", None, "write 2024-03-31"),
        ("2024/03/312", None, "write 2024-03-31"),
        ("2024/13/01", None, "write 2024-03-31"),
        ("2024-03-31 02:05 PM", None, "time_format"),
        ("2024-03-31 14:05 CET", None, "time_format"),
        ("2024-02-30", None, "write 2024-03-31"),
        ("", None, "write 2024-03-31"),
        ("n/a", None, "write 2024-03-31"),
        ("13/14/2024", "%d/%m/%Y", "does not match time_format"),
        ("0001-01-01T00:00+05:00", None, "write 2024-03-31"),
    ],
)
def test_what_is_no_time_is_refused_with_the_remedy(cell, time_format, remedy):
    with pytest.raises(BadFile, match=f"^a.csv, line 7: column 't' has .* no time; .*{remedy}"):
        moment("a.csv, line 7", "t", cell, time_format)


@pytest.mark.parametrize(
    ("time_format", "said"),
    [("%d/%m/%Y %H:%M %p", "%p"), ("%d/%m/%Y %I:%M", "%I"), ("%d/%m/%Y %H:%M %Z", "%Z.*%z")],
)
def test_a_format_that_would_drop_half_of_the_day_or_the_zone_is_refused(time_format, said):
    with pytest.raises(ValueError, match=f"time_format: .*{said}"):
        parse_csv_series("t;v\n", time="t", value="v", time_format=time_format)
