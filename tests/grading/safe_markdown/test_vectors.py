"""Every vector, through the same steps as in nbgrader's pages: nothing is left that is not on the list."""

from __future__ import annotations

import html

import bs4
import pytest
from nbconvert.filters.markdown_mistune import markdown2html_mistune

from coursekit.grading.safe_markdown import shown_markdown
from coursekit.grading.safe_markdown.cleaning import clean

from .allowed import faults
from .vectors import PNG, VECTORS

UNITS = ["[", "[a](", "![", "*a ", "_", "`", "<", "<a ", "<!--", "<div>", "$", r"\\(", r"\\[", r"\begin{a}", "> ", "|"]
WRITTEN = f"""# A gate

It *forgets*, **fully**, ~~never~~:

- one
  1. two
- [x] done

> quoted

| a | b |
|:-|-:|
| 1 | `x < y` |

```python
if a < b:

    c &= d
```

x<y and y>z, H<sub>2</sub>O<br>$h_t = \\tanh(W x)$

$$\\frac{{a}}{{b}}$$

\\begin{{align}}a &= b \\\\ c &< d\\end{{align}}

![dot](data:image/png;base64,{PNG})
"""
NAMES = [f"{kind}: {vector[:50]!r}" for kind, vector in VECTORS]


@pytest.mark.parametrize(("kind", "vector"), VECTORS, ids=NAMES)
def test_no_vector_is_more_than_text(kind, vector):
    shown = shown_markdown(vector)
    page = markdown2html_mistune(shown).strip()
    assert page == shown, "a page's own renderer changes nothing"
    assert faults(page) == []
    assert shown_markdown(shown) == shown
    around = shown_markdown(f"Before *{vector}*\n\n- {vector}\n\n> {vector}\n\nafter")
    assert faults(markdown2html_mistune(around)) == []


@pytest.mark.parametrize(("kind", "vector"), VECTORS, ids=NAMES)
def test_cleaning_alone_is_enough(kind, vector):
    for source in (vector, html.unescape(vector), markdown2html_mistune(vector)) if "attachment" not in vector else ():
        cleaned = f'<div class="tex2jax_ignore mathjax_ignore">{clean(source)}</div>'
        assert faults(cleaned) == []
        assert faults(markdown2html_mistune(cleaned)) == []


def test_there_are_many_and_the_list_can_fail():
    assert len(VECTORS) >= 200 and len(set(VECTORS)) == len(VECTORS)
    missing = "attachment"  # nbconvert's own renderer stops with an error there
    harmless = []
    for kind, vector in VECTORS:
        found = faults(markdown2html_mistune(vector)) if missing not in vector else ["an error"]
        if not [fault for fault in found if kind == "formula" or not fault.startswith("not looked at")]:
            harmless.append(vector)
    assert len(harmless) < 15, "what nbconvert itself makes harmless"


def test_what_a_person_reads_is_kept():
    page = shown_markdown(WRITTEN)
    soup = bs4.BeautifulSoup(markdown2html_mistune(page), "html.parser")
    wanted = [
        "h1",
        "em",
        "strong",
        "del",
        "ul",
        "ol",
        "li",
        "blockquote",
        "table",
        "th",
        "td",
        "pre",
        "code",
        "sub",
        "br",
    ]
    assert {tag.name for tag in soup.find_all()} >= {*wanted, "img", "span"}
    formulas = [span.get_text() for span in soup.select("span.mathjax_process")]
    assert formulas == ["$h_t = \\tanh(W x)$", "$$\\frac{a}{b}$$", "\\begin{align}a &= b \\\\ c &< d\\end{align}"]
    assert soup.pre.get_text() == "if a < b:\n\n    c &= d\n"
    assert soup.td.find_next("td")["style"] == "text-align:right" and soup.img["alt"] == "dot"
    text = soup.get_text()
    assert "x<y and y>z" in text and "☑ done" in text


@pytest.mark.parametrize(
    ("source", "read"),
    [
        ("[a paper](https://arxiv.org/abs/1406.1078)", "a paper (https://arxiv.org/abs/1406.1078)"),
        ("https://arxiv.org/abs/1406.1078", "https://arxiv.org/abs/1406.1078"),
        ("[https://good.test](https://evil.test/)", "https://good.test (https://evil.test/)"),
        ("[out](/logout)", "out (/logout)"),
        ("[a](javascript:alert(1))", "a (javascript :alert(1))"),
        ("![a cat](https://a.test/cat.png)", "[picture: a cat] (https://a.test/cat.png)"),
        ("![](attachment:x.png)", "[picture: ] (attachment:x.png)"),
        ("<script>alert(1)</script>", "<script>alert(1)</script>"),
        ("$\\href{x}{y}$ and $a$", "$\\href{x}{y}$ and $a$"),
        ("evil\u202ename\u200b\x1b[31m\x9b", "evilname[31m"),
    ],
)
def test_what_is_taken_away_is_shown_as_text_with_its_address(source, read):
    assert bs4.BeautifulSoup(shown_markdown(source), "html.parser").get_text().strip() == read


def test_links_say_nothing_of_where_they_come_from():
    link = bs4.BeautifulSoup(shown_markdown("[a](https://a.test/x?y=1&z=ü)"), "html.parser").a
    assert link["href"] == "https://a.test/x?y=1&z=%C3%BC"
    assert link["rel"] == ["noopener", "noreferrer", "nofollow"] and link["target"] == "_blank"


def test_pictures_are_png_of_a_sane_size():
    import base64

    def with_size(width: int, height: int) -> str:
        data = bytearray(base64.b64decode(PNG))
        data[16:24] = width.to_bytes(4, "big") + height.to_bytes(4, "big")
        return f"![a](data:image/png;base64,{base64.b64encode(data).decode()})\n"

    def shown(source: str) -> int:
        return shown_markdown(source).count("<img")

    assert shown(with_size(1, 1)) == shown(with_size(4096, 4096)) == 1
    assert shown(with_size(4096, 4097)) == shown(with_size(0, 5)) == shown(with_size(2**31, 2**31)) == 0
    assert shown(with_size(4096, 2048) * 3) == 2, "what all pictures of a text hold together counts"


@pytest.mark.parametrize("unit", UNITS)
def test_long_and_intricate_texts_stay_texts(unit):
    for length in (20_000, 120_000):
        source = (unit * length)[:length]
        shown = shown_markdown(source)
        assert faults(shown) == [] and shown_markdown(shown) == shown
    assert "20000&#32;more" in shown or "20000 more characters" in shown


def test_a_link_within_a_formula_is_none():
    assert "<a" not in shown_markdown("$a [b](https://a.test) c$")
