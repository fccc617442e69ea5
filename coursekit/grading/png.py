"""PNG data of a stranger, looked at without decoding it: a few bytes can ask for gigabytes of pixels.

Chunks as in the PNG specification (W3C, third edition): length, type, data, checksum.
"""

from __future__ import annotations

from collections.abc import Iterator

SIGNATURE = b"\x89PNG\r\n\x1a\n"
MAX_PIXELS = 4096 * 4096
KEPT = (b"IHDR", b"PLTE", b"tRNS", b"gAMA", b"cHRM", b"sRGB", b"pHYs", b"IDAT", b"IEND")
"""What a still picture needs. Texts, profiles and the frames of an animation can be packed to any size."""


class NoPicture(ValueError):
    """This is not a PNG of a sane size; the text says why."""


def pixels(data: bytes) -> int:
    """How many pixels a picture says that it has."""
    return int.from_bytes(data[16:20], "big") * int.from_bytes(data[20:24], "big")


def checked(data: bytes) -> bytes:
    """The picture with no chunks but those that are KEPT; raises NoPicture for anything else than a PNG."""
    if data[:8] != SIGNATURE or data[8:16] != b"\x00\x00\x00\rIHDR":
        raise NoPicture("it does not begin as one")
    if not 0 < pixels(data) <= MAX_PIXELS:
        raise NoPicture(f"it has none or more than {MAX_PIXELS} pixels")
    return SIGNATURE + b"".join(chunk for chunk in _chunks(data) if chunk[4:8] in KEPT)


def _chunks(data: bytes) -> Iterator[bytes]:
    start, last = len(SIGNATURE), b""
    while last != b"IEND":
        end = start + 12 + int.from_bytes(data[start : start + 4], "big")
        if not start + 12 <= end <= len(data):
            raise NoPicture("it is cut off")
        chunk = data[start:end]
        if last and chunk[4:8] == b"IHDR":
            raise NoPicture("it has two headers")
        yield chunk
        start, last = end, chunk[4:8]
