"""Writing the notebooks of a clone, finding what is out of date, and the start page."""

from __future__ import annotations

from pathlib import Path

import nbformat
import pytest

from coursekit.lessons import LessonError, drift, publish

ROOT = Path(__file__).parents[2]


def contents(folder: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in folder.rglob("*.ipynb")}


def test_every_lesson_is_written_and_building_twice_changes_nothing(course, points):
    written = publish(course, points)
    assert {path.relative_to(course).as_posix() for path in written} == {
        "notebooks/01_tiny/01_tiny.ipynb",
        "notebooks/02_small/02_small.ipynb",
        "notebooks/start.ipynb",
        "solutions/01_tiny/01_tiny.ipynb",
        "solutions/02_small/02_small.ipynb",
    }
    first = contents(course)
    assert all(text.endswith(b"}\n") for text in first.values())
    assert publish(course, points) == []
    for path in first:
        path.unlink()
    publish(course, points)
    assert contents(course) == first


def test_an_unfinished_write_leaves_the_old_notebook(course, points, monkeypatch):
    publish(course, points)
    before = contents(course)
    for text in (course / "solutions").rglob("*.md"):
        text.write_text(text.read_text() + "\nMore.\n")
    monkeypatch.setattr("os.replace", lambda *paths: (_ for _ in ()).throw(OSError("no space left")))
    with pytest.raises(OSError, match="no space left"):
        publish(course, points)
    assert contents(course) == before
    assert [path for path in course.rglob(".*") if path.is_file()] == []


def test_nothing_is_written_if_one_text_is_wrong(course, points):
    (course / "solutions" / "02_small" / "02_small.md").write_text("# Small\n\n```bash\nls\n```\n")
    with pytest.raises(LessonError, match="02_small.md:3"):
        publish(course, points)
    assert contents(course) == {}


def test_a_lesson_that_says_an_answer_is_not_published(course, tiny, points):
    tiny.write_text(tiny.read_text() + "\nThe answer is `quarter = a / 4`.\n")
    with pytest.raises(LessonError, match="quarter = a / 4"):
        publish(course, points)


def test_drift_is_found(course, tiny, points):
    publish(course, points)
    assert drift(course, points) == []
    tiny.write_text(tiny.read_text() + "\nMore.\n")
    (course / "notebooks" / "02_small" / "02_small.ipynb").unlink()
    (course / "notebooks" / "03_gone.ipynb").write_text("{}")
    found = "\n".join(drift(course, points))
    assert "01_tiny.ipynb differs from its text" in found
    assert "02_small.ipynb is missing" in found
    assert "03_gone.ipynb has no text" in found


def test_the_start_page_lists_the_lessons_that_exist(course, points):
    publish(course, points)
    page = nbformat.read(course / "notebooks" / "start.ipynb", as_version=4).cells[0].source
    first, second = (line for line in page.splitlines() if line.startswith("- "))
    assert first == "- [01 · A tiny lesson](01_tiny/01_tiny.ipynb) (2 exercises)"
    assert second == "- [02 · Nothing to write](02_small/02_small.ipynb) (nothing to write)"


def test_the_start_page_needs_a_place_for_the_list(course, points):
    (course / "solutions" / "start.md").write_text("# Start\n")
    with pytest.raises(LessonError, match=r"start\.md:1: .*<!-- lessons -->"):
        publish(course, points)


def test_the_notebooks_of_this_course_are_up_to_date():
    """If this fails, a text was edited without `make release`, or a notebook without its text."""
    assert drift(ROOT) == []
