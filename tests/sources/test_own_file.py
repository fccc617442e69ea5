"""A learner's own file: what is read, and the one sentence for everything that cannot be read."""

from __future__ import annotations

import numpy as np
import pytest

from coursekit.sources.own_file import BadFile, evenly_spaced, parse_csv_series, read_csv_series

GOOD = "when,load,temp\n2024-01-01 00:00,1.5,7\n2024-01-01 01:00,,8\n2024-01-01 02:00,-2e1,9\n"


def written(tmp_path, text, encoding="utf-8"):
    path = tmp_path / "own.csv"
    path.write_bytes(text.encode(encoding))
    return path


def test_reads_numbers_times_and_empty_cells(tmp_path):
    series = read_csv_series(written(tmp_path, GOOD), time="when", value="load")
    np.testing.assert_array_equal(series.values, [1.5, np.nan, -20])
    assert series.times[2] - series.times[0] == np.timedelta64(2, "h")
    several = read_csv_series(written(tmp_path, GOOD), time=None, value=("temp", "load"))
    assert several.times is None and several.values.shape == (3, 2) and several.values[2].tolist() == [9, -20]


@pytest.mark.parametrize(
    ("text", "how"),
    [
        ("\ufeffwhen;load\r\n01/02/2024 10:00;1,5\r\n\r\n", {"time_format": "%d/%m/%Y %H:%M", "decimal": ","}),
        ('"when"\t"load"\n2024-02-01T12:00:00+02:00\t1.5\n', {}),
        ("when,load,\n2024-02-01T10:00:00Z, 1.5 ,\n", {}),
    ],
    ids=["semicolon, decimal comma, byte-order mark", "tab, quotes, offset", "trailing comma, spaces"],
)
def test_other_ways_to_write_the_same(tmp_path, text, how):
    series = read_csv_series(written(tmp_path, text), time="when", value="load", at_least=1, **how)
    assert series.values.tolist() == [1.5] and series.times[0] == np.datetime64("2024-02-01T10:00")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "empty"),
        ("Load,when\n", "no column 'load': did you mean 'Load'"),
        ("x,y\n1,2\n", "no column 'load'.*'x', 'y'"),
        ("when,load,load\n", "2 columns called 'load'"),
        ("when,load\n2024-01-01,1\n", "has 1 rows, and at least 2"),
        ("when,load\n2024-01-01,one\n2024-01-02,1\n", "line 2.*'one'.*no number"),
        ("when;load\n2024-01-01;1,5\n", "decimal=','"),
        ("when,load\n2024-01-01,inf\n", "no number"),
        ("when,load\n2024-01-01,1,5\n", "line 2 has 3 cells.*decimal comma"),
        ("when,load\n2024-01-01\n", "line 2 has 1 cells"),
        ("when,load\n31.12.2024,1\n", "no time.*time_format"),
        ("when,load\n2024-01-02,1\n2024-01-01,1\n", "line 3.*before that of the line above"),
        ("when,load\n2024-01-02,1\n2024-01-02,1\n", "line 3.*stands there twice"),
        ("when,load\n2024-01-02,1\n2024-01-03T00:00Z,1\n", "some times have an offset"),
        ('when,load\n2024-01-02,"1\n', "no CSV.*quotation mark"),
    ],
)
def test_what_is_wrong_is_said_in_one_sentence(tmp_path, text, said):
    with pytest.raises(BadFile, match=f"own.csv.*{said}") as problem:
        read_csv_series(written(tmp_path, text), time="when", value="load")
    assert "\n" not in str(problem.value) and str(tmp_path) not in str(problem.value)


def test_files_that_are_no_text(tmp_path):
    with pytest.raises(BadFile, match="there is no file"):
        read_csv_series(tmp_path / "absent.csv", time=None, value="load")
    with pytest.raises(BadFile, match="not text in UTF-8"):
        read_csv_series(written(tmp_path, "zeit,größe\n", "latin-1"), time=None, value="größe")


def test_evenly_spaced_fills_gaps_with_nan():
    text = "t,v\n2024-01-01 00:00:00,1\n2024-01-01 00:05:00,2\n2024-01-01 00:10:20,3\n2024-01-01 00:20:00,5\n"
    values, step = evenly_spaced(parse_csv_series(text, time="t", value="v"))
    assert step == np.timedelta64(5, "m")
    np.testing.assert_array_equal(values, [1, 2, 3, np.nan, 5])


@pytest.mark.parametrize(
    ("times", "said"),
    [
        ([None], "no times"),
        (["2024-01-01", "2024-01-02", "2024-01-03T07:00", "2024-01-03T12:00", "2024-01-04T01:00"], "no regular step"),
        (["1024-01-01T00:00", "2024-01-01T00:00", "2024-01-01T00:01", "2024-01-01T00:02"], "wrong date"),
    ],
)
def test_a_grid_that_makes_no_sense_is_refused(times, said):
    text = "t,v\n" + "".join(f"{moment},1\n" for moment in times)
    series = parse_csv_series(text, time=None if times == [None] else "t", value="v", at_least=1)
    with pytest.raises(BadFile, match=said):
        evenly_spaced(series)


@pytest.mark.parametrize(("repeats", "kept"), [("first", [1, 3]), ("last", [2, 3])])
def test_repeated_times_are_kept_once_if_asked(repeats, kept):
    text = "t,v\n2024-01-01,1\n2024-01-01,2\n2024-01-02,3\n"
    assert parse_csv_series(text, time="t", value="v", repeats=repeats).values.tolist() == kept
    with pytest.raises(ValueError, match="expected None, 'first' or 'last'"):
        parse_csv_series(text, time="t", value="v", repeats="mean")
