"""MIDI files as programs and instruments really write them: the right notes, or a sentence that says what to do."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

from coursekit.sources.text_file import BadFile
from coursekit.topics.music.midi import own_folder, read_midi

DIVISION = 96  # ticks per quarter note, as in every delta below: b"\x60"
END = b"\x00\xff\x2f\x00"
LYRIC, SYSEX, TEMPO = b"\x00\xff\x05\x02la", b"\x00\xf0\x02\x01\xf7", b"\x00\xff\x51\x03\x07\xa1\x20"
C_ON, C_OFF = b"\x00\x90\x3c\x40", b"\x60\x80\x3c\x40"  # middle C now, and released a quarter note later
ONE_C = [(0, 1, 60)]


def midi(*tracks: bytes, form: int = 0, division: int = DIVISION, promised: int | None = None) -> bytes:
    numbers = (form, len(tracks) if promised is None else promised, division)
    header = b"MThd\0\0\0\6" + b"".join(number.to_bytes(2, "big") for number in numbers)
    return header + b"".join(b"MTrk" + len(track).to_bytes(4, "big") + track for track in tracks)


def riff(content: bytes, *before: bytes) -> bytes:
    parts = b"".join([*before, b"data" + len(content).to_bytes(4, "little") + content])
    return b"RIFF" + (4 + len(parts)).to_bytes(4, "little") + b"RMID" + parts


@pytest.mark.parametrize("event", [LYRIC, SYSEX, TEMPO, b"\x00\xf7\x01\x05", b"\x00\xf8", b"\x00\xfe", b"\x00\xf2\1\2"])
def test_running_status_goes_on_after_whatever_stands_between(event):
    track = C_ON + event + b"\x60\x3c\x00" + b"\x00\x3e\x40" + event + b"\x60\x3e\x00" + END
    assert read_midi(midi(track)) == [(0, 1, 60), (1, 2, 62)]


@pytest.mark.parametrize(
    "track",
    [
        C_ON + b"\x00\xf8" + C_OFF + END,
        b"\x00\x90\x3c\xf8\x40" + C_OFF + END,
        C_ON + b"\x60\x90\x3c\x00" + END,
        C_ON + C_OFF,
        C_ON + C_OFF + END + END,
        C_ON + C_OFF + END + b"\0\0\0",
        C_ON + b"\x60" + END[1:],
        b"\x00\xc0\x05\x00\xd0\x10\x00\xe0\x00\x40\x00\xb0\x07\x40" + C_ON + C_OFF + END,
        b"\x00\xf0\x03\x01\x02\x03\x00\xf7\x02\x04\xf7" + C_ON + C_OFF + END,
        C_ON + b"\x30" + TEMPO[1:] + b"\x30\x80\x3c\x40" + END,
        b"\x00\x80\x3c\x40" + C_ON + C_OFF + END,
        C_ON + b"\x00\x99\x23\x40\x60\x89\x23\x40\x00\x80\x3c\x40" + END,
        C_ON + b"\x60\xb0\x7b\x00\x60\x07\x40" + END,
        C_ON + b"\x60\xb0\x78\x00\x60\x80\x3c\x40" + END,
        C_ON + b"\x00\x90\x3c\x40\x60\xb0\x7b\x00\x60\x07\x40" + END,
        C_ON + b"\x30\xb1\x7b\x00\x30\x80\x3c\x40" + END,
        C_ON + C_OFF + END + b"junk!",
    ],
    ids=[
        "clock",
        "clock within an event",
        "velocity 0",
        "no end of track",
        "two ends of track",
        "zeros after the end",
        "never released",
        "programs, pressure, bends, controls",
        "a system message in two parts",
        "a change of tempo",
        "released before it is struck",
        "drums",
        "all notes off",
        "all sound off",
        "all notes off after two strokes",
        "all notes off on another channel",
        "no events after the end",
    ],
)
def test_the_same_note_in_other_ways(track):
    assert read_midi(midi(track)) == ONE_C


@pytest.mark.parametrize(
    "content",
    [
        midi(C_ON + C_OFF + END) + b"made by hand",
        midi(C_ON + C_OFF + END) + b"\0" * 3,
        midi(b"", C_ON + C_OFF + END, form=1),
        midi(END, C_ON + C_OFF + END, form=1, promised=1),
        midi(C_ON + C_OFF + END, form=2),
        midi(C_ON + C_OFF + END)[:14].replace(b"\6", b"\7") + b"\0" + midi(C_ON + C_OFF + END)[14:],
        midi(C_ON + C_OFF + END)[:14] + b"XFIH\0\0\0\2hi" + midi(C_ON + C_OFF + END)[14:],
    ],
    ids=[
        "text at the end",
        "zeros at the end",
        "empty track",
        "one track more",
        "one song",
        "long header",
        "a foreign chunk",
    ],
)
def test_what_stands_around_the_tracks_does_no_harm(content):
    assert read_midi(content) == ONE_C


@pytest.mark.parametrize(
    ("events", "notes"),
    [
        # Struck at 0 and 1, released at 2 and 3: it sounds until 3.
        (C_ON + b"\x60\x90\x3c\x40" + C_OFF + C_OFF, [(0, 1, 60), (1, 3, 60)]),
        # Struck anew at 1, where the first stroke is released a moment later.
        (C_ON + b"\x60\x90\x3c\x40" + b"\x00\x80\x3c\x40" + C_OFF, [(0, 1, 60), (1, 2, 60)]),
        # Struck at 0 and 1, released once: the release ends it.
        (C_ON + b"\x60\x90\x3c\x40" + C_OFF + b"\x60\xb0\x07\x00", [(0, 1, 60), (1, 2, 60)]),
        # The same key on two channels.
        (C_ON + b"\x00\x91\x3c\x40" + C_OFF + b"\x60\x81\x3c\x40", [(0, 1, 60), (0, 2, 60)]),
    ],
)
def test_a_key_that_is_struck_before_it_is_released_loses_nothing(events, notes):
    assert read_midi(midi(events + END)) == notes


def test_the_tracks_of_format_1_are_one_piece():
    other = b"\x60\x91\x40\x40\x60\x81\x40\x40" + END
    assert read_midi(midi(TEMPO + END, C_ON + C_OFF + END, other, form=1)) == [(0, 1, 60), (1, 2, 64)]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (midi(b"\x00\x3c\x40" + END), "no event has begun"),
        (midi(b"\x00\x90\x3c\x90\x00" + END), "number below 128"),
        (midi(b"\xff\xff\xff\xff\x00\x90\x3c\x40" + END), "more than four bytes"),
        (midi(C_ON + b"\x60\x80"), "middle of a track"),
        (midi(C_ON + C_OFF + b"\x00\xff\x05\x7fla"), "middle of a track"),
        (midi(C_ON + C_OFF + b"\x00\xf0\x7f\x01"), "middle of a track"),
        (midi(C_ON + C_OFF + END, promised=3), "1 of the 3 tracks"),
        (midi(C_ON + C_OFF + END, C_ON + C_OFF + END, form=2), "several songs"),
        (midi(C_ON + C_OFF + END).replace(b"MTrk", b"mtrk"), "0 of the 1 tracks"),
        (midi(C_ON + C_OFF + END, division=0), "in seconds"),
        (midi(C_ON + C_OFF + END, division=0xE728), "in seconds"),
        (midi(b"\x00\x99\x23\x40\x60\x89\x23\x40" + END), "no notes but drums"),
        (midi(b""), "has no notes: use another"),
        (
            midi(b"") + C_ON + C_OFF + END,
            "empty, and 12 bytes follow: it was not written to its end; copy",
        ),
        (midi(b"", b"", form=1) + C_ON + C_OFF + END, "says that it is empty, and 12 bytes follow"),
        (midi(C_ON + C_OFF + END)[:-3], "says that it has 12 bytes, and the file ends after 9 of them; copy"),
        (midi(C_ON + C_OFF + END).replace(b"\0\0\0\x0c", b"\0\1\0\0"), "65,536 bytes, and the file ends after 12"),
        (riff(midi(C_ON + C_OFF + END)[:-3]), "the file ends after 9 of them; copy"),
        (riff(b""), "no MIDI file, .*: export the music as MIDI"),
        (b"RIFF\x24\0\0\0WAVEfmt ", "no MIDI file, .*: export the music as MIDI"),
    ],
)
def test_what_cannot_be_read_is_said_in_one_sentence(content, said):
    with pytest.raises(BadFile, match=f"^tune.mid.*{said}") as problem:
        read_midi(content, "tune.mid")
    assert "\n" not in str(problem.value)


def played(starts, lengths, division=480):
    """A track with one note after the other. starts, lengths: ticks."""
    events, track, now = [], b"", 0
    for start, length in zip(starts, lengths, strict=True):
        events += [(int(start), b"\x90\x3c\x40"), (int(start + length), b"\x80\x3c\x40")]
    for tick, event in sorted(events):
        delta = tick - now
        track += bytes((delta >> 7 | 0x80, delta & 0x7F)) + event
        now = tick
    return midi(track + END, division=division)


@pytest.mark.parametrize("before", [b"", b"INFO\3\0\0\0abc\0"], ids=["data first", "words first"])
def test_the_midi_file_within_a_riff_file_is_read(before, tmp_path):
    content = riff(midi(C_ON + C_OFF + END), before) + b"LIST\2\0\0\0hi"
    assert read_midi(content) == ONE_C
    (tmp_path / "tune.RMI").write_bytes(content)
    assert len(own_folder(tmp_path, at_least=1)) == 1


def test_music_that_was_recorded_freely_is_refused_and_says_so(tmp_path):
    late = np.random.default_rng(0).integers(8, 40, 60)
    (tmp_path / "played.mid").write_bytes(played(np.arange(60) * 480 + late, np.full(60, 420)))
    with pytest.raises(BadFile, match="played.mid was recorded freely.* of its 60 notes.*quantise"):
        own_folder(tmp_path, at_least=1)


def test_written_music_with_ornaments_triplets_and_short_notes_is_taken(tmp_path):
    quarters = np.arange(30) * 480
    starts = np.sort(np.r_[quarters, quarters + 160, quarters + 320, [107, 1067]])
    (tmp_path / "written.mid").write_bytes(played(starts, np.full(len(starts), 50)))
    (roll,) = own_folder(tmp_path, at_least=1)
    assert roll[:30, 60 - 21].all()


def test_music_between_the_beats_alone_makes_no_empty_roll(tmp_path):
    (tmp_path / "off.mid").write_bytes(played(np.arange(20) * 480 + 240, np.full(20, 120)))
    with pytest.raises(BadFile, match="off.mid has no note that sounds when a quarter note begins"):
        own_folder(tmp_path, at_least=1)


def test_hidden_copies_of_a_system_are_no_songs(tmp_path):
    (tmp_path / "a.mid").write_bytes(midi(C_ON + C_OFF + END))
    (tmp_path / "._a.mid").write_bytes(b"\x00\x05\x16\x07")
    assert len(own_folder(tmp_path, at_least=1)) == 1


def test_ticks_become_exact_parts_of_quarter_notes():
    assert read_midi(midi(b"\x20\x90\x3c\x40\x40\x80\x3c\x40" + END)) == [(Fraction(1, 3), 1, 60)]
