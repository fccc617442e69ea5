"""A stranger's HTML, reduced to a list of harmless parts: nh3 takes away what is not on the list, and what is left is
written anew, with every link, picture and formula looked at."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import nh3

from coursekit.grading.safe_markdown.formulas import is_harmless
from coursekit.grading.safe_markdown.links import as_words, web_address
from coursekit.grading.safe_markdown.pictures import Album
from coursekit.grading.safe_text import plain

IGNORED = "tex2jax_ignore mathjax_ignore"
"""Classes that keep MathJax (2; 3 and 4) away from an element: only a formula that was looked at is typeset."""

FORMULA = "tex2jax_process mathjax_process"
"""Classes of such a formula, within an element that is ignored."""

_VOID = frozenset({"br", "hr", "img"})
_NAMES = """
p br hr h1 h2 h3 h4 h5 h6 blockquote pre code em strong b i u s del ins sub sup small mark kbd samp var q cite abbr
ul ol li dl dt dd table caption thead tbody tfoot tr th td div
"""
_PLAIN = frozenset(_NAMES.split())
TAGS = _PLAIN | {"a", "img", "span"}
ATTRIBUTES = {
    "a": {"href"},
    "img": {"src", "alt"},
    "ol": {"start"},
    "th": {"style"},
    "td": {"style"},
    "span": {"class"},
}
_ALIGNED = re.compile(r"text-align:(left|right|center)")
_OPEN, _CLOSE = f'<div class="{IGNORED}">', "</div>"

# The result is put where Markdown is expected. None of these characters is left as it is, so that nothing in it can be
# read as Markdown again: not as a link, a formula, a blank line that ends the HTML, or HTML.
_MARKS = {ord(mark): f"&#{ord(mark)};" for mark in "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~\t\n"}


def block(unsafe: str) -> str:
    """One line of harmless HTML that a Markdown renderer hands through unchanged; `unsafe` is HTML."""
    if is_block(unsafe):
        unsafe = unsafe[len(_OPEN) : -len(_CLOSE)]
    return f"{_OPEN}{clean(unsafe)}{_CLOSE}"


def is_block(text: str) -> bool:
    """True for what looks like a result of `block`. Whoever typed it, it is cleaned as HTML."""
    return text.startswith(_OPEN) and text.endswith(_CLOSE) and "\n" not in text


def clean(unsafe: str) -> str:
    """Harmless HTML, with every mark that means something in Markdown written as an entity."""
    known = nh3.clean(
        unsafe,
        tags=set(TAGS),
        clean_content_tags=set(),  # the text of what is taken away stays, also that of a script
        attributes={tag: set(names) for tag, names in ATTRIBUTES.items()},
        url_schemes={"http", "https", "data"},
        link_rel=None,
    )
    writer = _Writer()
    writer.feed(known)
    writer.close()
    return writer.text


class _Writer(HTMLParser):
    """Writes nh3's well-formed HTML anew, and nothing that it does not name."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._written: list[str] = []
        self._links: list[tuple[str, int]] = []  # of each open link: its address, and where its text begins
        self._formula: list[str] | None = None
        self._spans: list[bool] = []  # is it a formula?
        self._album = Album()

    @property
    def text(self) -> str:
        return "".join(self._written)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "span":
            self._open_span(given.get("class", ""))
        elif self._formula is not None:
            self._leave_formula()  # a formula is text; with a tag in it, it is none
        if tag == "a":
            self._links.append((given.get("href", ""), len(self._written)))
        elif tag == "img":
            self._picture(given)
        elif tag in _PLAIN:
            self._written.append(f"<{tag}{_attributes(tag, given)}>")

    def handle_endtag(self, tag: str) -> None:
        if tag == "span" and self._spans:
            if self._spans.pop():
                self._close_formula()
        elif tag == "a" and self._links:
            self._close_link()
        elif tag in _PLAIN - _VOID:
            self._written.append(f"</{tag}>")

    def handle_data(self, data: str) -> None:
        if self._formula is not None:
            self._formula.append(data)
        else:
            self._say(data)

    def _say(self, words: str) -> None:
        self._written.append(_encoded(words))

    def _open_span(self, classes: str) -> None:
        is_formula = classes == FORMULA and self._formula is None
        self._spans.append(is_formula)
        if is_formula:
            self._formula = []

    def _leave_formula(self) -> None:
        self._say("".join(self._formula or []))
        self._formula = None

    def _close_formula(self) -> None:
        if self._formula is None:
            return
        formula, self._formula = "".join(self._formula), None
        harmless = is_harmless(formula)
        tag, end = (f'<span class="{FORMULA}">', "</span>") if harmless else ("<code>", "</code>")
        self._written.append(f"{tag}{_encoded(formula)}{end}")

    def _close_link(self) -> None:
        """The words, and where they lead to; a way out only to a web site, and never to where the page comes from."""
        address, start = self._links.pop()
        words = "".join(self._written[start:])
        safe = web_address(address)
        words += _beside(words, safe or as_words(address))
        if safe is not None:
            words = f'<a href="{_encoded(safe)}" rel="noopener noreferrer nofollow" target="_blank">{words}</a>'
        self._written[start:] = [words]

    def _picture(self, given: dict[str, str]) -> None:
        alt, source = given.get("alt", ""), given.get("src", "")
        data = self._album.checked(source)
        if data is not None:
            self._written.append(f'<img src="{_encoded(data)}" alt="{_encoded(alt)}">')
        else:
            said = _encoded(f"[picture: {alt}]" if alt else "[picture]")
            self._written.append(said + _beside(said, as_words(source)))


def _beside(words: str, address: str) -> str:
    """An address in parentheses, unless the words say it already."""
    shown = _encoded(address if len(address) <= 200 else f"{address[:200]}…")
    read = re.sub(r"<[^>]*>", "", words)
    return f" <code>{_encoded('(')}{shown}{_encoded(')')}</code>" if shown not in read else ""


def _attributes(tag: str, given: dict[str, str]) -> str:
    aligned = _ALIGNED.fullmatch(given.get("style", ""))
    if tag in ("th", "td") and aligned:
        return f' style="{aligned[0]}"'
    start = given.get("start", "")
    return f' start="{start}"' if tag == "ol" and re.fullmatch(r"[0-9]{1,6}", start) else ""


def _encoded(words: str) -> str:
    return plain(words).translate(_MARKS)
