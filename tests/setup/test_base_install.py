"""The package without its extras: lessons 00 to 06 are learnt, and everything else says what it needs.

Python is started with a path finder that does not find what the extras bring, as if it had not been installed.
"""

from __future__ import annotations

import importlib.metadata
import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from coursekit import installation
from coursekit.cli.errors import missing_package
from tests.processes import finished

ROOT = Path(__file__).parents[2]
LESSONS = sorted(path for path in (ROOT / "notebooks").glob("0[0-6]_*/*.ipynb"))

HIDDEN = """
from importlib.machinery import PathFinder
HIDDEN = {
    "alembic", "babel", "bokeh_sampledata", "cryptography", "dask", "distributed", "faker", "gymnasium", "jwt",
    "jupyter_server", "jupyterlab", "jupyterlab_server", "jupytext", "latex2mathml", "msgpack", "music21", "nbconvert",
    "nbgrader", "nh3", "num2words", "pmdarima", "psycopg", "pyseccomp", "sklearn", "sktime", "sqlalchemy",
    "statsmodels", "torch", "triton",
}
find = PathFinder.find_spec
def found(name, path=None, target=None):
    return None if name.partition(".")[0] in HIDDEN else find(name, path, target)
PathFinder.find_spec = staticmethod(found)
"""

CHECKED = """
from coursekit.checking import evaluate, registry
from tests.processes import finished
wanted = [e for e in registry.every() if e.lesson < "06b"]
for exercise in wanted:
    assert evaluate(exercise, exercise.reference).passed, exercise.name
    assert not any(evaluate(exercise, mistake.implement).passed for mistake in exercise.mistakes[:1]), exercise.name
print(len(wanted))
"""

Without = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(scope="module")
def without(tmp_path_factory: pytest.TempPathFactory) -> Without:
    """Start Python with these arguments in an empty folder, without what the extras bring."""
    site, folder = tmp_path_factory.mktemp("site"), tmp_path_factory.mktemp("base")
    (site / "sitecustomize.py").write_text(HIDDEN)
    # HOME of its own, so that no progress of the person who tests is read.
    path = os.pathsep.join([str(site), str(ROOT)])
    env = os.environ | {"PYTHONPATH": path, "COURSEKIT_HOME": str(folder / "home"), "COLUMNS": "400"}

    def call(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, *arguments]
        return finished(command, cwd=folder, env=env, seconds=300)

    return call


def test_they_cannot_be_imported(without):
    done = without("-c", "import numpy, torch")
    assert done.returncode == 1 and "ModuleNotFoundError: No module named 'torch'" in done.stderr


def test_the_checks_of_lessons_00_to_06_work(without):
    done = without("-c", CHECKED)
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) >= 30


@pytest.mark.parametrize("notebook", LESSONS, ids=lambda path: path.stem)
def test_what_lessons_00_to_06_import_is_there(without, notebook):
    """Every import that a lesson's cells make, and the figures that they draw by name.

    A cell that compares with PyTorch imports it itself, and before that it makes what later cells need.
    """
    import nbformat

    cells = [cell.source for cell in nbformat.read(notebook, as_version=4).cells if cell.cell_type == "code"]
    assert all("\nimport torch\n" in cell for cell in cells if "torch." in cell.replace("torch.nn.GRU:", ""))
    lines = [line for cell in cells for line in cell.splitlines() if line.startswith(("import ", "from "))]
    lines = [line for line in lines if line != "import torch"]
    figures = sorted({name for cell in cells for name in _figures(cell)})
    program = "\n".join([*(line for line in lines if not line.endswith("(")), "from coursekit import plots"])
    done = without("-c", program + "".join(f"\nplots.{name}" for name in figures))
    assert done.returncode == 0, done.stderr
    assert lines


def _figures(cell: str) -> list[str]:
    return re.findall(r"\bplots\.(\w+)", cell)


@pytest.mark.slow
def test_a_learner_gets_by(without):
    assert without("-m", "coursekit.cli", "start", "mine").returncode == 0
    assert "Numerical tools" in without("-m", "coursekit.cli", "progress").stdout
    done = without("-m", "coursekit.cli", "check", "mine/00_numerical_tools/00_numerical_tools.ipynb")
    assert "sigmoid is not written yet" in done.stdout, done.stderr
    said = without("-m", "coursekit.cli", "data")
    assert said.returncode == 0 and installation.install_command("data") in said.stdout
    done = without("-m", "coursekit.cli", "doctor")
    assert done.returncode == 0, done.stdout
    assert "JupyterLab is not installed" in done.stdout.splitlines()[-2]


@pytest.mark.parametrize(
    ("command", "package", "extra"),
    [
        (("lab",), "jupyterlab", "lab"),
        (("new-course", "mine"), "nbgrader", "teach"),
        (("grade", "00_numerical_tools"), "msgpack", "teach"),
        (("report", "00_numerical_tools"), "nbgrader", "teach"),
        (("release",), "jupytext", "teach"),
    ],
    ids=lambda value: value[0] if isinstance(value, tuple) else value,
)
def test_what_needs_an_extra_names_it_in_one_sentence(without, command, package, extra):
    done = without("-m", "coursekit.cli", *command)
    assert done.returncode == 2
    [line] = done.stderr.splitlines()
    needs = f"coursekit {command[0]}: this needs {package}, which is not installed."
    assert line == f"{needs} To add it: {installation.install_command(extra)}"


@pytest.mark.slow
def test_a_lesson_that_needs_torch_names_it_once_checked(without, tmp_path):
    import nbformat

    notebook = tmp_path / "needs.ipynb"
    nb = nbformat.read(LESSONS[0], as_version=4)
    nb.cells.insert(0, nbformat.v4.new_code_cell("import torch"))
    nbformat.write(nb, notebook)
    said = without("-m", "coursekit.cli", "check", notebook)
    assert f"To add it: {installation.install_command('torch')}" in " ".join((said.stdout + said.stderr).split())


def test_every_package_of_an_extra_is_hidden_here():
    """So that this file goes on telling the truth when an extra grows."""
    ours = installation.distribution()
    names = {one.name for one in installation.requirements(ours, "all")}
    base = importlib.metadata.packages_distributions()
    hidden = {name for module in _hidden() for name in base.get(module, [])}
    with_base = {"markupsafe", "traitlets"}  # which come with Jinja and IPython, whoever asks for them
    installed = {name for name in names if missing_package(ModuleNotFoundError(name=name)) and _is_here(name)}
    assert {_plain(name) for name in installed} - {_plain(name) for name in hidden} - with_base == set()


def _hidden() -> set[str]:
    names: dict = {}
    exec(HIDDEN.partition("find =")[0], names)
    return names["HIDDEN"]


def _is_here(name: str) -> bool:
    try:
        return bool(importlib.metadata.version(name))
    except importlib.metadata.PackageNotFoundError:
        return False


def _plain(name: str) -> str:
    from packaging.utils import canonicalize_name

    return canonicalize_name(name)
