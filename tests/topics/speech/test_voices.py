"""Own recordings: WAV files of all kinds, and coefficients that are those of the spectrum they describe."""

from __future__ import annotations

import struct
import wave

import numpy as np
import pytest

from coursekit.sources.own_file import BadFile
from coursekit.topics.speech.voices import _cepstrum, _prediction, cepstra, read_voices, read_wav

pytestmark = pytest.mark.usefixtures("cut_off")


def write(path, samples, rate=16_000, width=2):
    """samples: (n, channels) in -1..1."""
    full = 2.0 ** (8 * width - 1) - 1
    whole = np.round(samples * full).astype(np.int64) + (128 if width == 1 else 0)
    raw = (whole.reshape(-1, 1) >> (8 * np.arange(width)) & 255).astype(np.uint8).tobytes()
    with wave.open(str(path), "wb") as file:
        file.setparams((samples.shape[1], width, rate, 0, "NONE", ""))
        file.writeframes(raw)
    return path


def noise(seconds, rate=16_000, seed=0):
    return np.random.default_rng(seed).uniform(-0.5, 0.5, int(seconds * rate))


@pytest.mark.parametrize(("width", "channels"), [(1, 1), (2, 1), (2, 2), (3, 1), (4, 2)])
def test_samples_of_every_width(tmp_path, width, channels):
    sound = noise(0.1)
    got, rate = read_wav(write(tmp_path / "a.wav", np.repeat(sound[:, None], channels, axis=1), width=width))
    assert rate == 16_000
    np.testing.assert_allclose(got, sound, atol=2.0 ** (2 - 8 * width))


def test_the_predictor_of_a_known_process_is_found():
    """x_t = 1.2 x_(t-1) - 0.7 x_(t-2) + noise has the autocorrelation that Yule and Walker give it."""
    r = [1.0, 1.2 / 1.7]
    for _ in range(11):
        r.append(1.2 * r[-1] - 0.7 * r[-2])
    a = _prediction(np.array([r]))[0]
    np.testing.assert_allclose(a, [1.2, -0.7] + [0] * 10, atol=1e-6)


def test_the_cepstrum_is_that_of_the_logarithm_of_the_spectrum():
    a = np.zeros((1, 12))
    a[0, :3] = 1.2, -0.7, 0.1
    response = 1 / np.fft.fft(np.r_[1, -a[0]], 4096)
    expected = 2 * np.fft.ifft(np.log(np.abs(response))).real[1:13]
    np.testing.assert_allclose(_cepstrum(a)[0], expected, atol=1e-9)


def vowel(rate, seconds=0.5):
    """A buzz of 120 Hz through two resonances, nothing above 3.5 kHz, with a little noise."""
    t = np.arange(int(seconds * rate)) / rate
    heights = {f: 1 / (1 + ((f - 700) / 150) ** 2) + 0.5 / (1 + ((f - 1800) / 200) ** 2) for f in range(120, 3500, 120)}
    return sum(high * np.sin(2 * np.pi * f * t + f) for f, high in heights.items()) + 1e-3 * noise(seconds, rate)


