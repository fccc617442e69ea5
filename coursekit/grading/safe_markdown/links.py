"""Which addresses of a student become links."""

from __future__ import annotations

import re
from urllib.parse import quote

# A host by name: no number, no port, no user, no name without a dot. So a link cannot lead to the teacher's own Jupyter
# server (localhost:8888, 127.0.0.1, hub), where opening a page can already do something.
_HOST = r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,24}"
_WEB = re.compile(rf"https?://{_HOST}(?:[/?#][A-Za-z0-9\-._~:/?#@!$&'()*+,;=%]*)?", re.IGNORECASE)
_SCHEME = re.compile(r"^\s*(?!https?:|mailto:|attachment:)([a-z][a-z0-9+.-]*):", re.IGNORECASE)
MAX_ADDRESS = 2000


def web_address(address: str) -> str | None:
    """The address, percent-encoded, if it leads to a named host on the web; None for any other."""
    encoded = quote(address, safe="-._~:/?#@!$&'()*+,;=%")
    return encoded if len(encoded) <= MAX_ADDRESS and _WEB.fullmatch(encoded) else None


def as_words(address: str) -> str:
    """An address that does not become a link, to be read. What a browser could run is no address any more if pasted."""
    return _SCHEME.sub(r"\1 :", address, count=1)
