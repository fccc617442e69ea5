"""Chords: no leakage in batches and splits, a model of the course's own layer, and pieces that can be heard."""

from __future__ import annotations

import io
import wave

import numpy as np
import pytest
import torch

from coursekit.nn import LSTM
from coursekit.topics.music import answers as chords
from coursekit.topics.music import data, sound
from coursekit.topics.music import task as music


@pytest.fixture(scope="module")
def rolls():
    return data._generate(pieces=60, seed=1)[1]


def test_a_chord_changes_no_input_up_to_its_own_step(rolls):
    before = chords.next_chord_batch(rolls[:3])
    changed = [roll.copy() for roll in rolls[:3]]
    changed[1][10] = ~changed[1][10]
    after = chords.next_chord_batch(changed)
    np.testing.assert_array_equal(before.x[:, :11], after.x[:, :11])
    assert (before.x[1, 11] != after.x[1, 11]).all() and (before.x[[0, 2]] == after.x[[0, 2]]).all()


def test_expectations_depend_on_the_past_only(rolls):
    parts = music.split_by_tune(rolls)
    model = music.train_model(parts, 0, steps=4, progress=False)
    changed = rolls[0].copy()
    changed[12:] = False
    np.testing.assert_allclose(
        music.probabilities(model, rolls[0])[:13], music.probabilities(model, changed)[:13], atol=1e-6
    )


def test_no_tune_is_in_two_parts(rolls):
    twice = [*rolls, *(np.concatenate([roll, roll[-1:]]) for roll in rolls[:30])]  # other endings of the same tunes
    parts = music.split_by_tune(twice)
    tunes = [{music.tune(roll) for roll in part} for part in parts]
    assert sum(map(len, parts)) == 90 and not (tunes[0] & tunes[1] | tunes[0] & tunes[2] | tunes[1] & tunes[2])
    assert len(parts.train) > len(parts.test) > len(parts.valid) > 0


def test_the_measure_is_that_of_pytorch_and_of_the_loss(rolls):
    batch = chords.next_chord_batch(rolls[:4])
    logits = torch.randn(batch.y.shape)
    loss, _ = music.chord_loss(lambda x: logits, batch)
    assert chords.chord_nll(logits.numpy(), batch.y, batch.mask) == pytest.approx(loss.item(), rel=1e-5)
    assert chords.chord_nll(np.zeros(batch.y.shape), batch.y, batch.mask) == pytest.approx(88 * np.log(2))


@pytest.mark.slow
def test_the_comparison_has_its_baselines_and_takes_another_layer(rolls):
    outcome = music.compare(music.split_by_tune(rolls), (0, 1), layer=LSTM, steps=30, progress=False)
    assert [row.baseline for row in outcome.table.rows] == [True, True, True, False]
    values = [row.interval.mean for row in outcome.table.rows]
    assert values[1] < values[0] and values[2] < values[0] and values[3] < values[0]
    assert isinstance(outcome.models[0].layer, LSTM) and not outcome.models[0].training


def test_a_composition_begins_as_given_and_has_four_voices(rolls):
    model = music.train_model(music.split_by_tune(rolls), 0, steps=4, progress=False)
    first, again, other = (music.compose(model, rolls[0][:3], 12, seed) for seed in (0, 0, 1))
    assert first.shape == (12, 88) and (first[:3] == rolls[0][:3]).all() and (first[3:].sum(axis=1) == 4).all()
    assert (first == again).all() and (first != other).any()


def test_a_held_key_is_one_note_and_sounds_at_its_pitch():
    roll = np.zeros((4, 88), bool)
    roll[1:3, 48] = True  # A4
    assert sound.held_notes(roll) == [(1, 3, 48)]
    samples = sound.play(roll, beats_per_minute=60).samples
    silent, heard = samples[: sound.RATE], samples[sound.RATE : 3 * sound.RATE]
    assert not silent.any() and len(samples) == 5 * sound.RATE
    loudest = np.abs(np.fft.rfft(heard)).argmax() / 2  # two seconds: bins of half a hertz
    assert loudest == pytest.approx(440, abs=1) and np.abs(samples).max() == pytest.approx(0.9)


def test_the_sound_is_a_wav_file_and_a_player(tmp_path):
    piece = sound.play(np.eye(88, dtype=bool)[40:44], "four notes")
    with wave.open(io.BytesIO(piece.save(tmp_path / "a.wav").read_bytes())) as file:
        assert (file.getnchannels(), file.getsampwidth(), file.getframerate()) == (1, 2, sound.RATE)
        assert file.getnframes() == len(piece.samples)
    assert "<audio controls" in piece._repr_html_() and repr(piece).startswith("four notes: 3.1 s")
