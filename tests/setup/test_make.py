"""The Makefile: what it says to an unsuitable Python, and when it makes the environment anew."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.processes import finished
from tests.setup.pinned import pins

ROOT = Path(__file__).parents[2]
INSTALL = "pip install"


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """A folder with the files that make looks at, under a name with a space."""
    folder = tmp_path / "my clone"
    folder.mkdir()
    for name in ("Makefile", "pyproject.toml", "constraints.txt"):
        shutil.copy(ROOT / name, folder)
    return folder


def make(clone: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """As a person types it: what an outer `make test` hands down is not theirs."""
    handed_down = {"MAKEFLAGS", "MAKELEVEL", "MAKEOVERRIDES", "MFLAGS", "ARGS", "PYTHON", "EXTRAS"}
    environment = {key: value for key, value in os.environ.items() if key not in handed_down}
    return finished(["make", *arguments], cwd=clone, env=environment)


def made_ready(clone: Path, extras: str = "all of them") -> Path:
    ready = clone / ".venv" / "ready"
    ready.parent.mkdir()
    ready.write_text(f"{clone} with {extras}\n")
    return ready


GIVEN = "EXTRAS=all of them"


def test_an_old_python_gets_a_sentence(clone: Path):
    old = clone / "python3.9"
    old.write_text("#!/bin/sh\nexit 1\n")
    old.chmod(0o755)
    done = make(clone, "release", f"PYTHON={old}")
    assert done.returncode != 0
    assert f"coursekit needs Python 3.11, 3.12, 3.13 or 3.14, and has none of them in: {old}." in done.stderr
    assert not (clone / ".venv").exists()


def test_a_new_clone_gets_an_environment(clone: Path):
    done = make(clone, "--dry-run", "quick", f"PYTHON={sys.executable}")
    assert "-m venv .venv" in done.stdout and INSTALL in done.stdout and "--constraint constraints.txt" in done.stdout


def test_pytorch_is_looked_for_where_the_user_says_and_nowhere_else(clone: Path):
    said = make(clone, "--dry-run", "quick", f"PYTHON={sys.executable}", "TORCH_INDEX=file:///wheels/cpu").stdout
    assert "--extra-index-url file:///wheels/cpu" in said
    assert "index-url" not in make(clone, "--dry-run", "quick", f"PYTHON={sys.executable}").stdout
    assert "://" not in (clone / "Makefile").read_text()


def test_uv_installs_and_pip_what_uv_cannot(clone: Path):
    given = ["--dry-run", "quick", f"PYTHON={sys.executable}"]
    said = make(clone, *given, "UV=/my tools/uv").stdout
    assert '"/my tools/uv" pip install' in said and "--torch-backend auto" in said
    # By uv; PyTorch by pip and the rest by uv; all by pip.
    assert said.count("constraints.txt") == said.count(f"{INSTALL} ") == 4
    index = make(clone, *given, "UV=/my tools/uv", "TORCH_INDEX=file:///wheels/cpu").stdout
    assert "torch-backend" not in index and index.count("--extra-index-url file:///wheels/cpu") == 3
    without = make(clone, *given, "UV=/my tools/uv", "EXTRAS=dev,rl").stdout
    assert "torch " not in without and without.count("constraints.txt") == without.count(f"{INSTALL} ") == 2
    assert "uv could not" not in make(clone, *given, "UV=").stdout


def test_uv_comes_into_the_environment_where_there_is_none(clone: Path, monkeypatch: pytest.MonkeyPatch):
    tools = clone.parent / "tools"
    tools.mkdir()
    (tools / "make").symlink_to(shutil.which("make"))
    (tools / "bash").symlink_to(shutil.which("bash"))
    monkeypatch.setenv("PATH", str(tools))
    said = make(clone, "--dry-run", "quick", f"PYTHON={sys.executable}").stdout
    first, second = [line for line in said.replace("&&", "\n").splitlines() if INSTALL in line][:2]
    assert " ".join(first.split()).endswith("--constraint constraints.txt --only-binary uv uv")
    assert '".venv/bin/uv" pip install' in second


def test_pip_is_tried_where_uv_fails(clone: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("PIP_NO_INDEX", "1")  # and fails as well, soon
    done = make(clone, "release", f"PYTHON={sys.executable}", "EXTRAS=lab", "UV=false")
    assert "uv could not: pip installs." in done.stderr and "hatchling" in done.stderr and done.returncode != 0


@pytest.mark.slow
def test_a_real_uv_installs_the_pinned_versions(clone: Path, tmp_path: Path):
    tools = tmp_path / "tools"
    got = finished([sys.executable, "-m", "pip", "--retries", "0", "install", "--quiet", "--target", tools, "uv"])
    if got.returncode:
        pytest.skip(f"no index of packages can be reached: {got.stderr.splitlines()[-1]}")
    for name in ("coursekit", "README.md", "LICENSE"):
        place = ROOT / name
        (shutil.copytree if place.is_dir() else shutil.copy)(place, clone / name)
    done = make(clone, ".venv/ready", f"PYTHON={sys.executable}", "EXTRAS=rl", f"UV={tools / 'bin' / 'uv'}")
    assert done.returncode == 0 and "pip installs" not in done.stderr, done.stderr
    asked = "import coursekit, gymnasium, numpy; print(coursekit.__file__, numpy.__version__)"
    said = finished([clone / ".venv" / "bin" / "python", "-I", "-c", asked], cwd=tmp_path)
    assert said.stdout.split(maxsplit=0) == [f"{clone / 'coursekit' / '__init__.py'} {pins()['numpy']}\n"], said.stderr


def test_what_the_course_was_called_before_is_uninstalled_first(clone: Path):
    """Two distributions with the same files and commands: the later uninstallation of one would break the other."""
    lines = make(clone, "--dry-run", "quick", f"PYTHON={sys.executable}").stdout.splitlines()
    [before] = [number for number, line in enumerate(lines) if "pip uninstall" in line and " coursekit " in line]
    [install] = [number for number, line in enumerate(lines) if INSTALL in line]
    assert before < install


def test_an_environment_is_used_again(clone: Path):
    made_ready(clone)
    done = make(clone, "--dry-run", "lab", "ARGS=--no-browser", GIVEN)
    assert done.stdout.strip() == ".venv/bin/python -m coursekit.cli lab my-course --no-browser"


@pytest.mark.parametrize("changed", ["pyproject.toml", "constraints.txt"])
def test_an_environment_is_renewed_if_its_list_changed(clone: Path, changed: str):
    ready = made_ready(clone)
    later = ready.stat().st_mtime + 10
    os.utime(clone / changed, (later, later))
    assert INSTALL in make(clone, "--dry-run", "quick", GIVEN).stdout


def test_an_environment_gets_the_extras_that_it_lacks(clone: Path):
    made_ready(clone, "few of them")
    done = make(clone, "--dry-run", "quick", GIVEN)
    assert INSTALL in done.stdout and "all of them" in done.stdout


def test_an_environment_is_renewed_if_the_clone_moved(clone: Path):
    made_ready(clone)
    moved = clone.rename(clone.parent / "elsewhere")
    done = make(moved, "--dry-run", "quick", GIVEN)
    assert INSTALL in done.stdout and "rm -rf .venv" in done.stdout
