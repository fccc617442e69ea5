"""Wrong answers of lessons 07 to 22 as people post them, in a style of their own: each has its name."""

import itertools
from collections import Counter

import numpy as np
import pytest

from coursekit.checking import evaluate
from tests.topics.edited import edited

NAMES = {"np": np, "itertools": itertools, "Counter": Counter}

ANSWERS = {  # right, but for what is replaced
    "seasonal_naive": """
def seasonal_naive(history, season, horizon):
    last = history[-season:]
    return np.tile(last, -(-horizon // season))[:horizon]
""",
    "moving_z_score": """
def moving_z_score(values, length):
    import pandas as pd
    series = pd.Series(values)
    past = series.shift(1).rolling(length)
    return ((series - past.mean()).abs() / past.std(ddof=0)).fillna(0.0).to_numpy()
""",
    "alarm_threshold": """
def alarm_threshold(valid, test, alarms_per_day, per_day):
    allowed = int(alarms_per_day * len(valid) / per_day)
    threshold = sorted(valid, reverse=True)[allowed]
    return threshold, test > threshold
""",
    "ridge_fit": """
def ridge_fit(X, y, strength):
    m, s = X.mean(axis=0), np.ones(X.shape[1])
    Z = (X - m) / s
    w = np.linalg.solve(Z.T @ Z + strength * np.eye(X.shape[1]), Z.T @ (y - y.mean())) / s
    return w, y.mean() - m @ w
""",
    "standardise_frames": """
def standardise_frames(train, train_lengths, test, test_lengths):
    frames = [x[:n] for x, n in zip(train, train_lengths)]
    every = np.concatenate(frames)
    mu, sd = every.mean(axis=0), every.std(axis=0)
    out = []
    for x, lengths in ((train, train_lengths), (test, test_lengths)):
        y = np.zeros_like(x)
        for n, length in enumerate(lengths):
            y[n, :length] = (x[n, :length] - mu) / sd
        out.append(y)
    return out
""",
    "perplexities": """
def perplexities(nll, text):
    words = text.split()
    return nll.mean() / np.log(2), np.exp(nll.mean()), np.exp(nll.sum() / len(words))
""",
    "nucleus": """
def nucleus(p, share):
    order = np.argsort(-p)
    total = np.cumsum(p[order])
    removed = np.concatenate([[False], total[:-1] >= share])
    q = p.copy()
    q[order[removed]] = 0
    return q / q.sum()
""",
    "ngram_counts": """
def ngram_counts(train, test, n):
    def grams(word):
        word = "<" + word + ">"
        return [word[k : k + n] for k in range(len(word) - n + 1)]

    columns = sorted({gram for word in train for gram in grams(word)})
    table = lambda words: np.array([[grams(word).count(gram) for gram in columns] for word in words])
    return table(train), table(test)
""",
    "next_chord_batch": """
def next_chord_batch(rolls):
    T = max(map(len, rolls))
    y = np.stack([np.pad(roll.astype(float), ((0, T - len(roll)), (0, 0))) for roll in rolls])
    mask = np.array([np.arange(T) < len(roll) for roll in rolls])
    x = np.concatenate([np.zeros_like(y[:, :1]), y[:, :-1]], axis=1) * mask[..., None]
    return x, y, mask
""",
    "draw_chord": """
def draw_chord(logits, u, temperature, voices):
    p = 1 / (1 + np.exp(-logits / temperature))
    for row in u:
        if (row < p).sum() == voices:
            return row < p
    return np.argsort(np.argsort(-logits)) < voices
""",
    "transition_counts": """
def transition_counts(session, item, items):
    counts = np.zeros((items, items), int)
    for k in range(1, len(item)):
        if session[k] == session[k - 1]:
            counts[item[k - 1], item[k]] += 1
    return counts
""",
    "recall_and_mrr": """
def recall_and_mrr(scores, target, k):
    hits, reciprocals = [], []
    for row, wanted in zip(scores, target):
        better, equal = (row > row[wanted]).sum(), (row == row[wanted]).sum()
        places = np.arange(better + 1, better + equal + 1)
        hits.append((places <= k).mean())
        reciprocals.append(np.where(places <= k, 1 / places, 0).mean())
    return np.array(hits), np.mean(hits), np.mean(reciprocals)
""",
    "discounted_returns": """
def discounted_returns(rewards, terminated, truncated, next_values, gamma):
    G, later = np.zeros_like(rewards), next_values[:, -1]
    for t in reversed(range(rewards.shape[1])):
        later = np.where(truncated[:, t], next_values[:, t], later)
        later = rewards[:, t] + gamma * later * (1 - terminated[:, t])
        G[:, t] = later
    return G
""",
    "open_loop": """
def open_loop(step, positions, seen):
    out, state, current = [], None, positions[:, 0]
    for t in range(1, positions.shape[1]):
        guess, state = step(current, state)
        current = positions[:, t] if t < seen else guess
        out.append(guess)
    return np.stack(out[seen - 1 :], axis=1)
""",
    "warnings_in_time": """
def warnings_in_time(alarm, event, ahead, quiet):
    begins = [t for t in range(len(event)) if event[t] and (t == 0 or not event[t - 1])]
    lead, false, until = [0] * len(begins), 0, -1
    for t in range(len(alarm)):
        if not alarm[t] or event[t] or t <= until:
            continue
        until = t + quiet
        warned = [k for k, begin in enumerate(begins) if t < begin <= t + ahead]
        for k in warned:
            lead[k] = max(lead[k], begins[k] - t)
        false += not warned
    return lead, false
""",
    "keystrokes_saved": """
def keystrokes_saved(words, propose):
    keys = 0
    for place, word in enumerate(words):
        keys += next((k + 1 for k in range(len(word)) if word in propose(words[:place], word[:k])), len(word) + 1)
    return 1 - keys / (len(" ".join(words)) + 1)
""",
}

