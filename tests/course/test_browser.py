"""A real JupyterLab in a real browser: a wrong answer is explained on the page, a right one accepted."""

from __future__ import annotations

import pytest

from tests.course.browsing import ARTIFACTS, TOKEN, cell_with, open_lesson, photograph, run_all_above, run_cell, write
from tests.course.learners import right_answers

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def test_lesson_05_explains_a_wrong_answer_and_accepts_a_right_one(lab, page):
    answer = right_answers("05_gru")["gru_step"]
    wrong = answer.replace("(1 - z) * n + z * h", "(1 - z) * h + z * n")
    assert wrong != answer, "the test needs the last line of the answer as it is written in the lesson"
    open_lesson(page, lab, "05_gru")
    photograph(page, "lesson-05-opened")
    exercise, check = cell_with(page, "def gru_step("), cell_with(page, "check(gru_step)")
    # Cells between the imports and the exercise may define what an answer uses: run everything above, as learners do.
    run_all_above(page, exercise)

    run_cell(page, exercise)
    run_cell(page, check)
    report = check.locator("[aria-label^='Report']")
    report.get_by_text("is not written yet").wait_for()
    photograph(page, "lesson-05-not-written")

    write(page, exercise, wrong)
    run_cell(page, exercise)
    run_cell(page, check)
    report.get_by_text("an update gate that is swapped").wait_for(timeout=60_000)
    check.scroll_into_view_if_needed()
    photograph(page, "lesson-05-wrong")
    check.screenshot(path=ARTIFACTS / "report.png")  # the picture in the README

    write(page, exercise, answer)
    run_cell(page, exercise)
    run_cell(page, check)
    report.get_by_text("right on all").wait_for(timeout=60_000)
    check.scroll_into_view_if_needed()
    photograph(page, "lesson-05-right")


def test_the_start_page_leads_to_the_lessons(lab, page):
    page.goto(f"{lab}/lab/tree/start.ipynb?token={TOKEN}")
    page.wait_for_selector(".jp-Notebook .jp-Cell")
    link = page.locator(".jp-RenderedMarkdown a", has_text="00").first
    link.wait_for()
    photograph(page, "start-page")
    link.click()
    page.locator("h1", has_text="Numerical tools").wait_for(timeout=60_000)
