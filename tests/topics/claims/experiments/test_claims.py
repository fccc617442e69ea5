"""Every claim can be measured, written down, read back, and drawn from; the recorded full run is complete."""

from __future__ import annotations

import json
import math

import pytest

from coursekit.topics.claims import experiments
from coursekit.topics.claims.experiments import record, result
from coursekit.topics.claims.experiments.__main__ import main

TIMED = {"speed", "speed_of_rnn", "latency"}


@pytest.mark.parametrize("claim", experiments.CLAIMS)
def test_a_claim_is_measured_over_all_seeds(claim, tiny):
    found = experiments.measure(claim, tiny)
    assert found.name == claim
    assert found.measurements and len({m.where for m in found.measurements}) == len(found.measurements)
    for measurement in found.measurements:
        assert len(measurement.values) == (1 if measurement.exact else tiny.seeds)
        assert all(math.isfinite(value) for value in measurement.interval)
    assert found.claimed[0] < found.claimed[1]
    assert found.claim.endswith(".") and found.sentence.endswith(".")
    assert "equal" in found.conditions or "fresh networks" in found.conditions
    if claim not in TIMED:
        assert experiments.measure(claim, tiny) == found


def test_the_number_of_seeds_can_be_chosen(tiny):
    found = experiments.measure("dropout", tiny, seeds=(3, 4, 5))
    assert {len(m.values) for m in found.measurements} == {3}
    assert found.measurements[0].values != experiments.measure("dropout", tiny, seeds=(0, 1, 2)).measurements[0].values


def test_an_unknown_claim_says_which_there_are():
    with pytest.raises(ValueError, match="claim: expected one of parameters, speed, .*, got 'spped'"):
        experiments.measure("spped")


def test_counted_claims_have_the_numbers_of_a_count_by_hand():
    saved, in_a_model = (m.values[0] for m in experiments.measure("parameters").measurements)
    assert saved == 25
    assert in_a_model == pytest.approx(100 * (132_096 - 99_072) / (2 * 10_000 * 128 + 10_000 + 132_096))
    memory = {m.where: m.values[0] for m in experiments.measure("memory").measurements}
    lstm, gru = (4 * (blocks * (16 * 64 + 64 * 64 + 2 * 64) + states * 64) for blocks, states in ((4, 2), (3, 1)))
    assert memory["weights and state"] == lstm / gru
    assert memory["state alone"] == 2
    assert memory["kept for training, per step"] > 1


def test_the_gradient_of_a_fresh_gru_vanishes_and_a_bias_keeps_it():
    found = experiments.measure("vanishing")
    assert [m.verdict(found.claimed) for m in found.measurements] == ["does not hold", "holds", "holds"]


@pytest.fixture
def told_threads(monkeypatch):
    monkeypatch.setenv("OMP_NUM_THREADS", "1")


def test_a_record_is_read_back_as_it_was_written(tiny, tmp_path, told_threads):
    results = {name: experiments.measure(name, tiny) for name in ("parameters", "parity", "latency", "learning_rate")}
    path = record.write(results, tiny, 12.34, tmp_path)
    assert path.name.startswith("claims-") and path.suffix == ".json"
    read = experiments.recorded(tmp_path)
    assert read.settings["seeds"] == 2 and read.cpu_seconds == 12.3
    assert set(read.versions) == {"Python", "NumPy", "PyTorch", "coursekit"}
    for name, written in results.items():
        assert read.results[name].claimed == written.claimed
        assert read.results[name].verdict == written.verdict
        for a, b in zip(read.results[name].measurements, written.measurements, strict=True):
            assert (a.where, a.ratio, a.exact) == (b.where, b.ratio, b.exact)
            assert a.interval == pytest.approx(b.interval, rel=1e-4)
    stored = json.loads(path.read_text())["results"]["parity"]
    assert stored["verdict"] == results["parity"].sentence
    assert "Full run, 2 seeds" in read.text and read.machine in read.text and f"{read.threads} thread" in read.text


def test_the_latest_record_is_the_one_that_is_read(tiny, tmp_path, told_threads):
    path = record.write({"parameters": experiments.measure("parameters")}, tiny, 1, tmp_path)
    old = path.read_text().replace(path.stem.removeprefix("claims-"), "2020-01-01")
    (tmp_path / "claims-2020-01-01.json").write_text(old)
    assert experiments.recorded(tmp_path).date != "2020-01-01"
    assert experiments.recorded(tmp_path / "nothing") is None


def test_the_recorded_full_run_has_every_claim_as_it_is_measured_now(tiny):
    full = experiments.recorded()
    assert full is not None, "run `python -m coursekit.topics.claims.experiments` and commit what it writes"
    assert tuple(full.results) == experiments.CLAIMS
    assert full.settings["seeds"] >= 10 and full.threads == 1
    for name, found in full.results.items():
        now = experiments.measure(name, tiny)
        assert (found.claim, found.claimed) == (now.claim, now.claimed)
        assert [m.where for m in found.measurements] == [m.where for m in now.measurements], name
        assert all(m.exact or len(m.values) >= 10 for m in found.measurements)
        assert found.verdict in (result.HOLDS, result.FAILS, result.UNDECIDED, result.DEPENDS)


def test_the_command_prints_verdicts_and_writes_the_file(tmp_path, capsys, told_threads):
    assert main(["--quick", "--claims", "parameters,memory", "--folder", str(tmp_path)]) == 0
    printed = capsys.readouterr().out
    assert experiments.measure("memory").sentence in printed
    assert set(experiments.recorded(tmp_path).results) == {"parameters", "memory"}


def test_the_command_refuses_to_record_on_an_unknown_number_of_threads(tmp_path, capsys, monkeypatch):
    monkeypatch.delenv("OMP_NUM_THREADS", raising=False)
    with pytest.raises(SystemExit):
        main(["--quick", "--claims", "parameters", "--folder", str(tmp_path)])
    assert "set OMP_NUM_THREADS" in capsys.readouterr().err
    assert not list(tmp_path.iterdir())


def test_the_command_refuses_a_claim_that_it_does_not_know(tmp_path, capsys):
    with pytest.raises(SystemExit):
        main(["--claims", "parity,nonsense", "--folder", str(tmp_path)])
    assert "no such claim: nonsense; there are parameters," in capsys.readouterr().err
    assert not list(tmp_path.iterdir())
