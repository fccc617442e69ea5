"""What a student wrote in Markdown, as HTML that every page can show: what is not known to be harmless is text.

The rendered HTML is what is cleaned, since only a page decides what a text means: an address may be spelt with
entities, a tag may be half a tag. `rendering` makes HTML of Markdown and is not trusted; `cleaning` has the last word.
Formulas are marked there, and a page makes MathML of those.
"""

from coursekit.grading.safe_markdown.mathml import typeset
from coursekit.grading.safe_markdown.rendering import MAX_CHARACTERS, MAX_RENDERED, lesson_markdown, shown_markdown

__all__ = ["MAX_CHARACTERS", "MAX_RENDERED", "lesson_markdown", "shown_markdown", "typeset"]
