"""Wrong answers of lessons 07 to 22 that once passed, on some seeds or on all: the draws have what shows them."""

import numpy as np
import pytest

from coursekit.checking import evaluate, registry
from coursekit.topics.claims.answers import model_parameters

SEEDS = range(12)


def up_to(last):
    def answer(budget, D, K, blocks):
        fits = [H for H in range(1, last) if model_parameters(blocks, D, H, K) <= budget]
        return fits[-1], model_parameters(blocks, D, fits[-1], K)

    return answer


def next_score_up(valid, test, alarms_per_day, per_day):
    threshold = np.quantile(valid, 1 - alarms_per_day / per_day, method="higher")
    return threshold, test > threshold


def joined(alarm, anomalous, tolerance, patience):
    near = anomalous.copy()
    for k in range(1, tolerance + 1):
        near[k:] |= anomalous[:-k]
    edges = np.flatnonzero(np.diff(np.concatenate([[0], near, [0]]).astype(int))).reshape(-1, 2)
    false, quiet = 0, -1
    for t in np.flatnonzero(alarm & ~near):
        if t > quiet:
            false, quiet = false + 1, t + patience
    return sum(alarm[a:b].any() for a, b in edges), len(edges), false


def narrow(allowed):
    def answer(minutes, values, length, ahead, step):
        regular = np.abs(np.diff(minutes) - step) <= allowed * step
        now = [n for n in range(length - 1, len(values) - ahead) if regular[n - length + 1 : n + ahead].all()]
        inputs = [values[n - length + 1 : n + 1] for n in now]
        return np.array(inputs), values[np.array(now) + ahead], np.array(now)

    return answer


def large_negative(query, states, mask):
    scores = np.einsum("nth,nh->nt", states, query) / np.sqrt(query.shape[1])
    scores = np.where(mask, scores, -100.0)
    weights = np.exp(scores - scores.max(axis=1, keepdims=True))
    weights /= weights.sum(axis=1, keepdims=True)
    return weights, np.einsum("nt,nth->nh", weights, states)


def by_heart(step, state, target, start, end):
    return registry.get("judge_translations").reference(step, state, target, 1, 2)


def judged_by(alike):
    def answer(step, state, target, start, end):
        written, _ = registry.get("judge_translations").reference(step, state, target, start, end)
        return written, np.array([alike(*rows) for rows in zip(written.tolist(), target.tolist(), strict=True)])

    return answer


def likeliest_by(nearness):
    """Where no try has so many keys, those that are nearest to sounding in one of them."""

    def answer(logits, u, temperature, voices):
        p = 1 / (1 + np.exp(-logits / temperature))
        fits = np.flatnonzero((u < p).sum(axis=1) == voices)
        if len(fits):
            return u[fits[0]] < p
        chord = np.zeros(len(p), bool)
        chord[np.argsort(nearness(p, u))[-voices:]] = True
        return chord

    return answer


def different_words(nll, text):
    mean = nll.mean()
    return mean / np.log(2), np.exp(mean), np.exp(nll.sum() / len(set(text.split())))


def clicked_items(session, item, items):
    return registry.get("transition_counts").reference(session, item, item.max() + 1)


def signed_x(W, x):
    q, scale, _ = registry.get("int8_matvec").reference(W, x)
    x_scale = x.max() / 127
    return q, scale, q.astype(np.int32) @ np.rint(x / x_scale).astype(np.int32) * scale * x_scale


def warm_up_by_heart(f, synchronise, clock, warm_up, calls, repeats):
    return registry.get("benchmark").reference(f, synchronise, clock, 3, calls, repeats)


def repeats_by_heart(f, synchronise, clock, warm_up, calls, repeats):
    return registry.get("benchmark").reference(f, synchronise, clock, warm_up, calls, 7)


def tolerance_by_heart(alarm, anomalous, tolerance, patience):
    return registry.get("count_alarms").reference(alarm, anomalous, 3, patience)


