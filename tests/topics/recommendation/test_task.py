"""Lesson 16's machinery: no session on both sides, nothing later in training, ranks by hand, files that are refused."""

from __future__ import annotations

import re

import numpy as np
import pytest
import torch

from coursekit.sources.own_file import BadFile
from coursekit.topics.recommendation import task as recommendation
from coursekit.topics.recommendation.answers import recall_and_mrr, split_sessions
from coursekit.topics.recommendation.data import made_sessions


def test_no_session_is_on_both_sides_and_none_in_training_reaches_the_test():
    log, _ = made_sessions(0.5, sessions=300)
    cut = log.minute.max() / 2
    train, test = split_sessions(log.session, log.minute, cut)
    assert not set(log.session[train]) & set(log.session[test])
    assert log.minute[train].max() < cut <= log.minute[test].min()
    left = ~train & ~test
    assert all(
        log.minute[log.session == s].min() < cut <= log.minute[log.session == s].max() for s in log.session[left]
    )


def test_training_depends_on_no_test_click():
    log, shop = made_sessions(0.5, sessions=300)
    made = recommendation.task_from_log("made", log)
    cut = log.minute.min() + (log.minute.max() - log.minute.min()) * 5 / 6
    changed = log._replace(item=np.where(log.minute >= cut, 0, log.item))
    after = recommendation.task_from_log("made", changed)
    for ours, theirs in zip(made.train, after.train, strict=True):
        np.testing.assert_array_equal(ours, theirs)


def test_ranks_by_hand():
    scores = np.array([[3.0, 2, 1, 0], [1, 1, 1, 1], [0, 5, 5, 1], [9, 1, 2, 3]])
    hit, recall, mrr = recall_and_mrr(scores, np.array([0, 2, 1, 1]), k=2)
    np.testing.assert_array_equal(hit, [1, 0.5, 1, 0])
    assert (recall, mrr) == (2.5 / 4, pytest.approx((1 + (1 + 1 / 2) / 4 + (1 + 1 / 2) / 2) / 4))


def test_no_opinion_hits_as_often_as_chance_and_no_order_of_equals_changes_a_value():
    rng = np.random.default_rng(0)
    target = rng.integers(200, size=50)
    assert recall_and_mrr(np.zeros((50, 200)), target, 10)[1] == pytest.approx(10 / 200)
    scores = rng.integers(0, 4, (50, 200)).astype(float)
    drawn = [recall_and_mrr(scores + 1e-9 * rng.random(scores.shape), target, 10)[1:] for _ in range(4000)]
    np.testing.assert_allclose(np.mean(drawn, axis=0), recall_and_mrr(scores, target, 10)[1:], atol=0.004)


def test_padding_is_kept_out_of_the_loss():
    sessions = [np.array([1, 2, 3, 4]), np.array([5, 6])]
    seen, following = recommendation.padded(sessions)
    np.testing.assert_array_equal(following, [[2, 3, 4], [6, -1, -1]])
    network = recommendation.NextClick(8)
    loss, _ = recommendation.next_click_loss(network, (seen, following))
    other = np.where(following == -1, 7, seen)  # another item after the end changes nothing
    assert recommendation.next_click_loss(network, (other, following))[0].item() == pytest.approx(loss.item())


def test_the_baselines_stand_beside_the_gru_in_both_tables():
    made = recommendation.made_task(0.7, sessions=400)
    outcome = recommendation.measure(made, seeds=(0, 1), steps=4, progress=False)
    for table in (outcome.recall, outcome.mrr):
        assert [(row.name, row.baseline) for row in table.rows] == [
            ("popularity", True),
            ("Markov chain", True),
            ("last two clicks", True),
            ("first and last click", True),
            ("all clicks", True),
            ("session-kNN", True),
            ("GRU", False),
        ]
        assert "with the rule behind them known" in table.conditions and "GENERATED" in table.conditions
        assert len(table.row("GRU").values) == 2
    assert outcome.recall_by_place([outcome.best]).min() > outcome.recall.row("popularity").interval.mean


def test_a_learners_own_layer_can_be_dropped_in():
    made = recommendation.made_task(0.7, sessions=200)
    scores = recommendation.gru_scores(made, 0, layer=torch.nn.GRU, steps=2)
    assert scores.shape == (sum(len(clicks) - 1 for clicks in made.test), made.items)


def written(path, log, head="visit,article,seconds"):
    rows = zip(log.session, log.item, log.minute, strict=True)
    path.write_text(f"{head}\n" + "\n".join(f"v{s},item{i},{m}" for s, i, m in rows))
    return path


