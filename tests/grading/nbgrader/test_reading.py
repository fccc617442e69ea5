"""What nbgrader reads of a submission."""

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook

from coursekit.grading.nbgrader import reading
from coursekit.grading.submission import intake


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """An assignment of two notebooks, and a submission of it."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "nbgrader_config.py").write_text("c = get_config()\n")
    for step in ("release", "submitted/ada"):
        place = tmp_path / step / "two"
        place.mkdir(parents=True)
        for name in ("a", "b"):
            nbformat.write(new_notebook(cells=[new_code_cell(f"{step} {name}")]), place / f"{name}.ipynb")
    return tmp_path / "submitted" / "ada" / "two"


def test_a_folder_is_read_once_and_again_when_it_has_changed(folder, monkeypatch):
    seen, real = [], intake.read_submission
    monkeypatch.setattr(intake, "read_submission", lambda *given: seen.append(given[0]) or real(*given))
    for name in ("a", "b", "a"):
        nb, problem, _ = reading._read(folder / f"{name}.ipynb")
        assert (nb.cells[0].source, problem) == (f"submitted/ada {name}", "")
    assert seen == [folder]
    nbformat.write(new_notebook(cells=[new_code_cell("another")]), folder / "a.ipynb")
    assert reading._read(folder / "a.ipynb")[0].cells[0].source == "another"
    assert seen == [folder, folder]
