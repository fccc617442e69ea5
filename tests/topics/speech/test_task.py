"""Lesson 12: padding and the test set reach nothing that they must not reach, and a short training learns."""

from __future__ import annotations

import wave

import numpy as np
import pytest
import torch

from coursekit.checking import registry
from coursekit.nn import GRU
from coursekit.sources.own_file import BadFile
from coursekit.sources.ts_format import Padded
from coursekit.topics.speech import task as speech
from coursekit.topics.speech.answers import masked_mean_std
from coursekit.topics.speech.data import _made_voices
from coursekit.training.padding import real_frames


@pytest.fixture(scope="module")
def voices():
    train, test = _made_voices()
    return speech.standardised_task("made voices", train, test, tuple("123456789"))


def other_padding(data: Padded) -> Padded:
    after = ~real_frames(data.lengths, data.x.shape[1])
    noise = np.random.default_rng(0).normal(0, 5, data.x.shape)
    return data._replace(x=np.where(after[..., None], noise, data.x))


def test_the_padding_decides_nothing(voices):
    model = speech.SpeakerModel(12, 9, units=5)
    np.testing.assert_allclose(
        speech.scores(model, other_padding(voices.test)), speech.scores(model, voices.test), atol=1e-6
    )
    np.testing.assert_allclose(speech.features(other_padding(voices.test)), speech.features(voices.test))
    wrong = speech.SpeakerModel(12, 9, units=5, take=speech.LAST_OUTPUT)
    assert np.abs(speech.scores(wrong, other_padding(voices.test)) - speech.scores(wrong, voices.test)).max() > 0.01


def test_the_test_set_decides_nothing_about_the_training_set():
    train, test = _made_voices()
    one = speech.standardised_task("a", train, test, tuple("123456789"))
    two = speech.standardised_task("b", train, test._replace(x=test.x * 3 + 1), tuple("123456789"))
    np.testing.assert_array_equal(one.train.x, two.train.x)
    real = one.train.x[real_frames(train.lengths, train.x.shape[1])]
    np.testing.assert_allclose([real.mean(axis=0), real.std(axis=0)], [np.zeros(12), np.ones(12)], atol=1e-12)


def test_two_layers_with_picking_are_one_packed_bidirectional_layer(voices):
    model = speech.SpeakerModel(12, 9, units=5)
    both = GRU(12, 5, batch_first=True, bidirectional=True)
    weights = model.forwards.state_dict() | {f"{k}_reverse": v for k, v in model.backwards.state_dict().items()}
    both.load_state_dict(weights)
    x, lengths = torch.as_tensor(voices.test.x, dtype=torch.float32), torch.as_tensor(voices.test.lengths)
    packed = torch.nn.utils.rnn.pack_padded_sequence(x, lengths, batch_first=True, enforce_sorted=False)
    ends = torch.cat(tuple(both(packed)[1]), dim=1)
    torch.testing.assert_close(model.read_out(ends), model(x, lengths))


@pytest.mark.slow
def test_a_short_training_beats_guessing_and_the_table_has_its_baseline(voices):
    outcome = speech.measure(voices, seeds=(0, 1), mistake=True, steps=40)
    names = [row.name for row in outcome.table.rows]
    assert names == [
        "logistic regression, mean and std",
        "logistic regression, by thirds",
        "GRU, last valid state",
        "GRU, last output",
    ]
    assert outcome.table.row("GRU, last valid state").interval.mean > 50
    assert outcome.table.best_baseline.name == names[0] and outcome.table.verdict
    assert all(len(said) == 370 for said in outcome.said.values())


def test_your_own_layer_fits(voices):
    class Mine(torch.nn.Module):
        def __init__(self, D, H):
            super().__init__()
            self.linear = torch.nn.Linear(D, H)

        def forward(self, x):
            return self.linear(x).cumsum(1), None

    small = voices._replace(train=Padded(*(part[::10] for part in voices.train)))
    table = speech.compare(small, seeds=(0,), steps=2, layer=lambda D, H, batch_first: Mine(D, H))
    assert len(table.rows) == 3


def test_fewer_frames_are_heard_than_there_are(voices):
    seen = []

    def listen(data):
        seen.append((data.x.copy(), data.lengths.copy()))
        return np.eye(9)[data.label]

    assert speech.right_after(voices, (2, 50), listen).tolist() == [100, 100]
    (short, lengths), (whole, all_lengths) = seen
    assert lengths.tolist() == [2] * 370 and (short[:, 2:] == 0).all()
    np.testing.assert_array_equal(whole, voices.test.x)
    np.testing.assert_array_equal(all_lengths, voices.test.lengths)
    np.testing.assert_allclose(masked_mean_std(short, lengths)[0], voices.test.x[:, :2].mean(axis=1))


def test_own_files(tmp_path):
    head = "@classLabel true a b\n@data\n"
    good = tmp_path / "good.ts"
    good.write_text(head + "1,2,3:1,2,3:a\n2,3:4,4:a\n5,6,7:0,1,0:b\n4,4:1,2:b\n")
    assert speech.task_from_files(good, good).train.x.shape == (4, 3, 2)
    other = tmp_path / "other.ts"
    other.write_text(head + "1,2,3:a\n")
    with pytest.raises(BadFile, match="good.ts has 2 channels and other.ts has 1"):
        speech.task_from_files(good, other)
    other.write_text(head + "1,2,3:1,2,3:a\n2,3:4,4:a\n5,6,7:0,1,0:b\n")
    with pytest.raises(BadFile, match="fewer than two cases of class 'b'"):
        speech.task_from_files(other, good)


def test_own_recordings(tmp_path):
    for speaker, colour in (("anna", 0.2), ("ben", 0.8)):
        (tmp_path / speaker).mkdir()
        for k in range(4):
            sound = np.convolve(np.random.default_rng(k).standard_normal(4000), colour ** np.arange(20))
            with wave.open(str(tmp_path / speaker / f"{k}.wav"), "wb") as file:
                file.setparams((1, 2, 8000, 0, "NONE", ""))
                file.writeframes((3000 * sound / np.abs(sound).max()).astype("<i2").tobytes())
    own = speech.task_from_recordings(tmp_path)
    pieces = 2  # half a second is 75 frames
    assert own.classes == ("anna", "ben") and own.train.x.shape[2] == 12
    assert (len(own.train.x), len(own.test.x)) == (2 * 3 * pieces, 2 * 1 * pieces)
    assert own.train.lengths.max() <= speech.LONGEST_PIECE and own.test.label.tolist() == [0, 0, 1, 1]
    for k in (1, 2):
        (tmp_path / "ben" / f"{k}.wav").unlink()
    with pytest.raises(BadFile, match="ben has 2 recordings: at least three"):
        speech.task_from_recordings(tmp_path)


def test_a_layer_and_a_loop_of_ones_own_take_the_places_of_the_courses(voices):
    layer, fit = (registry.get(name).reference for name in ("GRU", "fit"))
    history = speech.train_speaker_model(
        voices.train,
        9,
        0,
        layer=lambda D, units, batch_first: layer(D, units),
        fit=lambda model, optimiser, loss_of, epochs, *rest: fit(model, optimiser, loss_of, epochs[:6], *rest),
    )
    said = speech.scores(history.model, voices.test).argmax(axis=1)
    assert len(history) == 6 and (said == voices.test.label).mean() > 0.2  # chance is 0.11
    assert set(history.model.state_dict()) == set(speech.SpeakerModel(12, 9).state_dict())
