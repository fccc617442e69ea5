"""Formulas as MathML."""

from __future__ import annotations

import re
from html import unescape
from pathlib import Path
from xml.etree import ElementTree

import pytest

from coursekit.grading.safe_markdown import lesson_markdown, shown_markdown, typeset
from coursekit.grading.safe_markdown.formulas import COMMANDS
from coursekit.grading.safe_markdown.mathml import as_mathml

from .allowed import faults

ROOT = Path(__file__).parents[3]
NEEDS_MORE = {"begin", "end", "left", "right", "middle", "over", "choose", "atop", "root", "of"}


def text(page: str) -> str:
    return unescape(re.sub("<[^>]*>", "", page))


@pytest.mark.parametrize(
    ("formula", "shown"),
    [
        ("$h_{t-1}$", "ht−1"),
        ("$$\\frac{a}{b}$$", "ab"),
        ("\\begin{align*}a &= b,\\\\ c &\\le d\\end{align*}", "a=b,c≤d"),
        ("$$\\begin{aligned} a &= b \\\\ c &= d \\end{aligned}$$", "a=bc=d"),
        ("\\begin{equation}a = b\\end{equation}", "a=b"),
        ("$\\texttt{dh\\_next} < 50\\%$", "dh_next<50%"),
        ("$\\begin{bmatrix}1 & 0 \\\\ 0 & 1\\end{bmatrix}$", "[1001]"),
    ],
)
def test_what_is_typed_is_what_is_read(formula, shown):
    made = as_mathml(formula)
    assert made is not None and faults(f'<div class="tex2jax_ignore mathjax_ignore">{made}</div>') == []
    assert text(made).replace(" ", "") == shown
    assert ('display="inline"' in made) == (formula.startswith("$") and not formula.startswith("$$"))
    ElementTree.fromstring(made)


def test_every_formula_of_the_lessons_is_typeset():
    texts = [path.read_text(encoding="utf-8") for path in ROOT.glob("solutions/*/*.md")]
    prose = [re.sub(r"```.*?```|`[^`\n]*`", "", each, flags=re.DOTALL) for each in texts]
    formulas = [formula for each in prose for formula in re.findall(r"\$\$[^$]+\$\$|\$[^$\n]+\$", each)]
    assert len(formulas) > 50
    assert [formula for formula in formulas if as_mathml(formula) is None] == []


def test_every_command_that_may_be_typeset_is():
    assert [name for name in sorted(COMMANDS - NEEDS_MORE) if as_mathml(f"$\\{name} {{a}}{{b}}$") is None] == []


@pytest.mark.parametrize(
    "formula", ["$\\href{javascript:alert(1)}{x}$", "$\\style{color:red}{x}$", "$\\nonsense x$", "$a & b$"]
)
def test_what_is_no_formula_stays_as_it_was_typed(formula):
    assert as_mathml(formula) is None
    assert typeset(shown_markdown(formula)).count("<code>") >= 1


@pytest.mark.parametrize(
    "formula",
    [
        "$\\text{<img src=x onerror=alert(1)>}$",
        "$\\text{&lt;script&gt;alert(1)&lt;/script&gt;}$",
        "$&amp;lt;script&amp;gt;$",
        "$\\mathrm{</math><script>alert(1)</script>}$",
        '${\\color{red" onload="alert(1)}x}$',
        "$" + "{" * 900 + "a" + "}" * 900 + "$",
        "$" + "\\left(" * 200 + "\\right)" * 200 + "$",
        "$" + "a'" * 900 + "$",
    ],
)
def test_a_formula_does_nothing_else(formula):
    made = as_mathml(formula)
    assert made is None or faults(f'<div class="tex2jax_ignore mathjax_ignore">{made}</div>') == []
    assert faults(typeset(shown_markdown(formula))) == []


def test_a_lessons_markdown_is_one_line_that_a_renderer_hands_through():
    from nbconvert.filters.markdown_mistune import markdown2html_mistune

    source = "# A $x_t$\n\n```python\na = '$$ x $$'\n\nb\n```\n\n$$\na = \\sigma(b) * c_1\n$$\n"
    source += "\n| a | $b$ |\n|--|--|\n| 1 | 2 |\n"
    made = lesson_markdown(source)
    assert "\n" not in made and made.count("<math") == 3
    assert markdown2html_mistune(made).strip() == made
