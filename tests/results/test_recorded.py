"""Records of long runs: what they say of themselves, and which one is read."""

from __future__ import annotations

import pytest

from coursekit.results import recorded


@pytest.fixture
def one_thread(monkeypatch):
    monkeypatch.setenv("OMP_NUM_THREADS", "1")


def test_a_record_is_read_back_with_where_it_was_made(one_thread, tmp_path):
    path = recorded.write("test", {"results": [1, 2]}, 12.34, tmp_path / "new")
    record = recorded.latest("test", tmp_path / "new")
    assert path.name == f"test-{record['date']}.json"
    assert (record["results"], record["cpu_seconds"], record["threads"]) == ([1, 2], 12.3, 1)
    assert set(record["versions"]) == {"Python", "NumPy", "PyTorch", "coursekit"}
    said = recorded.about(record)
    assert record["date"] in said and "12 s of processor time" in said and f"{recorded.machine()}, 1 thread;" in said
    assert "4 threads;" in recorded.about(record | {"threads": 4})


def test_the_latest_of_its_kind_is_read(one_thread, tmp_path):
    path = recorded.write("test", {"n": 2}, 1, tmp_path)
    (tmp_path / "test-2020-01-01.json").write_text(path.read_text().replace('"n": 2', '"n": 1'))
    (tmp_path / "other-2999-01-01.json").write_text("{}")
    assert recorded.latest("test", tmp_path)["n"] == 2
    assert recorded.latest("nothing", tmp_path) is None


@pytest.mark.parametrize("told", [None, "", "many"])
def test_no_record_without_its_number_of_threads(told, tmp_path, monkeypatch):
    monkeypatch.delenv("OMP_NUM_THREADS", raising=False)
    if told is not None:
        monkeypatch.setenv("OMP_NUM_THREADS", told)
    with pytest.raises(ValueError, match="set OMP_NUM_THREADS"):
        recorded.write("test", {}, 1, tmp_path)
    assert not list(tmp_path.iterdir())


def test_numbers_that_are_none_are_no_record(one_thread, tmp_path):
    with pytest.raises(ValueError):
        recorded.write("test", {"loss": float("nan")}, 1, tmp_path)
