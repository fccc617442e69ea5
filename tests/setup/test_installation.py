"""The lines that tell somebody to install something: true for how this copy came, and never a stranger's package."""

from __future__ import annotations

import importlib.metadata
import json
import re
import shlex
import sys
import tomllib
from pathlib import Path

import pytest

from coursekit import installation
from coursekit.cli import checkup
from coursekit.cli.finding import BROKEN, OK
from tests.processes import finished

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]

WRITTEN = [
    *(path for name in ("README.md", "CONTRIBUTING.md", "CHANGELOG.md", "Makefile") if (path := ROOT / name).exists()),
    *(ROOT / name for name in ("pyproject.toml", "environment.yml", "constraints.txt", ".ci/run")),
    *(path for folder in ("docs", "solutions") for path in sorted((ROOT / folder).rglob("*.md"))),
    *sorted((ROOT / "notebooks").rglob("*.ipynb")),
    *sorted((ROOT / ".binder").iterdir()),
    *sorted((ROOT / ".github").rglob("*.yml")),
    *(path for folder in ("coursekit", "book") for path in sorted((ROOT / folder).rglob("*.py"))),
]

NAMES_THEIRS = (
    re.compile(r"(?<![\w./-])coursekit\[[a-z{]"),  # an extra of theirs: coursekit[grading]
    re.compile(r"\bpip3?\b[^\n`]*\binstall\b[^\n`#;]*[ '\"]coursekit(?![\w./-])"),  # pip install coursekit
    re.compile(r"[\"']coursekit(?: *(?:@|[<>=~!]=?) *[\w.+:/{-]+)[\"']"),  # "coursekit @ git+...", "coursekit>=0.1"
    re.compile(r"^\s*(?:dependencies|requires)\s*=.*[\"']coursekit[\"']", re.MULTILINE),  # a package that needs it
)


def installed_from(folder: Path, origin: dict | str | None, *lines: str) -> importlib.metadata.Distribution:
    """The metadata that pip leaves behind."""
    place = folder / "coursekit_recurrent-0.1.dist-info"
    place.mkdir(parents=True)
    head = ["Metadata-Version: 2.1", f"Name: {installation.NAME}", "Version: 0.1", *lines]
    (place / "METADATA").write_text("\n".join(head))
    if origin is not None:
        (place / "direct_url.json").write_text(origin if isinstance(origin, str) else json.dumps(origin))
    return importlib.metadata.PathDistribution(place)


def test_the_name_is_the_projects_and_not_the_taken_one():
    assert PROJECT["name"] == installation.NAME != installation.TAKEN
    assert PROJECT["scripts"] == {"coursekit": "coursekit.cli:main"}


