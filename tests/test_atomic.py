"""A file or a folder is there whole or not at all, and nothing else is left beside it."""

import os
import stat

import pytest

from coursekit import atomic


def test_a_file_is_replaced_and_is_its_owners_alone(tmp_path):
    path = tmp_path / "page.html"
    atomic.replace(path, "old\n")
    atomic.replace(path, "new ≠ old\r\n")
    assert path.read_bytes() == "new ≠ old\r\n".encode()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600 and os.listdir(tmp_path) == ["page.html"]
    atomic.replace(path, b"for all", mode=0o644)
    assert stat.S_IMODE(path.stat().st_mode) == 0o644


@pytest.mark.parametrize("content", ["new", "half a surrogate pair: \ud800"])
def test_a_file_that_cannot_be_replaced_stands(tmp_path, monkeypatch, content):
    path = tmp_path / "page.html"
    path.write_text("old")
    monkeypatch.setattr(os, "replace", lambda *paths: (_ for _ in ()).throw(OSError("no space left")))
    with pytest.raises((OSError, UnicodeEncodeError)):
        atomic.replace(path, content)
    assert path.read_text() == "old" and os.listdir(tmp_path) == ["page.html"]


def test_who_creates_a_file_first_is_right(tmp_path):
    path = tmp_path / "secret"
    assert atomic.create(path, "first") and not atomic.create(path, "second")
    assert path.read_text() == "first" and os.listdir(tmp_path) == ["secret"]
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_folder_is_replaced_by_what_it_was_filled_with(tmp_path):
    place = tmp_path / "mini"
    for name in ("one", "two"):
        with atomic.replaced_folder(place) as fresh:
            (fresh / name).write_text(name)
        assert os.listdir(place) == [name] and os.listdir(tmp_path) == ["mini"]
    assert stat.S_IMODE(place.stat().st_mode) == 0o755


def test_a_folder_that_cannot_be_filled_stands(tmp_path):
    place = tmp_path / "mini"
    place.mkdir()
    (place / "one").write_text("one")
    with pytest.raises(ValueError), atomic.replaced_folder(place) as fresh:
        (fresh / "two").write_text("two")
        raise ValueError("cannot be written")
    assert os.listdir(place) == ["one"] and os.listdir(tmp_path) == ["mini"]