def test_neither_loudness_nor_silence_around_it_matter():
    sound = vowel(16_000)
    frames = cepstra(sound, 16_000)
    assert frames.shape == ((5000 - 256) // 64 + 1, 12)
    np.testing.assert_allclose(cepstra(7 * sound, 16_000), frames, atol=1e-6)
    quiet = np.r_[np.zeros(8000), sound, np.zeros(8000)]
    assert abs(len(cepstra(quiet, 16_000)) - len(frames)) <= 8  # a frame of four shifts also touches the edge
    with pytest.raises(ValueError, match="at least 25.6 ms"):
        cepstra(sound[:100], 16_000)


def test_the_rate_of_the_recording_does_not_matter_and_the_vowel_does():
    one, two = (cepstra(vowel(rate), rate)[10:-10].mean(axis=0) for rate in (16_000, 44_100))
    other = cepstra(noise(0.5), 16_000)[10:-10].mean(axis=0)
    assert np.abs(one - two).max() < 0.1 * np.abs(one - other).max()


def test_folders_are_speakers(tmp_path):
    for speaker in ("ben", "anna", ".hidden"):
        (tmp_path / speaker).mkdir()
        for k in range(2):
            write(tmp_path / speaker / f"{k}.wav", noise(0.2, seed=k)[:, None])
    (tmp_path / "empty").mkdir()
    voices = read_voices(tmp_path)
    assert list(voices) == ["anna", "ben"] and [len(files) for files in voices.values()] == [2, 2]


@pytest.mark.parametrize(
    ("content", "said"),
    [(b"RIFF", "no uncompressed WAV file"), (b"ID3" + bytes(100), "no uncompressed WAV file"), (None, "no sound")],
)
def test_what_is_no_recording_is_refused(tmp_path, content, said):
    path = tmp_path / "a.wav"
    if content is None:
        write(path, np.zeros((1000, 1)))
    else:
        path.write_bytes(content)
    with pytest.raises(BadFile, match=said):
        read_wav(path)


def riff(samples: bytes, *, told=None, form=1, rate=16_000, width=2, before=b"", after=b"") -> bytes:
    """A WAV file byte by byte. told: the size of the sound that it promises."""
    about = struct.pack("<HHIIHH", form, 1, rate, rate * width, width, 8 * width)
    size = len(samples) if told is None else told
    body = b"WAVEfmt " + struct.pack("<I", len(about)) + about + before + b"data" + struct.pack("<I", size)
    return b"RIFF" + struct.pack("<I", len(body + samples + after)) + body + samples + after


SAMPLES = (noise(0.1) * 32767).astype("<i2").tobytes()


@pytest.mark.parametrize(
    "content",
    [
        riff(SAMPLES),
        riff(SAMPLES, before=b"LIST\4\0\0\0INFO"),
        riff(SAMPLES, after=b"id3 \4\0\0\0some"),
        riff(SAMPLES) + b"\0" * 10,
    ],
    ids=["plain", "notes before the sound", "notes after it", "zeros after the file"],
)
def test_what_stands_around_the_sound_does_no_harm(tmp_path, content):
    (tmp_path / "a.wav").write_bytes(content)
    sound, rate = read_wav(tmp_path / "a.wav")
    assert rate == 16_000 and len(sound) == 1600
    np.testing.assert_allclose(sound, noise(0.1), atol=1e-4)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (riff(SAMPLES)[:-500], "holds 1,350 of the 1,600 samples that it promises"),
        (riff(SAMPLES, told=0xFFFFFFFF), "holds 1,600 of the 2,147,483,647 samples"),
        (riff(SAMPLES, told=0), "holds no sound"),
        (riff(SAMPLES, form=3, width=4), "no uncompressed WAV file.*16 bits"),
        (riff(SAMPLES, form=7, width=1), "no uncompressed WAV file.*16 bits"),
        (riff(SAMPLES, width=8), "samples a second of 8 bytes each"),
        (riff(SAMPLES, rate=0), "has 0 samples a second"),
        (b"RIFX" + riff(SAMPLES)[4:], "no uncompressed WAV file"),
        (b"", "no uncompressed WAV file .it ends too early"),
    ],
    ids=["cut off", "streamed", "size 0", "floats", "telephone", "64 bits", "no rate", "big-endian", "empty"],
)
def test_a_recording_that_would_be_read_in_part_or_wrongly_is_refused(tmp_path, content, said):
    (tmp_path / "a.wav").write_bytes(content)
    with pytest.raises(BadFile, match=f"^a.wav.*{said}"):
        read_wav(tmp_path / "a.wav")


def test_hidden_copies_of_a_system_are_no_recordings_and_names_have_one_form(tmp_path):
    for speaker in ("Ju\u0308rgen", "anna"):
        (tmp_path / speaker).mkdir()
        write(tmp_path / speaker / "a.wav", noise(0.2)[:, None])
        (tmp_path / speaker / "._a.wav").write_bytes(b"\x00\x05\x16\x07")
    voices = read_voices(tmp_path)
    assert sorted(voices) == ["J\u00fcrgen", "anna"] and all(len(files) == 1 for files in voices.values())


def test_what_is_no_folder_of_voices_is_refused(tmp_path):
    with pytest.raises(BadFile, match="there is no file"):
        read_wav(tmp_path / "none.wav")
    with pytest.raises(BadFile, match="there is no folder"):
        read_voices(tmp_path / "none")
    (tmp_path / "anna").mkdir()
    write(tmp_path / "anna" / "a.wav", noise(0.2)[:, None])
    with pytest.raises(BadFile, match="has 1 folders with WAV files"):
        read_voices(tmp_path)
    write(tmp_path / "anna" / "b.wav", noise(0.01)[:, None])
    with pytest.raises(BadFile, match="b.wav is too short: expected at least 25.6 ms"):
        read_voices(tmp_path)
