"""Which pictures of a student are shown: PNG data that lies in the text itself, so that opening a page asks nobody."""

from __future__ import annotations

import base64
import binascii

from coursekit.grading import png

_PREFIX = "data:image/png;base64,"


class Album:
    """The pictures of one text. max_pixels: what they may hold together; a few bytes can ask for gigabytes of it."""

    def __init__(self, max_pixels: int = png.MAX_PIXELS) -> None:
        self._room = max_pixels

    def checked(self, address: str) -> str | None:
        """The picture as a data address made here; None if it is not a PNG of a sane size, or the album is full."""
        if not address.startswith(_PREFIX):
            return None
        try:
            data = png.checked(base64.b64decode(address[len(_PREFIX) :], validate=True))
        except (binascii.Error, ValueError):  # no base64; no PNG of a sane size
            return None
        if png.pixels(data) > self._room:
            return None
        self._room -= png.pixels(data)
        return _PREFIX + base64.b64encode(data).decode("ascii")
