"""An older text of an answer is never passed off as the newest: in a real shell of IPython, and beside a saved file."""

import json
import os
import sys
import time
from pathlib import Path

import pytest
from IPython.core.interactiveshell import InteractiveShell

from coursekit.checking import registry
from coursekit.desk import newest
from tests.processes import finished

SETUP = (
    "from coursekit import check; from coursekit.checking import registry; right = registry.get('gru_step').reference"
)
RIGHT = "def gru_step(x, h, params):\n    return right(x, h, params)"
INDENTED = "def gru_step(x, h, params):\n    r = 1\n      return r"
STOPPED = "1 / 0\n\ndef gru_step(x, h, params):\n    return 0 * h"


@pytest.fixture
def shell(monkeypatch):
    """A shell of its own, with its own history."""
    InteractiveShell.clear_instance()
    shell = InteractiveShell.instance()
    shell.history_manager.enabled = False
    monkeypatch.setattr("builtins.get_ipython", lambda: shell, raising=False)
    newest.watch()
    run(shell, SETUP)
    yield shell
    InteractiveShell.clear_instance()


def run(shell, *texts):
    for text in texts:
        result = shell.run_cell(text, store_history=True)
    return result.result


def test_the_newest_text_is_checked_and_nothing_is_said(shell, capsys):
    report = run(shell, RIGHT, "check(gru_step)")
    assert report.outdated == "" and report.text.startswith("✓")
    report = run(shell, INDENTED, RIGHT, "check(gru_step)")
    assert report.outdated == ""


@pytest.mark.parametrize(
    ("failed", "said"),
    [
        (INDENTED, "In [3], the newest text of gru_step, stopped with an IndentationError in its line 3"),
        ("def gru_step(x, h, params)\n    return h", "stopped with a SyntaxError in its line 1"),
        (STOPPED, "In [3], the newest text of gru_step, stopped with a"),
    ],
)
def test_a_cell_that_failed_is_said_and_earns_no_tick(shell, capsys, failed, said):
    report = run(shell, RIGHT, failed, "check(gru_step)")
    assert said in report.outdated and "the text of In [2] was checked" in report.outdated
    assert "points for the older text" in report.text
    assert report.text.startswith("! gru_step: an older text") and "✓" not in report.text
    assert "✓ " not in report._repr_html_().split("<details")[0]


def test_a_class_has_a_newest_text_too(shell, capsys):
    stub = "class GRU:\n    def __init__(self, D, H):\n        raise NotImplementedError()"
    report = run(shell, stub, "class GRU:\n  def f(self)", "check(GRU)")
    assert "the newest text of GRU, stopped with a SyntaxError" in report.outdated


def test_an_answer_of_another_name_or_from_no_cell_is_checked_without_a_word(shell, capsys):
    report = run(shell, RIGHT, "mine = gru_step", STOPPED.replace("1 / 0", ""), "check(mine, 'gru_step')")
    assert report.passed and report.outdated == ""
    assert newest.outdated(registry.get("gru_step").reference) == ""


def test_an_older_text_is_not_written_down(shell, capsys):
    from coursekit.desk.book import book

    run(shell, RIGHT, INDENTED, "check(gru_step)")
    assert book().state().of("gru_step").tries == 0


@pytest.mark.parametrize(("text", "said"), [(RIGHT, ""), (RIGHT + "  # edited", "has a newer text of gru_step")])
@pytest.mark.parametrize("later", [-60, 60])
def test_a_cell_that_was_edited_and_not_run_is_seen_when_it_is_saved(
    shell, capsys, monkeypatch, tmp_path, text, said, later
):
    path = Path(tmp_path / "lesson.ipynb")
    path.write_text(json.dumps({"cells": [{"cell_type": "code", "source": text.splitlines(keepends=True)}]}))
    os.utime(path, (time.time() + later,) * 2)
    monkeypatch.setenv("JPY_SESSION_NAME", str(path))
    report = run(shell, RIGHT, "check(gru_step)")
    assert (said in report.outdated and bool(report.outdated) is bool(said)) if later > 0 else not report.outdated


def test_what_pytorchs_names_stand_for_is_known_before_the_cell_that_imports_it_replaces_them():
    code = (
        "from IPython.core.interactiveshell import InteractiveShell\n"
        "shell = InteractiveShell.instance()\n"
        "from coursekit.checking.portable.state import State\n"
        "for cell in ('from coursekit import check', 'import torch; torch.tanh = None'):\n    shell.run_cell(cell)\n"
        "print(State(generators=True).replaced)"
    )
    done = finished([sys.executable, "-c", code])
    assert done.stdout.strip() == "('torch.tanh',)", done.stderr
