"""Reading what strangers hand in: every oddity is a sentence, and nothing honest is lost."""

import json
import os

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from coursekit.grading.submission import intake
from coursekit.lessons import notebook_file

EXPECTED = {"lesson": frozenset({"a", "b", "check_a"})}


def notebook(*sources):
    return new_notebook(
        cells=[new_code_cell(source, metadata={"nbgrader": {"grade_id": name}}) for name, source in sources]
    )


def write(path, nb):
    nbformat.write(nb, path)


def test_a_plain_submission_is_read_and_brings_nothing_but_sources_and_names(tmp_path):
    nb = notebook(("a", "x = 1"), ("check_a", "check(a)"))
    nb.cells[0].metadata.update(tags=["skip-execution"], nbgrader={"grade_id": "a", "points": 99, "grade": True})
    nb.cells[0].outputs = [nbformat.v4.new_output("execute_result", {"text/plain": "99"})]
    write(tmp_path / "lesson.ipynb", nb)
    read = intake.read_submission(tmp_path, EXPECTED)
    cell = read.notebooks["lesson"].cells[0]
    assert cell.source == "x = 1" and cell.outputs == []
    assert cell.metadata == {"nbgrader": {"grade_id": "a"}}
    assert not read.problems and not read.remarks


@pytest.mark.parametrize("name", ["lesson.ipynb.txt", "lesson.ipynb.json", "LESSON.IPYNB"])
def test_a_notebook_with_the_ending_of_a_browser_or_of_windows_is_found(tmp_path, name):
    write(tmp_path / name, notebook(("a", "1"), ("b", "2")))
    read = intake.read_submission(tmp_path, {"lesson": frozenset({"a", "b"})})
    assert set(read.notebooks) == {"lesson"} and not read.problems and name in read.remarks[0]


def test_a_renamed_notebook_is_found_by_its_cells(tmp_path):
    write(tmp_path / "lesson (1).ipynb", notebook(("a", "1"), ("b", "2")))
    write(tmp_path / "scratch.ipynb", notebook(("other", "3")))
    read = intake.read_submission(tmp_path, EXPECTED)
    assert read.notebooks["lesson"].cells[0].source == "1"
    assert "lesson (1).ipynb" in read.remarks[0]


def test_two_candidates_are_not_guessed_between(tmp_path):
    for name in ("one", "two"):
        write(tmp_path / f"{name}.ipynb", notebook(("a", "1"), ("b", "2")))
    read = intake.read_submission(tmp_path, EXPECTED)
    assert "not handed in" in read.problems["lesson"]


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "not JSON"),
        (b"<<<<<<< HEAD\n{}", "not JSON"),
        (b"\xff\xfe\x00", "not text"),
        (b"[" * 100_000, "not JSON"),
        (b"[]", "is JSON, but not a notebook"),
        (b"{}", "is JSON, but not a notebook"),
        (b'{"nbformat": 99, "cells": []}', "nbformat is 99"),
        (b'{"nbformat": true, "cells": []}', "is JSON, but not a notebook"),
        (b'{"nbformat": 4, "cells": {}}', "no list of cells"),
        (b'{"nbformat": 4}', "no list of cells"),
        (b'{"nbformat": 3, "worksheets": 5}', "cannot be read|no list of cells"),
    ],
)
def test_what_is_no_notebook_is_a_problem_with_a_reason(tmp_path, content, sentence):
    (tmp_path / "lesson.ipynb").write_bytes(content)
    read = intake.read_submission(tmp_path, EXPECTED)
    assert not read.notebooks
    assert any(part in read.problems["lesson"] for part in sentence.split("|")), read.problems


def test_broken_cells_are_dropped_and_the_others_stay(tmp_path):
    cells = [
        5,
        {"cell_type": "widget", "source": "x"},
        {"cell_type": "code", "source": ["a = ", "1"], "metadata": {"nbgrader": {"grade_id": ["list"]}}},
        {"cell_type": "code", "source": 7},
        {"cell_type": "code", "metadata": None},
    ]
    (tmp_path / "lesson.ipynb").write_text(json.dumps({"nbformat": 4, "cells": cells}))
    read = intake.read_submission(tmp_path, EXPECTED)
    assert [cell.source for cell in read.notebooks["lesson"].cells] == ["a = 1", ""]


