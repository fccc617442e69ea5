"""Right answers of lesson 21 in unusual styles, and settings that would hide a mistake."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
import torch

from coursekit.checking import evaluate, registry
from tests.topics.answers import mistake, right, shown_by_another_draw


def by_index(values, length, start, stop):
    mean, spread = np.mean(values[:start]), np.std(values[:start])
    found = []
    for first, last in ((length, start), (start, stop)):
        x = [[(values[k] - mean) / spread for k in range(t - length, t)] for t in range(first, last)]
        found += [x, [(values[t] - mean) / spread for t in range(first, last)]]
    return found


def in_torch(values, length, start, stop):
    values = torch.from_numpy(values)
    scaled = (values - values[:start].mean()) / values[:start].std(unbiased=False)
    windows = scaled.unfold(0, length + 1, 1)[: stop - length]
    train, test = windows[: start - length], windows[start - length :]
    return {"train_x": train[:, :-1], "train_y": train[:, -1], "test_x": test[:, :-1], "test_y": test[:, -1]}


@pytest.mark.parametrize("answer", [by_index, in_torch])
def test_folds_in_other_styles(answer):
    right("walk_forward_fold", answer)


def step_by_step(history, truth, forecast, season):
    naive = sum(abs(history[k] - history[k - season]) for k in range(season, len(history))) / (len(history) - season)
    return [np.mean(np.abs(truth[:, h] - forecast[:, h])) / naive for h in range(truth.shape[1])]


def test_scaled_errors_in_other_styles():
    right("scaled_error", step_by_step)


def by_all_orders(score, fraud, k):
    """The mean over every order of the equal cases: the lottery itself."""
    k = min(k, len(score))
    order = np.argsort(-score, kind="stable")
    last = score[order[k - 1]]
    above, equal = np.flatnonzero(score > last), np.flatnonzero(score == last)
    draws = list(itertools.combinations(equal, k - len(above)))
    found = np.mean([fraud[above].sum() + fraud[list(some)].sum() for some in draws])
    return found / k, found / fraud.sum()


def by_weights(score, fraud, k):
    """Each case with the probability that it is looked at."""
    score = torch.from_numpy(score)
    higher = (score[None] > score[:, None]).sum(dim=1)
    alike = (score[None] == score[:, None]).sum(dim=1)
    looked_at = ((min(k, len(score)) - higher) / alike).clamp(0, 1)
    found = float(looked_at[torch.from_numpy(fraud)].sum())
    return found / float(looked_at.sum()), found / fraud.sum()


@pytest.mark.parametrize("answer", [by_all_orders, by_weights])
def test_precision_in_other_styles(answer):
    right("precision_at_k", answer)


def reading_by_reading(alarm, event, ahead, quiet):
    T, silent, false, heard = len(alarm), 0, 0, []
    for t in range(T):
        if silent > 0:
            silent -= 1
        elif alarm[t] and not event[t]:
            silent = quiet
            heard.append(t)
    begins = [t for t in range(T) if event[t] and (t == 0 or not event[t - 1])]
    lead = [max((b - t for t in heard if 0 < b - t <= ahead), default=0) for b in begins]
    false = sum(all(not 0 < b - t <= ahead for b in begins) for t in heard)
    return lead, false


def test_warnings_in_other_styles():
    right("warnings_in_time", reading_by_reading)


@pytest.mark.parametrize(
    ("exercise", "mistake", "hidden_in"),
    [
        ("walk_forward_fold", "training windows from after the test", "the last fold"),
        ("walk_forward_fold", "a test that goes on after stop", "the last fold"),
        ("scaled_error", "errors scaled by the last reading repeated", "a season of one reading"),
        ("precision_at_k", "ties that are left in the order of the list", "no ties"),
        ("precision_at_k", "a division by k", "ties at the border"),
        ("warnings_in_time", "every alarm heard, without a silence", "too early, and none"),
        ("warnings_in_time", "a warning that serves one event alone", "alarms in a row"),
    ],
)
def test_what_one_draw_hides_another_one_shows(exercise, mistake, hidden_in):
    shown_by_another_draw(exercise, mistake, {hidden_in})


def test_the_leak_of_the_articles_is_named():
    report = evaluate("walk_forward_fold", mistake("walk_forward_fold", "a scale from the whole series").implement)
    assert "a scale from the whole series" in report.diagnoses and not report.passed


def of_magnitudes(score, fraud, k):
    return registry.get("precision_at_k").reference(np.abs(score), fraud, k)


def a_coin_for_each_place(score, fraud, k):
    """Half of the frauds among the equal cases, however many places there are."""
    k = min(k, len(score))
    last = np.sort(score)[-k]
    found = fraud[score > last].sum() + fraud[score == last].sum() / 2
    return found / k, found / fraud.sum()


@pytest.mark.parametrize("answer", [of_magnitudes, a_coin_for_each_place])
@pytest.mark.parametrize("seed", range(5))
def test_precisions_that_nobody_listed_are_refused_without_a_name(answer, seed):
    report = evaluate("precision_at_k", answer, seed)
    assert not report.passed and not report.diagnoses


def test_a_place_too_many_in_a_tie_is_not_taken_for_luck():
    known = mistake("precision_at_k", "all frauds among the equal cases found")
    for seed in range(5):
        assert evaluate("precision_at_k", known.implement, seed).diagnoses == (known.name,)


@pytest.mark.parametrize(
    "beginning",
    ["alarms within an event that begin a silence", "a silence that stands still", "lead times from alarms that"],
)
def test_no_seed_hides_what_happens_around_an_event(beginning):
    known = mistake("warnings_in_time", beginning)
    for seed in range(8):
        assert evaluate("warnings_in_time", known.implement, seed).diagnoses == (known.name,)


def test_a_silence_after_an_event_is_refused():
    def answer(alarm, event, ahead, quiet):
        late = event.copy()
        for shift in range(1, quiet + 1):
            late[shift:] |= event[:-shift]
        return registry.get("warnings_in_time").reference(alarm & ~late, event, ahead, quiet)

    assert not any(evaluate("warnings_in_time", answer, seed).passed for seed in range(5))
