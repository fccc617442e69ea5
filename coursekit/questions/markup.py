"""A question as HTML. Everything is escaped; what stands between backticks is code."""

from __future__ import annotations

import html
import re

from markupsafe import Markup

from coursekit.questions.item import Item
from coursekit.templates import filled


def inline(text: str) -> Markup:
    """A sentence, with `words` between backticks as code."""
    return Markup(re.sub(r"`([^`]+)`", r"<code>\1</code>", html.escape(text)))


def question(item: Item, arguments: str = "") -> str:
    """The question without its options. arguments: of the answer, as lines of Python to copy; "" for none."""
    return filled("questions/question", item=item, asks=inline(item.asks), stem=inline(item.stem), arguments=arguments)
