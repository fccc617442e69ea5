"""Bach's chorales as piano rolls: one row per quarter note, one column per key of a piano.

    chorales = bach_chorales()
    chorales.rolls[0]                       # (T, 88) bool: which keys sound when a quarter note begins
    print(chorales.provenance.text)

The files are compressed MusicXML inside the package music21. They are read here without it: unzipping and parsing them
takes seconds, its own iterator about a minute.
"""

from __future__ import annotations

import functools
import io
import xml.etree.ElementTree as ElementTree
import zipfile
from fractions import Fraction
from typing import NamedTuple
from xml.parsers import expat

import numpy as np

from coursekit.sources.installed import DataSet, Provenance, catalogued, load_or_generate

KEYS, LOWEST = 88, 21  # a piano's keys: column k is the MIDI pitch LOWEST + k, from A0 to C8
_KINDS = {  # elements of a score that say something here: by their text, by their time, by being there
    **dict.fromkeys(("duration", "divisions", "fifths", "octave", "step", "alter"), "said"),
    **dict.fromkeys(("note", "backup", "forward"), "timed"),
    **dict.fromkeys(("chord", "pitch"), "there"),
    "part": "part",
}
_quarters = functools.cache(Fraction)  # few lengths, many notes
_STEPS = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}

CHORALES = catalogued(
    DataSet(
        "chorales",
        "Four-part chorales by J. S. Bach",
        package="music21",
        tried="music21==10.5.1",
        files=("corpus/bach/bwv*.mxl",),
        sha256=("c8be1d0bfe7d2b8eed602a5b71f3748447e2ae26f5316d293ea30664c23372bf",),
        source="scores encoded by Margaret Greentree and others (jsbchorales.net)",
        licence="the package is under BSD-3-Clause, but its corpus has other terms, which differ per folder and file; "
        "these files name their encoder, some add 'used by permission', and none states a licence",
        extra="music",
    )
)


class Note(NamedTuple):
    """A sounding note. Times in quarter notes from the piece's beginning, exact; pitch as in MIDI (60: middle C)."""

    start: Fraction
    end: Fraction
    pitch: int


class Chorales(NamedTuple):
    """Pieces in the order of their names. rolls: (T, 88) bool each, transposed to a key without sharps and flats."""

    names: tuple[str, ...]
    rolls: tuple[np.ndarray, ...]
    provenance: Provenance


def bach_chorales() -> Chorales:
    """The chorales with exactly four parts, on a grid of quarter notes, transposed by their key signature.

    So were the data of Boulanger-Lewandowski et al. (2012), but they are other files and another split.
    """
    (names, rolls), provenance = load_or_generate(CHORALES, _parse, _generate)
    return Chorales(names, rolls, provenance)


