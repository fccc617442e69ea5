"""A question as HTML. Everything is escaped; what stands between backticks is code."""

from __future__ import annotations

import html
import re
from typing import TYPE_CHECKING

from coursekit.questions.item import Item
from coursekit.templates import filled

if TYPE_CHECKING:
    from markupsafe import Markup


def inline(text: str) -> Markup:
    """A sentence, with `words` between backticks as code."""
    from markupsafe import Markup  # comes with what fills templates, which whoever only checks an answer may not have

    return Markup(re.sub(r"`([^`]+)`", r"<code>\1</code>", html.escape(text)))


def question(item: Item, arguments: str = "") -> str:
    """The question without its options. arguments: of the answer, as lines of Python to copy; "" for none."""
    return filled("questions/question", item=item, asks=inline(item.asks), stem=inline(item.stem), arguments=arguments)
