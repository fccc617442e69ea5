"""Links of the clone on the site: to its pages, to the repository, and never to nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from book.execute import BookError
from book.links import Links, colab_setup, on_binder, on_colab, repository

HOME = "https://github.com/someone/something"


@pytest.fixture
def links(tmp_path: Path) -> Links:
    (tmp_path / "CITATION.cff").write_text(f'title: x\nrepository-code: "{HOME}"\n')
    for name in ("notebooks/05_gru/05_gru.ipynb", "docs/teaching/hub.md", "docs/a.png", "README.md", "coursekit/x.py"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("x")
    pages = {"notebooks/05_gru/05_gru.ipynb": "lessons/05_gru.ipynb", "docs/teaching/hub.md": "teaching/hub.md"}
    return Links(tmp_path, pages)


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("[a](../../notebooks/05_gru/05_gru.ipynb)", "[a](../lessons/05_gru.ipynb)"),
        ("[a](../../notebooks/05_gru/05_gru.ipynb#part)", "[a](../lessons/05_gru.ipynb#part)"),
        ("[a](../../README.md)", f"[a]({HOME}/blob/main/README.md)"),
        ("[a](../../coursekit)", f"[a]({HOME}/tree/main/coursekit)"),
        ("[a](#here) [b](https://example.org/x.md)", "[a](#here) [b](https://example.org/x.md)"),
        ('![a line](../a.png "t")', '![a line](../images/docs-a.png "t")'),
        ("[![p](../a.png)](../../README.md)", f"[![p](../images/docs-a.png)]({HOME}/blob/main/README.md)"),
        ("`[a](nowhere.md)`", "`[a](nowhere.md)`"),
        ("```text\n[a](nowhere.md)\n```", "```text\n[a](nowhere.md)\n```"),
    ],
)
def test_a_link_leads_to_the_same_thing(links, written, expected):
    assert links.rewrite(written, "docs/teaching/hub.md") == expected


def test_pictures_are_known_so_that_they_can_be_copied(links):
    links.rewrite("![a](../a.png)", "docs/teaching/hub.md")
    assert links.images == {"docs/a.png": "images/docs-a.png"}


def test_a_link_to_nothing_stops_the_book(links):
    with pytest.raises(BookError, match=r"hub.md links to gone.md, and there is no docs/teaching/gone.md"):
        links.rewrite("[a](gone.md)", "docs/teaching/hub.md")


def test_all_addresses_come_from_one_line(links, tmp_path):
    notebook = "notebooks/05_gru/05_gru.ipynb"
    assert repository(tmp_path) == HOME
    assert (
        on_binder(tmp_path, notebook)
        == f"https://mybinder.org/v2/gh/someone/something/main?urlpath=lab/tree/{notebook}"
    )
    assert (
        on_colab(tmp_path, notebook)
        == f"https://colab.research.google.com/github/someone/something/blob/main/{notebook}"
    )
    assert HOME in colab_setup(tmp_path)


def test_a_citation_without_an_address_is_told(tmp_path):
    (tmp_path / "CITATION.cff").write_text("title: x\n")
    with pytest.raises(BookError, match="no line `repository-code: https://...`"):
        repository(tmp_path)
