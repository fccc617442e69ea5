"""The course on other people's machines: Binder, Colab, and the one line that all addresses come from."""

from __future__ import annotations

import ast
import os
import re
import sys
import tomllib
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet

from book.links import colab_setup, on_binder, on_colab, repository
from tests.processes import finished

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
CITATION = yaml.safe_load((ROOT / "CITATION.cff").read_text())
NOTEBOOKS = sorted(path.relative_to(ROOT).as_posix() for path in (ROOT / "notebooks").glob("[0-9]*/*.ipynb"))

ON_COLAB = {"IPython", "PIL", "ipywidgets", "matplotlib", "numpy", "torch", "tqdm"}
"""What Google's Colab has installed, by the name of the import, and the lessons use."""

OPTIONAL = {"bokeh", "faker", "gymnasium", "music21", "num2words", "pandas", "pmdarima", "sklearn", "sktime", "triton"}
"""What a lesson imports inside a function, and does without where it is missing."""


def test_pip_can_read_what_binder_installs():
    """Binder runs this command in the clone; without an index and without dependencies nothing is downloaded."""
    offline = ["--dry-run", "--no-deps", "--no-build-isolation", "--no-index", "--ignore-installed"]
    command = [sys.executable, "-m", "pip", "install", *offline, "-r", ".binder/requirements.txt"]
    done = finished(command, cwd=ROOT)
    assert f"Would install {PROJECT['name']}-{PROJECT['version']}" in done.stdout, done.stderr


def test_binder_gets_the_pinned_versions_and_extras_that_exist():
    lines = [line for line in (ROOT / ".binder/requirements.txt").read_text().splitlines() if line[:1] not in ("", "#")]
    constraint, index, ours = lines
    assert (ROOT / ".binder" / constraint.removeprefix("--constraint ")).resolve() == ROOT / "constraints.txt"
    assert index == "--extra-index-url https://download.pytorch.org/whl/cpu"
    assert Requirement(ours.replace(".", PROJECT["name"], 1)).extras <= set(PROJECT["optional-dependencies"])
    python = (ROOT / ".binder/runtime.txt").read_text().strip().removeprefix("python-")
    assert python in SpecifierSet(PROJECT["requires-python"])


@pytest.mark.skipif(os.name == "nt", reason="Binder's script is for Linux")
def test_jupyterlab_on_binder_gets_the_settings_of_the_course(tmp_path):
    script = ROOT / ".binder" / "postBuild"
    assert os.access(script, os.X_OK)
    finished([script], cwd=ROOT, env=os.environ | {"NB_PYTHON_PREFIX": str(tmp_path)}, check=True)
    placed = {path.name: path.read_bytes() for path in (tmp_path / "share/jupyter/lab/settings").iterdir()}
    ours = {path.name: path.read_bytes() for path in (ROOT / "coursekit" / "lab_settings").glob("*.json")}
    del ours["workspace.json"]  # how the window of one's own copy looks, which `coursekit lab` places
    assert placed == ours


@pytest.mark.parametrize("notebook", NOTEBOOKS)
def test_addresses_name_notebooks_of_this_repository(notebook):
    owner_and_name = repository(ROOT).removeprefix("https://github.com/")
    assert re.fullmatch(r"[\w.-]+/[\w.-]+", owner_and_name)
    for address in (on_binder(ROOT, notebook), on_colab(ROOT, notebook)):
        assert f"/{owner_and_name}/" in address
        assert (ROOT / address[address.index("notebooks/") :]).is_file()


def test_no_file_names_the_repository_in_another_way():
    """A link to the repository by hand would not follow when the line in CITATION.cff changes."""
    ours = repository(ROOT)
    for path in [ROOT / "README.md", ROOT / "CONTRIBUTING.md", ROOT / "CHANGELOG.md", *(ROOT / "docs").rglob("*.md")]:
        for found in re.findall(r"https://github\.com/[\w.-]*coursekit[\w.-]*/[\w-]+", path.read_text("utf-8")):
            assert found == ours, f"{path.name}: {found}"
    assert set(PROJECT.get("urls", {}).values()) <= {ours, f"{ours}/issues", f"{ours}/blob/main/CHANGELOG.md"}


def test_nothing_that_people_read_depends_on_where_the_repository_is():
    """Whoever publishes it fills in CITATION.cff, and nothing else."""
    pages = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", ROOT / "pyproject.toml", *(ROOT / "docs").rglob("*.md")]
    owner_and_name = repository(ROOT).removeprefix("https://github.com/")
    assert [page.name for page in pages if owner_and_name in page.read_text("utf-8")] == []
    assert [page.name for page in pages if "github.com/coursekit" in page.read_text("utf-8")] == []


def test_colab_installs_this_package_and_leaves_its_own_alone():
    line = colab_setup(ROOT)
    assert line.startswith("%pip install ") and "--no-deps" in line
    requirement = Requirement(re.search(r'"(.+)"', line)[1])
    assert requirement.name == PROJECT["name"] and requirement.url == f"git+{repository(ROOT)}"


def imports_at_the_top(path: Path) -> set[str]:
    """What importing a file imports: not what its functions import, nor what only type checkers see."""
    found: set[str] = set()

    def visit(node: ast.AST) -> None:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            return
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.dump(node.test):
            return
        if isinstance(node, ast.Import):
            found.update(alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            found.add(node.module.partition(".")[0])
        for child in ast.iter_child_nodes(node):
            visit(child)

    visit(ast.parse(path.read_text(encoding="utf-8")))
    return found


def test_a_lesson_needs_no_more_than_colab_has():
    """The grader, the command line and the builder of notebooks are not used inside a lesson."""
    tools = ("cli", "grading", "lessons", "desk")
    files = [p for p in (ROOT / "coursekit").rglob("*.py") if p.relative_to(ROOT / "coursekit").parts[0] not in tools]
    needed = set().union(*map(imports_at_the_top, files)) - sys.stdlib_module_names - {"coursekit"}
    assert needed <= ON_COLAB | OPTIONAL
    assert {"numpy", "torch", "matplotlib"} <= needed


def test_the_citation_follows_the_format_1_2_0():
    required = {"cff-version", "message", "title", "authors"}
    optional = {"abstract", "date-released", "keywords", "license", "repository-code", "type", "version"}
    assert required <= set(CITATION) <= required | optional
    assert CITATION["cff-version"] == "1.2.0" and CITATION["type"] in ("software", "dataset")
    assert all(set(author) == {"name"} or {"family-names"} <= set(author) for author in CITATION["authors"])
    assert all(isinstance(CITATION[key], str) and CITATION[key].strip() for key in ("message", "title", "abstract"))
    assert re.fullmatch(r"\d{4}-\d{2}-\d{2}", str(CITATION["date-released"]))
    assert len(set(CITATION["keywords"])) == len(CITATION["keywords"])


def test_citation_project_and_changelog_agree():
    assert str(CITATION["version"]) == PROJECT["version"]
    assert " AND ".join(CITATION["license"]).upper() == PROJECT["license"].upper()
    latest = re.search(r"^## \[(\d\S*)\] - (\S+)$", (ROOT / "CHANGELOG.md").read_text("utf-8"), re.MULTILINE)
    assert latest.groups() == (PROJECT["version"], str(CITATION["date-released"]))
