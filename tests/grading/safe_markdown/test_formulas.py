"""Which formulas are typeset."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from coursekit.grading.safe_markdown.formulas import COMMANDS, is_harmless

ROOT = Path(__file__).parents[3]


@pytest.mark.parametrize(
    "formula",
    [
        "$h_t = (1 - z_t) \\odot n_t + z_t \\odot h_{t-1}$",
        "$$\\frac{\\partial L}{\\partial W} = \\sum_{t=1}^{T} \\delta_t x_t^\\top$$",
        "\\begin{bmatrix}1 & 0 \\\\ 0 & 1\\end{bmatrix}",
        "\\begin{align*}a &= b,\\\\ c &\\le d\\end{align*}",
        "$\\left\\{ x \\mid \\|x\\| < 1 \\right\\}$",
        "$\\text{50\\% of } \\mathbb{R}^n$",
    ],
)
def test_usual_formulas_are_typeset(formula):
    assert is_harmless(formula)


@pytest.mark.parametrize(
    "formula",
    [
        "$\\href{x}{y}$",
        "$\\HREF{x}{y}$",
        "$\\begin{html}x\\end{html}$",
        "$\\begin {align}x\\end{align}$",
        "$\\begin\\begin{align}x\\end{align}$",
        "$a$ b $c$",
        "a",
        "$" + "x" * 3000 + "$",
        "$\\def\\x{y}$",
        "$\\@x$",
    ],
)
def test_anything_else_is_shown_as_it_was_typed(formula):
    assert not is_harmless(formula)


def test_the_lessons_need_no_command_that_students_may_not_use():
    texts = [path.read_text(encoding="utf-8") for path in ROOT.glob("solutions/*/*.md")]
    prose = [re.sub(r"```.*?```|`[^`]*`", "", text, flags=re.DOTALL) for text in texts]
    formulas = [formula for text in prose for formula in re.findall(r"\$[^$]+\$", text)]
    used = {name for formula in formulas for name in re.findall(r"\\([A-Za-z]+)", formula)}
    assert used and used <= COMMANDS, used - COMMANDS
