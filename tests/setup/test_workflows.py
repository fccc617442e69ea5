"""The files for GitHub: they parse, they run commands that exist, and they may do no more than they need."""

from __future__ import annotations

import re
import shlex
import tomllib
from pathlib import Path

import pytest
import yaml
from packaging.specifiers import SpecifierSet

ROOT = Path(__file__).parents[2]
GITHUB = ROOT / ".github"
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
MAKEFILE = (ROOT / "Makefile").read_text()
WORKFLOWS = {path.stem: yaml.safe_load(path.read_text()) for path in sorted(GITHUB.glob("workflows/*.yml"))}
FORMS = sorted(path for path in GITHUB.glob("ISSUE_TEMPLATE/*.yml") if path.stem != "config")

every_workflow = pytest.mark.parametrize("name", WORKFLOWS)


def jobs(name: str) -> dict[str, dict]:
    return WORKFLOWS[name]["jobs"]


def steps(name: str) -> list[dict]:
    return [step for job in jobs(name).values() for step in job["steps"]]


def commands(name: str) -> list[list[str]]:
    lines = [line for step in steps(name) for line in step.get("run", "").splitlines() if line.strip()]
    return [shlex.split(line) for line in lines]


@every_workflow
def test_only_what_publishes_may_write_and_only_pages(name):
    assert WORKFLOWS[name]["permissions"] == {"contents": "read"}
    asked = {job: content["permissions"] for job, content in jobs(name).items() if "permissions" in content}
    assert asked == ({"publish": {"pages": "write", "id-token": "write"}} if name == "book" else {})
    text = (GITHUB / "workflows" / f"{name}.yml").read_text()
    assert "secrets." not in text and "pull_request_target" not in text


@every_workflow
def test_a_job_ends_and_a_newer_push_is_noticed(name):
    assert all(0 < job["timeout-minutes"] <= 90 for job in jobs(name).values())
    assert "github.ref" in WORKFLOWS[name]["concurrency"]["group"]


@every_workflow
def test_actions_are_githubs_own_in_a_stated_major_version(name):
    used = [step["uses"] for step in steps(name) if "uses" in step]
    assert used
    assert all(re.fullmatch(r"actions/[a-z-]+@v\d+", action) for action in used)


@every_workflow
def test_every_make_target_and_extra_exists(name):
    targets = {line[1] for line in commands(name) if line[0] == "make"}
    assert targets <= set(re.search(r"^\.PHONY: (.+)$", MAKEFILE, re.MULTILINE)[1].split())
    for job in jobs(name).values():
        assert set(job.get("env", {}).get("EXTRAS", "dev").split(",")) <= set(PROJECT["optional-dependencies"])


def test_the_tests_run_on_three_systems_and_every_python():
    systems, pythons = set(), {}
    for name, job in jobs("tests").items():
        matrix = job["strategy"]["matrix"]
        systems |= set(matrix.get("system", [job["runs-on"]]))
        pythons[name] = {version for version in map(str, matrix["python"])}
    assert {system.partition("-")[0] for system in systems} == {"ubuntu", "macos", "windows"}
    supported = {f"3.{minor}" for minor in range(8, 20) if f"3.{minor}" in SpecifierSet(PROJECT["requires-python"])}
    assert all(tested == supported for tested in pythons.values())


def test_linux_runs_everything():
    assert {"lint", "test"} <= {line[1] for line in commands("tests") if line[0] == "make"}
    assert {"bubblewrap", "libseccomp2", "postgresql"} <= {word for line in commands("tests") for word in line}


def test_other_systems_run_what_make_quick_runs_and_more():
    """With the same markers, but in all folders that are not for Linux alone."""
    recipe = re.search(r"^quick: .+\n((?:\t.+\n)+)", MAKEFILE, re.MULTILINE)[1].replace("\\\n", " ")
    quick = shlex.split(recipe.replace("$(BIN)/", "").replace("$(QUICK)", "").replace("$(ARGS)", ""))
    assert quick[:3] == ["python", "-m", "pytest"]
    assert [*quick, "--ignore", "tests/grading"] in commands("tests")
    assert "tests/grading" not in re.search(r"^QUICK = (?:.*\\\n)*.*$", MAKEFILE, re.MULTILINE)[0]


def test_the_book_is_published_from_where_it_is_built():
    from book import __main__

    [upload] = [step for step in steps("book") if step.get("uses", "").startswith("actions/upload-pages-artifact")]
    assert upload["with"]["path"] == "build/book/html"
    assert '"build" / "book"' in Path(__main__.__file__).read_text()
    assert jobs("book")["publish"]["if"] == "github.ref == 'refs/heads/main'"
    assert jobs("book")["publish"]["needs"] == "build"


@pytest.mark.parametrize("path", FORMS, ids=lambda path: path.stem)
def test_an_issue_form_is_one_that_github_accepts(path):
    form = yaml.safe_load(path.read_text())
    assert set(form) <= {"name", "description", "title", "labels", "body"} and form["name"] and form["description"]
    fields = [field for field in form["body"] if field["type"] != "markdown"]
    assert fields and all(field["type"] in ("input", "textarea", "dropdown", "checkboxes") for field in fields)
    assert len({field["id"] for field in fields}) == len(fields)
    assert all(field["attributes"]["label"] for field in fields)


def test_what_the_forms_ask_people_to_type_exists():
    from coursekit.cli import VERBS

    said = " ".join(path.read_text() for path in [*FORMS, GITHUB / "pull_request_template.md"])
    assert set(re.findall(r"coursekit ([a-z]+)`", said)) <= set(VERBS)
    assert set(re.findall(r"`make ([a-z]+)`", said)) <= set(re.findall(r"^([a-z]+):", MAKEFILE, re.MULTILINE))
