"""A lesson is run once, run again when something that it used has changed, and no failure becomes a page."""

from __future__ import annotations

import shutil
from pathlib import Path

import nbformat
import pytest

from book.execute import BookError, executed
from coursekit.lessons.tree import Lesson

pytestmark = pytest.mark.slow

TEXT = """# A small lesson

One sentence.

```python
from coursekit.reference import numerics

print(numerics.sigmoid(0.0))
```
"""
WRONG = """
```python exercise="sigmoid"
import numpy as np

from coursekit import check


def sigmoid(x):
    ### BEGIN SOLUTION
    return 1 / (1 + np.exp(x))
    ### END SOLUTION
```

```python check="sigmoid"
check(sigmoid)
```
"""
NAMES = """
```python
import os

from IPython.display import HTML

print("in", os.getcwd())
HTML("<p>" + os.getcwd())
```
"""


def written(folder: Path) -> Lesson:
    text = folder / "solutions" / "00_small" / "00_small.md"
    text.parent.mkdir(parents=True)
    text.write_text(TEXT)
    return Lesson(folder, text)


@pytest.fixture
def lesson(tmp_path: Path) -> Lesson:
    return written(tmp_path)


@pytest.fixture(scope="module")
def first_run(tmp_path_factory):
    """What a run of the lesson gave, and the store that it has filled."""
    folder = tmp_path_factory.mktemp("first")
    return *executed(written(folder), folder / "store"), folder / "store"


@pytest.fixture
def store(first_run, tmp_path: Path) -> Path:
    """A store in which the lesson has been run."""
    return shutil.copytree(first_run[-1], tmp_path / "store")


def printed(notebook) -> str:
    return "".join(output.get("text", "") for cell in notebook.cells for output in cell.get("outputs", []))


def test_nothing_changed_means_nothing_is_run(lesson, first_run, store):
    first, ran, _ = first_run
    assert ran and printed(first).strip() == "0.5"
    lesson.text.write_text(TEXT.replace("One sentence.", "Another sentence."))
    second, ran = executed(lesson, store)
    assert not ran and printed(second) == printed(first)
    assert any("Another sentence." in cell.source for cell in second.cells)
    assert second.metadata["used"] == first.metadata["used"]


def test_other_code_is_run(lesson, store):
    lesson.text.write_text(TEXT.replace("0.0", "1000.0"))
    notebook, ran = executed(lesson, store)
    assert ran and printed(notebook).strip() == "1.0"


def test_the_folder_of_the_run_is_named_on_no_page(lesson, tmp_path):
    lesson.text.write_text(TEXT + NAMES)
    notebook, _ = executed(lesson, tmp_path / "store")
    assert printed(notebook) == "0.5\nin the folder of the notebook\n"
    shown = next(one for one in notebook.cells[-1].outputs if one.output_type == "execute_result")
    assert shown.data["text/html"] == "<p>the folder of the notebook"


@pytest.mark.parametrize("what", ["files", "versions", "data"])
def test_what_the_lesson_used_is_known_and_a_change_of_it_is_a_reason_to_run(lesson, store, what):
    kept = nbformat.read(store / "00_small.ipynb", as_version=4)
    used = kept.metadata["used"]
    assert "coursekit/reference/numerics.py" in used["files"] and "coursekit/reference/gru.py" not in used["versions"]
    assert {"Python", "numpy"} <= set(used["versions"])
    if what == "data":
        used["data"] = "something else"
    else:
        used[what] = dict.fromkeys(used[what], "something else")
    nbformat.write(kept, store / "00_small.ipynb")
    assert executed(lesson, store)[1]


def test_recorded_runs_of_the_clone_are_data_of_a_lesson(lesson, tmp_path, store):
    results = tmp_path / "benchmarks" / "results"
    results.mkdir(parents=True)
    (results / "run.json").write_text("{}")
    assert executed(lesson, store)[1]


def test_a_cell_that_fails_stops_the_book(lesson, tmp_path):
    lesson.text.write_text(TEXT + "\n```python\n1 / 0\n```\n")
    with pytest.raises(BookError, match=r"00_small: the cell\n1 / 0\nraised ZeroDivisionError: division by zero"):
        executed(lesson, tmp_path / "store")
    assert not (tmp_path / "store").exists()


def test_an_answer_of_the_lesson_that_is_wrong_stops_the_book(lesson, tmp_path):
    lesson.text.write_text(TEXT + WRONG)
    with pytest.raises(BookError, match="the lesson's own answer to sigmoid does not pass"):
        executed(lesson, tmp_path / "store")


def test_half_a_record_is_no_record(lesson, store):
    (store / "00_small.ipynb").write_text('{"cells": [')
    assert executed(lesson, store)[1]
