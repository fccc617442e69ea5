"""`coursekit check`: real notebooks in real kernels, right, wrong and hostile."""

from __future__ import annotations

import json
import os
import pty
import select
import signal
import subprocess
import sys

import psutil
import pytest

from tests.processes import started, told, until

COMMAND = [sys.executable, "-m", "coursekit.cli"]


def lines_with(text: str, *words: str) -> list[str]:
    return [line for line in text.splitlines() if all(word in line for word in words)]


@pytest.mark.slow
def test_right_answers_pass(run, notebook):
    path = notebook()
    before = path.read_bytes()
    done = run("check", path)
    assert done.returncode == 0, done.stdout + done.stderr
    assert lines_with(done.stdout, "tiny_gate", "2 / 2", "passed")
    assert lines_with(done.stdout, "tiny_mix", "3.5 / 3.5", "passed")
    assert "5.5 of 5.5 points" in done.stdout
    assert done.stderr == "", "no progress bar where nobody looks"
    assert path.read_bytes() == before


def test_a_released_notebook_is_not_written_yet(call, notebook):
    done = call("check", notebook(solved=False))
    assert done.returncode == 1
    assert lines_with(done.stdout, "tiny_gate", "0 / 2", "not written")
    assert lines_with(done.stdout, "tiny_mix", "0 / 3.5", "not written")


def test_a_wrong_answer_fails_with_its_report_and_the_others_pass(call, notebook):
    done = call("check", notebook(tiny_mix="def tiny_mix(a):\n    return a / 4 + 2"))
    assert done.returncode == 1
    assert lines_with(done.stdout, "tiny_gate", "passed")
    assert lines_with(done.stdout, "tiny_mix", "0 / 3.5", "wrong")
    assert "has the right shape and wrong numbers" in done.stdout


@pytest.mark.slow
def test_an_error_elsewhere_does_not_stop_the_run(call, notebook):
    done = call("check", notebook(before_checks="1 / 0"))
    assert done.returncode == 0
    assert "(`1 / 0`) raised ZeroDivisionError: division by zero" in done.stdout


@pytest.mark.slow
def test_old_outputs_count_for_nothing(call, notebook):
    """A report that an earlier version of the answer earned is no report on this one."""
    path = notebook(tiny_mix="def tiny_mix(a):\n    return a")
    data = json.loads(path.read_text())
    [check] = [cell for cell in data["cells"] if cell["id"] == "check_tiny_mix"]
    report = {
        "exercise": "tiny_mix",
        "passed": True,
        "points": 3.5,
        "verdict": "passed",
        "diagnoses": [],
        "text": "",
    }
    mime = {"application/vnd.coursekit.report+json": report}
    check["outputs"] = [{"output_type": "display_data", "data": mime, "metadata": {}}]
    check["metadata"]["tags"] = ["skip-execution"]
    path.write_text(json.dumps(data))
    done = call("check", path)
    assert done.returncode == 1
    assert lines_with(done.stdout, "tiny_mix", "0 / 3.5", "wrong")


@pytest.mark.slow
def test_a_check_cell_that_was_changed_or_emptied_counts_as_failed(call, notebook):
    done = call("check", notebook(check_tiny_gate="", check_tiny_mix="check(tiny_gate)"))
    assert done.returncode == 1
    assert lines_with(done.stdout, "tiny_mix", "0 / 3.5", "changed")
    assert lines_with(done.stdout, "tiny_gate", "0 / 2", "no report")


@pytest.mark.slow
def test_a_check_cell_that_raises_counts_as_failed_with_the_reason(call, notebook):
    done = call("check", notebook(tiny_mix="def another_name(a):\n    return a"))
    assert done.returncode == 1
    assert lines_with(done.stdout, "tiny_mix", "0 / 3.5", "raised")
    assert "NameError: name 'tiny_mix' is not defined" in done.stdout


@pytest.mark.slow
@pytest.mark.parametrize("brought", ["this needs it. To add it: pip install it", None])
def test_what_follows_from_a_package_that_is_missing_is_not_told_again(call, notebook, monkeypatch, brought):
    """A lesson of PyTorch without it: one sentence says what to do, and twenty would hide it."""
    monkeypatch.setattr("coursekit.cli.running.missing_package", lambda error: brought)
    mix = "def tiny_mix(a):\n    return a\nfar_away"
    said = call("check", notebook(before_checks="import far_away", tiny_mix=mix)).stdout
    assert "raised ModuleNotFoundError: No module named 'far_away'" in said and (brought or "") in said
    assert ("raised NameError: name 'far_away' is not defined" in said) is (brought is None)


