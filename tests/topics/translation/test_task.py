"""Lesson 13: no day on both sides, padding without effect, and a decoder that is judged without help."""

from __future__ import annotations

import importlib.util

import numpy as np
import pytest
import torch

from coursekit.nn import GRU, RNN, DotAttention
from coursekit.topics.translation import task as translation
from coursekit.topics.translation.answers import attention_step, split_by_day
from coursekit.topics.translation.baselines import date_rule, nearest_text, number_rule, word_for_word
from coursekit.topics.translation.data import Pairs, dates, number_words
from coursekit.topics.translation.model import shifted, symbol_loss
from coursekit.topics.translation.task import END, PAD, START, Translator

needs_num2words = pytest.mark.skipif(importlib.util.find_spec("num2words") is None, reason="needs the extra [data]")


@pytest.fixture(scope="module")
def pairs() -> Pairs:
    return dates(days=40)


@pytest.fixture(scope="module")
def task(pairs):
    return translation.date_task(pairs, test_days=10)


@pytest.fixture(params=[True, False], ids=["attention", "one vector"])
def model(task, request):
    torch.manual_seed(1)
    attention = DotAttention(scaled=True) if request.param else None
    return Translator(*task.sizes, units=10, attention=attention).eval()


def toy(words: list[tuple[str, str]]) -> Pairs:
    """Pairs that mean different things."""
    source, target = (list(column) for column in zip(*words, strict=True))
    return Pairs(source, target, np.arange(len(words)), ["toy"] * len(words), dates(days=1).provenance)


# The split, and what is learnt from


def test_no_day_is_on_both_sides(pairs, task):
    assert not set(task.train.target_texts) & set(task.test.target_texts)
    assert len(set(task.test.target_texts)) == 10 and len(set(task.train.target_texts)) == 30
    assert len(task.train.source_texts) + len(task.test.source_texts) == len(pairs.source)


def test_the_test_texts_decide_nothing_about_training():
    words = [(f"a{k}", f"b{k}") for k in range(10)]
    order = translation.shuffled(toy(words))
    train, test = split_by_day(np.arange(10), order, 3)
    changed = [pair if train[k] else (pair[0] + " strange", "ü") for k, pair in enumerate(words)]
    one, two = (translation.task_of(toy(p), train, test, words=False, rules={}) for p in (words, changed))
    np.testing.assert_array_equal(one.train.source, two.train.source)
    assert (one.source_symbols, one.target_symbols) == (two.source_symbols, two.target_symbols)
    assert {two.target_symbols[k] for k in two.test.target[:, 0]} == {"<?>"}  # never seen in training


def test_texts_and_numbers_are_the_same(task):
    for row, text in zip(task.test.target, task.test.target_texts, strict=True):
        assert task.text(row) == text
        ended = list(row).index(END)
        assert (row[ended + 1 :] == PAD).all() and (row[:ended] > 3).all()


@pytest.mark.parametrize("text", ["quatre-vingt-dix-neuf", "five thousand, one hundred and two", "l'eau"])
def test_words_and_signs_are_put_together_as_they_stood(text):
    assert translation.joined(translation.pieces(text, words=True)) == text


# Baselines


def test_the_rule_needs_the_months_and_nothing_else(task):
    translate = date_rule(task.train.source_texts, task.train.target_texts)
    assert translate(["12. february 1987", "1987. february 3."])[0][:4] == "1987"
    full = dates(days=400)
    translate = date_rule(full.source, full.target)
    other = dates(days=50, seed=5)
    assert translation.exact(translate(other.source), other.target) == 100


