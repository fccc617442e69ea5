"""`coursekit grade-one` as a platform starts it: a file in, a file out, an exit status, and signals."""

from __future__ import annotations

import contextlib
import json
import signal
import subprocess
import sys
import time

import nbformat
import pytest
from jsonschema import Draft202012Validator

from coursekit.checking import Verdict
from coursekit.cli import grade_one
from coursekit.grading.gradebook.table import Question
from coursekit.grading.platforms.result import Result, as_json, schema
from coursekit.grading.run import sandbox
from coursekit.lessons import build_solution
from coursekit.lessons.cells import grade_id
from coursekit.lessons.tree import lesson_texts
from tests.processes import finished, started, until

COMMAND = [sys.executable, "-m", "coursekit.cli", "grade-one"]
ENDLESS = "import time\nwhile True:\n    try:\n        time.sleep(0.1)\n    except BaseException:\n        pass"


def test_people_read_points_as_exact_as_in_a_report_and_programs_read_all_digits(capsys):
    result = Result("05_gru", questions=(Question("gru_step", 25 / 6, 5.0, Verdict.WRONG),))
    grade_one._show(result)
    said = capsys.readouterr().out
    assert "4.16 / 5" in said and "4.16 of 5 points" in said and "4.1666" not in said
    assert json.loads(as_json(result))["points"] == pytest.approx(25 / 6, abs=1e-4)


@pytest.fixture(scope="module")
def isolated():
    report = sandbox.probe()
    if report.level == "none":
        pytest.skip(f"no sandbox on this host: {report.text}")


@pytest.fixture
def lesson(tmp_path):
    """The answered lesson 05, or with something in front of its last answer."""

    def write(before_the_last: str = ""):
        nb = build_solution(next(text for text in lesson_texts() if text.stem == "05_gru"))
        last = next(cell for cell in nb.cells if grade_id(cell) == "gru_parameter_count")
        last.source = f"{before_the_last}\n{last.source}"
        nbformat.write(nb, tmp_path / "05_gru.ipynb")
        return tmp_path / "05_gru.ipynb"

    return write


def read(path_or_text):
    text = path_or_text if isinstance(path_or_text, str) else path_or_text.read_text(encoding="utf-8")
    result = json.loads(text)
    Draft202012Validator(schema()).validate(result)
    return result


def test_a_pipe_gets_json_and_the_status_says_that_it_is_graded(isolated, call, lesson):
    done = call("grade-one", lesson())
    assert done.returncode == 0 and done.stderr == ""
    assert read(done.stdout)["points"] == 13


def test_with_a_file_people_read_a_table(isolated, call, lesson, tmp_path, monkeypatch):
    monkeypatch.setenv("COLUMNS", "120")
    done = call("grade-one", lesson("print('\\x1b[2J[red]')"), "--out", tmp_path / "r.json")
    assert done.returncode == 0 and "05_gru: 13 of 13 points" in done.stdout and "\x1b" not in done.stdout
    assert read(tmp_path / "r.json")["points"] == 13


def test_a_file_that_is_none_has_a_result_and_a_status_of_its_own(call, tmp_path):
    (tmp_path / "05_gru.ipynb").write_bytes(b"\x00\xff")
    for name in ("05_gru.ipynb", "missing.ipynb", "."):
        done = call("grade-one", tmp_path / name, "--out", tmp_path / "r.json")
        assert done.returncode == 3 and "A person has to look" in done.stdout
        result = read(tmp_path / "r.json")
        assert result["status"] == "needs a person" and result["points"] is None and result["problems"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--lesson", "99"), "there is no lesson '99'. There are 00_numerical_tools,"),
        (("--seed", "secret"), "is not the seed of a result"),
        (("--timeout", "0"), "is not a number of seconds above 0"),
        (("--out", "no/such/folder/r.json"), "cannot write no/such/folder/r.json"),
        (("--as", "html"), "invalid choice"),
    ],
)
def test_what_cannot_be_understood_is_no_result(call, lesson, arguments, said):
    done = call("grade-one", lesson(), *arguments)
    assert done.returncode == 2 and said in done.stderr and done.stdout == ""


@contextlib.contextmanager
def begun(path, out, *arguments):
    """The command, once it has written that it has begun."""
    with started([*COMMAND, path, "--out", out, *arguments], stdout=subprocess.PIPE, text=True) as process:
        until(lambda: out.exists() or process.poll() is not None)
        assert process.poll() is None
        yield process


@pytest.mark.slow
def test_whoever_is_told_to_end_still_says_what_is_known(isolated, lesson, tmp_path):
    out = tmp_path / "r.json"
    with begun(lesson(ENDLESS), out) as process:
        time.sleep(8)  # it waits in the last answer by now, or is about to: both must end well
        for _ in range(3):
            process.send_signal(signal.SIGTERM)
        assert process.wait(120) == 3
    result = read(out)
    last = result["questions"][-1]
    assert last["points"] is None and result["points"] is None
    assert "was told to end (SIGTERM)" in (last["fault"] or result["problems"][0])


@pytest.mark.slow
def test_time_that_is_over_is_for_a_person(isolated, lesson, tmp_path):
    out = tmp_path / "r.json"
    done = finished([*COMMAND, lesson(ENDLESS), "--out", out, "--timeout", "0.01"], seconds=100)
    assert done.returncode == 3 and read(out)["points"] is None
    assert "0.01 s that the grader was given were over" in str(read(out))


@pytest.mark.slow
def test_whoever_is_killed_has_left_a_result_and_no_number(lesson, tmp_path):
    out = tmp_path / "r.json"
    with begun(lesson(ENDLESS), out) as process:
        process.kill()
    result = read(out)
    assert result["status"] == "needs a person" and "did not come to its end" in result["problems"][0]
    assert {question["points"] for question in read(out)["questions"]} <= {None}
