"""The Dockerfile and the development container, taken apart: every package, path, pin, command and user exists.
No Docker is needed, and nothing is installed."""

from __future__ import annotations

import argparse
import json
import os
import re
import shlex
import shutil
import sys
import tomllib
from fnmatch import fnmatch
from importlib import import_module
from pathlib import Path
from typing import NamedTuple

import pytest
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet

from coursekit.cli import VERBS
from tests.docs.pages import TEACHING, blocks
from tests.processes import finished

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
KNOWN = {"ARG", "CMD", "COPY", "ENTRYPOINT", "ENV", "FROM", "RUN", "USER", "WORKDIR"}


class Line(NamedTuple):
    """An instruction of the Dockerfile, in the stage of that name."""

    stage: str
    word: str
    rest: str


def _lines() -> list[Line]:
    text = (ROOT / "Dockerfile").read_text(encoding="utf-8")
    text = "\n".join(line for line in text.splitlines() if not line.startswith("#")).replace("\\\n", " ")
    found, stage = [], ""
    for line in filter(None, map(str.strip, text.splitlines())):
        word, _, rest = line.partition(" ")
        if word == "FROM":
            stage = rest.rpartition(" AS ")[2]
        found.append(Line(stage, word, rest.strip()))
    return found


LINES = _lines()
COMMANDS = [
    (line.stage, shlex.split(command)) for line in LINES if line.word == "RUN" for command in line.rest.split("&&")
]


def of(stage: str, word: str) -> list[str]:
    return [line.rest for line in LINES if (line.stage, line.word) == (stage, word)]


def test_the_instructions_are_ones_that_docker_knows():
    assert {line.word for line in LINES} <= KNOWN and LINES[0].word == "FROM"
    stages = [line.rest for line in LINES if line.word == "FROM"]
    assert [stage.partition(" AS ")[2] for stage in stages] == ["base", "workshop", "grader"], "the last one is built"
    image, *others = (stage.partition(" AS ")[0] for stage in stages)
    assert set(others) == {"base"}
    python = re.fullmatch(r"python:(3\.\d+)-slim-bookworm", image)[1]
    assert python in SpecifierSet(PROJECT["requires-python"]), "and its Debian is the one that was tried"


def test_the_packages_of_debian_exist_and_are_those_that_are_installed_elsewhere():
    words = {word for _, command in COMMANDS if command[:2] == ["apt-get", "install"] for word in command[2:]}
    packages = {word for word in words if not word.startswith("-")}
    assert {"bubblewrap", "libseccomp2"} <= packages and {"--yes", "--no-install-recommends"} <= words
    elsewhere = (ROOT / ".ci" / "run").read_text() + (ROOT / ".github" / "workflows" / "tests.yml").read_text()
    assert all(re.search(rf"\b{re.escape(package)}\b", elsewhere) for package in packages)
    known = shutil.which("apt-cache") and finished(["apt-cache", "show", "bash"])
    if known and known.returncode == 0:  # this machine has Debian's lists
        found = finished(["apt-cache", "show", *sorted(packages)]).stdout
        assert packages - set(re.findall(r"^Package: (\S+)$", found, re.MULTILINE)) == set()


def test_what_is_run_while_it_is_built_is_what_was_looked_at():
    assert {command[0] for _, command in COMMANDS} == {"apt-get", "python", "rm", "useradd"}
    assert all(Path("/var/lib/apt/lists") in Path(command[2]).parents for _, command in COMMANDS if command[0] == "rm")


def _copied(place: Path) -> None:
    """Do what the COPY lines do, with what .dockerignore lets through."""
    for rest in of("grader", "COPY"):
        *sources, target = rest.split()
        for source in sources:
            assert (ROOT / source).exists() and _is_sent(source), source
            into = place / target / (source if (ROOT / source).is_file() else "")
            into.parent.mkdir(parents=True, exist_ok=True)
            if (ROOT / source).is_file():
                shutil.copy(ROOT / source, into)
            else:
                shutil.copytree(
                    ROOT / source, into, ignore=shutil.ignore_patterns("__pycache__", "*.ipynb_checkpoints")
                )


def _is_sent(path: str) -> bool:
    """As .dockerignore says it: the last line that fits decides."""
    sent = True
    for line in (ROOT / ".dockerignore").read_text().splitlines():
        if line and not line.startswith("#"):
            pattern = line.lstrip("!").removeprefix("**/")
            if fnmatch(path, pattern) or path.startswith(f"{pattern}/") or fnmatch(Path(path).name, pattern):
                sent = line.startswith("!")
    return sent


@pytest.mark.parametrize(
    "path", ["gradebook.db", ".coursekit-secret", "submitted", ".git", ".venv", "my-course", ".env"]
)
def test_nothing_of_a_course_is_sent_to_docker(path):
    assert not _is_sent(path)
    assert path not in " ".join(of("grader", "COPY")).split()


def _pip() -> list[str]:
    [command] = [command for stage, command in COMMANDS if stage == "grader" and command[1:3] == ["-m", "pip"]]
    return command


