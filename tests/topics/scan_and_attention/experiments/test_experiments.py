"""Every experiment gives numbers of the shape that its figure and the record need, from seeds alone."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from coursekit.topics.scan_and_attention import experiments
from coursekit.topics.scan_and_attention.experiments import __main__ as command
from coursekit.topics.scan_and_attention.experiments import cost, problems, record, training
from coursekit.topics.scan_and_attention.experiments.models import MODELS


def test_parity_has_a_share_for_each_model_seed_and_length(tiny):
    found = experiments.measure("parity", tiny)
    assert list(found["accuracy"]) == list(tiny.parity_models)
    for name, seeds in found["accuracy"].items():
        assert np.shape(seeds) == (2, 2) and 0 <= np.min(seeds) <= np.max(seeds) <= 1
        assert 0 < found["parameters"][name] <= tiny.parity_budget
    assert experiments.measure("parity", tiny) == found


def test_recall_has_a_share_for_each_bin_and_its_rivals(tiny):
    found = experiments.measure("recall", tiny)
    assert found["distances"] == [2, 4, 8, 16, 32]
    assert all(np.shape(seeds) == (2, 4) for seeds in found["accuracy"].values())
    assert found["rivals"]["a dictionary"] == [1.0] * 4
    larger = replace(tiny, tested=400, recall_models=("minGRU",), recall_seeds=1)
    rivals = experiments.measure("recall", larger)["rivals"]
    assert 0.36 <= np.mean(rivals["the commonest value seen"]) < 0.45  # a value drawn from the four: 0.34


def test_training_learns(tiny):
    def task(rng):
        return problems.parity(rng, 32, 2)

    model = training.trained("GRU", (600, 2, 2), task, 150, 0.02, 0)
    batch = task(np.random.default_rng(5))
    assert (training.answers(model, batch.ids) == batch.y).mean() > 0.95


def test_an_interrupted_training_is_no_result(tiny, monkeypatch):
    def stopped(*args, **kwargs):
        raise KeyboardInterrupt

    monkeypatch.setattr("coursekit.topics.scan_and_attention.experiments.training.loss", stopped)
    with pytest.raises(KeyboardInterrupt, match="stopped"):
        experiments.measure("parity", tiny)


def test_times_have_an_entry_for_each_way_length_and_repetition(tiny):
    found = experiments.measure("times", tiny)
    assert len(found["seconds"]) == 6
    assert all(np.shape(seconds) == (2, 2) and np.min(seconds) > 0 for seconds in found["seconds"].values())


def test_only_the_cache_grows(tiny):
    kept = cost.memory(tiny, contexts=(1, 5))["bytes"]
    assert {name: after - first for name, (first, after) in kept.items() if after != first} == {"attention": 4 * 32}
    assert kept["LSTM"] == [2 * kept["GRU"][0]] * 2 and kept["minGRU"] == kept["GRU"]


def test_logarithms_lose_more_digits_than_the_scan(tiny):
    errors = experiments.measure("digits", replace(tiny, log_T=(512,)))["errors"]
    assert 0 < np.median(errors["scan"]) < np.median(errors["log"]) < 1e-2


def test_an_unknown_experiment_or_model_is_named():
    with pytest.raises(ValueError, match="expected one of newton, digits"):
        experiments.measure("memry")
    settings = (experiments.QUICK, experiments.FULL)
    assert {name for s in settings for name in (*s.parity_models, *s.recall_models)} <= set(MODELS)


def test_a_record_is_read_back_and_grows_by_what_is_measured_anew(tiny, tmp_path, monkeypatch):
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    newton = {"errors": [[[1.0, float("inf")]]]}
    record.write("newton", newton, 1.0, tiny, tmp_path)
    record.write("digits", {"T": [1]}, 2.0, tiny, tmp_path)
    record.write("digits", {"T": [2]}, 5.0, replace(tiny, N=5), tmp_path)
    found = experiments.recorded(tmp_path)
    assert found.results == {"newton": newton, "digits": {"T": [2]}}
    assert (found.settings["newton"]["N"], found.settings["digits"]["N"]) == (4, 5)
    assert "6 s of processor time" in found.text
    assert experiments.recorded(tmp_path / "nowhere") is None


def test_the_command_writes_what_it_measured_and_refuses_what_it_cannot_do(tiny, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(command, "QUICK", tiny)
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    assert command.main(["--quick", "--only", "memory,newton", "--folder", str(tmp_path)]) == 0
    assert set(experiments.recorded(tmp_path).results) == {"memory", "newton"}
    with pytest.raises(SystemExit):
        command.main(["--only", "nonsense"])
    assert "no such experiment: nonsense" in capsys.readouterr().err
    monkeypatch.delenv("OMP_NUM_THREADS")
    with pytest.raises(SystemExit):
        command.main(["--folder", str(tmp_path)])
    assert "set OMP_NUM_THREADS" in capsys.readouterr().err
