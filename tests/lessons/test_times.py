"""What a lesson says of its computing time is what was measured, and what was measured is neither slow nor silent."""

from __future__ import annotations

import json
import re

import pytest

from benchmarks.lessons import MOST, RECORD, SILENT, with_time
from tests.course.learners import LESSONS, ROOT

RECORDS = json.loads(RECORD.read_text())
EXAMPLE = {"seconds": 38.4, "machine": "2 virtual cores, x86_64", "date": "2026-11-28"}


@pytest.mark.parametrize("lesson", LESSONS)
def test_a_lesson_says_its_measured_time_and_no_other(lesson):
    text = (ROOT / "solutions" / lesson / f"{lesson}.md").read_text()
    if lesson in RECORDS:
        assert with_time(text, RECORDS[lesson]) == text
    else:
        assert not re.search(r"compute for \d", text)


@pytest.mark.parametrize("lesson", sorted(RECORDS))
def test_no_lesson_is_slow_and_no_long_cell_silent(lesson):
    assert RECORDS[lesson]["seconds"] < MOST
    assert [cell["cell"] for cell in RECORDS[lesson]["cells"] if cell["seconds"] > SILENT and not cell["bar"]] == []


def test_a_measured_time_replaces_what_stood_there():
    first = with_time("# Title\n\nAbout 45 minutes. All cells together compute for about a minute. More.\n", EXAMPLE)
    said = "About 45 minutes to learn; all cells together compute for 38 s (2 virtual cores, x86_64, 2026-11-28). More."
    assert first == f"# Title\n\n{said}\n"
    assert with_time(first, EXAMPLE | {"seconds": 9.0}) == first.replace("38 s", "9 s")
    with pytest.raises(ValueError, match="the head of the lesson has no line"):
        with_time("# Title\n", EXAMPLE)
