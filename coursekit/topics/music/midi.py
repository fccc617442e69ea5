"""MIDI files, written and read: the standard's formats 0 and 1, notes only. (Standard MIDI Files 1.0, 1988.)

write_midi("mine.mid", roll)                 # a roll (T, 88), one row per quarter note
rolls = own_folder("my-songs")               # rolls of all MIDI files in a folder
"""

from __future__ import annotations

import math
from fractions import Fraction
from pathlib import Path

import numpy as np

from coursekit.sources.text_file import BadFile
from coursekit.topics.music.data import KEYS, LOWEST, Note, piano_roll
from coursekit.topics.music.midi_tracks import Broken, chunks, presses

_TICKS = 480  # per quarter note
_DRUMS = 9  # the channel whose numbers are instruments, not pitches
_LONGEST = 20_000  # quarter notes: more is a broken file
_PARTS = (4, 6, 8)  # of a quarter note: where written notes begin
_SLACK = Fraction(1, 200)  # of a quarter note: ticks are whole numbers
_ENDINGS = (".mid", ".midi", ".kar", ".rmi")
_WRITTEN = 0.6  # the share of the notes that begin there; ornaments, swing and quintuplets do not


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
    content = _unwrapped(content)
    if content[:4] != b"MThd" or len(content) < 14:
        raise BadFile(f"{name} is no MIDI file, as it does not begin with MThd: export the music as MIDI")
    size, kind, promised, division = (
        int.from_bytes(content[a:b], "big") for a, b in ((4, 8), (8, 10), (10, 12), (12, 14))
    )
    if kind > 1 and promised != 1:
        raise BadFile(f"{name} has several songs in one file (format {kind}): export it as format 0 or 1")
    if division & 0x8000 or not division:
        raise BadFile(f"{name} counts time in seconds, not in beats: export it with ticks per quarter note")
    try:
        pressed = [press for track in chunks(content, 8 + size, promised) for press in presses(track)]
    except Broken as problem:
        raise BadFile(f"{name}: {problem}; copy or export it again") from None
    notes = [
        Note(Fraction(press.start, division), Fraction(press.end, division), press.pitch)
        for press in pressed
        if press.channel != _DRUMS
    ]
    if not notes:
        raise BadFile(f"{name} has no notes{' but drums' if pressed else ''}: use another file")
    return sorted(notes)


def own_folder(folder: str | Path, at_least: int = 10) -> tuple[np.ndarray, ...]:
    """The rolls (T, 88) of all MIDI files in a folder, in order of their names.

    Files end with .mid, .midi, .kar or .rmi; hidden ones are left out. Raises BadFile if there is no such folder, if it
    has fewer than `at_least` MIDI files, or if one of them cannot be used, such as music that was recorded and not
    quantised; the message names the file.
    """
    folder = Path(folder)
    if not folder.is_dir():
        raise BadFile(f"there is no folder {folder}: give its path from {Path.cwd()}, or an absolute one")
    files = sorted(path for path in folder.iterdir() if path.suffix.lower() in _ENDINGS and path.name[0] != ".")
    if len(files) < at_least:
        raise BadFile(
            f"{folder.name} has {len(files)} files {', '.join(_ENDINGS)}, and at least {at_least} are needed: add some"
        )
    return tuple(_roll(path) for path in files)


def _roll(path: Path) -> np.ndarray:
    try:
        notes = read_midi(path.read_bytes(), path.name)
    except OSError as problem:
        raise BadFile(f"{path.name} cannot be read ({problem.strerror}): check its permissions") from None
    if max(note.end for note in notes) > _LONGEST:
        raise BadFile(f"{path.name} lasts more than {_LONGEST:,} quarter notes: cut it")
    _require_beats(notes, path.name)
    try:
        return piano_roll(notes)
    except ValueError as problem:
        raise BadFile(f"{path.name}: {problem}; transpose it, or leave out its sound effects") from None


def _require_beats(notes: list[Note], name: str) -> None:
    """Refuse music that was played, not written: its quarter notes begin between those of the file.

    Such a note has begun too late for the grid's own point and is over at the next, or it counts for the wrong one.
    """
    on_grid = [
        any(abs(note.start * parts - round(note.start * parts)) < parts * _SLACK for parts in _PARTS) for note in notes
    ]
    if (free := on_grid.count(False)) > (1 - _WRITTEN) * len(notes):
        raise BadFile(
            f"{name} was recorded freely, {free} of its {len(notes)} notes begin between the beats: quantise it (to "
            "sixteenths, say) in the program that made it"
        )
    if not any(math.ceil(note.start) < note.end for note in notes):
        raise BadFile(f"{name} has no note that sounds when a quarter note begins: double its note values")


def _unwrapped(content: bytes) -> bytes:
    """What a RIFF file of the kind RMID, as Windows wrote them, holds as its data; anything else as it is."""
    if content[:4] != b"RIFF" or content[8:12] != b"RMID":
        return content
    at = 12
    while at + 8 <= len(content) and content[at : at + 4] != b"data":
        length = int.from_bytes(content[at + 4 : at + 8], "little")
        at += 8 + length + length % 2
    return content[at + 8 : at + 8 + int.from_bytes(content[at + 4 : at + 8], "little")]


def _variable(number: int) -> bytes:
    """A number in the standard's form: seven bits a byte, the highest bit set in all but the last."""
    coded = [number & 0x7F]
    while number := number >> 7:
        coded.append(number & 0x7F | 0x80)
    return bytes(reversed(coded))
