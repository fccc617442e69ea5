"""Times of submissions: the right one, or a sentence; never another one in silence."""

from __future__ import annotations

import os
from datetime import datetime

import pytest

from coursekit.grading.submission.times import TIMESTAMP, NotATime, handed_in, time_of

TEN = datetime(2026, 1, 15, 10, 0)

SAME = {
    "as nbgrader writes it": "2026-01-15 10:00:00.000000 UTC",
    "ISO 8601": "2026-01-15T10:00:00Z",
    "without seconds": "2026-01-15 10:00",
    "an offset": "2026-01-15 12:00:00 +0200",
    "an offset with a colon": "2026-01-15T12:00:00+02:00",
    "an offset of the other sign": "2026-01-15 04:30:00 -05:30",
    "seconds since 1970": "1768471200",
    "with a fraction": "1768471200.0",
    "milliseconds": "1768471200000",
    "Eastern time": "2026-01-15 05:00:00 EST",
    "Eastern time in the form of ISO 8601": "2026-01-15T05:00:00 EST",
    "mail": "Thu, 15 Jan 2026 02:00:00 PST",
    "Europe": "2026-01-15 11:00 CET",
    "a place": "2026-01-15 11:00:00 Europe/Berlin",
    "a place that is an offset": "2026-01-15 05:00:00 Etc/GMT+5",
    "a place with three parts": "2026-01-15 07:00:00 America/Argentina/Buenos_Aires",
    "a day that cannot be a month": "15/01/2026 10:00",
    "blanks around it": "  2026-01-15 10:00 UTC\r\n",
    "JavaScript": "Thu Jan 15 2026 12:00:00 GMT+0200 (Eastern European Standard Time)",
    "UTC and an offset": "2026-01-15 12:00 UTC+2",
    "UTC and an offset with a colon": "2026-01-15 04:30:00 UTC-05:30",
    "with words": "January 15, 2026 10:00 AM",
}

YEAR_FIRST = (
    "2026-02-01 10:00:00.000000 UTC",
    "2026-02-01T10:00:00Z",
    "2026-02-01 12:00:00 +0200",
    "2026-02-01T05:00:00 EST",
    "2026/02/01 10:00",
    "2026-2-1 10:00",
    "20260201T100000Z",
)


@pytest.mark.parametrize("text", YEAR_FIRST)
def test_after_the_year_comes_the_month(text):
    assert time_of(text) == datetime(2026, 2, 1, 10, 0)


REFUSED = {
    "": "empty",
    "yesterday": "is no time",
    "2026": "lacks a part",
    "10:00": "lacks a part",
    "2026-01-15": "lacks a part",
    "15 January 10:00": "lacks a part",
    "01/02/2026 10:00": "two ways",
    "26-01-15 10:00": "two ways",
    "15.01.26 10:00": "two ways",
    "260115 10:00": "two ways",
    "2026-01-15 10:00 XYZ": "XYZ",
    "2026-01-15 10:00 IST": "IST",
    "2026-01-15 10:00 CST": "CST",
    "2026-01-15 10:00 Europe/Nowhere": "Europe/Nowhere",
    "2026-01-15 10:00 EST+2": "EST and a number mean can be told in two ways",
    "2026-01-15 10:00 +00:00 Europe/Berlin": "names two time zones",
    "2026-10-25 02:30 Europe/Berlin": "twice or never",
    "2026-03-29 02:30 Europe/Berlin": "twice or never",
    "1970-01-01 00:00 UTC": "year 1970",
    "9999999999": "year 2286",
    "99": "lacks a part|is no time",
    "2026-13-45 10:00": "is no time",
}


@pytest.mark.parametrize("text", SAME.values(), ids=SAME)
def test_one_time_in_many_spellings(text):
    assert time_of(text) == TEN


@pytest.mark.parametrize("text", REFUSED)
def test_what_is_no_time_or_could_be_two_is_refused(text):
    with pytest.raises(NotATime, match=REFUSED[text]):
        time_of(text)


def test_the_course_s_own_zone_settles_what_a_name_means():
    assert time_of("2026-01-15 18:00 CST", "Asia/Shanghai") == TEN
    assert time_of("2026-01-15 04:00 CST", "America/Chicago") == TEN
    assert time_of("2026-01-15 15:30 IST", "Asia/Kolkata") == TEN
    assert time_of("2026-07-15 12:00 CEST", "Europe/Berlin") == datetime(2026, 7, 15, 10, 0)
    with pytest.raises(NotATime):
        time_of("2026-01-15 15:30 IST", "Europe/Berlin")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_what_windows_writes_before_it_changes_no_time(tmp_path, encoding):
    (tmp_path / TIMESTAMP).write_bytes("2026-01-15 10:00:00 UTC\r\n".encode(encoding))
    assert handed_in(tmp_path).time == TEN


def test_a_file_that_says_no_time_leaves_a_sentence(tmp_path):
    assert handed_in(tmp_path).time is None and not handed_in(tmp_path).doubt, "no file is no reason to ask"
    for content in (b"", b"soon", b"\xff\x00\x80", b"2026-01-15 10:00 UTC" + b" " * 500):
        (tmp_path / TIMESTAMP).write_bytes(content)
        found = handed_in(tmp_path)
        assert found.time is None and found.doubt.startswith("timestamp.txt ") and "a person" in found.doubt
    (tmp_path / TIMESTAMP).unlink()
    os.symlink("/etc/hostname", tmp_path / TIMESTAMP)
    assert "no plain file" in handed_in(tmp_path).doubt
