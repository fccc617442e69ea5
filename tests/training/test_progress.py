"""One bar over several trainings, which moves with the steps inside and is full at the end."""

from __future__ import annotations

import re

import pytest

from coursekit.training.progress import progress_bar, trainings


def shares(printed: str) -> list[int]:
    return [int(percent) for percent in re.findall(r"(\d+)%\|", printed)]


def steps(total, upto=None):
    with progress_bar(total, "step", False) as bar:
        for _ in range(total if upto is None else upto):
            bar.update()
            bar.set_postfix(loss="0.1", refresh=False)


def test_the_bar_moves_with_the_steps_of_each_training(monkeypatch, capsys):
    monkeypatch.setattr("coursekit.training.progress._SECONDS", 0)
    seen = []
    for run in trainings(["a", "b"], progress=True):
        seen.append(run)
        steps(4)
    assert seen == ["a", "b"]
    printed = capsys.readouterr().out
    assert {0, 12, 25, 50, 62, 100} <= set(shares(printed))
    assert shares(printed)[-1] == 100 and "2.0/2 trainings" in printed and re.search(r"\[\d\d:\d\d<", printed)


def test_one_that_was_stopped_or_has_no_bar_counts_as_done(monkeypatch, capsys):
    monkeypatch.setattr("coursekit.training.progress._SECONDS", 0)
    for run in trainings([0, 1, 2], progress=True):
        if run == 1:
            steps(10, upto=3)
    found = shares(capsys.readouterr().out)
    assert found == sorted(found) and found[-1] == 100


def test_stages_within_a_training_are_parts_of_its_part(monkeypatch, capsys):
    monkeypatch.setattr("coursekit.training.progress._SECONDS", 0)
    for _ in trainings([0, 1], progress=True):
        for _ in trainings([3, 1], weights=[3, 1]):
            steps(1)
    found = shares(capsys.readouterr().out)
    assert found == sorted(found) and {0, 38, 88, 100} <= set(found)


def test_a_loop_that_was_left_early_leaves_nothing_behind(capsys):
    for _ in trainings([0, 1], progress=True):
        break
    capsys.readouterr()
    with progress_bar(3, "step", True) as bar:
        bar.update(3)
    assert "3/3" in capsys.readouterr().out


@pytest.mark.parametrize("progress", [None, False])
def test_a_log_gets_no_bar(progress, capsys):
    for _ in trainings([0, 1], progress):
        steps(2)
    assert capsys.readouterr().out == ""


def test_more_steps_than_a_training_was_given_do_not_overfill_the_bar(monkeypatch, capsys):
    """Several trainings in one run, or one that goes on: what the others have left is theirs."""
    monkeypatch.setattr("coursekit.training.progress._SECONDS", 0)
    for _ in trainings([0, 1], progress=True):
        for _ in range(3):
            steps(4)
    found = shares(capsys.readouterr().out)
    assert found == sorted(found) and 50 in found and max(found) == found[-1] == 100
