"""Where the journal lies, where nothing may be written, and a home that cannot be used."""

from __future__ import annotations

import importlib
import os
import sys

import platformdirs
import pytest

from coursekit import check, hint, predicted, progress
from coursekit.checking import registry
from coursekit.desk.home import folder

EXERCISE = registry.get("gru_step")


def wrong(x, h, params):
    return EXERCISE.mistakes[0].implement(x, h, params)


def try_it(answer):
    return check(answer, "gru_step")


@pytest.mark.parametrize(("name", "value"), [("COURSEKIT_PROGRESS", "off"), ("NBGRADER_EXECUTION", "autograde")])
def test_nothing_is_written_where_it_is_switched_off_or_nbgrader_runs(monkeypatch, name, value):
    monkeypatch.setenv("COURSEKIT_CHECK_IN_KERNEL", "1")
    monkeypatch.setenv(name, value)
    try_it(wrong), hint("gru_step"), predicted("name", 1, 2)
    assert "nothing is written down" in progress().text
    assert not folder().exists()


def test_the_engine_alone_writes_nothing():
    from coursekit.checking import evaluate

    evaluate("gru_step", wrong)
    assert not folder().exists()


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="root may write everywhere")
def test_a_read_only_home_is_told_once_in_the_report(tmp_path, monkeypatch):
    tmp_path.chmod(0o500)
    monkeypatch.setenv("COURSEKIT_HOME", str(tmp_path / "none"))
    _told_once()


def test_a_home_that_is_a_file_is_told_once_in_the_report(tmp_path, monkeypatch):
    (tmp_path / "home").write_text("")
    monkeypatch.setenv("COURSEKIT_HOME", str(tmp_path / "home"))
    _told_once()


def test_the_map_says_that_a_home_cannot_be_written_before_anything_was_checked(tmp_path, monkeypatch):
    (tmp_path / "home").write_text("")
    for home in (tmp_path / "home", tmp_path / "home" / "deeper"):
        monkeypatch.setenv("COURSEKIT_HOME", str(home))
        assert "Your progress cannot be kept" in progress().text
    monkeypatch.setenv("COURSEKIT_HOME", str(tmp_path / "new" / "deeper"))
    assert "cannot be kept" not in progress().text


def test_another_copy_of_the_course_has_a_past_of_its_own(tmp_path, monkeypatch):
    for name in ("mine", "again"):
        (tmp_path / name / "05_gru").mkdir(parents=True)
        (tmp_path / name / "start.ipynb").write_text("{}")
    monkeypatch.chdir(tmp_path / "mine" / "05_gru")
    try_it(EXERCISE.reference)
    monkeypatch.chdir(tmp_path / "again")
    assert try_it(wrong).since == ()
    monkeypatch.chdir(tmp_path / "mine")
    assert try_it(wrong).since == ()  # the last try was that of the other copy
    assert try_it(wrong).since != ()
    assert str(tmp_path) not in (folder() / "progress.jsonl").read_text()


def _told_once():
    first, second = try_it(wrong), try_it(EXERCISE.reference)
    assert any("Your progress cannot be kept" in note for note in first.notes)
    assert len(first.notes) == 1 and second.notes == ()
    assert second.passed and second.since == ("What was wrong is right now.",), "this kernel remembers all the same"


def test_without_a_home_folder_the_kernel_remembers(monkeypatch):
    def homeless(*_, **__):
        raise RuntimeError("Could not determine home directory.")

    monkeypatch.delenv("COURSEKIT_HOME")
    monkeypatch.setattr(platformdirs, "user_data_path", homeless)
    try_it(wrong)
    assert try_it(wrong).since != ()


@pytest.fixture
def on(monkeypatch):
    """Take this for another system, with no variables but these."""

    def settle(platform, variables):
        for name in ("COURSEKIT_HOME", "XDG_DATA_HOME", "LOCALAPPDATA"):
            monkeypatch.delenv(name, raising=False)
        for name, value in variables.items():
            monkeypatch.setenv(name, value)
        monkeypatch.setattr(sys, "platform", platform)
        importlib.reload(platformdirs)  # it asks for the system once, when it is loaded

    yield settle
    monkeypatch.undo()
    importlib.reload(platformdirs)


@pytest.mark.parametrize(
    ("platform", "variables", "expected"),
    [
        ("linux", {"XDG_DATA_HOME": "/data"}, "/data/coursekit"),
        ("linux", {"HOME": "/home/ada"}, "/home/ada/.local/share/coursekit"),
        ("darwin", {"HOME": "/Users/ada"}, "/Users/ada/Library/Application Support/coursekit"),
        # Elsewhere than on Windows nobody can be asked for LOCALAPPDATA but this variable of platformdirs.
        ("win32", {"WIN_PD_OVERRIDE_LOCAL_APPDATA": "C:/ada/Local"}, "C:/ada/Local/coursekit"),
    ],
)
def test_the_folder_is_where_the_system_keeps_such_data(on, platform, variables, expected):
    on(platform, variables)
    assert folder().as_posix() == expected


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has a folder for every user")
def test_a_user_without_a_home_is_told_so_and_gets_no_folder_called_tilde(on, monkeypatch):
    on(sys.platform, {})
    monkeypatch.setattr(os.path, "expanduser", lambda path: path)
    with pytest.raises(RuntimeError, match="home directory"):
        folder()