@pytest.mark.slow
def test_an_endless_answer_is_interrupted_and_the_run_goes_on(call, notebook):
    done = call("check", notebook(tiny_gate="def tiny_gate(a):\n    while True:\n        pass"), "--timeout", 2)
    assert done.returncode == 1
    assert lines_with(done.stdout, "tiny_gate", "0 / 2", "timeout")
    assert lines_with(done.stdout, "tiny_mix", "3.5 / 3.5", "passed")
    assert "took longer than 2 s and was interrupted." in done.stdout


@pytest.mark.slow
def test_a_cell_that_cannot_be_interrupted_ends_the_run(call, notebook, monkeypatch):
    monkeypatch.setattr("coursekit.cli.running.PATIENCE", 3)  # however long it is given, it does not react
    stubborn = "import time\nwhile True:\n    try:\n        time.sleep(1)\n    except BaseException:\n        pass"
    done = call("check", notebook(before_checks=stubborn), "--timeout", 1)
    assert done.returncode == 2
    assert "took longer than 1 s and could not be interrupted; the cells after it were not run." in done.stderr
    assert len(lines_with(done.stdout, "not run")) == 2


@pytest.mark.slow
def test_a_dying_kernel_is_told_in_a_sentence(call, notebook):
    done = call("check", notebook(tiny_mix="def tiny_mix(a):\n    import os\n    os._exit(0)"))
    assert done.returncode == 2
    assert lines_with(done.stdout, "tiny_gate", "2 / 2", "passed"), "what came before still counts"
    assert lines_with(done.stdout, "tiny_mix", "0 / 3.5", "died")
    assert "the kernel died in cell" in done.stderr and "(`check(tiny_mix)`)" in done.stderr


@pytest.mark.slow
def test_what_an_answer_says_cannot_rewrite_the_terminal(call, notebook):
    done = call("check", notebook(tiny_mix="def tiny_mix(a):\n    raise ValueError('\\x1b[2J[bold]gone')"))
    assert done.returncode == 1
    assert "\x1b" not in done.stdout
    assert "[bold]gone" in done.stdout


@pytest.mark.slow
def test_a_person_at_a_terminal_sees_progress(notebook):
    """A terminal of its own, so that what is written to it can be read."""
    controller, terminal = pty.openpty()
    path = notebook()
    with started([*COMMAND, "check", path], stdout=subprocess.DEVNULL, stderr=terminal) as process:
        os.close(terminal)
        seen = []
        until(lambda: seen.append(_read(controller)) or not seen[-1], seen=lambda: seen)
        assert process.wait(60) == 0
    os.close(controller)
    assert b"running cell" in b"".join(seen)


def _read(controller: int) -> bytes:
    """What was written since the last time; nothing if the other end is closed."""
    readable, _, _ = select.select([controller], [], [], 60)
    assert readable, "a minute without a sign of life"
    try:
        return os.read(controller, 1024)
    except OSError:  # Linux: the other end is closed
        return b""


def started_by_a_person(*arguments):
    """With Ctrl+C at work, as in a terminal: a job in the background of a script, as these tests may be, ignores it."""
    return started(
        [*COMMAND, *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )


@pytest.mark.slow
def test_ctrl_c_gets_a_sentence_and_leaves_no_kernel(notebook, tmp_path):
    began = tmp_path / "began"
    path = notebook(before_checks=f"open({str(began)!r}, 'w').close()\nwhile True: pass")
    with started_by_a_person("check", path) as process:
        until(lambda: began.exists() or process.poll() is not None)
        [kernel] = psutil.Process(process.pid).children()
        process.send_signal(signal.SIGINT)
        out, error = told(process)
    assert (process.returncode, out) == (130, "")
    assert error.strip() == "coursekit check: stopped, as you asked."
    assert not kernel.is_running()


@pytest.mark.slow
def test_ctrl_c_while_the_kernel_starts(notebook):
    path = notebook()
    with started_by_a_person("check", path) as process:
        children = until(psutil.Process(process.pid).children)
        process.send_signal(signal.SIGINT)
        out, error = told(process)
    assert (process.returncode, out) == (130, "")
    assert error.strip() == "coursekit check: stopped, as you asked."
    assert not children[0].is_running()


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"# not JSON", "is not a notebook: it is not JSON."),
        (b"\xff\xfe\x00", "is not a notebook: it is not text."),
        (b"[" * 100_000, "is not a notebook: it is not JSON."),
        (b"[]", "is JSON, but not a notebook. Take the .ipynb file itself."),
        (b'{"nbformat": "4"}', "is JSON, but not a notebook. Take the .ipynb file itself."),
        (
            b'{"nbformat": 99, "nbformat_minor": 0, "cells": [], "metadata": {}}',
            "its nbformat is 99.",
        ),
        (
            b'{"nbformat": 4, "nbformat_minor": 5, "cells": 7, "metadata": {}}',
            "it has no list of cells. Take the .ipynb file itself.",
        ),
        (b'{"nbformat": 4, "nbformat_minor": 5, "cells": [], "metadata": {}}', "has no check cells."),
    ],
)
def test_bad_input_gets_one_sentence(call, tmp_path, content, sentence):
    path = tmp_path / "bad.ipynb"
    path.write_bytes(content)
    done = call("check", path)
    assert (done.returncode, done.stdout) == (2, "")
    [line] = done.stderr.splitlines()
    assert sentence in line


