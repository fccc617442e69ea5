"""What `coursekit grade` prints; what it does is tested where nbgrader is."""

from __future__ import annotations

from coursekit.cli.grade import _table
from coursekit.grading.batch import Row


def test_no_student_gives_the_terminal_commands(capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "200")
    evil = "\x1b]0;mine\x07\x1b[2J\x9b31m\u202e[link=https://evil.test]"
    _table([Row(f"eve{evil}", "graded", problems=(f"says\r\n{evil}",))])
    said = capsys.readouterr().out
    assert all(mark.isprintable() or mark == "\n" for mark in said)
    assert "[link=" in said, "no markup of the table either"
