"""A page of HTML as a test reads it."""

from __future__ import annotations

import html.parser


class Page(html.parser.HTMLParser):
    """Collects tags, attributes and text, and checks that every tag is closed."""

    def __init__(self, source):
        super().__init__()
        self.tags, self.attributes, self.words, self.open = set(), [], [], []
        self.feed(source)
        assert not self.open, f"not closed: {self.open}"

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        self.attributes += [(tag, *pair) for pair in attrs]
        if tag != "br":
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.words.append(data)
