"""The .ts format: what is read, and what is refused with a sentence that helps."""

from __future__ import annotations

import numpy as np
import pytest

from coursekit.sources.own_file import BadFile
from coursekit.sources.ts_format import padded, parse_ts, read_ts

HEADER = "# a comment\n@problemName Example\n@timeStamps false\n@classLabel true up down\n@data\n"
TEXT = HEADER + "1,2,3:4,5,6:up\n\n-1e1,?:0.5,7:down\n"


def test_cases_of_unequal_length_and_missing_numbers():
    cases = parse_ts(TEXT)
    assert cases.classes == ("up", "down") and cases.labels == ["up", "down"]
    np.testing.assert_array_equal(cases.series[0], [[1, 4], [2, 5], [3, 6]])
    np.testing.assert_array_equal(cases.series[1], [[-10, 0.5], [np.nan, 7]])


def test_padding_is_zero_and_labels_are_places():
    data = padded(parse_ts(TEXT.replace("?", "3")), ("down", "up"))
    assert data.x.shape == (2, 3, 2) and data.lengths.tolist() == [3, 2] and data.label.tolist() == [1, 0]
    np.testing.assert_array_equal(data.x[1], [[-10, 0.5], [3, 7], [0, 0]])


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "no case after @data"),
        (HEADER, "no case after @data"),
        ("1,2:up\n" + TEXT, "line 1 stands before @data"),
        (TEXT.replace("true up down", "false"), "names no classes"),
        (TEXT.replace("@timeStamps false", "@timeStamps true"), "a time for every number"),
        (TEXT.replace(":up", ":left"), "line 6 ends with 'left', which is none of the classes up, down"),
        (TEXT.replace("4,5,6", "4,5"), r"channels of \[3, 2\] numbers"),
        (TEXT.replace("-1e1,?:", ""), "1 channels, the case before 2"),
        (TEXT.replace("2,3", "2,three"), "line 6: .*three"),
        (HEADER + "up\n", "line 6 has channels of"),
    ],
)
def test_what_is_no_such_file_is_refused(text, said):
    with pytest.raises(BadFile, match=said):
        parse_ts(text, "some.ts")


@pytest.mark.parametrize(
    "text",
    [
        TEXT.replace("\n", "\r"),
        TEXT.replace("\n", "\r\n"),
        "\ufeff" + TEXT,
        TEXT.replace("@classLabel true", "@CLASSLABEL\tTrue"),
        TEXT.replace(",", " , ").replace(":", " : "),
        TEXT.replace("@data", "@dimensions 2\n@equalLength false\n@seriesLength 9\n@data"),
    ],
    ids=["old line ends", "Windows line ends", "byte-order mark", "tab and capitals", "spaces", "sizes"],
)
def test_other_ways_to_write_the_same(text):
    cases = parse_ts(text)
    assert cases.labels == ["up", "down"] and [values.shape for values in cases.series] == [(3, 2), (2, 2)]


def test_names_of_classes_have_one_form():
    cases = parse_ts("@classLabel true Tu\u0308r auf\n@data\n1,2:T\u00fcr\n3,4:auf\n")
    assert cases.classes == ("T\u00fcr", "auf") and cases.labels == ["T\u00fcr", "auf"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (TEXT.replace("2,3", "2,inf"), "line 6: 'inf' is no number"),
        (TEXT.replace("2,3", "2,1_0"), "line 6: '1_0' is no number"),
        (TEXT.replace("2,3", "2,"), "line 6: '' is no number"),
        (TEXT.replace("2,3", "2,nan"), "line 6: 'nan' is no number"),
        (TEXT.replace("2,3", "2,\0"), "line 6 holds zero bytes"),
        (TEXT.replace("@data", "@dimensions 3\n@data"), "line 7 has 2 channels, and the header says 3"),
        (TEXT.replace("@data", "@equalLength true\n@seriesLength 3\n@data"), "line 10 has 2 numbers in a channel"),
        (TEXT.replace("classLabel", "targetLabel"), "names no classes"),
    ],
)
def test_a_part_that_is_gone_or_no_number_is_told_with_its_line(text, said):
    with pytest.raises(BadFile, match=f"some.ts.*{said}"):
        parse_ts(text, "some.ts")


def test_what_cannot_be_put_into_one_array_is_refused():
    with pytest.raises(BadFile, match="case 2 has missing numbers"):
        padded(parse_ts(TEXT))
    with pytest.raises(BadFile, match="class 'up' is not among"):
        padded(parse_ts(TEXT), ("down",))


def test_files_are_read_from_a_path(tmp_path):
    path = tmp_path / "a.ts"
    with pytest.raises(BadFile, match="there is no file"):
        read_ts(path)
    path.write_bytes("\ufeff".encode() + TEXT.encode())
    assert read_ts(path).labels == ["up", "down"]
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(BadFile, match="not text in UTF-8"):
        read_ts(path)
