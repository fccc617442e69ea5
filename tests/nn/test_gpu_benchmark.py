"""benchmarks/gpu.py without a GPU: what it says, and that one bad configuration does not end the rest."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from pathlib import Path

import pytest
import torch

from tests.processes import finished

SCRIPT = Path(__file__).parents[2] / "benchmarks" / "gpu.py"
JOB = dict(cell="GRU", backend="readable", arithmetic="fp32", H=5, N=3, T=4, seconds=0.0)


@pytest.fixture(scope="module")
def gpu():
    spec = importlib.util.spec_from_file_location("gpu_benchmark", SCRIPT)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def run(*args: str) -> subprocess.CompletedProcess:
    return finished([sys.executable, str(SCRIPT), *args])


@pytest.mark.skipif(torch.cuda.is_available(), reason="there is a GPU: the benchmark would run")
@pytest.mark.slow
def test_without_a_gpu_it_says_so_in_a_sentence():
    done = run()
    assert done.returncode == 2 and done.stdout == ""
    assert done.stderr.count("\n") == 1 and "No GPU" in done.stderr and torch.__version__ in done.stderr


@pytest.mark.slow
def test_the_rehearsal_walks_through_everything_and_writes_nothing():
    before = sorted(SCRIPT.parent.rglob("*"))
    done = run("--rehearse", "--only", "triton")
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("Not triton: it needs a CUDA GPU") == 8 and "these are no figures" in done.stdout
    assert [p for p in sorted(SCRIPT.parent.rglob("*")) if p not in before and "__pycache__" not in str(p)] == []


@pytest.mark.slow
def test_a_bad_configuration_is_recorded_and_the_next_one_runs(gpu):
    bad = [JOB | dict(cell="GRUU"), JOB | dict(H=0), JOB | dict(backend="triton")]
    results = gpu.measure_all([bad[0], JOB, bad[1], bad[2], JOB], "cpu", minutes=5)
    assert ["failed" in r for r in results] == [True, False, True, True, False]
    assert "GRUU" in results[0]["failed"] and "CUDA GPU" in results[3]["failed"]
    assert results[1]["error"] < 1e-5 and min(results[1]["both_us"], results[1]["forward_us"]) > 0


@pytest.mark.slow
def test_a_configuration_that_hangs_or_crashes_is_ended(gpu):
    worker = gpu.Worker("cpu")
    worker.run(JOB, patience=200)
    assert "no answer within 0 seconds" in worker.run(JOB | dict(T=100_000), patience=0.01)["failed"]
    assert worker.process is None
    assert worker.run(JOB, patience=200)["error"] < 1e-5  # in a new process
    worker.process.kill()
    worker.process.wait(60)
    assert "ended with code -9" in worker.run(JOB, patience=200)["failed"]
    assert worker.run(JOB, patience=200)["error"] < 1e-5
    worker.stop()


def test_when_the_time_is_up_the_rest_is_listed_as_not_run(gpu):
    results = gpu.measure_all([JOB, JOB], "cpu", minutes=0)
    assert [r["failed"] for r in results] == ["not run: the time was up"] * 2


def test_bars_are_judged_by_the_worst_measured_configuration(gpu):
    def made_up(cell, backend, H, both):
        return dict(cell=cell, backend=backend, arithmetic="bf16", H=H, N=16, T=4, forward_us=1.0, both_us=both)

    results = [
        *[made_up("GRU", "torch", H, 10.0) for H in (64, 128, 256)],
        made_up("LSTM", "torch", 64, 3.0),
        made_up("GRU", "triton", 64, 2.0),
        made_up("GRU", "triton", 128, 5.0),
        made_up("GRU", "triton", 256, 2.0) | {"failed": "no", "both_us": 1.0},
    ]
    del results[-1]["both_us"]
    lines = gpu.judge(results)
    assert "MISSED in 1 of 2, least 2.00 at ('bf16', 128, 16)" in lines[0]
    assert lines[1].endswith("not measured") and lines[2].endswith("not measured")
    assert "met in 1 of 1, least 1.50" in lines[3]