def piano_roll(notes: list[Note], shift: int = 0) -> np.ndarray:
    """Which keys sound when each quarter note begins: (T, 88) bool. shift: semitones to add to every pitch.

    Raises ValueError if a pitch is not on the piano.
    """
    T = max((int(np.ceil(note.end)) for note in notes), default=0)
    roll = np.zeros((T, KEYS), bool)
    for note in notes:
        key = note.pitch + shift - LOWEST
        if not 0 <= key < KEYS:
            raise ValueError(
                f"the pitch {note.pitch + shift} is not on a piano, which has {LOWEST} to {LOWEST + KEYS - 1}"
            )
        roll[-int(-note.start // 1) : -int(-note.end // 1), key] = True  # quarters t with start <= t < end
    return roll


def read_musicxml(content: bytes) -> tuple[list[list[Note]], int]:
    """The notes of each part of a score (partwise MusicXML), and its first key signature as a number of sharps.

    Repeats are not played twice, grace notes are left out, and tied notes stay apart. Raises ValueError if the text is
    no such score.
    """
    score = _Score()
    try:
        score.parser.Parse(content, True)
    except expat.ExpatError as problem:
        raise ValueError(f"this is no MusicXML ({problem})") from None
    return score.parts, int(score.fifths or 0)


def unpack(content: bytes) -> bytes:
    """The score inside a compressed MusicXML file."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        container = ElementTree.fromstring(archive.read("META-INF/container.xml"))
        return archive.read(next(element.get("full-path") for element in container.iter() if element.get("full-path")))


class _Score:
    """The notes of a score, picked from it while it is read: a tree of all that is printed takes seconds more."""

    def __init__(self) -> None:
        self.parts: list[list[Note]] = []
        self.fifths = ""
        self.parser = expat.ParserCreate()
        self.parser.buffer_text = True
        self.parser.StartElementHandler = self._first
        self.parser.EndElementHandler = self._end
        self._heard: dict[str, str] = {}  # what the element that goes on says: of a note its duration, its step, ...
        self._text = ""

    def _first(self, name: str, _: dict[str, str]) -> None:
        if name != "score-partwise":
            raise ValueError(f"expected a partwise score of MusicXML, got <{name}>")
        self.parser.StartElementHandler = self._start

    def _start(self, name: str, _: dict[str, str]) -> None:
        kind = _KINDS.get(name)  # None for most elements
        if kind == "said":
            self._text, self.parser.CharacterDataHandler = "", self._say
        elif kind == "timed":
            self._heard = {}
        elif kind == "there":
            self._heard[name] = name
        elif kind == "part":
            self.parts.append([])
            self._now = self._before = Fraction(0)
            self._divisions = 1

    def _say(self, text: str) -> None:
        self._text += text

    def _end(self, name: str) -> None:
        kind = _KINDS.get(name)
        if kind == "said":
            self._heard[name], self.parser.CharacterDataHandler = self._text, None
            if name == "fifths":
                self.fifths = self.fifths or self._text
            elif name == "divisions":
                self._divisions = int(self._text)
        elif kind == "timed":
            length = _quarters(int(self._heard.get("duration", "0")), self._divisions)
            if name == "backup":
                self._now -= length
            elif name == "forward":
                self._now += length
            elif length:
                self._note(length)

    def _note(self, length: Fraction) -> None:
        said = self._heard
        start = self._before if "chord" in said else self._now
        if "pitch" in said:
            pitch = 12 * (int(said["octave"]) + 1) + _STEPS[said["step"]] + int(float(said.get("alter", "0")))
            self.parts[-1].append(Note(start, start + length, pitch))
        self._before, self._now = start, start + length


def to_common_key(fifths: int) -> int:
    """Semitones, -5 to 6, that move a key signature with so many sharps (negative: flats) to one without any."""
    return (-7 * fifths + 5) % 12 - 5


def _parse(contents: dict[str, bytes]) -> tuple[tuple[str, ...], tuple[np.ndarray, ...]]:
    names, rolls = [], []
    for name, content in contents.items():
        parts, fifths = read_musicxml(unpack(content))
        if len(parts) == 4:
            roll = piano_roll([note for part in parts for note in part], to_common_key(fifths))
            names.append(name.rpartition("/")[2].removesuffix(".mxl"))
            rolls.append(roll)
    return tuple(names), tuple(rolls)


def _generate(pieces: int = 363, seed: int = 0) -> tuple[tuple[str, ...], tuple[np.ndarray, ...]]:
    """Chords of C major that follow each other by a fixed habit, with one voice that wanders: nobody's music."""
    rng = np.random.default_rng(seed)
    roots, habit = np.array([48, 50, 52, 53, 55, 57]), np.array([[0, 1, 2, 4, 3, 1]]) + 0.5
    rolls = []
    for _ in range(pieces):
        degree, roll = 0, np.zeros((int(rng.integers(30, 80)), KEYS), bool)
        for row in roll:
            major = roots[degree] % 12 in (0, 5, 7)
            chord = roots[degree] + np.array([0, 4 if major else 3, 7, 12]) + rng.choice([0, 0, 0, 12])
            row[chord - LOWEST] = True
            degree = int(rng.choice(6, p=np.roll(habit[0], degree) / habit.sum()))
        rolls.append(roll)
    return tuple(f"generated {k}" for k in range(pieces)), tuple(rolls)
