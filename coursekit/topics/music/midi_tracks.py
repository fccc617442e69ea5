"""The keys that the tracks of a MIDI file press and release, read as players read them, not as the standard asks.

Real files differ from it in the same few ways: running status goes on after a lyric or a system message, bytes of the
live wire (clock, active sensing) stand among the events, keys are struck anew before they are released, and something
follows the last track. mido 1.3 refuses the first two, or stops there, so this reads by itself.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

_META, _SYSEX, _SYSEX_MORE, _END_OF_TRACK = 0xFF, 0xF0, 0xF7, 0x2F
_OFF, _ON = 0x80, 0x90
_CONTROL, _SILENCE = 0xB0, (0x78, 0x7B)  # "all sound off" and "all notes off", of one channel
_ONE_NUMBER = (0xC0, 0xD0)  # program change, channel pressure; all others have two
_WIRE = {0xF1: 1, 0xF2: 2, 0xF3: 1}  # messages of the live wire with numbers behind them; the others have none


class Broken(Exception):
    """A track that cannot be read; the message says at which byte, and what is there."""


class Key(NamedTuple):
    """One press or release. tick: since the track's beginning. silenced: with all others of its channel."""

    tick: int
    channel: int
    pitch: int
    pressed: bool
    silenced: bool = False


class Press(NamedTuple):
    """A key from one tick to another."""

    start: int
    end: int
    channel: int
    pitch: int


def chunks(content: bytes, at: int, promised: int) -> Iterator[bytes]:
    """The contents of all track chunks from a place on; what follows the last promised one and is no track is left out.

    Raises Broken if the file ends within a chunk, or if a track says that it is empty and something follows it: a
    program writes a track's length last, and one that was ended before has left a nought.
    """
    found = 0
    while at < len(content) and (found < promised or content[at : at + 4] == b"MTrk"):
        kind, length = content[at : at + 4], int.from_bytes(content[at + 4 : at + 8], "big")
        at, left = at + 8, max(0, len(content) - at - 8)
        if left < length:
            raise Broken(f"a track says that it has {length:,} bytes, and the file ends after {left:,} of them")
        if kind == b"MTrk":
            found += 1
            if not length and not content[at : at + 4].isalpha() and content[at:].strip(b"\0"):
                raise Broken(f"a track says that it is empty, and {left:,} bytes follow: it was not written to its end")
            yield content[at : at + length]
        at += length
    if found < promised:
        raise Broken(f"it has {found} of the {promised} tracks that it promises")


def presses(track: bytes) -> list[Press]:
    """All presses of a track that last, in the order of the keys. Raises Broken.

    One that is never released lasts until the track's end. A key that is struck again while it sounds begins anew; it
    needs as many releases as strokes if the track has them, and else the first release ends it.
    """
    keys, end = _keys(track)
    of_key: dict[tuple[int, int], list[Key]] = {}
    for key in keys:
        of_key.setdefault((key.channel, key.pitch), []).append(key)
    return [press for same in of_key.values() for press in _presses(same, end) if press.end > press.start]


def _presses(keys: list[Key], end: int) -> Iterator[Press]:
    """The presses of one key."""
    channel, pitch = keys[0].channel, keys[0].pitch
    each_released, held, start = _depth(keys) == 0, 0, 0
    for key in keys:
        if key.pressed:
            if held:
                yield Press(start, key.tick, channel, pitch)
            start, held = key.tick, held + 1 if each_released else 1
        elif held:
            held = 0 if key.silenced else held - 1
            if not held:
                yield Press(start, key.tick, channel, pitch)
    if held:
        yield Press(start, end, channel, pitch)


def _depth(keys: list[Key]) -> int:
    """How many strokes of one key are not released at the end."""
    depth = 0
    for key in keys:
        depth = depth + 1 if key.pressed else 0 if key.silenced else max(0, depth - 1)
    return depth


def _keys(track: bytes) -> tuple[list[Key], int]:
    """The presses and releases of a track, and the tick of its last event.

    What follows an end of the track counts if it can be read to its own end: some programs join tracks.
    """
    keys: list[Key] = []
    down: set[tuple[int, int]] = set()  # channel and pitch of what was pressed since its channel was silenced
    at = tick = status = 0
    ended = None
    try:
        while at < len(track):
            delta, at = _variable(track, at)
            tick += delta
            first = track[at]
            if first == _META:
                kind, (length, at) = track[at + 1], _variable(track, at + 2)
                at = _skip(track, at, length)
                if kind == _END_OF_TRACK:
                    ended = len(keys), tick
                    if not track[at:].strip(b"\0"):
                        break
            elif first in (_SYSEX, _SYSEX_MORE):
                at = _skip(track, *reversed(_variable(track, at + 1)))
            elif first > _SYSEX:
                at = _skip(track, at + 1, _WIRE.get(first, 0))
            else:
                status, at = (first, at + 1) if first & 0x80 else (status, at)
                if not status:
                    raise Broken(f"byte {at} of a track is {first}, and no event has begun")
                numbers, at = _numbers(track, at, 1 if status & 0xF0 in _ONE_NUMBER else 2)
                if status & 0xF0 in (_OFF, _ON):
                    pressed = status & 0xF0 == _ON and numbers[1] > 0
                    keys.append(Key(tick, status & 0x0F, numbers[0], pressed))
                    down |= {(status & 0x0F, numbers[0])} if pressed else set()
                elif status & 0xF0 == _CONTROL and numbers[0] in _SILENCE:
                    ending = [key for key in down if key[0] == status & 0x0F]
                    keys += [Key(tick, *key, pressed=False, silenced=True) for key in ending]
                    down.difference_update(ending)
    except (IndexError, Broken) as problem:
        if ended is None:
            raise problem if isinstance(problem, Broken) else Broken("it stops in the middle of a track") from None
        return keys[: ended[0]], ended[1]
    return keys, tick


def _numbers(track: bytes, at: int, count: int) -> tuple[list[int], int]:
    """So many numbers from a place on, and the place after them. Clocks may stand between them."""
    numbers: list[int] = []
    while len(numbers) < count:
        if track[at] < 0x80:
            numbers.append(track[at])
        elif track[at] < 0xF8:
            raise Broken(f"byte {at} of a track is {track[at]}, where a number below 128 has to be")
        at += 1
    return numbers, at


def _skip(track: bytes, at: int, length: int) -> int:
    if at + length > len(track):
        raise IndexError
    return at + length


def _variable(track: bytes, at: int) -> tuple[int, int]:
    """The number that begins at a place, seven bits a byte, and the place after it."""
    number = 0
    for place in range(at, at + 4):
        number = number << 7 | track[place] & 0x7F
        if not track[place] & 0x80:
            return number, place + 1
    raise Broken(f"byte {at} of a track begins a number of more than four bytes")
