"""Jobs, their keys, the store of results, and a host without a sandbox."""

import json
import os
import shutil
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest
from nbformat.v4 import new_code_cell, new_notebook

import coursekit
from coursekit.checking import evaluate, registry
from coursekit.grading.gradebook import presentation
from coursekit.grading.gradebook.decision import decided
from coursekit.grading.gradebook.results import ResultStore
from coursekit.grading.nbgrader import preprocessors
from coursekit.grading.run import job as jobs
from coursekit.grading.run import runners
from coursekit.grading.run.job import Job, grader_version
from coursekit.grading.run.notebook import Graded
from coursekit.grading.run.sandbox import SandboxUnavailable
from coursekit.grading.run.servers import UNSAFE

SECRET = b"a secret of this test, long enough"


def check_cell(name="gru_step"):
    nbgrader = {"grade_id": f"check_{name}", "grade": True, "solution": False, "points": 4}
    return new_code_cell(f"check({name})", id="check", metadata={"nbgrader": nbgrader})


def job(source="x = 1", student="ada", **changes):
    nb = new_notebook(cells=[new_code_cell(source, id="answer"), check_cell()])
    return Job.of(nb, changes.get("assignment", "05_gru"), "05_gru", student, changes.get("secret", SECRET))


@pytest.fixture
def graded():
    return Graded({"gru_step": evaluate("gru_step", registry.get("gru_step").reference)})


def test_the_key_depends_on_everything_that_a_result_depends_on(monkeypatch):
    others = [job("x = 2"), job(student="bob"), job(assignment="06"), job(secret=b"another secret, also long enough")]
    keys = {job().key, *(other.key for other in others)}
    monkeypatch.setattr(jobs, "grader_version", lambda: "another version")
    keys.add(job().key)
    assert len(keys) == 6
    assert job().key == job().key
    keys.add(replace(job(), isolated=False).key)
    monkeypatch.setenv(UNSAFE, "1")
    assert job().key in keys and len(keys) == 7 and not job().isolated


def test_a_process_without_isolation_runs_nothing_that_asks_for_it(monkeypatch):
    one = job()
    monkeypatch.setattr(runners, "shared_server", lambda torch: SimpleNamespace(level="unsafe", alive=True))
    assert runners.run_job(one).faults == {"gru_step": runners.NOT_ISOLATED}


def test_the_draws_of_a_job_are_secret_and_stable():
    assert job().seeds == job().seeds != job(student="bob").seeds
    assert list(job().seeds) == ["gru_step"]


def test_a_result_is_kept_and_a_forged_or_damaged_one_is_not_believed(tmp_path, graded):
    store = ResultStore(tmp_path, SECRET)
    key = job().key
    assert store.get(key) is None
    store.put(key, graded)
    assert store.get(key).reports["gru_step"].score == 1.0
    assert ResultStore(tmp_path, b"somebody else's secret, long enough").get(key) is None
    path = next(tmp_path.rglob("*.json"))
    kept = json.loads(path.read_text())
    path.write_text(json.dumps(kept | {"body": kept["body"].replace("1.0", "0.5")}))
    assert store.get(key) is None
    path.write_text(json.dumps(kept)[:100])
    assert store.get(key) is None


def test_a_result_does_not_stand_for_another_key(tmp_path, graded):
    store = ResultStore(tmp_path, SECRET)
    store.put(job().key, graded)
    other = job("x = 2").key
    (tmp_path / other[:2]).mkdir(exist_ok=True)
    next(tmp_path.rglob("*.json")).rename(tmp_path / other[:2] / f"{other}.json")
    assert store.get(other) is None


def test_a_fault_of_the_grader_is_tried_again(tmp_path):
    store = ResultStore(tmp_path, SECRET)
    store.put("ab", Graded({}, faults={"gru_step": "too busy"}))
    assert store.get("ab") is None


def test_a_host_without_a_sandbox_gives_no_score_and_no_zero(tmp_path, monkeypatch):
    def unavailable(torch):
        raise SandboxUnavailable("this host cannot isolate notebooks")

    monkeypatch.setattr(runners, "shared_server", unavailable)
    result = preprocessors.result_of(job(), ResultStore(tmp_path, SECRET))
    assert "cannot isolate" in result.faults["gru_step"]
    nb = new_notebook(cells=[check_cell()])
    assert decided(nb, result).scores == {"check_gru_step": None}
    shown = presentation.present(nb, result).cells[0].outputs
    assert "no points are lost" in shown[0].data["text/plain"]


@pytest.mark.slow
def test_processes_have_the_environment_of_the_moment(monkeypatch):
    """They are forked from a process that began earlier, such as before `--no-sandbox` was looked at."""
    runners.prepare_processes()
    monkeypatch.setenv("COURSEKIT_TEST_OF_THE_MOMENT", "1")
    with runners._processes(1) as pool:
        assert pool.submit(os.getenv, "COURSEKIT_TEST_OF_THE_MOMENT").result() == "1"
    monkeypatch.delenv("COURSEKIT_TEST_OF_THE_MOMENT")
    with runners._processes(1) as pool:
        assert pool.submit(os.getenv, "COURSEKIT_TEST_OF_THE_MOMENT").result() is None


def test_no_result_outlives_a_change_of_any_folder_of_the_package(tmp_path, monkeypatch):
    package = Path(coursekit.__file__).parent
    copy = tmp_path / "coursekit"
    shutil.copytree(package, copy, ignore=shutil.ignore_patterns("__pycache__"))
    monkeypatch.setattr(coursekit, "__file__", str(copy / "__init__.py"))
    versions = {_fresh_version()}
    folders = [copy, *(path for path in sorted(copy.rglob("*")) if path.is_dir())]
    edited = [next(file for file in sorted(folder.iterdir()) if file.is_file()) for folder in folders if _files(folder)]
    for file in edited:
        file.write_bytes(file.read_bytes() + b"\n")
        versions.add(_fresh_version())
    assert len(versions) == len(edited) + 1 > 40


def _files(folder: Path) -> bool:
    return any(path.is_file() for path in folder.iterdir())


def _fresh_version() -> str:
    grader_version.cache_clear()
    try:
        return grader_version()
    finally:
        grader_version.cache_clear()
