"""Chorales and MIDI: what is read, what is refused, and nothing over a network."""

from __future__ import annotations

import importlib.util
import io
import zipfile
from fractions import Fraction

import numpy as np
import pytest

from coursekit.sources.installed import GeneratedDataWarning
from coursekit.sources.own_file import BadFile
from coursekit.topics.music import data as music
from coursekit.topics.music import midi
from coursekit.topics.music.midi import own_folder, read_midi, write_midi

pytestmark = pytest.mark.usefixtures("cut_off")

needs_music21 = pytest.mark.skipif(importlib.util.find_spec("music21") is None, reason="needs the extra [music]")

SCORE = b"""<score-partwise><part id="P1">
<measure><attributes><divisions>2</divisions><key><fifths>-3</fifths></key></attributes>
<note><pitch><step>C</step><octave>4</octave></pitch><duration>3</duration></note>
<note><pitch><step>B</step><alter>-1</alter><octave>3</octave></pitch><duration>1</duration></note>
<note><grace/><pitch><step>D</step><octave>4</octave></pitch></note>
<note><rest/><duration>2</duration></note>
<note><pitch><step>E</step><octave>4</octave></pitch><duration>2</duration></note>
<note><chord/><pitch><step>G</step><octave>4</octave></pitch><duration>2</duration></note>
<backup><duration>2</duration></backup>
<note><pitch><step>C</step><octave>3</octave></pitch><duration>2</duration></note>
</measure></part></score-partwise>"""


@needs_music21
@pytest.mark.slow
def test_the_chorales_are_what_the_lesson_says():
    chorales = music.bach_chorales()
    assert not chorales.provenance.generated and "differ per folder" in chorales.provenance.text
    assert len(chorales.rolls) == len(chorales.names) == 364
    assert all(roll.shape[1] == 88 and roll.dtype == bool for roll in chorales.rolls)
    sounding = np.concatenate(chorales.rolls).sum(axis=1)
    assert sounding.max() == 4 and 3.7 < sounding.mean() < 4
    # F sharp minor, moved up by three semitones: a chord of A with two voices on one key, then one of F sharp minor.
    first = chorales.rolls[chorales.names.index("bwv66.6")]
    chords = [[57, 64, 73], [54, 61, 66, 69]]
    assert [(np.flatnonzero(chord) + music.LOWEST - 3).tolist() for chord in first[:2]] == chords


def test_without_the_package_the_chorales_are_generated(hide):
    hide("music21")
    with pytest.warns(GeneratedDataWarning, match=r"\[music\]"):
        chorales = music.bach_chorales()
    assert chorales.provenance.generated and len(chorales.rolls) == 363
    assert all(roll.shape[1] == 88 and roll.dtype == bool and roll.any() for roll in chorales.rolls)


def test_reads_lengths_chords_rests_and_a_second_voice():
    (part,), fifths = music.read_musicxml(SCORE)
    assert fifths == -3
    half = Fraction(1, 2)
    assert part == [
        (0, 3 * half, 60),
        (3 * half, 2, 58),
        (3, 4, 64),
        (3, 4, 67),
        (3, 4, 48),
    ]
    roll = music.piano_roll(part)
    assert [np.flatnonzero(row).tolist() for row in roll] == [[60 - 21], [60 - 21], [], [48 - 21, 64 - 21, 67 - 21]]


def test_a_note_between_two_quarter_notes_is_not_seen():
    roll = music.piano_roll(
        [music.Note(Fraction(1, 4), Fraction(3, 4), 60), music.Note(Fraction(1), Fraction(9, 4), 62)]
    )
    assert np.argwhere(roll).tolist() == [[1, 41], [2, 41]]


@pytest.mark.parametrize(
    ("fifths", "shift"), [(0, 0), (1, 5), (2, -2), (3, 3), (-1, -5), (-2, 2), (-3, -3), (6, 6), (-6, 6)]
)
def test_keys_move_to_the_one_without_sharps_and_flats(fifths, shift):
    assert music.to_common_key(fifths) == shift and (7 * fifths + shift) % 12 == 0


def test_unpacks_the_score_that_the_container_names():
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr(
            "META-INF/container.xml", '<container><rootfiles><rootfile full-path="a.xml"/></rootfiles></container>'
        )
        archive.writestr("a.xml", SCORE)
    assert music.unpack(file.getvalue()) == SCORE


@pytest.mark.parametrize(("content", "said"), [(b"no xml", "no MusicXML"), (b"<score-timewise/>", "partwise")])
def test_other_files_are_no_score(content, said):
    with pytest.raises(ValueError, match=said):
        music.read_musicxml(content)


def test_midi_comes_back_as_it_was_written(tmp_path):
    roll = np.random.default_rng(0).random((20, 88)) < 0.1
    roll[-1, 30] = True
    notes = read_midi(write_midi(tmp_path / "a.mid", roll).read_bytes())
    np.testing.assert_array_equal(music.piano_roll(notes), roll)


def test_reads_running_status_other_events_drums_and_unreleased_notes():
    track = b"\x00\xff\x03\x02hi" + b"\x00\xc0\x05" + b"\x00\x90\x3c\x40" + b"\x60\x40\x40" + b"\x60\x3c\x00"
    track += b"\x00\x99\x23\x40" + b"\x00\xf0\x01\xf7" + b"\x81\x40\xb0\x07\x40" + b"\x00\xff\x2f\x00"
    content = b"MThd\x00\x00\x00\x06\x00\x01\x00\x01\x00\x60MTrk" + len(track).to_bytes(4, "big") + track
    assert read_midi(content) == [(0, 2, 60), (1, 4, 64)]


GOOD = np.eye(88, dtype=bool)[:6]


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        (lambda data: b"RIFF" + data, "no MIDI file"),
        (lambda data: data[:9] + b"\x02\x00\x02" + data[12:], "several songs"),
        (lambda data: data[:12] + b"\xe7\x28" + data[14:], "in seconds"),
        (lambda data: data[:-9], "the file ends after"),
        (lambda data: data[:14], "0 of the 1 tracks"),
        (lambda data: data[:10] + b"\x00\x00" + data[12:14], "no notes"),
    ],
)
def test_unfit_midi_files_are_refused_in_one_sentence(tmp_path, damage, said):
    content = write_midi(tmp_path / "good.mid", GOOD).read_bytes()
    (tmp_path / "bad.mid").write_bytes(damage(content))
    with pytest.raises(BadFile, match=f"bad.mid.*{said}"):
        own_folder(tmp_path, at_least=2)


def test_own_folder_says_what_is_missing(tmp_path):
    with pytest.raises(BadFile, match="no folder"):
        own_folder(tmp_path / "songs")
    with pytest.raises(BadFile, match="has 0 files .*mid.*rmi, and at least 10"):
        own_folder(tmp_path)
    for name in ("b.MID", "a.midi"):
        write_midi(tmp_path / name, GOOD)
    rolls = own_folder(tmp_path, at_least=2)
    assert len(rolls) == 2 and (rolls[0] == GOOD).all()
    track = b"\x00\x90\x7f\x40\x60\x7f\x00"
    (tmp_path / "high.mid").write_bytes(b"MThd\x00\x00\x00\x06\x00\x00\x00\x01\x00\x60MTrk\x00\x00\x00\x07" + track)
    with pytest.raises(BadFile, match="high.mid: the pitch 127 is not on a piano"):
        own_folder(tmp_path, at_least=2)
    assert midi.KEYS == 88
