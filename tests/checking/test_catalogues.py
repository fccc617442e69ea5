"""Exercises that come with other packages: found where they are installed, kept apart, hidden from the sandbox."""

from __future__ import annotations

import os

import pytest

from coursekit.checking import registry
from coursekit.grading.run import job
from coursekit.grading.run.sandbox import view

SOURCE = """
from coursekit.checking import Draw, Exercise, Tensor
from coursekit.checking.registry import register

register(Exercise("{name}", "own", "x", abs, (Tensor("y"),), lambda rng: iter([Draw("one", {{"x": -1.0}})])))
"""


@pytest.fixture
def install(tmp_path, monkeypatch):
    """Puts a package with a catalogue on the path, as pip would, for one test."""
    registry.get("sigmoid")  # the course's own are registered once, when they are imported
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(registry, "_exercises", dict(registry._exercises))

    def put(module: str, source: str) -> None:
        (tmp_path / f"{module}.py").write_text(source)
        meta = tmp_path / f"{module}-1.dist-info"
        meta.mkdir(exist_ok=True)
        (meta / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {module}\nVersion: 1\n")
        (meta / "entry_points.txt").write_text(f"[coursekit.catalogues]\n{module} = {module}\n")
        registry._entry_points.cache_clear()
        job.grader_version.cache_clear()

    yield put
    registry._entry_points.cache_clear()
    job.grader_version.cache_clear()


def test_an_installed_exercise_is_known_by_its_name(install):
    install("catalogue_one", SOURCE.format(name="exercise_one"))
    assert registry.get("exercise_one").lesson == "own"
    assert "exercise_one" in {exercise.name for exercise in registry.every()}


def test_a_package_that_is_broken_spoils_no_other_exercise(install):
    install("catalogue_two", "raise RuntimeError('half written')")
    assert registry.get("sigmoid").points == 2
    with pytest.raises(RuntimeError, match="half written"):
        registry.get("no_such_exercise")


def test_results_of_an_older_text_are_not_reused(install):
    install("catalogue_three", SOURCE.format(name="exercise_three"))
    before = job.grader_version()
    install("catalogue_three", SOURCE.format(name="exercise_three") + "# more\n")
    assert job.grader_version() != before


def test_the_sandbox_shows_everything_beside_it_and_not_the_catalogue(install, tmp_path):
    install("catalogue_four", SOURCE.format(name="exercise_four"))
    (tmp_path / "harmless.py").write_text("")
    shown = view.without_course([str(tmp_path)])
    assert os.path.join(tmp_path, "harmless.py") in shown
    assert not any("catalogue_four.py" in path or path == str(tmp_path) for path in shown)
