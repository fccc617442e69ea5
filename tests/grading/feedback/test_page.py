"""The page that a student gets back."""

from __future__ import annotations

import bs4
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from coursekit.checking import evaluate, registry
from coursekit.grading import feedback
from coursekit.grading.gradebook.presentation import present
from coursekit.grading.nbgrader.pages import POLICY
from coursekit.grading.run.notebook import Graded
from coursekit.grading.run.shown import NOT_RUN
from tests.course.browsing import chromium
from tests.grading.nbgrader.pages import running

EVIL = "<img src=x onerror=alert(1)>"


def no_biases(D, H):
    return 3 * (D * H + H * H)


def raises(x, h, params):
    raise ValueError(f"{EVIL} `x`")


def graded_cell(name, points, score, kind=new_code_cell, **more):
    said = {"grade_id": name, "grade": True, "solution": False, "points": points, "score": score, **more}
    return kind("" if kind is new_markdown_cell else "check(f)", metadata={"nbgrader": said})


def answer_cell(name, source, **more):
    said = {"grade_id": name, "grade": False, "solution": True, **more}
    return new_code_cell(source, metadata={"nbgrader": said})


def exercise(name, source, points, score):
    return [answer_cell(name, source), graded_cell(f"check_{name}", points, score)]


@pytest.fixture(scope="module")
def reports():
    answers = {"gru_parameter_count": no_biases, "gru_step": raises, "sigmoid": registry.get("sigmoid").reference}
    return {name: evaluate(name, answer) for name, answer in answers.items()}


def made(cells, reports=None, **own):
    nb = present(new_notebook(cells=cells), Graded(reports or {}))
    text = feedback.page(nb, {"notebook": "mini", "assignment": "mini", "student": "ada", **own}, POLICY)
    return bs4.BeautifulSoup(text, "html.parser")


@pytest.fixture
def page(reports):
    cells = exercise("sigmoid", "def sigmoid(x): ...", 2, 2.0)
    cells += exercise("gru_parameter_count", "def gru_parameter_count(D, H): ...", 1, 0.0)
    cells += exercise("gru_step", "def gru_step(x, h, params): ...", 4, 0.0)
    return made(cells, reports)


def test_it_begins_with_what_every_exercise_came_to(page):
    assert page.select_one(".total").get_text() == "2 of 7 points"
    assert "1 of 3 exercises is right." in page.header.get_text()
    said = [" ".join(item.get_text(" ").split()) for item in page.select(".questions li")]
    assert said[0] == "✓ sigmoid right 2 of 2 points"
    assert said[1].startswith("✗ gru_parameter_count not right 0 of 1 points Line 22, return 3 * (D * H + H * H)")
    assert said[1].endswith("Your answer does exactly what this known mistake does: no biases.")
    assert said[2].startswith("✗ gru_step stops with an error 0 of 4 points")
    for link in page.select(".questions a"):
        assert page.select_one(link["href"]).name == "article"


def test_exercises_have_their_names_as_headings(page):
    assert [each.get_text(" ", strip=True).split()[-1] for each in page.select("article h2")] == [
        "sigmoid",
        "gru_parameter_count",
        "gru_step",
    ]
    assert [article.pre.get_text().split("(")[0] for article in page.select("article")] == [
        "def sigmoid",
        "def gru_parameter_count",
        "def gru_step",
    ]


def test_nobody_is_told_to_try_again_or_of_public_draws(page):
    said = page.get_text()
    for words in ("public draw", "check(", "check_", "r = ", "hint(", "Grading uses", "r.example"):
        assert words not in said


def test_what_a_student_wrote_is_text(page):
    assert running(str(page)) == [] and EVIL in page.select_one(".questions").get_text()


def test_what_nobody_has_decided_is_no_number():
    cells = [graded_cell("why", 3, None, new_markdown_cell, solution=True), *exercise("sigmoid", "a", 2, 2.0)]
    page = made(cells)
    assert page.select_one(".total").get_text() == "2 of 5 points"
    assert "One answer waits for a person, so the points are not final." in page.header.get_text()
    assert "? of 3 points" in page.select_one(".questions").get_text()


def test_points_of_a_person_are_called_so():
    cells = [graded_cell("check_sigmoid", 2, 1.5, by_hand=True)]
    assert "✎ sigmoid graded by a person 1.5 of 2 points" in " ".join(made(cells).get_text(" ").split())


def test_lateness_and_remarks_stand_on_top():
    nb = exercise("sigmoid", "a", 2, 2.0)
    assert made(nb).select_one(".late") is None
    late = made(nb, late_s=7300.0, late_penalty=0.5)
    assert late.select_one(".late").get_text() == "Handed in 2 hours late; 0.5 points are taken off."
    assert late.select_one(".total").get_text() == "1.5 of 2 points"
    assert "no points are taken off" in made(nb, late_s=20.0).select_one(".late").get_text()


def test_cells_that_say_nothing_are_left_out():
    hint = new_code_cell("# hint(sigmoid)", metadata={"nbgrader": {"grade_id": "cell-1", "grade": False}})
    given = new_code_cell("plots.draw()", id="given")
    own = new_code_cell("# mine\nplots.draw()", id="own-1")
    page = made([hint, given, own])
    assert "hint" not in page.get_text() and len(page.select("pre.python")) == 2
    for cell in (given, own):
        cell.outputs = [new_output("stream", name="stdout", text=f"{NOT_RUN}`plots.draw()` (not there)\n")]
    nb = new_notebook(cells=[given, own])
    shown = feedback.page(nb, {"notebook": "mini"}, POLICY)
    assert shown.count(NOT_RUN) == 1, "where a student wrote it, they want to know"


def test_pictures_and_errors_of_cells():
    cell = new_code_cell("x", id="own-2")
    picture = new_output("display_data", data={"image/png": "iVBORw0KGgo=", "text/html": EVIL})
    error = new_output("error", ename="E", evalue="e", traceback=[f"\x1b[31m{EVIL}\x1b[0m"])
    cell.outputs = [picture, error, new_output("display_data", data={"text/html": EVIL, "text/plain": "seen"})]
    page = bs4.BeautifulSoup(feedback.page(new_notebook(cells=[cell]), {"notebook": "mini"}, POLICY), "html.parser")
    assert page.select_one("img")["src"] == "data:image/png;base64,iVBORw0KGgo="
    assert page.select_one("pre.error").get_text() == EVIL and page.select("pre.output")[-1].get_text() == "seen"
    assert running(str(page)) == []


@pytest.mark.browser
@pytest.mark.parametrize(("width", "scheme"), [(1000, "light"), (420, "dark")])
def test_it_is_readable_without_a_network(page, tmp_path, width, scheme):
    place = tmp_path / "page.html"
    place.write_text(str(page))
    with chromium() as browser:
        context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme, offline=True)
        sheet, asked, complaints = context.new_page(), [], []
        sheet.on("request", lambda request: asked.append(request.url))
        sheet.on("console", lambda message: complaints.append(message.text))
        sheet.goto(place.as_uri())
        assert asked == [place.as_uri()] and complaints == []
        assert sheet.evaluate("document.documentElement.scrollWidth <= innerWidth")
        assert sheet.locator("h1").is_visible() and sheet.locator(".questions li").count() == 3