def test_a_file_gives_the_sessions_that_it_holds(tmp_path):
    log, _ = made_sessions(0.5, sessions=400)
    path = written(tmp_path / "clicks.csv", log)
    head, *rows = path.read_text().splitlines()
    path.write_text("\n".join([head, *np.random.default_rng(0).permutation(rows)]))
    own = recommendation.task_from_file(path, session="visit", item="article", time="seconds")
    expected = recommendation.task_from_log("x", log)
    assert sorted(map(len, own.train)) == sorted(map(len, expected.train))
    assert len(own.test) == len(expected.test)


@pytest.mark.parametrize(
    "change",
    [
        lambda text: text.replace(",", ";"),
        lambda text: text.replace(",", "\t"),
        lambda text: "sep=,\n" + text,
        lambda text: "Clicks of the shop\n\n" + text,
        lambda text: "\ufeff" + text.replace("\n", "\r"),
        lambda text: text.replace("\n", "\n\n"),
        lambda text: "visit,article,seconds,\n" + text.partition("\n")[2].replace("\n", ",\n"),
        lambda text: text.replace(",", " , "),
        lambda text: re.sub(r"item(\d+)", r'"item\1"', text),
    ],
    ids=["semicolons", "tabs", "sep=", "title", "mark", "empty lines", "empty column", "spaces", "quotation marks"],
)
def test_other_ways_to_write_the_same_clicks(tmp_path, change):
    log, _ = made_sessions(0.5, sessions=200)
    path = written(tmp_path / "clicks.csv", log)
    how = {"session": "visit", "item": "article", "time": "seconds"}
    plain = recommendation.task_from_file(path, **how)
    path.write_text(change(path.read_text()), encoding="utf-8")
    other = recommendation.task_from_file(path, **how)
    assert [clicks.tolist() for clicks in other.train] == [clicks.tolist() for clicks in plain.train]
    assert [clicks.tolist() for clicks in other.test] == [clicks.tolist() for clicks in plain.test]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("visit,article,seconds\n1,2,nan\n", "line 2: the time 'nan' is no number"),
        ("visit,article,seconds\n1,2,inf\n", "line 2: the time 'inf' is no number"),
        ("visit,article,seconds\n1,2,1_0\n", "line 2: the time '1_0' is no number"),
        ("visit,article,seconds\n1,2,-\n", "line 2: the time '-' is no number"),
        ('visit,article,seconds\n1,2,"1,234"\n', "line 2: the time '1,234' is no number"),
        ("visit,article,seconds\n1,red, large,5\n", "line 2 has 4 cells where the header has 3"),
        ("visit,article,article,seconds\n1,2,3,4\n", "several columns called 'article'"),
        ('visit,article,seconds\n1,"2,3\n', "no CSV.*quotation mark"),
        ("visit,article,seconds\n1,2\0,3\n", "line 2 holds zero bytes"),
    ],
)
def test_clicks_that_would_be_read_wrongly_are_refused(tmp_path, text, said):
    path = tmp_path / "clicks.csv"
    path.write_text(text)
    with pytest.raises(BadFile, match=f"clicks.csv.*{said}"):
        recommendation.task_from_file(path, session="visit", item="article", time="seconds")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("visit,thing,seconds\n1,2,3\n", "no column 'article'; its first line names visit, thing, seconds"),
        ("visit,article,seconds\n1,2,yesterday\n", "line 2: the time 'yesterday' is no number"),
        ("visit,article,seconds\n1,2,3\n1,,4\n", "line 3: a cell is empty"),
        ("visit,article,seconds\n1,2,3\n1,3,4\n", "20 of each are needed"),
        ("", "first line names nothing"),
    ],
)
def test_a_file_that_cannot_be_used_says_what_to_do(tmp_path, text, said):
    path = tmp_path / "clicks.csv"
    path.write_text(text)
    with pytest.raises(BadFile, match=said):
        recommendation.task_from_file(path, session="visit", item="article", time="seconds")


def test_a_file_that_is_missing_or_no_text(tmp_path):
    with pytest.raises(BadFile, match="is not there"):
        recommendation.task_from_file(tmp_path / "no.csv", session="a", item="b", time="c")
    (tmp_path / "x.csv").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(BadFile, match="not UTF-8"):
        recommendation.task_from_file(tmp_path / "x.csv", session="a", item="b", time="c")
