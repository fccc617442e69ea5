"""Files of text: letters as they are meant, or a sentence about what the file is."""

from __future__ import annotations

import os

import pytest

from coursekit.sources.own_file import parse_csv_series, read_csv_series
from coursekit.sources.text_file import BadFile, plain_text


def written(tmp_path, content: bytes):
    path = tmp_path / "own.csv"
    path.write_bytes(content)
    return path


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r", "\r\r\n"])
@pytest.mark.parametrize("mark", ["", "\ufeff", "\ufeff\ufeff"])
def test_marks_line_ends_and_accents_have_one_form(tmp_path, end, mark):
    content = f"{mark}gro\u0308\u00dfe{end}b{end}".encode()
    assert plain_text(written(tmp_path, content)) == "gr\u00f6\u00dfe\nb\n"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("größe".encode("latin-1"), r"not text in UTF-8 \(byte 2\): save it"),
        ("größe".encode("utf-16"), r"not text in UTF-8 \(byte 0\): it is UTF-16, not UTF-8; save it"),
        (b"\xfe\xff" + "größe".encode("utf-16-be"), "UTF-16, not UTF-8"),
        ("t,v\n1,2\n".encode("utf-16-le"), "line 1 holds zero bytes"),
        (b"a\nb\0\nc", "line 2 holds zero bytes"),
        (b"PK\x03\x04\x14\x00\x06\x00\x08\x00", "is a spreadsheet, .*: export a table as CSV"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "is a spreadsheet or a document: export"),
        (b"%PDF-1.7\n%\xe2\xe3", "is a PDF: export it"),
        (b"{\\rtf1\\ansi gr\\'f6\\'dfe}", "is a document with its layout: export it"),
        (b"\x1f\x8b\x08\x00", "is compressed: unpack it"),
        (b"SQLite format 3\0", "is a database: export a table"),
        (b"\xef\xbb\xbf\r\n<!DOCTYPE html><title>Sign in</title>", "is a web page: download the file itself"),
        (b"PAR1\x15\x04\x15\0", "is a table in Parquet: export it as CSV"),
        (b"\x93NUMPY\x01\x00v\x00{'descr': '<f8'", "is an array of NumPy's: export it as CSV with np.savetxt"),
        (b"\x80\x04\x95\x1f\0", "is pickled by Python: export a table as CSV"),
        (b"\x89PNG\r\n\x1a\n\0", "is a picture: choose"),
        (b"BZh91AY&SY\xd1", "is compressed: unpack it"),
    ],
    ids=[
        "latin-1",
        "UTF-16",
        "UTF-16, the other order",
        "UTF-16 without a mark",
        "a zero byte",
        *["xlsx", "xls", "pdf", "rtf", "gz", "db", "html", "parquet", "npy", "pickle", "png", "bz2"],
    ],
)
def test_what_is_no_such_text_is_refused_in_one_sentence(tmp_path, content, said):
    with pytest.raises(BadFile, match=f"^own.csv.*{said}") as problem:
        read_csv_series(written(tmp_path, content), time="t", value="v")
    assert "\n" not in str(problem.value)


@pytest.mark.parametrize("beginning", ["Riffs", "MThd", "BZh", "GIF87", "rdx", "par1"])
def test_a_text_may_begin_as_what_is_none_does(tmp_path, beginning):
    assert plain_text(written(tmp_path, beginning.encode())) == beginning


JSON, SETTINGS = "JSON", "a file of settings (TOML or INI)"


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ('[{"t": "2024-01-01", "v": 1.5}, {"t": "2024-01-02", "v": 2}]', JSON),
        ('{\n  "t": ["2024-01-01"],\n  "v": [1, 2]\n}\n', JSON),
        ('{"t": "2024-01-01", "v": 1}\n{"t": "2024-01-02", "v": 2}\n', JSON),
        ("[[1, 2.5], [2, 3.5]]", JSON),
        ("---\nt: 3\nv:\n  - 1.5\n", "YAML"),
        ('# readings\nt: "2024, May"\nv:\n- 1.5\n- 2.0\n', "YAML"),
        ("- t: 2024-01-01\n  v: 1.5\n- t: 2024-01-02\n  v: 2.0\n", "YAML"),
        ('[readings]\nt = "2024-01-01"\nv = [1.5, 2.0]\n', SETTINGS),
        ('title = "mine"\nv = [1.5, 2.0]\n', SETTINGS),
        ('<?xml version="1.0"?>\n<r><t>1</t><v>2</v></r>', "XML"),
    ],
)
def test_what_is_no_table_is_called_what_it_is(tmp_path, text, kind):
    with pytest.raises(BadFile) as problem:
        read_csv_series(written(tmp_path, text.encode()), time="t", value="v")
    assert str(problem.value) == f"own.csv is {kind} and no table: export it as CSV"


@pytest.mark.parametrize(
    "text", ["time,value\n1,2\n", "[t],[v]\n1,2\n", "-1;2\n", "12:00\n13:00\n", "Station: A\ntime,x\n"]
)
def test_a_table_without_the_column_is_called_that(tmp_path, text):
    with pytest.raises(BadFile, match="has no column"):
        read_csv_series(written(tmp_path, text.encode()), time="t", value="v")


def test_a_header_in_brackets_is_one():
    assert parse_csv_series("[t],[v]\n2024-01-01,1.5\n", time="[t]", value="[v]", at_least=1).values == [1.5]


def test_what_is_no_file(tmp_path):
    with pytest.raises(BadFile, match="there is no file .*none.csv: give its path from"):
        plain_text(tmp_path / "none.csv")
    with pytest.raises(BadFile, match="cannot be read .it is a folder"):
        plain_text(tmp_path)


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="root may read everything")
def test_a_file_of_somebody_else(tmp_path):
    path = written(tmp_path, b"a")
    path.chmod(0)
    with pytest.raises(BadFile, match="cannot be read .Permission denied"):
        plain_text(path)