def test_pip_can_build_the_package_from_what_is_copied(tmp_path):
    """The line as it stands, without an index and without dependencies: nothing is downloaded and nothing installed."""
    _copied(tmp_path)
    offline = ["--dry-run", "--no-deps", "--no-build-isolation", "--no-index", "--ignore-installed"]
    done = finished([sys.executable, *_pip()[1:], *offline], cwd=tmp_path, env=_with_arguments())
    assert f"Would install {PROJECT['name']}-{PROJECT['version']}" in done.stdout, done.stderr
    assert (
        f"--constraint={_constraint()}" == "--constraint=constraints.txt" and (tmp_path / "constraints.txt").is_file()
    )
    wanted = Requirement(_pip()[-1].replace(".", PROJECT["name"], 1))
    assert {"teach"} <= wanted.extras <= set(PROJECT["optional-dependencies"])


@pytest.mark.slow
def test_an_index_has_all_of_it_in_the_versions_of_the_constraints(tmp_path):
    """Without PyTorch, whose own index may be out of reach, and whose files are large."""
    _copied(tmp_path)
    pip = [sys.executable, "-m", "pip", "--retries", "0", "install", "--dry-run", "--quiet", "--ignore-installed"]
    reached = finished([*pip, "--no-deps", "packaging"])
    if reached.returncode:
        pytest.skip(f"no index of packages can be reached: {reached.stderr.splitlines()[-1]}")
    [python] = re.findall(r"python:(3\.\d+)", of("base", "FROM")[0])
    newest = f"{python}.99"  # such an image has the newest of its kind
    wheels = ["--only-binary=:all:", "--python-version", newest, "--target", str(tmp_path / "nowhere")]
    needed = [*PROJECT["dependencies"], *PROJECT["optional-dependencies"]["teach"]]
    done = finished([*pip, *wheels, "--constraint", "constraints.txt", *needed], cwd=tmp_path)
    assert done.returncode == 0, done.stderr


def _constraint() -> str:
    command = _pip()
    return command[command.index("--constraint") + 1]


def _with_arguments() -> dict[str, str]:
    """The environment with the default of each ARG."""
    return os.environ | dict(rest.split("=", 1) for rest in of("grader", "ARG"))


def test_it_starts_as_an_ordinary_user_and_knows_the_command():
    [created] = [command for stage, command in COMMANDS if command[0] == "useradd" and stage == "base"]
    number = created[created.index("--uid") + 1]
    assert of("grader", "USER")[-1] == of("workshop", "USER")[-1] == number != "0", "and --user may be another"
    after = [line.word for line in LINES if line.stage == "grader"]
    assert after.index("USER") > max(place for place, word in enumerate(after) if word in ("RUN", "COPY"))
    [program] = json.loads(of("grader", "ENTRYPOINT")[0])
    assert program in PROJECT["scripts"]
    [verb] = json.loads(of("grader", "CMD")[0])
    assert verb in VERBS
    assert of("grader", "WORKDIR")[-1] == "/course", "where the page puts the course"


def test_the_page_s_commands_are_ones_of_coursekit():
    """What stands behind the image's name, after the options of `docker run`, which take the user and no privilege."""
    text = "".join(block.text for block in blocks(TEACHING / "container.md")).replace("\\\n", " ")
    calls = [shlex.split(line) for line in text.splitlines() if line.startswith("docker run")]
    assert len(calls) >= 5
    for call in calls:
        behind = call[call.index("coursekit-grader") + 1 :]
        if not behind:
            continue
        module = import_module(f"coursekit.cli.{behind[0].replace('-', '_')}")
        parser = argparse.ArgumentParser()
        module.add_arguments(parser)
        if "--help" not in behind:
            parser.parse_args(behind[1:])
            assert {"--network", "none", "--user"} <= set(call) and not any("privileged" in word for word in call)
    [build] = [shlex.split(line) for line in text.splitlines() if line.startswith("docker build")]
    assert build == ["docker", "build", "-t", "coursekit-grader", "."]


def test_the_development_container_is_the_same_base_and_its_commands_exist():
    settings = json.loads((ROOT / ".devcontainer" / "devcontainer.json").read_text(encoding="utf-8"))
    build = settings["build"]
    assert (ROOT / ".devcontainer" / build["dockerfile"]).resolve() == ROOT / "Dockerfile"
    assert (ROOT / ".devcontainer" / build["context"]).resolve() == ROOT
    assert build["target"] in {line.stage for line in LINES}
    created = next(command for _, command in COMMANDS if command[0] == "useradd")
    assert settings["remoteUser"] == created[-1]
    installed = {word for stage, command in COMMANDS if stage in ("base", "workshop") for word in command}
    assert {"make", "git", "chromium", "bubblewrap"} <= installed
    for key in ("postCreateCommand", "postAttachCommand"):
        program, target, *_ = shlex.split(settings[key])
        asked = finished([program, "--dry-run", target], cwd=ROOT)
        assert program == "make" and asked.returncode == 0, asked.stderr
    index = next(rest.split("=", 1)[1] for rest in of("grader", "ARG"))
    assert (
        settings["containerEnv"] == {"TORCH_INDEX": index} and index in (ROOT / ".binder/requirements.txt").read_text()
    )
    assert settings["forwardPorts"] == [int(port) for port in settings["portsAttributes"]]
    assert all(re.fullmatch(r"[\w-]+\.[\w-]+", name) for name in settings["customizations"]["vscode"]["extensions"])