def test_a_notebook_of_version_3_is_converted(tmp_path):
    old = nbformat.v3.new_notebook(worksheets=[nbformat.v3.new_worksheet(cells=[nbformat.v3.new_code_cell("x = 1")])])
    old.update(nbformat=3, nbformat_minor=0)
    (tmp_path / "lesson.ipynb").write_text(json.dumps(old))
    read = intake.read_submission(tmp_path, EXPECTED)
    assert read.notebooks["lesson"].cells[0].source == "x = 1"


def test_links_are_never_followed(tmp_path):
    secret = tmp_path / "secret.ipynb"
    write(secret, notebook(("a", "secret"), ("b", "secret")))
    folder = tmp_path / "submission"
    folder.mkdir()
    (folder / "lesson.ipynb").symlink_to(secret)
    read = intake.read_submission(folder, EXPECTED)
    assert not read.notebooks and "not a plain file" in read.remarks[0]
    with pytest.raises(intake.Refused):
        intake.read_notebook(folder / "lesson.ipynb")


def test_pipes_and_folders_in_place_of_a_notebook_do_not_block(tmp_path):
    os.mkfifo(tmp_path / "lesson.ipynb")
    (tmp_path / "other.ipynb").mkdir()
    assert "not handed in" in intake.read_submission(tmp_path, EXPECTED).problems["lesson"]


def test_a_file_over_the_limit_is_not_read(tmp_path, monkeypatch):
    monkeypatch.setattr(notebook_file, "MAX_BYTES", 1 << 20)
    (tmp_path / "lesson.ipynb").write_bytes(b" " * ((1 << 20) + 1))
    assert "larger than 1 MB" in intake.read_submission(tmp_path, EXPECTED).problems["lesson"]


def test_a_folder_that_is_not_there_is_a_problem_and_no_crash(tmp_path):
    read = intake.read_submission(tmp_path / "nobody", EXPECTED)
    assert "not handed in" in read.problems["lesson"] and "cannot be read" in read.remarks[0]


def test_markdown_answers_are_kept(tmp_path):
    write(tmp_path / "lesson.ipynb", new_notebook(cells=[new_markdown_cell("words <script>")]))
    assert intake.read_submission(tmp_path, EXPECTED).notebooks["lesson"].cells[0].source == "words <script>"


def given(a="raise NotImplementedError()", b="words"):
    nb = notebook(("a", a), ("b", b), ("check_a", "check(a)"))
    for cell in nb.cells:
        cell.metadata.nbgrader.update(solution=not cell.source.startswith("check"), grade=True)
    return nb


@pytest.mark.parametrize("name", ["lesson-Copy1.ipynb", "lesson solved.ipynb", "final FINAL.ipynb"])
def test_an_untouched_notebook_gives_way_to_the_one_that_holds_answers(tmp_path, name):
    write(tmp_path / "lesson.ipynb", given())
    write(tmp_path / name, given(a="def a(): return 1"))
    read = intake.read_submission(tmp_path, EXPECTED, {"lesson": given()})
    assert read.notebooks["lesson"].cells[0].source == "def a(): return 1"
    assert read.remarks == (f"lesson.ipynb is as it was handed out, and what was read is {name!r}",)


@pytest.mark.parametrize("solved", ["lesson.ipynb", "lesson (1).ipynb"])
def test_of_two_uploads_the_one_that_holds_answers_counts_and_not_the_newest(tmp_path, solved):
    (untouched,) = {"lesson.ipynb", "lesson (1).ipynb"} - {solved}
    write(tmp_path / solved, given(a="def a(): return 1"))
    write(tmp_path / untouched, given())
    os.utime(tmp_path / solved, (1e9, 1e9))
    read = intake.read_submission(tmp_path, EXPECTED, {"lesson": given()})
    assert read.notebooks["lesson"].cells[0].source == "def a(): return 1" and not read.problems
    assert all(solved in remark for remark in read.remarks)


def test_a_notebook_with_answers_stands_beside_a_copy(tmp_path):
    write(tmp_path / "lesson.ipynb", given(a="def a(): return 1"))
    write(tmp_path / "lesson-Copy1.ipynb", given(a="def a(): return 2"))
    read = intake.read_submission(tmp_path, EXPECTED, {"lesson": given()})
    assert read.notebooks["lesson"].cells[0].source == "def a(): return 1" and not read.problems


