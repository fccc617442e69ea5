"""The pages that nbgrader makes of a graded notebook, made here by its own templates."""

from __future__ import annotations

from pathlib import Path

import bs4
import nbgrader.server_extensions.formgrader
import pytest
from nbconvert.exporters import HTMLExporter
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook
from traitlets.config import Config

from coursekit.checking import Report
from coursekit.grading.gradebook.presentation import outputs_shown, present
from coursekit.grading.nbgrader import configure
from coursekit.grading.nbgrader.pages import FeedbackExporter, SafeComments
from coursekit.grading.run.notebook import Graded
from coursekit.grading.submission.canonical import unread
from tests.grading.safe_markdown.allowed import faults
from tests.grading.safe_markdown.vectors import VECTORS

from .pages import running

FORMGRADER = Path(nbgrader.server_extensions.formgrader.__file__).parent
STYLES = FORMGRADER / "static" / "node_modules" / "bootstrap" / "dist" / "css"
TEXTS = [vector for _, vector in VECTORS]
EVIL = "<img src=x onerror=alert(1)>"
WRITTEN = {
    "grade_id": "why",
    "grade": True,
    "solution": True,
    "points": 2,
    "score": 0,
    "schema_version": 3,
    "locked": False,
}


def notebook(texts):
    """As an older version left it: what students wrote, as they wrote it."""
    cells = [new_markdown_cell(text, id=f"own-{number}") for number, text in enumerate(texts)]
    return new_notebook(cells=[*cells, new_markdown_cell(EVIL, metadata={"nbgrader": dict(WRITTEN)})])


def exporter(kind, template):
    c = Config()
    configure(c)
    c.HTMLExporter.template_name = template
    c.HTMLExporter.extra_template_basedirs = [str(FORMGRADER / "templates")]
    c.HTMLExporter.extra_template_paths = [str(STYLES)]
    return kind(config=c)


def formgrader_page(nb, **names):
    resources = {"student": "ada", "notebook_id": "mini", "assignment_id": "mini", "submission_id": "x", "base_url": ""}
    resources |= {"index": 0, "total": 1, "last_name": None, "first_name": None, "notebook_path": "autograded/ada"}
    return exporter(HTMLExporter, "formgrade").from_notebook_node(nb, resources=resources | names)[0]


def feedback(nb):
    named = {"notebook": "mini", "score": 0, "max_score": 2, "late_penalty": 0}
    return exporter(FeedbackExporter, "feedback").from_notebook_node(nb, resources={"nbgrader": named})[0]


@pytest.mark.parametrize(("make", "words"), [(formgrader_page, ".text_cell_render"), (feedback, ".words")])
def test_whatever_lies_in_an_autograded_notebook_is_made_safe(make, words):
    soup = bs4.BeautifulSoup(make(notebook(TEXTS)), "html.parser")
    shown = soup.select(words)
    assert len(shown) == len(TEXTS) + 1
    assert [found for piece in shown if (found := faults(piece.decode_contents()))] == []
    empty = bs4.BeautifulSoup(make(notebook([])), "html.parser")
    for kind in ("script", "style", "link", "meta", "base", "iframe", "form", "[onclick]"):
        assert len(soup.select(kind)) == len(empty.select(kind)), "all that is active is the page's own"


def test_a_text_of_the_lesson_stays_as_it_is():
    nb = new_notebook(cells=[new_markdown_cell("![a figure](figures/gru.png) [up](#top)", id="intro")])
    soup = bs4.BeautifulSoup(formgrader_page(nb), "html.parser")
    assert soup.select_one(".text_cell_render img")["src"] == "figures/gru.png"


def test_names_are_text():
    for name in ("student", "notebook_path"):
        assert running(formgrader_page(notebook([]), **{name: f'"{EVIL}'})) == []
    assert running(formgrader_page(notebook([]), last_name=EVIL, first_name=EVIL)) == []
    assert running(EVIL), "this test can fail"


def test_comments_are_cleaned_where_the_feedback_is_made():
    nb = new_notebook(cells=[new_markdown_cell("a", metadata={"nbgrader": dict(WRITTEN)})])
    for text in TEXTS:
        nb.cells[0].metadata["nbgrader"]["comment"] = text
        nb, _ = SafeComments().preprocess(nb, {})
        assert faults(nb.cells[0].metadata["nbgrader"]["comment"]) == []
    page = bs4.BeautifulSoup(feedback(nb), "html.parser")
    assert page.select_one(".comment .mathjax_ignore")


def test_the_feedback_begins_with_its_policy():
    soup = bs4.BeautifulSoup(feedback(notebook([])), "html.parser")
    policy = soup.head.find(True)
    assert policy["http-equiv"] == "Content-Security-Policy"
    allowed = policy["content"].split("; ")
    assert allowed[0] == "default-src 'none'" and not [each for each in allowed if each.startswith("script-src")]
    assert not soup.select("script, link, [src^=http], [href^=http]"), "all of the page is in the page"


@pytest.mark.parametrize("make", [formgrader_page, feedback])
def test_formulas_need_no_program(make):
    lesson = new_markdown_cell(
        "The state $h_t$:\n\n$$\\begin{aligned} r &= \\sigma(a) \\\\ z &= b \\end{aligned}$$", id="a"
    )
    own = new_markdown_cell("I think $x^2$, not $\\href{https://a.test}{y}$.", id="own-1")
    soup = bs4.BeautifulSoup(make(new_notebook(cells=[lesson, own])), "html.parser")
    assert len(soup.select("math")) == 3 and len(soup.select("math[display=block] mtr")) == 2
    assert "\\sigma" not in soup.get_text() and soup.find("code", string=lambda said: said and "\\href" in said)


def test_scores_are_taken_of_what_was_written():
    """nbgrader compares checksums to find answers that nobody touched; the pages come after that."""
    c = Config()
    configure(c)
    steps = [name.rpartition(".")[2] for name in c.Autograde.autograde_preprocessors]
    assert steps.index("TrustedSaveAutoGrades") < steps.index("SafeWords")
    nb = notebook(["a > b"])
    assert [cell.source for cell in outputs_shown(nb, Graded({})).cells] == ["a > b", EVIL]
    once = present(nb, Graded({}))
    again = [cell.source for cell in once.cells]
    assert [cell.source for cell in present(once, Graded({})).cells] == again and faults("".join(again)) == []


def test_the_reason_why_a_notebook_could_not_be_read_is_text():
    nb = unread(new_notebook(), f"says its nbformat is \n\n{EVIL}")
    assert running(formgrader_page(nb)) == []
    assert running(formgrader_page(new_notebook(cells=[new_markdown_cell(f"`\n\n{EVIL}`")])))


def test_outputs_and_reports_are_text_and_no_formula():
    check = new_code_cell("check(f)", metadata={"nbgrader": WRITTEN | {"grade_id": "check_f", "solution": False}})
    said = f"{EVIL} $\\href{{javascript:alert(1)}}{{x}}$ \u202e"
    nb = present(new_notebook(cells=[check]), Graded({"f": hostile_report(said)}))
    page = formgrader_page(nb)
    assert running(page) == [] and "\u202e" not in page
    formulas = [text for text in bs4.BeautifulSoup(page, "html.parser").find_all(string=lambda text: "\\href" in text)]
    assert formulas
    for text in formulas:
        assert any("mathjax_ignore" in (parent.get("class") or []) for parent in text.parents)


def hostile_report(said: str) -> Report:
    from coursekit.checking import evaluate, registry

    def answer(*arguments, **keywords):
        raise ValueError(said)

    return evaluate(registry.get("gru_step"), answer, 1)
