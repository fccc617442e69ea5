"""The other pages for teachers, run as they stand: a shared server, learning management systems, a cluster, a hub."""

from __future__ import annotations

import argparse
import csv
import re
import socket
import zipfile
from pathlib import Path

import pytest
from nbgrader.api import Gradebook
from nbgrader.auth import Authenticator, JupyterHubAuthPlugin
from nbgrader.exchange.default import Exchange
from traitlets.config import Config

from coursekit.cli import watch
from tests.docs.pages import TEACHING, blocks, execute

LESSON = "00_numerical_tools"
runs = [pytest.mark.nbgrader, pytest.mark.slow, pytest.mark.usefixtures("isolated")]


def marked(test):
    for mark in runs:
        test = mark(test)
    return test


@marked
def test_a_shared_server(tmp_path):
    folder = tmp_path / "work"
    folder.mkdir()
    settings = {"JUPYTER_CONFIG_PATH": str(folder / "etc" / "jupyter")}
    said = execute(TEACHING / "shared-server.md", folder, {"/srv/nbgrader": str(tmp_path / "srv")}, **settings)
    course, homework = tmp_path / "work-home" / "rnn", tmp_path / "work-home" / "homework"
    assert "1 submission. All decided." in said
    [student] = [path.name for path in (course / "submitted").iterdir()]
    assert course.stat().st_mode & 0o077 == 0, "answers and points are the teacher's alone"
    pages = list((homework / LESSON / "feedback").rglob(f"{LESSON}.html"))
    assert len(pages) == 1 and "is not written yet" in pages[0].read_text()
    assert (course / "submitted" / student / LESSON / "timestamp.txt").is_file()
    inbound = tmp_path / "srv" / "exchange" / "rnn" / "inbound"
    assert inbound.stat().st_mode & 0o777 == 0o733, "students put something in and read nothing"


@marked
def test_one_notebook(tmp_path):
    folder = tmp_path / "work"
    folder.mkdir()
    said = execute(TEACHING / "one-notebook.md", folder)
    assert "graded 0.0 of 13" in said and "gru_step 0.0 not written" in said


@pytest.mark.parametrize("platform", ["gradescope", "prairielearn", "autolab", "classroom50"])
def test_a_platform_s_archive(tmp_path, platform):
    """What it does is tested where it is packed."""
    folder = tmp_path / "work"
    folder.mkdir()
    assert f"{platform}-05_gru.zip" in execute(TEACHING / f"{platform}.md", folder)
    assert zipfile.is_zipfile(folder / "archives" / f"{platform}-05_gru.zip")


@marked
def test_learning_management_systems(tmp_path):
    folder = tmp_path / "work"
    folder.mkdir()
    said = execute(TEACHING / "lms.md", folder)
    assert "2 submissions. All decided." in said and "3 submissions. All decided. 1 unchanged." in said
    assert "3 submissions. All decided. 2 unchanged." in said, "the time of one has changed"
    with Gradebook(f"sqlite:///{folder / 'rnn' / 'gradebook.db'}") as book:
        assert book.find_student("4711").last_name == "Lovelace"
        scores = {s.student.id: s.score for s in book.assignment_submissions(LESSON)}
    assert scores == {"4711": 0.0, "4712": 8.0, "4713": 0.0}
    with (folder / "rnn" / "worksheet-with-points.csv").open(encoding="utf-8") as file:
        points = {row["Full name"]: row["Grade"] for row in csv.DictReader(file)}
    assert points == {"Ada Lovelace": "0", "Alan Turing": "8", "Kurt Gödel": "0"}
    filled = (folder / "rnn" / "canvas.csv").read_text(encoding="utf-8")
    assert [line.split(",")[-2] for line in filled.splitlines()[2:]] == ["0", "8", "EX"]
    with zipfile.ZipFile(folder / "rnn" / "feedback.zip") as archive:
        assert archive.namelist() == [
            f"{name}_assignsubmission_file/{LESSON}.html"
            for name in ("Ada Lovelace_4711", "Alan Turing_4712", "Kurt Gödel_4713")
        ]


