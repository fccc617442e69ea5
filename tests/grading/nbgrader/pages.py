"""What of a student's words would run in a page."""

import re
from html.parser import HTMLParser

CALL = re.compile(r"alert\(['\"]?\d")


class _Running(HTMLParser):
    """Collects scripts, handlers and links that hold a student's call of alert. Text that only reads so is none."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self.inside_script = False

    def handle_starttag(self, tag, attributes):
        self.inside_script = tag == "script"
        self.found += [f"{tag} {name}={value}" for name, value in attributes if runs(name, value)]

    def handle_endtag(self, tag):
        self.inside_script = False

    def handle_data(self, data):
        if self.inside_script and CALL.search(data):
            self.found.append(f"script: {data[:80]}")


def runs(name: str, value: str | None) -> bool:
    """True for an attribute by which a browser runs a call of alert."""
    scheme = re.sub(r"[\x00-\x20]", "", value or "").lower()  # as a browser reads an address
    handler = name.startswith("on") or scheme.startswith(("javascript:", "data:", "vbscript:"))
    return handler and bool(CALL.search(value or ""))


def running(page: str) -> list[str]:
    parser = _Running()
    parser.feed(page)
    return parser.found
