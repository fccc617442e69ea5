"""What holds for every verb: help, quick start, and errors without a traceback."""

from __future__ import annotations

import ast
import importlib.metadata
import re
import sys
from pathlib import Path

import pytest

import coursekit
from coursekit.cli import VERBS, main
from coursekit.cli.errors import missing_package
from coursekit.installation import NAME, install_command
from tests.processes import finished

HEAVY = {"torch", "matplotlib", "nbformat", "nbclient", "jupytext", "nbgrader", "IPython", "rich"}


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_explains_itself(call, verb):
    assert verb in call("--help").stdout
    done = call(verb, "--help")
    assert done.returncode == 0
    assert f"usage: coursekit {verb}" in done.stdout


def test_what_a_verb_would_only_repeat_needs_no_verb():
    """An error whose message is whole is `Told`: then no verb can forget to catch it."""
    repeated = [
        f"{path.name}, line {caught.lineno}"
        for path in Path(coursekit.cli.__file__).parent.glob("*.py")
        for caught in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(caught, ast.ExceptHandler) and caught.name and _repeats(caught)
    ]
    assert repeated == []


def _repeats(caught: ast.ExceptHandler) -> bool:
    """Whether all that is done with an error is to raise its words again, whole sentences."""
    raised = [step.exc for step in caught.body if isinstance(step, ast.Raise) and isinstance(step.exc, ast.Call)]
    again = re.compile(rf"str\({caught.name}\)|f.\{{str\({caught.name}\)\.removesuffix.*\}}\.?.")
    return any(again.fullmatch(ast.unparse(each.args[0])) for each in raised if each.args)


def test_what_needs_no_notebook_imports_nothing_heavy():
    code = "import sys; from coursekit.cli import main; main(['start', '/dev/null']); print(*sys.modules)"
    done = finished([sys.executable, "-c", code])
    assert "coursekit.cli" in done.stdout.split()
    assert HEAVY & set(done.stdout.split()) == set()


@pytest.mark.slow
def test_a_package_of_an_extra_is_named_with_the_command_that_brings_it(tmp_path):
    (tmp_path / "nbgrader_config.py").write_text(
        "c = get_config()\nc.CourseDirectory.db_url = 'postgresql+psycopg://x'"
    )
    (tmp_path / "release" / "a").mkdir(parents=True)
    notebook = '{"nbformat": 4, "nbformat_minor": 5, "cells": [], "metadata": {}}'
    (tmp_path / "release" / "a" / "a.ipynb").write_text(notebook)
    (tmp_path / "submitted" / "ada" / "a").mkdir(parents=True)
    code = "import sys; sys.modules['psycopg'] = None; from coursekit.cli import main; sys.exit(main())"
    command = [sys.executable, "-c", code, "grade", "a", "--no-sandbox", "-j", "1", "--course", str(tmp_path)]
    done = finished(command)
    assert done.returncode == 2
    [line] = done.stderr.splitlines()
    assert line.endswith(f"which is not installed. To add it: {install_command('grading')}")


@pytest.mark.parametrize(
    ("module", "said"),
    [("bokeh_sampledata.glucose", "data"), ("triton", "gpu"), ("babel", None), ("re_x", None)],
)
def test_the_smallest_extra_is_found_from_the_name_of_a_module(monkeypatch, tmp_path, module, said):
    lines = (
        "Requires-Dist: babel>=2; sys_platform != 'none'\nRequires-Dist: bokeh_sampledata>=2026.1; extra == 'data'\n"
    )
    lines += "Requires-Dist: triton[x]>=3.2; (python_version > '3' and sys_platform != 'none') and extra == 'gpu'\n"
    lines += "Requires-Dist: bokeh_sampledata>=2026.1; extra == 'all'\nRequires-Dist: re_y; extra == 'all'\n"
    lines += "Provides-Extra: all\nProvides-Extra: data\nProvides-Extra: gpu\n\n"
    (tmp_path / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {NAME}\nVersion: 0.1\n{lines}")
    of = importlib.metadata.PathDistribution(tmp_path)
    monkeypatch.setattr(importlib.metadata, "distribution", lambda name: of)
    found = missing_package(ModuleNotFoundError(name=module))
    assert found is None if said is None else f"pip install '{NAME}[{said}]'" in found


def test_a_package_that_no_extra_brings_is_a_bug_and_shown_as_one(monkeypatch):
    def broken(arguments):
        raise ModuleNotFoundError("No module named 'surely_not'", name="surely_not")

    monkeypatch.setattr("coursekit.cli.doctor.run", broken)
    with pytest.raises(ModuleNotFoundError):
        main(["doctor"])


def test_a_settings_file_with_a_slip_is_named_with_its_line(call, tmp_path):
    for text, said in (("c = get_config()\nc.X.y = nothing\n", "line 2, cannot be read: NameError"), ("(", "line 1,")):
        (tmp_path / "nbgrader_config.py").write_text(text)
        done = call("grade", "a", "--course", tmp_path)
        assert done.returncode == 2
        [line] = done.stderr.splitlines()
        assert "nbgrader_config.py" in line and said in line


@pytest.mark.parametrize("verb", VERBS)
def test_help_has_a_sentence_and_an_example_and_fits_a_terminal(call, monkeypatch, verb):
    monkeypatch.setenv("COLUMNS", "100")
    said = call(verb, "--help").stdout
    assert f"  coursekit {verb}" in said
    assert all(len(line) <= 120 for line in said.splitlines())


def test_no_verb_shows_all_of_them(call):
    done = call()
    assert done.returncode == 2 and done.stdout == ""
    assert all(f"  {verb} " in done.stderr for verb in VERBS)


def test_version(call):
    assert call("--version").stdout.strip() == f"coursekit {coursekit.__version__}"


@pytest.mark.parametrize("arguments", [[], ["fly"], ["start"], ["check"]])
def test_what_cannot_be_understood_shows_usage(call, arguments):
    done = call(*arguments)
    assert done.returncode == 2
    assert done.stderr.startswith("usage: coursekit")


def test_a_reader_that_goes_away_is_no_error(tmp_path):
    """As in `coursekit start mine | head -1`."""
    command = f"{sys.executable} -m coursekit.cli start mine | true"
    done = finished(["bash", "-c", command], cwd=tmp_path)
    assert done.stderr == ""