def test_copying_finds_the_same_day_in_other_words_but_never_an_unseen_one(pairs, task):
    copy = nearest_text(task.train.source_texts, task.train.target_texts)
    assert copy(task.train.source_texts[::7]) == task.train.target_texts[::7]
    assert translation.exact(copy(task.test.source_texts), task.test.target_texts) == 0
    drawn = np.random.default_rng(0).random(len(pairs.source)) < 0.2
    leaky = translation.task_of(pairs, ~drawn, drawn, words=False, rules={})
    copied = nearest_text(leaky.train.source_texts, leaky.train.target_texts)(leaky.test.source_texts)
    assert translation.exact(copied, leaky.test.target_texts) > 20  # the leak that the right split closes


def test_copying_takes_the_rarest_likeness():
    copy = nearest_text(["the cat sat", "the dog sat", "the cow ran"], ["A", "B", "C"])
    assert copy(["the dog ran off", "cow", "???"]) == ["B", "C", "A"]
    copy = nearest_text(["the the the cat", "the a the dog", "the the the cow"], ["A", "B", "C"])
    assert copy(["the the the dog"]) == ["B"]  # what all texts share says little


def test_the_rule_for_numbers_puts_parts_together_that_it_saw_apart():
    pairs = {
        "eighty thousand, two hundred and five": "quatre-vingt mille deux cent cinq",
        "one thousand, one hundred and thirty-one": "mille cent trente et un",
        "seven thousand and eighty": "sept mille quatre-vingts",
        "nine hundred": "neuf cents",
    }
    say = number_rule(list(pairs), list(pairs.values()))
    assert say(list(pairs)) == list(pairs.values())
    new = ["seven thousand, two hundred", "eighty thousand, one hundred and five", "nine hundred and thirty-one"]
    assert say(new) == ["sept mille deux cents", "quatre-vingt mille cent cinq", "neuf cent trente et un"]
    assert say(["forty-four"]) == [""]  # never seen, nothing said


def test_word_for_word_keeps_the_order():
    say = word_for_word(
        ["one cat", "one dog", "two cat", "two dog"], ["une chatte", "une chien", "deux chatte", "deux chien"]
    )
    assert say(["dog two unknown one"]) == ["chien deux une"]


def test_word_for_word_prefers_what_stands_with_nothing_else():
    pairs = [("cat", "le chat"), ("cat", "le chat"), ("cat", "le minou"), ("dog", "le chien"), ("cow", "le boeuf")]
    say = word_for_word(*zip(*pairs, strict=True))
    assert say(["cat dog cow"]) == ["chat chien boeuf"]  # "le" goes with all of them


def test_word_for_word_keeps_signs_and_drops_what_has_no_partner():
    """English says "and", French does not; both write a hyphen."""
    tens, ones = {"thirty": "trente", "forty": "quarante"}, {"two": "deux", "six": "six", "five": "cinq"}
    english = [f"hundred and {a}-{b}" for a in tens for b in ones] + ["hundred and two", "hundred", "six"]
    french = [f"cent {a}-{b}" for a in tens.values() for b in ones.values()] + ["cent deux", "cent", "six"]
    assert word_for_word(english, french)(["hundred and forty-six", "thirty"]) == ["cent quarante-six", "trente"]


# The model


def test_padding_changes_no_answer(task, model):
    x, y = torch.as_tensor(task.test.source[:6]), torch.as_tensor(shifted(task.test.target[:6]))
    longest = int((x != PAD).sum(dim=1).max())
    wide = torch.nn.functional.pad(x[:, :longest], (0, 7), value=PAD)
    for k in range(6):
        alone = x[k : k + 1, : int((x[k] != PAD).sum())]
        torch.testing.assert_close(model(alone, y[k : k + 1])[0][0], model(wide, y)[0][k])


def test_a_symbol_is_predicted_from_those_before_it_only(task, model):
    x, y = torch.as_tensor(task.test.source[:4]), torch.as_tensor(shifted(task.test.target[:4]))
    changed = y.clone()
    changed[:, 5] = 4 + (changed[:, 5] - 3) % (task.sizes[1] - 4)
    assert (changed != y).any(dim=1).all()
    before, after = model(x, y)[0], model(x, changed)[0]
    torch.testing.assert_close(before[:, :5], after[:, :5], rtol=0, atol=0)
    assert ((before[:, 5] - after[:, 5]).abs() > 1e-6).any(dim=1).all()


