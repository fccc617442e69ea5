"""Markdown to HTML, as nbgrader's pages would render it. What comes out is a stranger's HTML until it is cleaned."""

from __future__ import annotations

import re
from html import escape, unescape
from typing import Any

from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath

from coursekit.grading.safe_markdown.cleaning import FORMULA, TAGS, block, is_block
from coursekit.grading.safe_markdown.links import as_words, web_address
from coursekit.grading.safe_markdown.mathml import typeset
from coursekit.grading.safe_text import plain

MAX_CHARACTERS = 100_000
"""A longer text is cut off, and says so."""

MAX_RENDERED = 20_000
"""A longer text is shown as it was typed: the time that a renderer takes grows with the square of the length."""

_COSTLY = ("\\\\(", "\\\\[", "\\begin")  # for each of them the renderer searches the whole rest of the text
_MAX_COSTLY = 200
_NO_MARKDOWN = {ord(mark): f"&#{ord(mark)};" for mark in "$\\\n"}
_TAG = re.compile(r"</?\s*([a-zA-Z!?][^\s/>]*)")


def shown_markdown(source: str) -> str:
    """Markdown that shows what `source` says and cannot do anything, however it is rendered: one line of clean HTML.

    Applied to its own result it changes nothing, so a page may clean once more what was cleaned before.
    """
    if is_block(source):
        return block(source)
    text = plain(source[:MAX_CHARACTERS])
    rest = len(source) - MAX_CHARACTERS
    cut = f"<p><em>Cut off here; {rest} more characters are in the file that was handed in.</em></p>"
    return block(_rendered(text) + (cut if rest > 0 else ""))


def lesson_markdown(source: str) -> str:
    """Markdown of the course itself, as one line of HTML with its formulas typeset, which a renderer hands through."""
    page = MarkdownWithMath(renderer=_Lesson(escape=False, exclude_anchor_links=True)).render(source)
    return f"<div>{typeset(page)}</div>".translate(_NO_MARKDOWN)


def _rendered(text: str) -> str:
    as_typed = f"<pre>{escape(text)}</pre>"
    if len(text) > MAX_RENDERED or sum(map(text.count, _COSTLY)) > _MAX_COSTLY:
        return as_typed
    try:
        return MarkdownWithMath(renderer=_Renderer(escape=False, exclude_anchor_links=True)).render(text)
    except Exception:  # whatever a text makes the renderer stumble over, such as thousands of nested brackets
        return as_typed


class _Lesson(IPythonRenderer):
    """nbconvert's renderer; formulas are marked."""

    def inline_math(self, body: str) -> str:
        return _formula(super().inline_math(body))

    def block_math(self, body: str) -> str:
        return _formula(super().block_math(body))

    def latex_environment(self, name: str, body: str) -> str:
        return _formula(super().latex_environment(name, body))


class _Renderer(_Lesson):
    """Nothing is looked up for a text: no lexer, no attachment."""

    def inline_html(self, html: str) -> str:
        return html if _is_known(html) else escape(html)

    def block_html(self, html: str) -> str:
        return html if _is_known(html) else f"<p>{escape(html)}</p>\n"

    def block_code(self, code: str, info: str | None = None) -> str:
        return f"<pre><code>{escape(code)}</code></pre>\n"

    def link(self, text: str, url: str, title: str | None = None) -> str:
        if web_address(unescape(url)) is None:  # nh3 would leave the words alone, without the address
            return f"{text} <code>({escape(as_words(url))})</code>"
        return super().link(text, url, title)

    def image(self, text: str, url: str, title: str | None = None) -> str:
        if not url.startswith("data:"):
            return f"[picture: {escape(text)}] <code>({escape(as_words(url))})</code>"
        return f'<img src="{escape(url)}" alt="{escape(text)}">'

    def task_list_item(self, text: str, checked: bool = False, **attrs: Any) -> str:
        return f"<li>{'☑' if checked else '☐'} {text}</li>\n"


def _formula(escaped: str) -> str:
    return f'<span class="{FORMULA}">{escaped}</span>'


def _is_known(html: str) -> bool:
    """True if all tags are ones that stay. Others are shown as they were typed: x<y and y>z is no tag to its author."""
    return TAGS.issuperset(name.lower() for name in _TAG.findall(html))
