"""Templates: what they are given is text, never markup, and a slip in one is an error."""

from __future__ import annotations

import sys

import jinja2
import pytest

from coursekit.desk.hints import Hint
from coursekit.results.comparison import Comparison
from coursekit.templates import filled
from tests.html_page import Page
from tests.processes import finished

MARKUP = "<script>alert(1)</script> & \"x\" 'y'"


def test_whatever_is_shown_is_escaped():
    table = Comparison(MARKUP, True, MARKUP, MARKUP)
    table.add(MARKUP, 1.0, baseline=True, note=MARKUP)
    table.add("GRU", [0.5, 0.6], note=MARKUP)
    for page in (table._repr_html_(), Hint(MARKUP, 1, 3, MARKUP, MARKUP, (MARKUP, MARKUP))._repr_html_()):
        assert "<script" not in page and "&lt;script&gt;" in page
        assert not Page(page).tags & {"script", "img", "a", "style"}


def test_a_name_that_a_template_does_not_get_is_an_error():
    with pytest.raises(jinja2.UndefinedError):
        filled("desk/hint")


def test_nothing_is_loaded_for_them_before_a_page_is_shown():
    code = "import sys, coursekit.desk.verbs, coursekit.results.comparison; print(*sys.modules)"
    done = finished([sys.executable, "-c", code], check=True)
    assert "coursekit.templates" in done.stdout.split() and "jinja2" not in done.stdout.split()
