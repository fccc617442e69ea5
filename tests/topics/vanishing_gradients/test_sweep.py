"""The recorded sweep: what counts as learnt, that the record is whole, and that the lesson's sentences hold for it."""

from __future__ import annotations

import pytest

from coursekit.topics.vanishing_gradients import sweep

RECALL, ADDING = sweep.TASKS


@pytest.fixture(scope="module")
def record():
    found = sweep.recorded()
    assert found is not None, "run `python -m coursekit.topics.vanishing_gradients.sweep` and commit what it writes"
    return found


@pytest.fixture(scope="module")
def learnt(record):
    return {(e["task"], e["network"], e["lr"]): sweep.learnt(e) for e in record["results"]}


def test_learnt_early_late_and_lost_again():
    curves = [[0.2, 0.95, 0.3], [0.2, 0.3, 0.9], [0.2, 0.2, 0.2]]
    assert sweep.learnt({"task": RECALL, "curves": curves}, early=sweep.EVERY) == (1, 2, 1)
    assert sweep.learnt({"task": ADDING, "curves": [[0.17, 0.2, 0.01]]}, early=sweep.EVERY) == (0, 1, 1)


def test_a_small_sweep_has_an_entry_for_each_task_network_and_rate(monkeypatch):
    few = {name: task._replace(T=4, seeds=2, rates=task.rates[:2]) for name, task in sweep.TASKS.items()}
    monkeypatch.setattr(sweep, "TASKS", few)
    entries = list(sweep.sweep(names=("RNN, default", "GRU, b_z = 2"), steps=2))
    assert len(entries) == 2 * (2 + 1)
    assert all(len(entry["curves"]) == 2 and len(entry["curves"][0]) == 2 for entry in entries)
    assert sweep.curve(few[RECALL], "GRU, b_z = 2", 0.005, 1, steps=2) == entries[2]["curves"][1]


def test_the_record_is_whole_and_says_how_it_was_made(record, learnt):
    assert record["threads"] == 1 and record["cpu_seconds"] > 0 and {"NumPy", "coursekit"} <= set(record["versions"])
    expected = {
        (task, name, lr) for task, about in sweep.TASKS.items() for name in sweep.NETWORKS for lr in about.rates
    }
    assert set(learnt) == expected
    points = sweep.STEPS // sweep.EVERY + 1
    for entry in record["results"]:
        assert {len(curve) for curve in entry["curves"]} == {points}
        assert len(entry["curves"]) == sweep.TASKS[entry["task"]].seeds


def test_the_table_has_a_row_for_each_network(record):
    table = sweep.table(record, RECALL)
    assert [row[0] for row in table.rows] == list(sweep.NETWORKS)
    assert "by step 300 / by step 1,200 / at the end" in table.caption and "lr 0.02" in table.columns


def test_what_lesson_03_says_of_the_record_is_so(learnt):
    good = {"RNN, orthogonal", "LSTM, b_f = 3", "GRU, b_z = 2"}
    for name in sweep.NETWORKS:
        assert learnt[RECALL, name, 0.005].early == (5 if name in good else 0)
    for name in ("GRU, default", "GRU, b_z = 2", "GRU, b_z = -2"):
        assert learnt[RECALL, name, 0.02].at_the_end == 5
        assert learnt[ADDING, name, 0.01].at_the_end == 3
    for name in ("LSTM, default", "LSTM, b_f = 1"):
        assert all(learnt[RECALL, name, lr].ever == 0 for lr in sweep.TASKS[RECALL].rates)
    for name in ("LSTM, default", "LSTM, b_f = 1", "LSTM, b_f = 3"):
        assert 0 < learnt[ADDING, name, 0.01].ever < 3
    plain = [learnt[RECALL, "RNN, default", lr] for lr in sweep.TASKS[RECALL].rates]
    assert all(0 < one.ever < 5 for one in plain) and any(one.at_the_end < one.ever for one in plain)
    orthogonal = [learnt[RECALL, "RNN, orthogonal", lr].ever for lr in sweep.TASKS[RECALL].rates]
    assert orthogonal[2] < min(orthogonal[:2])
    assert orthogonal[2] < min(learnt[RECALL, name, 0.02].ever for name in ("RNN, default", "GRU, b_z = -2"))
    assert learnt[ADDING, "RNN, default", 0.01].ever == learnt[ADDING, "RNN, orthogonal", 0.01].ever == 0