def test_step_by_step_is_all_at_once(task, model):
    y = shifted(task.test.target[:5])
    step, state = model.start(task.test.source[:5])
    with torch.no_grad():
        whole, _ = model(torch.as_tensor(task.test.source[:5]), torch.as_tensor(y))
    for t in range(y.shape[1]):
        scores, state = step(y[:, t], state)
        np.testing.assert_allclose(scores, whole[:, t].numpy(), atol=1e-5)


def test_the_module_attends_as_the_exercise_asks(task):
    rng = np.random.default_rng(0)
    query, states = rng.standard_normal((3, 8)), rng.standard_normal((3, 5, 8))
    mask = np.arange(5) < np.array([5, 2, 3])[:, None]
    context, weights = DotAttention(scaled=True)(*map(torch.from_numpy, (query, states)), mask=torch.from_numpy(mask))
    for ours, theirs in zip(attention_step(query, states, mask), (weights, context), strict=True):
        np.testing.assert_allclose(ours, theirs.numpy(), atol=1e-12)


def test_the_loss_counts_real_symbols_once(task, model):
    x, y = task.test.source[:4], task.test.target[:4]
    loss, share = symbol_loss(model, (x, y))
    with torch.no_grad():
        p = torch.log_softmax(model(torch.as_tensor(x), torch.as_tensor(shifted(y)))[0], dim=2).numpy()
    real = np.argwhere(y != PAD)
    assert loss.item() == pytest.approx(-np.mean([p[n, t, y[n, t]] for n, t in real]), rel=1e-5)
    assert share == pytest.approx(np.mean([p[n, t].argmax() == y[n, t] for n, t in real]))
    wide = np.pad(y, ((0, 0), (0, 3)), constant_values=PAD)
    assert symbol_loss(model, (x, wide))[0].item() == pytest.approx(loss.item(), rel=1e-5)


def test_what_the_decoder_reads_begins_with_start():
    np.testing.assert_array_equal(shifted(np.array([[7, 8, END], [9, END, PAD]])), [[START, 7, 8], [START, 9, END]])


# Training and judging

LETTERS = [(f"{a}{b}", f"{b}{a}") for a in "abcdefgh" for b in "abcdefgh"]


@pytest.fixture(scope="module")
def swapped():
    """A task that is learnt in seconds: two letters, exchanged."""
    task = translation.make_task(toy(LETTERS), 16, words=False, rules={translation.NEAREST: nearest_text})
    return task, translation.measure(task, seeds=(0, 1), one_vector=True, steps=150, units=24, progress=False)


@pytest.mark.slow
def test_a_short_training_learns_to_exchange(swapped):
    task, outcome = swapped
    assert [row.baseline for row in outcome.table.rows] == [True, False, False]
    attention = outcome.table.row(translation.ATTENTION)
    assert attention.interval.mean > 80 and outcome.table.row(translation.NEAREST).interval.mean == 0
    said = outcome.said[translation.ATTENTION]
    assert translation.exact(said, task.test.target_texts) == pytest.approx(attention.values[0])


@pytest.mark.slow
def test_free_writing_is_never_helped(swapped):
    """Other targets change what counts as right, and nothing of what is written."""
    task, outcome = swapped
    model = outcome.models[translation.ONE_VECTOR][0]
    written, right = translation.translate(model, task.test)
    other = task.test._replace(target=np.roll(task.test.target, 1, axis=0))
    np.testing.assert_array_equal(translation.translate(model, other)[0], written)
    np.testing.assert_array_equal(right, (written == translation.ended(task.test.target)).all(axis=1))


