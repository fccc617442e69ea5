"""The learner's journal: two kernels at once, restarts, and files that cannot be read or written."""

from __future__ import annotations

import contextlib
import json
import os
import select
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from coursekit.desk.journal import Journal
from tests.processes import started

WRITER = """
import sys
from pathlib import Path
from coursekit.desk.journal import Journal
journal = Journal(Path(sys.argv[1]), lambda record: None, lambda: None)
print("ready", flush=True)
sys.stdin.readline()
for number in range(200):
    journal.add("check", writer=sys.argv[2], number=number, padding="é" * int(sys.argv[2]) * 50)
"""


class Reader:
    """A journal that collects what it reads."""

    def __init__(self, path):
        self.records = []
        self.journal = Journal(path, self.records.append, self.records.clear)

    def numbers(self):
        self.journal.catch_up()
        return [record["number"] for record in self.records]


@pytest.fixture
def path(tmp_path):
    return tmp_path / "not there yet" / "progress.jsonl"


def test_what_one_process_writes_another_reads_and_a_later_one_too(path):
    one, other = Reader(path), Reader(path)
    one.journal.add("check", number=1)
    assert one.numbers() == [1] and other.numbers() == [1]
    other.journal.add("check", number=2)
    one.journal.add("check", number=3)
    assert one.numbers() == other.numbers() == [1, 2, 3]
    assert Reader(path).numbers() == [1, 2, 3]


def test_processes_that_write_at_once_lose_nothing(path):
    command = [sys.executable, "-c", WRITER, str(path)]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    with contextlib.ExitStack() as running:
        writers = [running.enter_context(started([*command, str(number)], **pipes)) for number in range(1, 5)]
        for writer in writers:
            readable, _, _ = select.select([writer.stdout], [], [], 120)
            assert readable and writer.stdout.readline() == "ready\n"
        for writer in writers:
            writer.stdin.write("go\n")
            writer.stdin.flush()
        assert [writer.wait(timeout=120) for writer in writers] == [0] * 4
    reader = Reader(path)
    reader.numbers()
    assert reader.journal.troubles() == []
    for name in "1234":
        assert [r["number"] for r in reader.records if r["writer"] == name] == list(range(200))


def test_only_the_owner_may_read_the_file(path):
    Reader(path).journal.add("check", number=1)
    if os.name == "posix":
        assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_line_that_is_being_written_is_waited_for(path):
    reader = Reader(path)
    reader.journal.add("check", number=1)
    with path.open("ab") as file:
        file.write(b'\n{"kind": "check", "num')
        file.flush()
        assert reader.numbers() == [1]
        file.write(b'ber": 2}\n')
    assert reader.numbers() == [1, 2]
    assert reader.journal.troubles() == []


@pytest.mark.parametrize(
    "broken",
    [b'{"kind": "check", "num', b"\x00\xff\xfe", b"[1, 2]", b'{"number": 5}', b"[" * 100_000],
    ids=["cut short", "no text", "a list", "no kind", "too deep"],
)
def test_a_damaged_file_is_kept_aside_and_its_good_lines_go_on(path, broken):
    Reader(path).journal.add("check", number=1)
    with path.open("ab") as file:
        file.write(b"\n" + broken)  # without an end: the next line must not be lost with it
    reader = Reader(path)
    reader.journal.add("check", number=2)
    assert reader.numbers() == [1, 2]
    (told,) = reader.journal.troubles()
    aside = path.with_name("progress-broken.jsonl")
    assert "damaged" in told and str(aside) in told and broken in aside.read_bytes()
    assert reader.journal.troubles() == [], "it is told once"
    reader.journal.add("check", number=3)
    later = Reader(path)
    assert later.numbers() == [1, 2, 3] and later.journal.troubles() == []


def test_a_second_damage_does_not_overwrite_what_was_kept(path):
    for number, noise in enumerate((b"one", b"two")):
        Reader(path).journal.add("check", number=number)
        with path.open("ab") as file:
            file.write(noise + b"\n")
        assert Reader(path).numbers() == list(range(number + 1))
    kept = sorted(p.name for p in path.parent.glob("*broken*"))
    assert kept == ["progress-broken-2.jsonl", "progress-broken.jsonl"]


def test_records_of_a_later_version_are_left_in_peace(path):
    reader = Reader(path)
    reader.journal.add("a kind of tomorrow", number=1, more={"a": [None]})
    assert reader.numbers() == [1] and reader.journal.troubles() == []


def test_a_journal_that_begins_anew_forgets(path):
    one, other = Reader(path), Reader(path)
    for number in range(3):
        one.journal.add("check", number=number)
    assert other.numbers() == [0, 1, 2]
    os.rename(path, path.with_name("old"))
    assert other.numbers() == []
    one.journal.add("check", number=7)
    assert one.numbers() == other.numbers() == [7]


@pytest.mark.skipif(os.name != "posix", reason="a device that is always full is made for Linux")
@pytest.mark.parametrize("where", ["/dev/full", "/proc/1/nothing/progress.jsonl"], ids=["full disk", "no such place"])
def test_what_cannot_be_written_is_remembered_and_told_once(where, tmp_path):
    if not Path("/dev/full").exists():
        pytest.skip("no /dev/full here")
    path = tmp_path / "full.jsonl"
    if where == "/dev/full":
        path.symlink_to(where)
    else:
        path = Path(where)
    reader = Reader(path)
    for number in range(2):
        reader.journal.add("check", number=number)
    assert [record["number"] for record in reader.records] == [0, 1]
    told = reader.journal.troubles()
    assert len(told) == 1 and "cannot be kept" in told[0] and "check itself is not affected" in told[0]
    assert reader.journal.troubles() == []


def test_a_folder_in_the_place_of_the_file_disturbs_nobody(path):
    path.mkdir(parents=True)
    reader = Reader(path)
    reader.journal.catch_up()
    reader.journal.add("check", number=1)
    assert [record["number"] for record in reader.records] == [1]
    assert len(reader.journal.troubles()) == 1


def test_without_a_file_it_remembers_as_long_as_the_process():
    reader = Reader(None)
    reader.journal.add("check", number=1)
    assert reader.numbers() == [1] and reader.journal.troubles() == []


def test_the_lines_are_json_with_the_time(path):
    Reader(path).journal.add("hint", exercise="gru_step", tier=2, odd=float("nan"))
    record = json.loads(path.read_text())
    assert (record["kind"], record["tier"]) == ("hint", 2) and record["at"].endswith("+00:00")
