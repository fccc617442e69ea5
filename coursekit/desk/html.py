"""What the desk shows in a notebook, from the templates beside this file: no scripts, no style sheet, all escaped.

States differ by shape, then by colour; nothing is said by a background, which paper does not show. Text takes the
colour of the page, so that everything is readable in light and dark themes.
"""

from __future__ import annotations

import functools
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from jinja2 import Environment


def html(template: str, **values: Any) -> str:
    """The template of that name, such as "hint", filled in."""
    return _environment().get_template(f"{template}.html.j2").render(values)


@functools.cache
def _environment() -> Environment:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined  # here: only a page needs it, text does not

    how = {"autoescape": True, "trim_blocks": True, "lstrip_blocks": True}
    return Environment(loader=FileSystemLoader(Path(__file__).parent), undefined=StrictUndefined, **how)