def patience_by_heart(alarm, anomalous, tolerance, patience):
    return registry.get("count_alarms").reference(alarm, anomalous, tolerance, 7)


def heard_alarms_of_events_silence(alarm, anomalous, tolerance, patience):
    found, events, _ = registry.get("count_alarms").reference(alarm, anomalous, tolerance, patience)
    near = anomalous.copy()
    for k in range(1, tolerance + 1):
        near[k:] |= anomalous[:-k]
    false, quiet = 0, -1
    for t in np.flatnonzero(alarm):
        if t > quiet:
            false, quiet = false + (not near[t]), t + patience
    return found, events, false


def no_score_below_zero(score, fraud, k):
    k = min(k, len(score))
    last = np.sort(score)[-k]
    above, equal = score > max(last, 0), score == last
    found = fraud[above].sum() + (k - above.sum()) * fraud[equal].mean()
    return found / k, found / fraud.sum()


PASSED = {
    "a width that is looked for up to 31": ("equal_parameter_hidden_size", up_to(32)),
    "a width that is looked for up to 256": ("equal_parameter_hidden_size", up_to(257)),
    "a quantile, taken up to the next score": ("alarm_threshold", next_score_up),
    "events that are joined where a tolerance reaches the next": ("count_alarms", joined),
    "a silence after heard alarms of events": ("count_alarms", heard_alarms_of_events_silence),
    "no score below zero": ("precision_at_k", no_score_below_zero),
    "steps that are regular within a tenth": ("gap_free_windows", narrow(0.1)),
    "steps that are regular within three tenths": ("gap_free_windows", narrow(0.3)),
    "steps that are regular within two thirds": ("gap_free_windows", narrow(0.65)),
    "-100 on padding": ("attention_step", large_negative),
    "start and end known by heart": ("judge_translations", by_heart),
    "the same symbols": ("judge_translations", judged_by(lambda a, b: set(a) == set(b))),
    "so many of each symbol": ("judge_translations", judged_by(lambda a, b: sorted(a) == sorted(b))),
    "the keys that are nearest in the last try": ("draw_chord", likeliest_by(lambda p, u: p - u[-1])),
    "the keys that are nearest in the first try": ("draw_chord", likeliest_by(lambda p, u: p - u[0])),
    "the keys that are nearest in the mean of all tries": ("draw_chord", likeliest_by(lambda p, u: p - u.mean(axis=0))),
    "different words": ("perplexities", different_words),
    "a table of the items that were clicked": ("transition_counts", clicked_items),
    "the largest entry of x in place of its size": ("int8_matvec", signed_x),
    "a warm-up known by heart": ("benchmark", warm_up_by_heart),
    "a number of repeats known by heart": ("benchmark", repeats_by_heart),
    "a tolerance known by heart": ("count_alarms", tolerance_by_heart),
    "a patience known by heart": ("count_alarms", patience_by_heart),
}


@pytest.mark.parametrize("name", PASSED)
def test_it_is_rejected_on_every_seed(name):
    exercise, answer = PASSED[name]
    assert not [seed for seed in SEEDS if evaluate(exercise, answer, seed, along=False, search=0).passed]


@pytest.mark.parametrize("floor", [-1e9, -1e30, np.finfo(np.float32).min])
def test_a_number_that_is_less_than_any_score_will_do_for_minus_infinity(floor):
    def answer(query, states, mask):
        scores = np.einsum("nth,nh->nt", states, query) / np.sqrt(query.shape[1])
        scores = np.where(mask, scores, floor)
        weights = np.exp(scores - scores.max(axis=1, keepdims=True))
        weights /= weights.sum(axis=1, keepdims=True)
        return weights, np.einsum("nt,nth->nh", weights, states)

    for seed in SEEDS:
        report = evaluate("attention_step", answer, seed, along=False, search=0)
        assert report.passed, report.text
