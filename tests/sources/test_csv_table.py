"""Tables as programs write them: the header is found, cells are what they are, and every line keeps its number."""

from __future__ import annotations

import unicodedata

import pytest

from coursekit.sources.csv_table import csv_table, plain_name
from coursekit.sources.own_file import parse_csv_series
from coursekit.sources.text_file import BadFile

SAME = [
    ("sep=;\nt;v\n2024-01-01;1.5\n", "sep= line"),
    ('"sep=\t"\nt\tv\n2024-01-01\t1.5\n', "sep= line with a tab"),
    ("sep=^\nt^v\n2024-01-01^1.5\n", "sep= line with another character"),
    ("\n\nt;v\n2024-01-01;1.5\n", "empty lines first"),
    (";\nt;v\n2024-01-01;1.5\n", "an empty row first"),
    ("Station 5, roof; 2024\nt;v\n2024-01-01;1.5\n", "a title"),
    ('Station "5", roof\nt;v\n2024-01-01;1.5\n', "a title with quotation marks"),
    ('"Station;5"\n\nUnit: kW, hourly\n# made by hand\nt;v\n2024-01-01;1.5\n', "several lines of title"),
    ("t;v;kW, mean, of, many\n2024-01-01;1.5;1\n", "more commas than semicolons in the header"),
    ("t|v|w\n2024-01-01|1.5|\n", "bars"),
    ("t,v\r2024-01-01,1.5\r", "old line ends"),
    ("t,v\r\r\n2024-01-01,1.5\r\r\n", "doubled line ends"),
    ("\ufeff\ufefft,v\n2024-01-01,1.5\n", "two byte-order marks"),
    ('t;v;"a\nb"\n2024-01-01;1.5;"x;\ny"\n', "line ends within quotation marks"),
    ("t;v;;\n2024-01-01;1.5;;\n", "empty columns at the end"),
    (";t;v\n0;2024-01-01;1.5\n", "a column without a name in front"),
    ("x,x,t,v\n1,2,2024-01-01,1.5\n", "other columns with one name"),
    ("t , v\n2024-01-01 , 1.5\n", "spaces"),
    ('"t", "v", "w"\n"2024-01-01", "1.5", "a, b"\n', "spaces before quotation marks"),
    ("sep=;\nt\tv\n2024-01-01\t1.5\n", "a sep= line that another program has made wrong"),
    ("sep=,\nt;v\n2024-01-01;1.5\n", "a sep= line that is wrong"),
    ("\u200bt;v\u200e;w\u00ad\n2024-01-01;1.5;\n", "marks in the header that cannot be seen"),
    ("t;v\n2024-01-01;1.5\n\x1a", "DOS's end of a file"),
    ('"t","v"\n"2024-01-01","1.5"\n', "quoted numbers"),
    ("t,v\n2024-01-01,1.5\n,\n,\n", "rows without content at the end"),
]


@pytest.mark.parametrize("text", [text for text, _ in SAME], ids=[name for _, name in SAME])
def test_other_ways_to_write_the_same_table(text):
    series = parse_csv_series(text, time="t", value="v", at_least=1)
    assert (
        series.values.tolist() == [1.5] and series.times[0].astype("datetime64[D]").item().isoformat() == "2024-01-01"
    )


@pytest.mark.parametrize("form", ["NFC", "NFD", "NFKC", "NFKD"])
def test_names_are_the_same_in_every_form(form):
    for asked in ("NFC", "NFD"):
        name = unicodedata.normalize(asked, "Größe in m")
        text = unicodedata.normalize(form, "t;Größe\u00a0in  m\n2024-01-01;1.5\n")
        assert parse_csv_series(text, time="t", value=name, at_least=1).values.tolist() == [1.5]
    assert plain_name(" \ufeffA\u0308\u202fb ") == "\u00c4 b"


def test_commas_in_a_quoted_header_are_part_of_it():
    text = '"t, local";"v, kW"\n2024-01-01;1.5\n'
    assert parse_csv_series(text, time="t, local", value="v, kW", at_least=1).values.tolist() == [1.5]


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_one_column_needs_no_delimiter(end):
    text = end.join(["v", "1,5", "", "2,5", ""])
    values = parse_csv_series(text, time=None, value="v", decimal=",").values
    assert values[[0, 2]].tolist() == [1.5, 2.5] and len(values) == 3
    with pytest.raises(BadFile, match="line 2: column 'v' has '1,5', which is no number; read it with decimal=','"):
        parse_csv_series(text, time=None, value="v", name="a.csv")


def test_lines_are_counted_as_an_editor_does():
    text = 'Title\n\nt;v;remark\n2024-01-01;1;"two\nlines"\n2024-01-02;x;\n'
    assert [row.where for row in csv_table(text, ("t", "v"), "a.csv").rows] == ["a.csv, line 4", "a.csv, line 6"]
    with pytest.raises(BadFile, match="^a.csv, line 6: column 'v' has 'x'"):
        parse_csv_series(text, time="t", value="v", name="a.csv")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("t v\n2024-01-01 1.5\n", "no column 'v'.*'t v'"),
        ("T;V\n2024-01-01;1.5\n", "no column 'v': did you mean"),
        ("2024-01-01;1.5\n2024-01-02;1.5\n", "no column 'v'.*'2024-01-01', '1.5'"),
        ("sep=;\n", "is empty"),
        (" \n\n", "is empty|no column"),
        ("t;v;v\n2024-01-01;1;2\n", "2 columns called 'v'"),
        ("t,v,\n2024-01-01,1,5\n", "line 2 has 3 cells where the header has 2"),
        ("t;v\n2024-01-01;1.5;extra\n", "line 2 has 3 cells"),
        ("t;v\n2024-01-01;1.5\nsum\n", "line 3 has 1 cells"),
        ('t;v\n2024-01-01;"1.5\n2024-01-02;1.5\n', "no CSV.*quotation mark"),
        ("t;v\n2024-01-01;1\0\n", "line 2 holds zero bytes"),
        ("t\0;\0v\0\n\0", "line 1 holds zero bytes"),
    ],
)
def test_what_is_no_such_table_is_refused_in_one_sentence(text, said):
    with pytest.raises(BadFile, match=f"^a.csv.*({said})") as problem:
        parse_csv_series(text, time="t", value="v", name="a.csv", at_least=1)
    assert "\n" not in str(problem.value)
