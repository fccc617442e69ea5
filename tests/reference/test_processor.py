"""The size of a chunk follows the size of the cache, where the system tells it and where it does not."""

from __future__ import annotations

from pathlib import Path

import pytest

from coursekit.reference import processor


def described(folder: Path, *caches: tuple[str, str, str]) -> Path:
    """A folder as Linux has it: level, type and size of each cache."""
    for place, texts in enumerate(caches):
        (folder / f"index{place}").mkdir(parents=True)
        for name, text in zip(("level", "type", "size"), texts, strict=True):
            (folder / f"index{place}" / name).write_text(text + "\n")
    return folder


def test_the_second_level_is_found_among_the_caches(tmp_path):
    first = [("1", "Data", "32K"), ("1", "Instruction", "32K")]
    assert processor.second_level_cache(described(tmp_path, *first, ("2", "Unified", "512K"))) == 512 << 10


@pytest.mark.parametrize(
    "last", [("3", "Unified", "32768K"), ("2", "Unified", "much"), ("2", "Unified", "0K")], ids=str
)
def test_a_usual_size_where_the_system_does_not_tell(tmp_path, last):
    assert processor.second_level_cache(tmp_path / "none") == processor.USUAL
    assert processor.second_level_cache(described(tmp_path, ("1", "Data", "32K"), last)) == processor.USUAL
    (tmp_path / "index1" / "size").unlink()
    assert processor.second_level_cache(tmp_path) == processor.USUAL


@pytest.mark.parametrize(
    ("cache", "chunk"),
    [(1, processor.LEAST), (1 << 20, 2 << 20), (3 << 20, 6 << 20), (1 << 30, processor.MOST)],
)
def test_a_chunk_is_twice_the_cache_within_limits(monkeypatch, cache, chunk):
    monkeypatch.setattr(processor, "second_level_cache", lambda: cache)
    assert processor.chunk_bytes.__wrapped__() == chunk


@pytest.mark.parametrize(("maker", "intel"), [("GenuineIntel", True), ("AuthenticAMD", False)])
def test_the_maker_is_read_where_linux_tells_it(monkeypatch, tmp_path, maker, intel):
    monkeypatch.setattr(processor, "ABOUT", tmp_path / "cpuinfo")
    monkeypatch.setattr(processor.platform, "processor", lambda: "Intel64 Family 6 Model 165, GenuineIntel")
    assert processor.by_intel.__wrapped__()  # by what Python says, as long as there is no file
    (tmp_path / "cpuinfo").write_text(f"processor\t: 0\nvendor_id\t: {maker}\n")
    assert processor.by_intel.__wrapped__() == intel
