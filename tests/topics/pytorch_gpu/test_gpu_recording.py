"""What benchmarks/gpu.py recorded is read again, and its absence is said."""

import json

import pytest

from coursekit.topics.pytorch_gpu.gpu_recording import Recording


def result(cell="GRU", backend="torch", arithmetic="bf16", H=64, N=64, **measured):
    return dict(cell=cell, backend=backend, arithmetic=arithmetic, H=H, N=N) | measured


@pytest.fixture
def clone(tmp_path):
    (tmp_path / "benchmarks" / "results").mkdir(parents=True)
    return tmp_path


def record(clone, date, results):
    about = {"device": "some GPU", "date": f"{date}T12:00:00", "torch": "2.9", "cudnn": 91000}
    text = json.dumps(about | {"results": results})
    (clone / "benchmarks" / "results" / f"gpu-{date}.json").write_text(text)


def test_without_a_recording_it_is_said_how_to_make_one(clone):
    for recorded in (Recording(None), Recording(clone)):
        assert not recorded
        assert "python benchmarks/gpu.py" in str(recorded)
        assert recorded.step_times() == {} and recorded.tf32_error() is None


def test_the_newest_recording_is_taken(clone):
    record(clone, "2026-01-01", [])
    record(clone, "2026-02-03", [])
    assert str(Recording(clone)) == "Recorded on some GPU, 2026-02-03, torch 2.9, cuDNN 91000"


def test_times_are_listed_by_way_and_size_of_one_format_and_batch(clone):
    record(
        clone,
        "2026-01-01",
        [
            result(H=256, both_us=9.0),
            result(H=64, both_us=4.0),
            result(cell="LSTM", both_us=5.0),
            result(backend="triton", both_us=0.7),
            result(backend="triton", H=1024, failed="no room"),
            result(arithmetic="fp32", both_us=70.0),
            result(N=16, both_us=71.0),
        ],
    )
    times = Recording(clone).step_times("bf16", 64)
    assert times == {"nn.GRU": {64: 4.0, 256: 9.0}, "nn.LSTM": {64: 5.0}, "triton": {64: 0.7}}
    assert list(times["nn.GRU"]) == [64, 256]


def test_the_worst_error_in_tf32_is_that_of_grus_alone(clone):
    errors = [("GRU", "tf32", 1e-3), ("GRU", "tf32", 2e-3), ("LSTM", "tf32", 5e-3), ("GRU", "bf16", 9e-3)]
    results = [result(cell=cell, arithmetic=a, error=error) for cell, a, error in errors]
    record(clone, "2026-01-01", [*results, result(arithmetic="tf32", failed="hung")])
    assert Recording(clone).tf32_error() == 2e-3
