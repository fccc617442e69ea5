"""A piano roll that can be heard: NumPy makes the wave, a notebook plays it."""

from __future__ import annotations

import base64
import io
import wave
from pathlib import Path

import numpy as np

from coursekit.topics.music.data import LOWEST

RATE = 11_025  # samples per second: enough for four voices, and small in a notebook
_HARMONICS = (1.0, 0.4, 0.2, 0.1)
_FADE = 0.02  # seconds in which a note begins and ends: without it, it clicks


class Sound:
    """Samples (n,) in -1..1. The value of a cell is a player; `save` writes a WAV file."""

    def __init__(self, samples: np.ndarray, title: str = "sound") -> None:
        self.samples, self.title = samples, title

    @property
    def seconds(self) -> float:
        """How long it lasts."""
        return len(self.samples) / RATE

    def wav(self) -> bytes:
        """As a WAV file: one channel, 16 bits."""
        file = io.BytesIO()
        with wave.open(file, "wb") as out:
            out.setnchannels(1)
            out.setsampwidth(2)
            out.setframerate(RATE)
            out.writeframes((np.clip(self.samples, -1, 1) * 32767).astype("<i2").tobytes())
        return file.getvalue()

    def save(self, path: str | Path) -> Path:
        """Write the WAV file; returns its path."""
        path = Path(path)
        path.write_bytes(self.wav())
        return path

    def __repr__(self) -> str:
        return f"{self.title}: {self.seconds:.1f} s of sound"

    def _repr_html_(self) -> str:
        data = base64.b64encode(self.wav()).decode("ascii")
        return f'<audio controls aria-label="{self.title}" src="data:audio/wav;base64,{data}"></audio>'


def play(roll: np.ndarray, title: str = "piece", beats_per_minute: float = 96.0) -> Sound:
    """The sound of a roll (T, 88) bool, one row per quarter note; a key that stays down is one long note."""
    quarter = 60.0 / beats_per_minute
    samples = np.zeros(int(np.ceil((len(roll) + 1) * quarter * RATE)))
    for start, end, key in held_notes(roll):
        first, tone = int(start * quarter * RATE), _tone(key + LOWEST, (end - start) * quarter)
        samples[first : first + len(tone)] += tone
    return Sound(samples / max(1e-9, np.abs(samples).max()) * 0.9, title)


def held_notes(roll: np.ndarray) -> list[tuple[int, int, int]]:
    """The notes (start, end, key) of a roll (T, K), in quarter notes: a key that stays down is one note."""
    padded = np.zeros((len(roll) + 2, roll.shape[1]), int)
    padded[1:-1] = roll
    change = np.diff(padded, axis=0)
    notes = []
    for key in np.flatnonzero(roll.any(axis=0)):
        starts, ends = np.flatnonzero(change[:, key] == 1), np.flatnonzero(change[:, key] == -1)
        notes += [(int(a), int(b), int(key)) for a, b in zip(starts, ends, strict=True)]
    return sorted(notes)


def _tone(pitch: int, seconds: float) -> np.ndarray:
    """A note that decays slowly. pitch: as in MIDI, 69 is 440 Hz (ISO 16)."""
    t = np.arange(int(seconds * RATE)) / RATE
    frequency = 440.0 * 2 ** ((pitch - 69) / 12)
    audible = [(k, a) for k, a in enumerate(_HARMONICS, start=1) if k * frequency < RATE / 2]
    tone = sum(a * np.sin(2 * np.pi * k * frequency * t) for k, a in audible)
    return tone * np.exp(-1.2 * t) * np.minimum(1, np.minimum(t, t[::-1]) / _FADE)