POSTED = (
    ("seasonal_naive", "np.tile", "np.repeat", "each reading of the last season repeated"),
    (
        "moving_z_score",
        "shift(1).rolling(length)\n    return ((series - past.mean()).abs() / past.std(ddof=0)",
        "rolling(length)\n    return ((series - past.mean()).abs() / past.std()",
        "rolling(length) of pandas as it comes",
    ),
    (
        "alarm_threshold",
        "sorted(valid, reverse=True)[allowed]",
        'np.percentile(valid, 100 - 100 * alarms_per_day / per_day, method="higher")',
        "a quantile, taken up to the next score",
    ),
    ("ridge_fit", "np.ones(X.shape[1])", "X.std(axis=0)", "inputs that are divided by their standard deviations"),
    ("standardise_frames", "every.std(axis=0)", "every.std(axis=0, ddof=1)", "the sample's standard deviation"),
    (
        "standardise_frames",
        "every.mean(axis=0), every.std(axis=0)",
        "np.mean([f.mean(0) for f in frames], 0), np.mean([f.std(0) for f in frames], 0)",
        "means over the utterances of their own",
    ),
    ("perplexities", "text.split()", "set(text.split())", "different words in place of all words"),
    (
        "nucleus",
        "np.concatenate([[False], total[:-1] >= share])",
        "(total > share) & (np.arange(len(p)) > 0)",
        "a nucleus without the symbol that reaches",
    ),
    ("ngram_counts", "grams(word).count(gram)", '("<" + word + ">").count(gram)', "strings that overlap counted once"),
    (
        "next_chord_batch",
        "np.concatenate([np.zeros_like(y[:, :1]), y[:, :-1]], axis=1)",
        "np.roll(y, 1, axis=1)",
        "the last chord in front of the first",
    ),
    (
        "next_chord_batch",
        "return x, y, mask",
        "return y, np.roll(y, -1, axis=1) * (np.arange(T) < T - 1)[:, None], mask",
        "chords as inputs, and the chords after them",
    ),
    (
        "draw_chord",
        "1 / (1 + np.exp(-logits / temperature))",
        "1 / (1 + np.exp(-logits)) / temperature",
        "a temperature that divides the probabilities",
    ),
    (
        "draw_chord",
        "1 / (1 + np.exp(-logits / temperature))",
        "np.exp(logits / temperature) / np.exp(logits / temperature).sum()",
        "a softmax over the keys",
    ),
    ("transition_counts", "(items, items)", "(item.max() + 1,) * 2", "a table of the items that were clicked"),
    (
        "recall_and_mrr",
        "better, equal = (row > row[wanted]).sum(), (row == row[wanted]).sum()",
        "better, equal = np.argsort(-row, kind='stable').tolist().index(wanted), 1",
        "ties in the order of the list",
    ),
    (
        "recall_and_mrr",
        "better, equal = (row > row[wanted]).sum(), (row == row[wanted]).sum()",
        "better, equal = np.argsort(row, kind='stable')[::-1].tolist().index(wanted), 1",
        "ties in the reverse order of the list",
    ),
    (
        "discounted_returns",
        "next_values[:, -1]\n    for t in reversed(range(rewards.shape[1])):\n"
        "        later = np.where(truncated[:, t], next_values[:, t], later)\n",
        "0\n    terminated = terminated | truncated\n    for t in reversed(range(rewards.shape[1])):\n",
        "an end of any kind after which nothing is earned",
    ),
    ("open_loop", "guess, state = step", "guess, _ = step", "a model that is given no state"),
    ("warnings_in_time", "t + quiet", "t + quiet + 1", "a silence that is one reading too long"),
    ("warnings_in_time", "<= t + ahead", "<= t + ahead + 1", "a reach that is one reading too long"),
    ("keystrokes_saved", '(len(" ".join(words)) + 1)', 'len(" ".join(words))', "a text whose last word has no space"),
)


def written(exercise, *edit):
    return edited(ANSWERS[exercise], exercise, NAMES, *edit)


@pytest.mark.parametrize("exercise", ANSWERS)
def test_what_they_are_made_of_is_right(exercise):
    report = evaluate(exercise, written(exercise))
    assert report.passed, report.text


@pytest.mark.parametrize(("exercise", "old", "new", "name"), POSTED)
def test_a_wrong_answer_in_another_style_has_its_name(exercise, old, new, name):
    report = evaluate(exercise, written(exercise, old, new), along=False, search=0)
    assert not report.passed
    assert [found[: len(name)] for found in report.diagnoses] == [name], report.text
