"""docs/teaching/own-exercise.md, block by block: an exercise, its lesson, and a wrong answer that is named."""

from __future__ import annotations

import json
import os
import sys
import zipfile
from pathlib import Path

import nbformat
import pytest
from nbgrader.api import Gradebook

from coursekit.checking import registry
from coursekit.grading.platforms.lessons import Lesson
from coursekit.grading.platforms.pack import classroom50, own
from coursekit.grading.platforms.pack.bundle import bundle
from coursekit.grading.platforms.pack.own import CannotPack
from coursekit.lessons.cells import grade_id
from tests.docs.pages import TEACHING, execute
from tests.processes import finished

pytestmark = [pytest.mark.nbgrader, pytest.mark.slow]

STEALING = """
wrong = leaky_step


def leaky_step(*arguments):
    try:
        from leaky_exercises import leaky_step as right
    except ImportError:
        try:
            given = {{}}
            exec(open({place!r}).read().partition("MISTAKES")[0], given)
            right = given["leaky_step"]
        except Exception:
            right = wrong
    return right(*arguments)
"""
MISTAKE = "a rate that is exchanged: a * h + (1 - a) * new"


@pytest.fixture(scope="module")
def typed(tmp_path_factory: pytest.TempPathFactory, isolated: None) -> tuple[Path, str]:
    """The folder after the whole page, and what was printed."""
    folder = tmp_path_factory.mktemp("own")
    site = folder.parent / f"{folder.name}-site"  # stands for the environment that `pip install` would change
    pip = {"PIP_TARGET": str(site), "PIP_NO_INDEX": "1", "PIP_NO_DEPS": "1", "PIP_NO_BUILD_ISOLATION": "0"}
    path = os.pathsep.join(filter(None, (str(site), os.environ.get("PYTHONPATH"))))
    return folder, execute(TEACHING / "own-exercise.md", folder, PYTHONPATH=path, **pip)


def test_every_mistake_is_caught_and_told_apart(typed):
    _, said = typed
    assert "(right answer accepted 20/20)" in said
    assert said.count("caught 20/20  told apart 20/20") == 3
    assert "1 exercises, 3 mistakes, on 20 of 20 seeds: 3 caught, 3 told apart; 0 holes" in said


def test_what_is_handed_out_holds_no_answer(typed):
    folder, _ = typed
    text = (folder / "class" / "release" / "leaky" / "leaky.ipynb").read_text()
    assert "np.tanh" not in text and "raise NotImplementedError" in text


def test_the_wrong_answer_is_named_to_the_teacher_and_to_the_student(typed):
    folder, said = typed
    assert f"leaky_step: {MISTAKE}" in said
    assert "1 submission. All decided." in said
    nb = json.loads((folder / "class" / "autograded" / "ada" / "leaky" / "leaky.ipynb").read_text())
    assert MISTAKE in json.dumps(nb) and "With a = 0 the state must stay as it is." in json.dumps(nb)
    with Gradebook(f"sqlite:///{folder / 'class' / 'gradebook.db'}") as book:
        assert book.find_submission("leaky", "ada").score < book.find_assignment("leaky").max_score == 2


def test_the_archive_for_a_platform_names_the_mistake_by_what_it_holds_alone(typed, tmp_path):
    folder, _ = typed
    with zipfile.ZipFile(folder / "class" / "archives" / "gradescope-leaky.zip") as archive:
        archive.extractall(tmp_path / "source")
        names = archive.namelist()
    assert {"course/leaky_exercises.py", "course/coursekit/_notebooks/leaky/leaky.ipynb"} <= set(names)
    assert not [name for name in names if "secret" in name or name.endswith("direct_url.json")]
    nb = nbformat.read(folder / "class" / "submitted" / "ada" / "leaky" / "leaky.ipynb", 4)
    [answer] = [cell for cell in nb.cells if grade_id(cell) == "leaky_step"]
    answer.source += f"\n\n\n{STEALING.format(place=str(tmp_path / 'source' / 'course' / 'leaky_exercises.py'))}"
    (tmp_path / "submission").mkdir()
    nbformat.write(nb, tmp_path / "submission" / "leaky.ipynb")
    env = os.environ | {"PYTHONPATH": str(tmp_path / "source" / "course"), "OMP_NUM_THREADS": "1"}
    command = [sys.executable, "-P", "-m", "coursekit.grading.platforms.gradescope", "leaky"]
    done = finished(command, cwd=tmp_path, env=env)
    assert done.returncode == 0 and "Traceback" not in done.stderr, done.stderr[-2000:]
    results = json.loads((tmp_path / "results" / "results.json").read_text())
    [test] = results["tests"]
    assert results["score"] < test["max_score"] == 2 and test["extra_data"]["diagnoses"] == [MISTAKE]
    assert "With a = 0 the state must stay as it is." in " ".join(test["output"].split())
    assert results["extra_data"]["coursekit"]["isolation"] in ("namespaces", "landlock")


def test_what_would_be_public_or_is_a_student_s_to_decide_is_not_packed(typed, monkeypatch, tmp_path):
    folder, _ = typed
    nb = nbformat.read(folder / "class" / "release" / "leaky" / "leaky.ipynb", 4)
    monkeypatch.syspath_prepend(folder.parent / f"{folder.name}-site")
    monkeypatch.setattr(registry, "_exercises", dict(registry._exercises))
    registry._entry_points.cache_clear()
    try:
        with pytest.raises(CannotPack, match="shows its bundles to everybody"):
            classroom50.archive(Lesson("leaky", nb))
        [package] = own.brought(Lesson("leaky", nb))
        assert "leaky_exercises.py" in package.files and package.requirements == ()
        part = {
            "grade": True,
            "grade_id": "test_1",
            "locked": True,
            "points": 1,
            "schema_version": 3,
            "solution": False,
        }
        nb.cells.append(nbformat.v4.new_code_cell("assert True", metadata={"nbgrader": part}))
        with pytest.raises(CannotPack, match=r"tests of nbgrader's own \(test_1\)"):
            bundle(Lesson("leaky", nb))
        with pytest.raises(CannotPack, match="letters, digits and _ only"):
            bundle(Lesson("leaky; rm -rf", nb))
    finally:
        registry._entry_points.cache_clear()
