"""MIDI files, written and read: the standard's formats 0 and 1, notes only. (Standard MIDI Files 1.0, 1988.)

write_midi("mine.mid", roll)                 # a roll (T, 88), one row per quarter note
rolls = own_folder("my-songs")               # rolls of all MIDI files in a folder
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import numpy as np

from coursekit.sources.own_file import BadFile
from coursekit.topics.music.data import KEYS, LOWEST, Note, piano_roll

_TICKS = 480  # per quarter note
_DRUMS = 9  # the channel whose numbers are instruments, not pitches
_LONGEST = 20_000  # quarter notes: more is a broken file


def write_midi(path: str | Path, roll: np.ndarray, beats_per_minute: float = 96.0) -> Path:
    """Write a roll (T, 88) as a MIDI file of format 0; a key that stays down is one note. Returns the path."""
    events = []  # (quarter, 0 for off and 1 for on, pitch): notes end before others begin
    padded = np.zeros((len(roll) + 2, KEYS), int)
    padded[1:-1] = roll
    for t, key in np.argwhere(np.diff(padded, axis=0)):
        events.append((int(t), int(padded[t + 1, key]), int(key) + LOWEST))
    tempo = round(60e6 / beats_per_minute)  # microseconds per quarter note
    track = bytearray(b"\x00\xff\x51\x03" + tempo.to_bytes(3, "big"))
    now = 0
    for quarter, on, pitch in sorted(events):
        track += _variable((quarter - now) * _TICKS) + bytes((0x90 if on else 0x80, pitch, 80 if on else 0))
        now = quarter
    track += b"\x00\xff\x2f\x00"
    header = b"MThd" + (6).to_bytes(4, "big") + b"".join(n.to_bytes(2, "big") for n in (0, 1, _TICKS))
    path = Path(path)
    path.write_bytes(header + b"MTrk" + len(track).to_bytes(4, "big") + track)
    return path


def read_midi(content: bytes, name: str = "the file") -> list[Note]:
    """All notes of a MIDI file, drums left out. Raises BadFile, in one sentence, if it is none that can be read."""
    if content[:4] != b"MThd" or len(content) < 14:
        raise BadFile(f"{name} is no MIDI file: it does not begin with MThd")
    size, division = int.from_bytes(content[4:8], "big"), int.from_bytes(content[12:14], "big")
    if content[8:10] not in (b"\x00\x00", b"\x00\x01"):
        raise BadFile(f"{name} has several songs in one file (format 2): export it as format 0 or 1")
    if division & 0x8000 or not division:
        raise BadFile(f"{name} counts time in seconds, not in beats: export it with ticks per quarter note")
    notes, at = [], 8 + size
    try:
        while at < len(content):
            kind, length = content[at : at + 4], int.from_bytes(content[at + 4 : at + 8], "big")
            if len(content) < at + 8 + length:
                raise IndexError
            if kind == b"MTrk":
                notes += _track(content[at + 8 : at + 8 + length], division)
            at += 8 + length
    except IndexError:
        raise BadFile(f"{name} stops in the middle of a track: copy or export it again") from None
    if not notes:
        raise BadFile(f"{name} has no notes but drums: use another file")
    return sorted(notes)


def own_folder(folder: str | Path, at_least: int = 10) -> tuple[np.ndarray, ...]:
    """The rolls (T, 88) of all MIDI files in a folder, in order of their names.

    Raises BadFile if there is no such folder, if it has fewer than `at_least` MIDI files, or if one of them cannot be
    used; the message names the file.
    """
    folder = Path(folder)
    if not folder.is_dir():
        raise BadFile(f"there is no folder {folder}: give its path from {Path.cwd()}, or an absolute one")
    files = sorted(path for path in folder.iterdir() if path.suffix.lower() in (".mid", ".midi"))
    if len(files) < at_least:
        raise BadFile(f"{folder.name} has {len(files)} files .mid or .midi, and at least {at_least} are needed")
    return tuple(_roll(path) for path in files)


def _roll(path: Path) -> np.ndarray:
    notes = read_midi(path.read_bytes(), path.name)
    if max(note.end for note in notes) > _LONGEST:
        raise BadFile(f"{path.name} lasts more than {_LONGEST:,} quarter notes: cut it")
    try:
        return piano_roll(notes)
    except ValueError as problem:
        raise BadFile(f"{path.name}: {problem}; transpose it, or leave out its sound effects") from None


def _track(data: bytes, division: int) -> Iterator[Note]:
    """The notes of one track; one that is never released lasts until the track's end. IndexError if it is cut off."""
    at = ticks = status = 0
    sounding: dict[tuple[int, int], int] = {}
    while at < len(data):
        delta, at = _read_variable(data, at)
        ticks += delta
        if data[at] & 0x80:
            status, at = data[at], at + 1
        if status in (0xFF, 0xF0, 0xF7):
            at += status == 0xFF
            length, at = _read_variable(data, at)
            at += length
            continue
        kind, channel = status & 0xF0, status & 0x0F
        if kind in (0x80, 0x90) and channel != _DRUMS:
            pitch, velocity = data[at], data[at + 1]
            started = sounding.pop((channel, pitch), None)
            if started is not None and ticks > started:
                yield Note(Fraction(started, division), Fraction(ticks, division), pitch)
            if kind == 0x90 and velocity:
                sounding[channel, pitch] = ticks
        at += 1 if kind in (0xC0, 0xD0) else 2
    for (_, pitch), started in sounding.items():
        if ticks > started:
            yield Note(Fraction(started, division), Fraction(ticks, division), pitch)


def _variable(number: int) -> bytes:
    """A number in the standard's form: seven bits a byte, the highest bit set in all but the last."""
    coded = [number & 0x7F]
    while number := number >> 7:
        coded.append(number & 0x7F | 0x80)
    return bytes(reversed(coded))


def _read_variable(data: bytes, at: int) -> tuple[int, int]:
    """The number that begins at a place, and the place after it."""
    number = 0
    while True:
        byte = data[at]
        number, at = number << 7 | byte & 0x7F, at + 1
        if not byte & 0x80:
            return number, at
