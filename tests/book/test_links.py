"""Every link inside the built book leads to something that is there."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest

from tests.book.conftest import LESSONS

pytestmark = pytest.mark.slow


NO_PROSE = {"pre", "code", "script", "style", "noscript"}
ALONE = {"img", "br", "hr", "input", "link", "meta", "path", "source", "wbr"}
LEFT_OVER = (
    r"(?<![\w*])\*\w+\*(?![\w*])|\*\*[A-Za-z“]|[\w.]\*\*(?=\s|$)",  # stars around words
    r"\]\([^)\s]*[./#][^)\s]*\)|``",  # links, code
    r"\\\(|\$[^$\n]+\$",  # formulas
    r"^\s*(#{1,6} |\|.*\|\s*$)",  # headings, tables
)
MARKUP = re.compile("|".join(LEFT_OVER), re.MULTILINE)


class Page(HTMLParser):
    """Where a page leads, which places in it have a name, and its text without code and formulas."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.leads: list[str] = []
        self.names: set[str] = set()
        self.prose: list[str] = []
        self._inside: list[str] = []
        self.feed(path.read_text(encoding="utf-8"))

    def handle_starttag(self, tag, attributes):
        found = dict(attributes)
        self.leads += [found[key] for key in ("href", "src") if found.get(key)]
        self.names |= {found[key] for key in ("id", "name") if found.get(key)}
        if tag in NO_PROSE or {"math", "output"} & set((found.get("class") or "").split()) or self._inside:
            self._inside += [tag] if tag not in ALONE else []

    def handle_endtag(self, tag):
        if tag in self._inside:
            del self._inside[len(self._inside) - 1 - self._inside[::-1].index(tag) :]

    def handle_data(self, text):
        if not self._inside:
            self.prose.append(text)


@pytest.fixture(scope="module")
def pages(site) -> dict[Path, Page]:
    return {path: Page(path) for path in site.rglob("*.html") if "_static" not in path.parts}


def test_the_pages_are_there(site, pages):
    names = {path.relative_to(site).as_posix() for path in pages}
    assert {f"lessons/{lesson}.html" for lesson in LESSONS} < names
    assert {"index.html", "reference/reference.html", "about/comparison.html"} < names


def test_every_internal_link_and_picture_is_there(site, pages):
    lost, seen = [], 0
    for path, page in pages.items():
        for lead in page.leads:
            parts = urlsplit(lead)
            if parts.scheme or parts.netloc:
                continue
            seen += 1
            target = (path.parent / unquote(parts.path)).resolve() if parts.path else path
            if not target.is_file():
                lost.append(f"{path.name}: {lead}")
            elif parts.fragment and target in pages and unquote(parts.fragment) not in pages[target].names:
                lost.append(f"{path.name}: {lead} names a place that is not there")
    assert lost == [] and seen > 100


def test_no_markup_is_left_in_the_text(pages):
    left = {path.name: [found[0] for found in MARKUP.finditer("".join(page.prose))] for path, page in pages.items()}
    assert {name: found for name, found in left.items() if found} == {}
    assert all(
        MARKUP.search(text)
        for text in ("a **bold", "is *not*", "end.** ", "[a](b.md)", "so $x$", "``x``", "\n## Title")
    )
    assert not any(MARKUP.search(text) for text in ("1 - g**2.", "a * b * c", "f(x)[0](y) of", "it costs $5"))


def test_links_to_other_hosts_are_safe_ones(pages):
    schemes = {urlsplit(lead).scheme for page in pages.values() for lead in page.leads}
    assert schemes <= {"", "https", "mailto", "data"}


@pytest.mark.parametrize("lesson", LESSONS)
def test_the_notebook_to_download_is_the_released_one(site, lesson):
    import nbformat

    notebook = nbformat.read(site / "_static" / "notebooks" / f"{lesson}.ipynb", as_version=4)
    assert not any("BEGIN SOLUTION" in cell.source or cell.get("outputs") for cell in notebook.cells)
    assert any("raise NotImplementedError" in cell.source for cell in notebook.cells)