@pytest.mark.parametrize("path", WRITTEN, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_no_line_that_we_write_or_print_installs_other_peoples_package(path: Path):
    text = path.read_text(encoding="utf-8")
    assert [found[0] for pattern in NAMES_THEIRS for found in pattern.finditer(text)] == []


@pytest.mark.parametrize(
    "line",
    [
        "pip install 'coursekit[grading]'",
        "f\"To add it: pip install 'coursekit[{extra}]'\"",
        "%pip install -q coursekit",
        "python -m pip install --upgrade coursekit",
        '%pip install --no-deps "coursekit @ git+{repository(root)}"',
        'requirement = "coursekit>=0.1"',
        'dependencies = ["coursekit"]',
    ],
)
def test_such_lines_would_be_seen(line: str):
    assert any(pattern.search(line) for pattern in NAMES_THEIRS)


@pytest.mark.parametrize(
    "line", ["pip install -e '/home/ada/coursekit[lab]'", "pip install coursekit-recurrent", "coursekit doctor"]
)
def test_our_own_would_not(line: str):
    assert not any(pattern.search(line) for pattern in NAMES_THEIRS)


def test_a_clone_is_installed_again_from_its_folder(tmp_path):
    clone = tmp_path / "my clone"
    clone.mkdir()
    of = installed_from(tmp_path, {"url": clone.as_uri(), "dir_info": {"editable": True}})
    said = shlex.split(installation.install_command("grading", "rl", of=of))
    assert said == ["pip", "install", "--editable", f"{clone}[grading,rl]"]
    assert shlex.split(installation.install_command(of=of))[-1] == str(clone)


def test_a_folder_that_was_installed_as_a_copy_stays_one(tmp_path):
    of = installed_from(tmp_path / "site", {"url": tmp_path.as_uri(), "dir_info": {}})
    assert shlex.split(installation.install_command("lab", of=of)) == ["pip", "install", f"{tmp_path}[lab]"]


def test_a_wheel_is_installed_again_from_its_file(tmp_path):
    wheel = tmp_path / "coursekit_recurrent-0.1-py3-none-any.whl"
    wheel.touch()
    of = installed_from(tmp_path, {"url": wheel.as_uri(), "archive_info": {}})
    said = shlex.split(installation.install_command("lab", of=of))
    assert said == ["pip", "install", f"{installation.NAME}[lab] @ {wheel.as_uri()}"]


def test_a_repository_is_asked_for_the_same_commit(tmp_path):
    vcs = {"vcs": "git", "commit_id": "abc123", "requested_revision": "main"}
    of = installed_from(tmp_path, {"url": "https://example.org/c.git", "vcs_info": vcs, "subdirectory": "deep"})
    said = shlex.split(installation.install_command("lab", of=of))[-1]
    assert said == f"{installation.NAME}[lab] @ git+https://example.org/c.git@abc123#subdirectory=deep"


@pytest.mark.parametrize("origin", [None, "", "{", "[]", '{"url": 1}'])
def test_what_came_from_an_index_is_asked_for_by_name(tmp_path, origin):
    of = installed_from(tmp_path, origin)
    assert shlex.split(installation.install_command("lab", of=of)) == ["pip", "install", f"{installation.NAME}[lab]"]


def test_when_the_origin_has_gone_the_packages_are_named_one_by_one(tmp_path):
    lines = ["Provides-Extra: lab", "Requires-Dist: numpy", 'Requires-Dist: a[b]>=4; extra == "lab"']
    of = installed_from(tmp_path, {"url": (tmp_path / "gone.whl").as_uri(), "archive_info": {}}, *lines)
    assert shlex.split(installation.install_command("lab", of=of)) == ["pip", "install", "a[b]>=4"]


def test_without_metadata_the_clone_is_named(monkeypatch):
    def missing(name: str) -> None:
        raise importlib.metadata.PackageNotFoundError(name)

    monkeypatch.setattr(importlib.metadata, "distribution", missing)
    assert shlex.split(installation.install_command("lab"))[-2:] == ["--editable", f"{ROOT}[lab]"]


@pytest.mark.slow
def test_the_line_for_this_clone_does_what_it_says(tmp_path):
    """In an environment of its own, as it is printed, and without what would be downloaded."""
    made = finished([sys.executable, "-m", "venv", tmp_path / "venv"])
    if made.returncode:
        pytest.skip(f"no environment can be made here: {made.stderr}")
    program = tmp_path / "venv" / ("Scripts" if sys.platform == "win32" else "bin") / "pip"
    of = installed_from(tmp_path / "site", {"url": ROOT.as_uri(), "dir_info": {"editable": True}})
    pip, *arguments = shlex.split(installation.install_command("teach", of=of))
    assert pip == "pip"
    done = finished([program, *arguments, "--dry-run", "--no-deps"])
    if "No matching distribution found for hatchling" in done.stderr:
        pytest.skip("the builder of the package is on no index that can be reached")
    assert done.returncode == 0, done.stderr
    assert f"Would install {installation.NAME}-{PROJECT['version']}" in done.stdout


def test_doctor_knows_this_package(tmp_path):
    [finding] = checkup.coursekit_itself([str(tmp_path)])
    assert finding.state == OK and str(ROOT / "coursekit") in finding.said


@pytest.mark.parametrize("layout", ["coursekit.py", "coursekit/__init__.py", "coursekit/other.py"])
def test_doctor_notices_another_package_that_python_finds_first(tmp_path, monkeypatch, layout):
    file = tmp_path / layout
    file.parent.mkdir(exist_ok=True)
    file.write_text("")
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("PYTHONPATH", raising=False)
    [finding] = checkup.coursekit_itself([])
    if layout == "coursekit/other.py":  # no package at all: ours is found
        assert finding.state == OK
    else:
        assert finding.state == BROKEN and "under that name" in finding.said


def test_a_clone_of_this_course_is_no_other_package(tmp_path, monkeypatch):
    (tmp_path / "coursekit").mkdir()
    (tmp_path / "coursekit" / "__init__.py").write_text("")
    (tmp_path / "pyproject.toml").write_text((ROOT / "pyproject.toml").read_text(encoding="utf-8"), encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("PYTHONPATH", raising=False)
    [finding] = checkup.coursekit_itself([])
    assert finding.state == OK and f"finds the copy in it, {tmp_path / 'coursekit'}" in finding.said


@pytest.mark.parametrize(
    ("points", "whose"),
    [
        ("", "other people's package"),
        ("[coursekit.catalogues]\ncoursekit = coursekit.topics.catalogue\n", "an earlier"),
    ],
)
def test_doctor_notices_a_distribution_of_the_taken_name(tmp_path, points, whose):
    place = tmp_path / "coursekit-0.1.0.dist-info"
    place.mkdir()
    (place / "METADATA").write_text("Metadata-Version: 2.1\nName: coursekit\nVersion: 0.1.0\n")
    (place / "entry_points.txt").write_text(points)
    [finding] = checkup.coursekit_itself([str(tmp_path)])
    assert finding.state == BROKEN and whose in finding.said
    assert "pip uninstall coursekit" in finding.mend and installation.install_command() in finding.mend
