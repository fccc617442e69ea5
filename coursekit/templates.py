"""What is shown in a notebook, from the templates beside the code: no scripts, no style sheet, everything escaped.

States differ by shape, then by colour; nothing is said by a background, which paper does not show. Text takes the
colour of the page, so that everything is readable in light and dark themes.
"""

from __future__ import annotations

import functools
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from jinja2 import Environment
    from markupsafe import Markup


def filled(template: str, **values: Any) -> str:
    """A template of this package, such as "desk/hint", with these values as HTML."""
    return _environment().get_template(f"{template}.html.j2").render(values)


@functools.cache
def _environment() -> Environment:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined  # here: only a page needs it, text does not

    how = {"autoescape": True, "trim_blocks": True, "lstrip_blocks": True}
    environment = Environment(loader=FileSystemLoader(Path(__file__).parent), undefined=StrictUndefined, **how)
    environment.filters["code"] = _code
    return environment


def _code(text: str) -> Markup:
    """`words` between backticks as code, in a sentence that is escaped."""
    from markupsafe import Markup, escape

    return Markup(re.sub(r"`([^`]+)`", r"<code>\1</code>", str(escape(text))))
