"""What lesson 22 trains and compares, in a few steps of training: padding without effect, keyboards, replies, Keras."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from coursekit.results import recorded
from coursekit.topics.words import autocomplete, keras_model, replies, sentiment, shop, weather
from coursekit.topics.words.answers import keystrokes_saved, read_both_ways

FEW = ((2, 0.01),)


@pytest.fixture(scope="module")
def reviews():
    return sentiment.sentiment_task(160, 40, 5)


@pytest.fixture(scope="module")
def typing():
    text = "the gate keeps the state and the state keeps the gate while a step follows a step"
    words = text.split()
    return autocomplete.TypingTask(words * 8, [*words[:9], "gradient", *words[9:], "gradient", "the"])


def test_padding_changes_no_verdict(reviews):
    model = sentiment.train_sentiment(reviews, 0, stages=FEW)
    long, short = sorted((review.words for review in reviews.test), key=len)[:: -len(reviews.test) + 1]
    alone, beside = (sentiment.probability_of_praise(model, reviews, texts)[-1] for texts in ([short], [long, short]))
    np.testing.assert_allclose(alone, beside, rtol=1e-5)


def test_the_network_reads_both_ways_as_the_exercise_does(reviews):
    model = sentiment.SentimentModel(sentiment.MOST + 2, layers=1).eval()
    ids, lengths = reviews.ids([review.words for review in reviews.test[:6]])
    with torch.no_grad():
        x = model.words(torch.from_numpy(ids)).numpy()
        scores = model(torch.from_numpy(ids), torch.from_numpy(lengths))
        own = dict(model.layer.named_parameters())
        ways = []
        for suffix in ("", "_reverse"):
            layer = torch.nn.GRU(16, 16, batch_first=True)
            layer.load_state_dict({name: own[name + suffix] for name, _ in layer.named_parameters()})
            ways.append(lambda rows, layer=layer: layer(torch.as_tensor(rows))[0].numpy())
        both = torch.from_numpy(read_both_ways(*ways, x, lengths))
        torch.testing.assert_close(model.read_out(both), scores)


def test_the_table_of_opinions_has_every_rival_and_every_kind(reviews):
    result = sentiment.compare(reviews, seeds=(0, 1), stages=FEW, progress=False)
    assert [row.baseline for row in result.table.rows] == [True] * 5 + [False] * 2
    assert result.table.row(sentiment.RULES).values == (100.0,)
    assert set(result.by_kind) == {row.name for row in result.table.rows} and len(result.models[sentiment.ONE_WAY]) == 2
    each = [100 * sentiment.share_right(model, reviews, reviews.test) for model in result.models[sentiment.ONE_WAY]]
    assert tuple(each) == pytest.approx(result.table.row(sentiment.ONE_WAY).values)


def test_pairs_stand_in_order_at_any_distance_and_count_once():
    found = sentiment.pairs(["nobody", "said", "good", "said"])
    assert found["nobody .. good"] == found["nobody .. said"] == 1 and found["said"] == 2
    assert "good .. nobody" not in found and len(found) == 3 + 5


def test_words_typed_lately_weigh_more_and_what_was_not_typed_weighs_nothing():
    lately = autocomplete.Fading(["a", "b", "c"])
    assert lately.probabilities([]).tolist() == [0, 0, 0]
    p = lately.probabilities(["a", "b"])
    assert p[1] > p[0] > p[2] == 0
    np.testing.assert_allclose(p, autocomplete.Fading(["a", "b", "c"]).probabilities(["a", "b"]))
    np.testing.assert_allclose(p.sum(), 1)


def test_a_keyboard_proposes_what_is_likeliest_with_that_beginning(typing):
    known = autocomplete.rivals(typing)
    assert known["trigrams with back-off"](["the", "gate"], "")[0] == "keeps"
    assert all(word.startswith("s") for word in known["commonest words with that beginning"]([], "s"))
    assert known["words typed last, then the commonest"](["the", "step"], "s")[0] == "step"


@pytest.mark.parametrize(
    "name", ["words typed last, then the commonest", "trigrams that go on counting", autocomplete.COUNTS]
)
def test_what_learns_from_the_text_proposes_new_words_the_second_time_alone(typing, name):
    keyboard = autocomplete.rivals(typing)[name]
    first, again = (place for place, word in enumerate(typing.test) if word == "gradient")
    assert "gradient" not in keyboard(typing.test[:first], "gr")
    assert "gradient" in keyboard(typing.test[:again], "gr")


def test_keys_are_those_that_the_exercise_counts(typing):
    for name, keyboard in autocomplete.rivals(typing).items():
        row = autocomplete.keys(typing.test, keyboard, 0, len(typing.test))
        assert len(row) == len(" ".join(typing.test)) + 1
        again = autocomplete.rivals(typing)[name]
        np.testing.assert_allclose(1 - (row > 0).mean(), keystrokes_saved(typing.test, again))


def test_networks_propose_no_word_that_they_do_not_know(typing):
    table, networks = autocomplete.compare(typing, seeds=(0, 1), stages=FEW, progress=False)
    assert "gradient" not in networks[0](typing.test[:-1], "g")
    assert len(table.rows) == 7 and table.row("GRU").values[0] > 0


def test_a_reply_is_looked_up_adapted_or_written():
    task = replies.ReplyTask(*shop.shop_turns())
    known = task.train[0]
    answer, similarity = replies.Lookup(task)(known.question)
    assert answer == known.answer and similarity == pytest.approx(1)
    assert replies.Lookup(task)("zzz yyy")[1] == 0
    table, writers = replies.compare(task, seeds=(0, 1), stages=FEW, progress=False)
    assert table.row(replies.LOOKED_UP).values == (0.0,) and table.row(replies.ADAPTED).values == (100.0,)
    text, sure = writers[0](known.question)
    assert len(text.split()) <= replies.LONGEST and 0 < sure <= 1


def test_the_weather_is_learnt_by_a_dictionary():
    task = weather.weather_task()
    assert (weather.looked_up(task, task.test) == task.test_label).all()
    assert weather.said(weather.train_weather(task, 0, FEW), task, ["unheard of"]).sum() == pytest.approx(1)


def test_the_recorded_weights_of_keras_give_what_keras_said():
    record = keras_model.recorded()
    assert record["keras"] and recorded.about(record)
    ordered, transposed, other_cell = (far for _, far in keras_model.parity(record))
    assert ordered < 1e-6 < other_cell < transposed
    weights = keras_model.example_of(record, reset_after=False)[0]
    with pytest.raises(ValueError, match="reset_after"):
        keras_model.twin_of(weights)


@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # Keras's own
def test_keras_itself_says_what_was_recorded(tmp_path, monkeypatch):
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))  # where it would write its settings
    monkeypatch.setenv("KERAS_BACKEND", "torch")
    pytest.importorskip("keras", reason="the package keras is not installed")
    for after in (True, False):
        kept = keras_model.recorded()["small"][str(after)]
        model = keras_model.built(6, 3, 4, after, seed=0)
        model.set_weights([np.array(one) for one in kept["weights"]])
        said = np.asarray(model.predict(np.array(kept["ids"]), verbose=0))[:, 0]
        np.testing.assert_allclose(said, kept["said"], atol=1e-6)
