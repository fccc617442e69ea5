"""Pixels as a PNG, in a third of the time that Pillow takes: Pillow tries five filters on every row, and a figure is
mostly white, which packs as well without one.

Chunks as in the PNG specification (W3C, third edition): length, type, data, checksum.
"""

from __future__ import annotations

import struct
import zlib

import numpy as np

SIGNATURE = b"\x89PNG\r\n\x1a\n"

_RGBA = struct.pack("BBBBB", 8, 6, 0, 0, 0)  # eight bits each, no interlacing
_LEVEL = 3  # of zlib: pictures as large as those of Pillow's level 1


def png(pixels: np.ndarray, dpi: float) -> bytes:
    """The PNG of a picture.

    pixels: (height, width, 4), red, green, blue and alpha as bytes.
    dpi:    pixels per inch, for programs that print it.
    """
    height, width, _ = pixels.shape
    rows = np.zeros((height, 1 + 4 * width), np.uint8)  # each after the number of its filter, 0 for none
    rows[:, 1:] = pixels.reshape(height, -1)
    per_metre = int(dpi / 0.0254 + 0.5)
    return b"".join(
        (
            SIGNATURE,
            _chunk(b"IHDR", struct.pack(">II", width, height) + _RGBA),
            _chunk(b"pHYs", struct.pack(">IIB", per_metre, per_metre, 1)),
            _chunk(b"IDAT", zlib.compress(rows, _LEVEL)),
            _chunk(b"IEND", b""),
        )
    )


def _chunk(kind: bytes, data: bytes) -> bytes:
    return b"".join((struct.pack(">I", len(data)), kind, data, struct.pack(">I", zlib.crc32(data, zlib.crc32(kind)))))