def test_the_first_symbol_is_the_same_with_and_without_help(swapped):
    task, outcome = swapped
    forced, free = (
        translation.right_by_place(outcome.models[translation.ONE_VECTOR][0], task.test, forced=forced)
        for forced in (True, False)
    )
    assert forced[0] == free[0] and forced.shape == free.shape == (3,)


def test_padding_counts_at_no_place(task, model):
    with torch.no_grad():
        model.read_out.bias[PAD] = 1e6  # a model that writes nothing but padding
    for forced in (True, False):
        assert (translation.right_by_place(model, task.test._replace(**cut(task.test)), forced=forced) == 0).all()


def cut(part):
    """The first text ends two places earlier than the others."""
    target = part.target.copy()
    target[0, -3:] = (END, PAD, PAD)
    return {"target": target}


def test_the_map_shows_what_was_read_and_written(swapped):
    task, outcome = swapped
    model = outcome.models[translation.ATTENTION][0]
    text = task.test.source_texts[0]
    weights, written, read = translation.attention_of(model, task, text)
    assert read == list(text) and weights.shape == (len(written), len(read))
    np.testing.assert_allclose(weights.sum(axis=1), 1, rtol=1e-5)
    assert "".join(written).removesuffix("<end>") == outcome.said[translation.ATTENTION][0]
    with pytest.raises(ValueError, match="attention=True"):
        translation.attention_of(outcome.models[translation.ONE_VECTOR][0], task, text)


def test_the_same_seed_gives_the_same_model_and_another_layer_fits(swapped):
    task, outcome = swapped

    class Own(Translator):
        pass

    how = {"steps": 3, "units": 8, "progress": False}
    first, again, other = (translation.train_translator(task, seed, **how) for seed in (0, 0, 1))
    assert first.loss == again.loss != other.loss
    starts = [translation.train_translator(task, seed, **how | {"steps": 0}).model.read_out.weight for seed in (0, 1)]
    assert not torch.equal(*starts)
    module = translation.train_translator(task, 0, layer=RNN, model=Own, **how).model
    assert isinstance(module, Own) and all(type(getattr(module, name)) is RNN for name in ("forwards", "decoder"))
    assert isinstance(first.model.decoder, GRU)


def test_more_days_are_the_same_test_and_none_of_it(pairs, monkeypatch):
    splits, task_of = [], translation.task_of

    def watched(pairs, train, test, **how):
        splits.append([set(pairs.meaning[part].tolist()) for part in (train, test)])
        return task_of(pairs, train, test, **how)

    monkeypatch.setattr(translation, "task_of", watched)
    how = {"test_days": 10, "steps": 2, "units": 4, "progress": False}
    shares = translation.by_days(pairs, (3, 25), **how)
    translation.date_task(pairs, test_days=10)
    (few, test), (more, same), (_, lesson) = splits
    assert len(few) == 3 and len(more) == 25 and few < more and not more & test
    assert test == same == lesson and len(test) == 10
    rule = shares[translation.RULE]
    assert [len(values) for values in shares.values()] == [2, 2] and rule[0] < rule[1]
    with pytest.raises(ValueError, match="at most 30 beside a test of 10, got 31"):
        translation.by_days(pairs, (31,), test_days=10)


@needs_num2words
def test_numbers_are_written_word_by_word():
    task = translation.number_task(number_words(60), test_numbers=10)
    assert list(task.rules) == [translation.NEAREST, translation.WORDS, translation.RULE]
    assert [task.text(row) for row in task.test.target] == task.test.target_texts
    assert "-" in task.target_symbols and task.words


def test_ones_own_pairs_keep_a_fifth_for_the_test():
    task = translation.own_task(toy(LETTERS))
    assert len(task.test.source_texts) == 12 and len(task.train.source_texts) == 52
    table = translation.measure(task, seeds=(0,), steps=1, units=4, progress=False).table
    assert [row.name for row in table.rows] == [translation.NEAREST, translation.ATTENTION]