def test_several_copies_with_different_answers_are_for_a_person(tmp_path):
    for name, source in (
        ("lesson", None),
        ("lesson-Copy1", "def a(): return 1"),
        ("lesson-Copy2", "def a(): return 2"),
    ):
        write(tmp_path / f"{name}.ipynb", given() if source is None else given(a=source))
    read = intake.read_submission(tmp_path, EXPECTED, {"lesson": given()})
    assert not read.notebooks and "'lesson-Copy1.ipynb', 'lesson-Copy2.ipynb'" in read.problems["lesson"]


def test_copies_of_one_content_are_one_and_untouched_ones_are_none(tmp_path):
    write(tmp_path / "lesson.ipynb", given())
    for name in ("one", "two"):
        write(tmp_path / f"{name}.ipynb", given(a="def a(): return 1"))
    write(tmp_path / "three.ipynb", given())
    read = intake.read_submission(tmp_path, EXPECTED, {"lesson": given()})
    assert read.notebooks["lesson"].cells[0].source == "def a(): return 1"


def test_an_untouched_notebook_alone_is_read(tmp_path):
    write(tmp_path / "lesson.ipynb", given())
    write(tmp_path / "lesson-Copy1.ipynb", given())
    read = intake.read_submission(tmp_path, EXPECTED, {"lesson": given()})
    assert read.notebooks["lesson"].cells[0].source == "raise NotImplementedError()" and not read.problems


def uploads(folder, *names, apart_s=100.0):
    """Files of one notebook, each with its name in the answer, handed in one after the other."""
    for number, name in enumerate(names):
        write(folder / name, notebook(("a", name), ("b", "2")))
        os.utime(folder / name, (1e9 + apart_s * number,) * 2)


def counted(folder, expected=EXPECTED):
    read = intake.read_submission(folder, expected)
    return read.notebooks["lesson"].cells[0].source, read


@pytest.mark.parametrize("later", ["lesson-1.ipynb", "lesson (1).ipynb", "lesson(1).ipynb", "lesson_2.ipynb"])
def test_the_newest_of_several_uploads_counts(tmp_path, later):
    uploads(tmp_path, "lesson.ipynb", later)
    source, read = counted(tmp_path)
    assert source == later and not read.problems
    assert later in read.remarks[0] and "lesson.ipynb was not graded" in read.remarks[0]


def test_a_higher_number_is_no_proof_where_the_times_say_otherwise(tmp_path):
    uploads(tmp_path, "lesson-1.ipynb", "lesson.ipynb")
    assert counted(tmp_path)[0] == "lesson.ipynb"


def test_of_files_that_were_unpacked_together_the_number_decides(tmp_path):
    uploads(tmp_path, "lesson-2.ipynb", "lesson-10.ipynb", "lesson-1.ipynb", "lesson.ipynb", apart_s=0.1)
    assert counted(tmp_path)[0] == "lesson-10.ipynb"


def test_uploads_without_a_first_one_are_one_notebook(tmp_path):
    uploads(tmp_path, "lesson-1.ipynb", "lesson-2.ipynb")
    source, read = counted(tmp_path)
    assert source == "lesson-2.ipynb" and read.renamed == {"lesson": "lesson-2.ipynb"}


def test_what_is_another_notebook_is_no_upload_of_this_one(tmp_path):
    uploads(tmp_path, "lesson.ipynb", "lesson-1.ipynb", "lesson-2.ipynb")
    expected = EXPECTED | {"lesson-1": EXPECTED["lesson"]}
    (tmp_path / "lesson-2.ipynb").write_text("{ cut off")
    source, read = counted(tmp_path, expected)
    assert source == "lesson.ipynb" and read.notebooks["lesson-1"].cells[0].source == "lesson-1.ipynb"
    assert read.remarks == (
        "lesson.ipynb counts, because lesson-2.ipynb is not a notebook: it is not JSON. It may be cut off: take the "
        "file from where it was saved, or an earlier version",
    )
    write(tmp_path / "lesson-2.ipynb", notebook(("scratch", "1")))
    assert counted(tmp_path, expected)[0] == "lesson.ipynb"
