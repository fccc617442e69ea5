"""The sandbox that starts while the grader is imported: when, and which. What it is for is measured, not tested."""

from __future__ import annotations

import argparse
import io
import json
import os
import threading

import pytest

from coursekit.cli import early
from coursekit.grading.gradebook.places import RESULTS, WRITTEN
from coursekit.grading.run import servers
from coursekit.grading.run.sandbox import SandboxUnavailable

PLAIN, WITH_TORCH = "import numpy as np", "import numpy as np\nimport torch"


@pytest.fixture
def asked(monkeypatch):
    """What servers were asked for, in order."""
    found: list[bool] = []
    monkeypatch.setattr(servers, "shared_server", found.append)
    return found


@pytest.fixture
def course(tmp_path):
    """A released lesson, and one submission of it; the text of its only code cell can be given."""

    def make(source: str = PLAIN):
        notebook = {"nbformat": 4, "cells": [{"cell_type": "markdown", "source": "PyTorch, torch"}]}
        notebook["cells"].append({"cell_type": "code", "source": source.splitlines(keepends=True)})
        for place in ("release/a", "submitted/ada/a"):
            (tmp_path / place).mkdir(parents=True)
            (tmp_path / place / "a.ipynb").write_text(json.dumps(notebook))
        return tmp_path

    return make


def start(course, **changed):
    given = {"assignment": "a", "course": course, "student": None, "regrade": False, "no_sandbox": False, "cluster": ""}
    early.start_sandbox(argparse.Namespace(**(given | changed)))
    for thread in threading.enumerate():
        if thread.name == "sandbox, early":
            thread.join(120)


@pytest.mark.parametrize(("source", "torch"), [(PLAIN, False), (WITH_TORCH, True)])
def test_a_new_submission_gets_the_sandbox_that_its_lesson_needs(course, asked, source, torch):
    start(course(source))
    assert asked == [torch]


class Opened:
    """Stands for a server, and says what it is asked for."""

    def __init__(self):
        self.with_compiler = []

    def open(self, compiler):
        self.with_compiler.append(compiler)
        return io.BytesIO()


@pytest.mark.parametrize(
    ("more", "asked_for"), [("", []), ("\noptimiser = torch.optim.Adam(model.parameters())", [True])]
)
def test_the_compiler_of_pytorch_is_there_for_a_lesson_with_an_optimizer(course, monkeypatch, more, asked_for):
    server = Opened()
    monkeypatch.setattr(servers, "shared_server", lambda torch: server)
    start(course(WITH_TORCH + more))
    assert server.with_compiler == asked_for


def test_a_lesson_that_cannot_be_read_gets_the_one_that_serves_all(course, asked):
    root = course()
    for place in ("release/a", "submitted/ada/a"):
        (root / place / "a.ipynb").write_text("{")
    start(root)
    assert asked == [True]


@pytest.mark.parametrize(("source", "torch"), [(PLAIN, False), (WITH_TORCH, True)])
def test_a_course_that_hands_out_elsewhere_is_known_by_the_first_that_was_handed_in(course, asked, source, torch):
    root = course(source)
    (root / "release").rename(root / "notebooks")
    hostile = root / "submitted" / "aaron" / "a"
    hostile.mkdir(parents=True)
    (hostile / "a.ipynb").write_text("[" * 100_000)
    os.mkfifo(hostile / "b.ipynb")
    (hostile / "c.ipynb").symlink_to("/dev/zero")
    start(root)
    assert asked == [torch]


@pytest.mark.parametrize(
    "reason", [{"no_sandbox": True}, {"cluster": "tcp://x"}, {"student": ["bob"]}, {"assignment": "b"}]
)
def test_nothing_is_started_that_nobody_will_use(course, asked, reason):
    start(course(), **reason)
    assert asked == []


def test_what_was_written_after_it_was_handed_in_needs_no_sandbox(course, asked):
    root = course()
    written = root / RESULTS / WRITTEN / "a" / "ada.json"
    written.parent.mkdir(parents=True)
    written.write_text("{}")
    later = (root / "submitted/ada/a/a.ipynb").stat().st_ctime + 10
    os.utime(written, (later, later))
    start(root)
    assert asked == []
    start(root, regrade=True)
    os.utime(root / "submitted/ada/a/a.ipynb", (later + 10, later + 10))
    start(root)
    assert asked == [False, False]


def test_why_it_cannot_start_is_told_to_who_asks_for_it_and_not_here(course, monkeypatch, capfd):
    def unavailable(torch):
        raise SandboxUnavailable("no")

    monkeypatch.setattr(servers, "shared_server", unavailable)
    start(course())
    assert capfd.readouterr() == ("", "")