def test_the_patterns_for_archives_find_student_and_notebook():
    text = (TEACHING / "lms.md").read_text(encoding="utf-8")
    moodle, canvas = re.findall(r"`(\.\*/\[[^`]+)`", text)
    for pattern, path in (
        (moodle, "/x y/extracted/a/Ada Lovelace_4711_assignsubmission_file_00_numerical_tools.ipynb"),
        (moodle, "/x y/extracted/a/Ada Lovelace_4711_assignsubmission_file_/00_numerical_tools.ipynb"),
        (canvas, "/x y/extracted/a/lovelaceada_4711_90210_00_numerical_tools.ipynb"),
        (canvas, "/x y/extracted/a/lovelaceada_LATE_4711_90210_00_numerical_tools.ipynb"),
    ):
        found = re.match(pattern, path)
        assert (found["student_id"], found["file_id"]) == ("4711", "00_numerical_tools.ipynb"), path


@marked
def test_a_cluster(tmp_path):
    pytest.importorskip("distributed", reason="the extra `grading` is not installed")
    folder = tmp_path / "work"
    folder.mkdir()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    said = execute(TEACHING / "cluster.md", folder, {"8786": str(port)})
    assert "6 submissions. All decided." in said
    with Gradebook(f"sqlite:///{folder / 'trial' / 'gradebook.db'}") as book:
        assert len({s.score for s in book.assignment_submissions(LESSON)}) > 1


def test_the_hub_s_groups_roles_and_services_fit_together():
    """The settings are programs: run, they must agree on names."""
    hub, everybody = Config(), Config()
    for block in blocks(TEACHING / "jupyterhub.md"):
        if block.language == "python":
            config = hub if block.info == "hub" else everybody
            names = {"c": config, "get_config": lambda config=config: config}
            exec(block.text, names)
    service, watcher = hub.JupyterHub.services
    groups, course = hub.JupyterHub.load_groups, service["name"]
    assert set(groups) == {f"formgrade-{course}", f"nbgrader-{course}"}
    assert service["user"] in groups[f"formgrade-{course}"]["users"]
    people = {name for group in groups.values() for name in group["users"]} - {service["user"]}
    assert hub.Authenticator.allowed_users == people, "who is in a course may log in; the course's account need not"
    allowed = {scope for role in hub.JupyterHub.load_roles for scope in role["scopes"] if "groups" in role}
    assert f"access:services!service={course}" in allowed
    assert not any(f"nbgrader-{course}" in role.get("groups", ()) for role in hub.JupyterHub.load_roles)
    [own] = [role["scopes"] for role in hub.JupyterHub.load_roles if role.get("services") == [course]]
    assert f"read:users!user={service['user']}" in own
    assert service["cwd"] == f"/home/{service['user']}/{course}", "where new-course on the page makes the course"
    assert (watcher["user"], watcher["cwd"]) == (service["user"], service["cwd"]) and "url" not in watcher
    program, verb, *options = watcher["command"]
    takes = argparse.ArgumentParser()
    watch.add_arguments(takes)
    assert (program, verb, takes.parse_args(options).tries_per_day) == ("coursekit", "watch", 5)
    assert issubclass(Authenticator(config=everybody).plugin_class, JupyterHubAuthPlugin)
    assert set(everybody) == {"Exchange", "Authenticator"}
    assert set(everybody.Exchange) <= set(Exchange.class_trait_names(config=True))


def test_no_page_is_forgotten():
    index = (TEACHING / "README.md").read_text(encoding="utf-8")
    assert [p.name for p in TEACHING.glob("*.md") if p.name != "README.md" and f"({p.name})" not in index] == []
    assert Path(TEACHING / "security.md").is_file()