def test_a_file_that_cannot_be_read_gets_one_sentence(call, tmp_path):
    for path, why in ((tmp_path / "missing.ipynb", "there is no "), (tmp_path, "is a folder. Name a notebook.")):
        done = call("check", path)
        assert (done.returncode, done.stdout) == (2, "")
        [line] = done.stderr.splitlines()
        assert str(path) in line and why in line


def test_a_lesson_is_found_by_its_folder_and_a_near_miss_is_named(call, notebook, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "01_tiny").mkdir()
    notebook(solved=False).rename(tmp_path / "01_tiny" / "01_tiny.ipynb")
    assert "0 of 5.5 points" in call("check", "01_tiny").stdout
    assert "there is no 01. Did you mean 01_tiny/01_tiny.ipynb?" in call("check", "01").stderr
    for said in ("1", "tiny", "01_tyny", "01_tiny.ipnyb"):
        assert f"there is no {said}. Did you mean 01_tiny/01_tiny.ipynb?" in call("check", said).stderr
    assert "cannot read 02_gone.ipynb: no such file" in call("check", "02_gone.ipynb").stderr
    monkeypatch.chdir(tmp_path / "01_tiny")
    done = call("check", "02_gone.ipynb")
    assert f"no lesson in {tmp_path / '01_tiny'}. Change to your lessons." in done.stderr


def test_a_lesson_in_a_copy_that_lies_here_is_named(call, notebook, tmp_path, monkeypatch):
    (tmp_path / "my-course" / "01_tiny").mkdir(parents=True)
    notebook(solved=False).rename(tmp_path / "my-course" / "01_tiny" / "01_tiny.ipynb")
    (tmp_path / "my-course" / "start.ipynb").touch()
    monkeypatch.chdir(tmp_path)
    assert "Did you mean my-course/01_tiny/01_tiny.ipynb?" in call("check", "01").stderr


@pytest.mark.slow
def test_a_notebook_of_another_version_is_told_and_checked(call, notebook):
    path = notebook(solved=False)
    assert "coursekit 0.0.1" not in call("check", path).stdout
    text = path.read_text()
    version = json.loads(text)["metadata"]["coursekit"]["version"]
    path.write_text(text.replace(f'"version": "{version}"', '"version": "0.0.1"'))
    done = call("check", path)
    assert "This notebook is of coursekit 0.0.1, and here is " in done.stdout
    assert "0 of 5.5 points" in done.stdout


@pytest.mark.parametrize("seconds", ["0", "-1", "nan", "inf", "soon"])
def test_a_time_limit_is_a_number_of_seconds(call, notebook, seconds):
    done = call("check", notebook(), f"--timeout={seconds}")
    assert done.returncode == 2
    assert "is not a number of seconds above 0" in done.stderr


def test_the_copies_that_jupyter_keeps_are_never_proposed(tmp_path):
    from coursekit.cli.errors import UserError
    from coursekit.cli.reading import meant

    kept, own = tmp_path / ".ipynb_checkpoints" / "05_gru-checkpoint.ipynb", tmp_path / "05_gru" / "05_gru.ipynb"
    for path in (kept, own):
        path.parent.mkdir()
        path.write_text("{}")
    with pytest.raises(UserError, match=r"such as .*05_gru/05_gru\.ipynb"):
        meant(tmp_path)
    with pytest.raises(UserError, match=r"Did you mean .*05_gru/05_gru\.ipynb"):
        meant(tmp_path / "05")
    own.unlink()
    with pytest.raises(UserError, match=r"is a folder\. Name a notebook\.$"):
        meant(tmp_path)
