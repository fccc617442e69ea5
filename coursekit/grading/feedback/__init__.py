"""What a student gets back: a short page first, what was found in each exercise, and then the notebook.

parts.py    the notebook with the gradebook's numbers, as questions and pieces of a page
page.py     those as HTML that loads nothing and runs nothing; page.html.j2 and style.css are how it looks
"""

from coursekit.grading.feedback.page import page

__all__ = ["page"]
