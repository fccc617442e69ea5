"""One set of versions: pyproject.toml, constraints.txt, environment.yml and the environment itself."""

from __future__ import annotations

import re
import sys
from importlib import metadata

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name

from tests.processes import finished
from tests.setup.pinned import MINORS, PROJECT, ROOT, pins

EXTRAS = PROJECT["optional-dependencies"]
_ALL = [Requirement(r) for r in (*PROJECT["dependencies"], *(r for extra in EXTRAS.values() for r in extra))]
REQUIREMENTS = [requirement for requirement in _ALL if requirement.name != PROJECT["name"]]


def brought_along(requirements: list[Requirement]) -> set[str]:
    """Names of all installed packages that these requirements need, themselves included."""
    seen: set[tuple[str, str]] = set()
    todo = [(r.name, extra) for r in requirements for extra in ("", *r.extras)]
    while todo:
        name, extra = todo.pop()
        if (canonicalize_name(name), extra) in seen:
            continue
        try:
            needs = metadata.requires(name) or []
        except metadata.PackageNotFoundError:  # an extra that is not installed here
            continue
        seen.add((canonicalize_name(name), extra))
        for need in map(Requirement, needs):
            if need.marker is None or need.marker.evaluate({"extra": extra}):
                todo += [(need.name, e) for e in ("", *need.extras)]
    return {name for name, _ in seen}


@pytest.mark.parametrize("requirement", REQUIREMENTS, ids=str)
def test_every_requirement_is_pinned_within_its_range(requirement: Requirement):
    assert canonicalize_name(requirement.name) in pins()
    assert requirement.specifier.contains(pins()[canonicalize_name(requirement.name)])


def test_what_the_requirements_bring_along_is_pinned_too():
    required = brought_along(REQUIREMENTS)
    assert {"numpy", "torch", "tornado", "sqlalchemy"} <= required
    assert required - set(pins()) == set()


def test_the_environment_holds_the_pinned_versions():
    pinned = pins()
    asked = [*PROJECT["dependencies"], *(r for extra in ("lab", "torch", "teach", "dev") for r in EXTRAS[extra])]
    names = brought_along([Requirement(r) for r in asked])
    installed = {name: metadata.version(name).partition("+")[0] for name in names}
    assert installed == {name: pinned[name] for name in names}


def test_every_pin_installs_on_the_first_release_of_each_python():
    """Debian 12 has 3.11.2: a package that wants 3.11.5 cannot be installed there."""
    first = [f"3.{minor}.0" for minor in MINORS]
    wants = {
        distribution.name: SpecifierSet(distribution.metadata["Requires-Python"])
        for distribution in metadata.distributions()
        if distribution.metadata.get("Requires-Python") and canonicalize_name(distribution.name) in pins()
    }
    assert len(wants) > 100 and first[0] == "3.11.0"
    assert [(name, python) for name, wanted in wants.items() for python in first if python not in wanted] == []


def test_all_is_every_extra_for_people_without_a_gpu():
    mine = {r.name: r.extras for r in _ALL if r.name == PROJECT["name"] and len(r.extras) > 1}
    assert mine == {PROJECT["name"]: set(EXTRAS) - {"all", "dev", "book", "gpu", "hub", "teach"}}
    assert Requirement(EXTRAS["grading"][0]).extras == {"teach"}


def test_the_base_is_light():
    """A learner of lessons 00 to 06 waits for none of these; `brought_along` follows what brings them, too."""
    assert {"ipykernel", "matplotlib"} <= brought_along([Requirement(r) for r in PROJECT["dependencies"]])
    heavy = {"torch", "nbgrader", "jupyterlab", "babel", "jupyter-server", "nbconvert", "sqlalchemy", "scikit-learn"}
    assert brought_along([Requirement(r) for r in PROJECT["dependencies"]]) & heavy == set()


def test_conda_installs_through_the_same_constraints():
    dependencies = yaml.safe_load((ROOT / "environment.yml").read_text())["dependencies"]
    python, pip, through_pip = dependencies
    assert SpecifierSet(python.removeprefix("python")) == SpecifierSet(PROJECT["requires-python"])
    assert pip == "pip"
    assert through_pip == {"pip": ["--constraint constraints.txt", "--editable .[dev,all]"]}


@pytest.mark.slow
def test_the_newest_python_gets_wheels(tmp_path):
    """Asks an index: all of the base is resolved; of what is too large to fetch for a test, the versions are read."""
    newest = f"3.{max(MINORS)}"
    pip, wheels = [sys.executable, "-m", "pip", "--retries", "0"], ["--only-binary=:all:", "--python-version", newest]
    install = [*pip, "install", "--dry-run", "--quiet", "--ignore-installed", *wheels, "--target", str(tmp_path)]
    reached = finished([*install, "--no-deps", "packaging"])
    if reached.returncode:
        pytest.skip(f"no index of packages can be reached: {reached.stderr.splitlines()[-1]}")
    base = finished(
        [*install, "--constraint", "constraints.txt", *PROJECT["dependencies"]],
        cwd=ROOT,
    )
    assert base.returncode == 0, base.stderr
    for name in ("torch", "scikit-learn", "scipy"):
        there = finished([*pip, "index", "versions", *wheels, name])
        assert re.search(rf"[ ,]{re.escape(pins()[name])}(\+\w+)?[,\n]", there.stdout), there.stdout + there.stderr
