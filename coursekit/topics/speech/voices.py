"""A learner's own recordings: WAV files as sequences of cepstrum coefficients, as in `coursekit.topics.speech.data`.

sound, rate = read_wav("anna/one.wav")           # (n,) in -1..1, samples per second
frames = cepstra(sound, rate)                    # (T, 12), one row for every 6.4 ms of sound
voices = read_voices("recordings")               # {"anna": [(T, 12), ...], "ben": [...]}: a folder for each speaker
"""

from __future__ import annotations

import unicodedata
import wave
from pathlib import Path

import numpy as np

from coursekit.sources.text_file import BadFile

RATE = 10_000  # samples per second of the analysis
FRAME, SHIFT = 256, 64  # samples: 25.6 ms, every 6.4 ms
ORDER = 12
_QUIET = 1e-3  # frames with less than this share of the loudest frame's energy are silence


def read_wav(path: str | Path) -> tuple[np.ndarray, int]:
    """Samples (n,) in -1..1, all channels mixed, and how many there are in a second.

    Raises BadFile if there is no such file, if it is no uncompressed WAV file or lacks a part, or if it holds no sound.
    """
    path = Path(path)
    if not path.is_file():
        raise BadFile(f"there is no file {path}: give its path from {Path.cwd()}, or an absolute one")
    again = "save it as WAV, PCM, 16 bits"
    try:
        with wave.open(str(path), "rb") as file:
            channels, width, rate, frames = file.getparams()[:4]
            raw = np.frombuffer(file.readframes(frames), np.uint8)
    except (wave.Error, EOFError) as problem:
        raise BadFile(
            f"{path.name} is no uncompressed WAV file ({str(problem) or 'it ends too early'}): {again}"
        ) from None
    except OSError as problem:
        raise BadFile(f"{path.name} cannot be read ({problem.strerror}): check its permissions") from None
    if rate < 1 or not 1 <= width <= 4:
        raise BadFile(f"{path.name} has {rate} samples a second of {width} bytes each: {again}")
    if len(raw) < frames * width * channels:
        there = len(raw) // (width * channels)
        raise BadFile(
            f"{path.name} holds {there:,} of the {frames:,} samples that it promises: copy or record it again"
        )
    if width == 1:
        samples = (raw.astype(float) - 128) / 128  # eight bits are unsigned, all others have a sign
    else:
        bytes_of = raw.reshape(-1, width).astype(np.int64)
        whole = (bytes_of << (8 * np.arange(width))).sum(axis=1)
        samples = (whole - (whole >> (8 * width - 1) << (8 * width))) / 2.0 ** (8 * width - 1)
    sound = samples.reshape(-1, channels).mean(axis=1)
    if len(sound) == 0 or np.ptp(sound) == 0:
        raise BadFile(f"{path.name} holds no sound: record it again")
    return sound, rate


def cepstra(sound: np.ndarray, rate: int) -> np.ndarray:
    """Cepstrum coefficients 1 to 12 of a linear prediction of order 12, without the silence at both ends. (T, 12)

    sound: (n,) samples, `rate` of them in a second; it is brought to 10,000 a second first. The coefficients are
    those of the logarithm of the spectrum of the filter that predicts best (Atal 1974); loudness is not in them.
    Raises ValueError if the sound is shorter than one frame.
    """
    sound = _at_rate(np.asarray(sound, float), rate)
    if len(sound) < FRAME:
        raise ValueError(
            f"expected at least {FRAME / RATE * 1000:g} ms of sound, got {len(sound) / RATE * 1000:.0f} ms"
        )
    frames = np.lib.stride_tricks.sliding_window_view(sound, FRAME)[::SHIFT] * np.hamming(FRAME)
    energy = (frames**2).sum(axis=1)
    loud = np.flatnonzero(energy > _QUIET * energy.max())
    frames = frames[loud[0] : loud[-1] + 1]
    frames = frames[(frames**2).sum(axis=1) > 0]
    spectra = np.abs(np.fft.rfft(frames, 2 * FRAME)) ** 2
    return _cepstrum(_prediction(np.fft.irfft(spectra)[:, : ORDER + 1]))


def read_voices(folder: str | Path) -> dict[str, list[np.ndarray]]:
    """The cepstra of all recordings, by speaker: each has a folder of WAV files, which are taken by name.

    Raises BadFile, with what to do.
    """
    folder = Path(folder)
    if not folder.is_dir():
        raise BadFile(f"there is no folder {folder}: give its path from {Path.cwd()}, or an absolute one")
    voices = {}
    for speaker in sorted(path for path in folder.iterdir() if path.is_dir() and not path.name.startswith(".")):
        files = sorted(path for path in speaker.iterdir() if path.suffix.lower() == ".wav" and path.name[0] != ".")
        if files:
            voices[unicodedata.normalize("NFC", speaker.name)] = [_frames_of(path) for path in files]
    if len(voices) < 2:
        raise BadFile(
            f"{folder.name} has {len(voices)} folders with WAV files: make one for each of two or more speakers"
        )
    return voices


def _frames_of(path: Path) -> np.ndarray:
    try:
        return cepstra(*read_wav(path))
    except ValueError as problem:
        raise problem if isinstance(problem, BadFile) else BadFile(f"{path.name} is too short: {problem}") from None


def _at_rate(sound: np.ndarray, rate: int) -> np.ndarray:
    """Resampled to RATE by cutting or padding the spectrum: what is above half of RATE is gone."""
    length = round(len(sound) * RATE / rate)
    spectrum = np.fft.rfft(sound)[: length // 2 + 1]
    return np.fft.irfft(spectrum, length) * (length / len(sound)) if length else sound[:0]


def _prediction(r: np.ndarray) -> np.ndarray:
    """Weights a (T, ORDER) with x_t ~ sum_k a_k x_(t-k), from autocorrelations r (T, ORDER + 1), by Levinson (1946)."""
    a, error = np.zeros((len(r), ORDER)), r[:, 0] * (1 + 1e-9)
    for k in range(ORDER):
        reflection = (r[:, k + 1] - (a[:, :k] * r[:, k:0:-1]).sum(axis=1)) / error
        a[:, :k] -= reflection[:, None] * a[:, :k][:, ::-1]
        a[:, k] = reflection
        error = error * (1 - reflection**2)
    return a


def _cepstrum(a: np.ndarray) -> np.ndarray:
    """Cepstrum (T, ORDER) of the filters 1 / (1 - sum_k a_k z^-k): c_n = a_n + sum_k (k / n) c_k a_(n-k)."""
    c = np.zeros_like(a)
    for n in range(1, ORDER + 1):
        k = np.arange(1, n)
        c[:, n - 1] = a[:, n - 1] + (k / n * c[:, k - 1] * a[:, n - k - 1]).sum(axis=1)
    return c
