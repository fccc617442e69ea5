"""A learner's first ten minutes in a real browser: the map, a wrong answer, a report, a hint, a right answer."""

from __future__ import annotations

import json

import pytest

from tests.course.browsing import (
    TOKEN,
    cell_with,
    expect,
    opened,
    photograph,
    run_all_above,
    run_cell,
    run_to_its_end,
    unnamed_fields,
    until_its_kernel_is_ready,
    write,
)
from tests.course.learners import right_answers

pytestmark = [pytest.mark.browser, pytest.mark.slow]

TEACHERS_TOOLS = ("nbgrader", "assignment", "extension")
WRONG = "def sigmoid(x):\n    return 1 / (1 + np.exp(-x))"
MISTAKE = "an exponential that overflows for negative numbers"


@pytest.fixture(scope="module")
def desk(lab, page):
    """JupyterLab as it opens, once the start page has its kernel."""
    page.goto(f"{lab}/?token={TOKEN}")
    until_its_kernel_is_ready(page)
    return page


@pytest.fixture(scope="module")
def lesson(desk):
    """Lesson 00, opened from the map as a learner does, with everything above the first exercise run."""
    run_map(desk).get_by_role("link", name="00 · Numerical tools").last.click()
    opened(desk).locator("h1", has_text="Numerical tools").wait_for(timeout=60_000)
    until_its_kernel_is_ready(desk)
    run_all_above(desk, cell_with(desk, "def sigmoid("))
    return desk


def run_map(page):
    """The map on the start page, drawn anew."""
    cell = opened(page).locator(".jp-CodeCell", has_text="progress()").first
    run_to_its_end(page, cell)
    shown = cell.get_by_role("group", name="Your progress")
    shown.wait_for(timeout=60_000)
    return shown


def try_sigmoid(page, source: str):
    """Write an answer, run it, check it; the report."""
    exercise, check = cell_with(opened(page), "def sigmoid("), cell_with(opened(page), "check(sigmoid)")
    write(page, exercise, source)
    run_cell(page, exercise)
    run_cell(page, check)
    return check.get_by_role("group", name="Report: sigmoid")


def test_jupyterlab_opens_tidy(desk):
    contents = desk.locator("#table-of-contents")
    contents.get_by_text("Where help is").wait_for()
    photograph(desk, "first-minutes-1-start")
    named = desk.locator(".jp-SideBar .lm-TabBar-tab").evaluate_all(
        "tabs => tabs.map(tab => tab.title + tab.dataset.id)"
    )
    menus = desk.locator(".lm-MenuBar-itemLabel").all_inner_texts()
    found = " ".join([*named, *menus]).lower()
    assert "table of contents" in found and [word for word in TEACHERS_TOOLS if word in found] == []
    assert desk.locator(".jp-Dialog, .Toastify__toast").count() == 0


def test_the_file_browser_holds_the_notebooks_of_the_course_only(desk):
    desk.locator(".jp-SideBar [data-id='filebrowser']").click()
    items = desk.locator(".jp-DirListing-item .jp-DirListing-itemText")
    items.first.wait_for()
    names = items.all_inner_texts()
    assert "start.ipynb" in names and "00_numerical_tools" in names
    assert all(name == "start.ipynb" or name[:2].isdigit() for name in names), names
    desk.locator(".jp-SideBar [data-id='table-of-contents']").click()


def test_the_map_begins_empty_and_leads_to_the_first_lesson(desk):
    shown = run_map(desk)
    expect(shown.get_by_text("0 of ").first).to_be_visible()
    expect(shown).to_contain_text("Begin with sigmoid", use_inner_text=True)
    shown.scroll_into_view_if_needed()
    photograph(desk, "first-minutes-2-map")


def test_a_wrong_answer_is_explained(lesson):
    report = try_sigmoid(lesson, WRONG)
    report.get_by_text(MISTAKE).wait_for(timeout=60_000)
    report.scroll_into_view_if_needed()
    photograph(lesson, "first-minutes-3-wrong")


def test_the_cases_open_by_keyboard(lesson):
    details = opened(lesson).get_by_role("group", name="Report: sigmoid").locator("details").last
    details.locator("summary").focus()
    lesson.keyboard.press("Enter")
    expect(details.get_by_role("columnheader", name="Wrong")).to_be_visible()
    lesson.keyboard.press("Enter")
    expect(details.get_by_role("columnheader", name="Wrong")).not_to_be_visible()


def test_the_same_answer_again_is_noticed(lesson):
    report = try_sigmoid(lesson, WRONG)
    report.get_by_text("The same numbers as last time").or_(report.get_by_text("The same as last time")).wait_for(
        timeout=60_000
    )


def test_a_hint_is_about_the_mistake_that_was_named(lesson):
    hints = opened(lesson).locator(".jp-CodeCell", has=lesson.locator(".cm-content", has_text="hint(sigmoid)"))
    cell = hints.first  # a report, too, speaks of hint(sigmoid)
    cell.scroll_into_view_if_needed()
    write(lesson, cell, "hint(sigmoid)")
    run_cell(lesson, cell)
    first = cell.get_by_role("note", name="Hint 1 of 4 for sigmoid")
    first.get_by_text("Your last check: it looks like").wait_for(timeout=60_000)
    run_cell(lesson, cell)
    cell.get_by_role("note", name="Hint 2 of 4 for sigmoid").wait_for(timeout=60_000)
    cell.scroll_into_view_if_needed()
    photograph(lesson, "first-minutes-4-hint")


def test_a_right_answer_is_accepted_and_the_report_says_what_changed(lesson):
    report = try_sigmoid(lesson, right_answers("00_numerical_tools")["sigmoid"])
    report.get_by_text("What was wrong is right now.").wait_for(timeout=60_000)
    expect(report.get_by_text("right on all")).to_be_visible()
    report.scroll_into_view_if_needed()
    photograph(lesson, "first-minutes-5-right")


def test_a_cell_that_stopped_leaves_no_tick_for_the_text_before_it(lesson):
    report = try_sigmoid(lesson, "def sigmoid(x):\n    e = 1\nreturn e)")
    report.get_by_text("an older text of your answer was checked").wait_for(timeout=60_000)
    expect(report.get_by_text("stopped with a SyntaxError")).to_be_visible()
    expect(report).not_to_contain_text("✓", use_inner_text=True)  # without what is folded
    report.scroll_into_view_if_needed()
    photograph(lesson, "first-minutes-9-older-text")
    report = try_sigmoid(lesson, right_answers("00_numerical_tools")["sigmoid"])
    report.get_by_text("right on all").wait_for(timeout=60_000)


def test_the_map_has_moved_also_for_the_kernel_of_another_notebook(lesson):
    lesson.get_by_role("tab", name="start.ipynb").click()
    shown = run_map(lesson)
    shown.get_by_text("1 of ").first.wait_for(timeout=60_000)
    expect(shown).to_contain_text("Go on with softmax in lesson 00", use_inner_text=True)
    expect(shown.get_by_role("img", name="sigmoid right, softmax not begun")).to_have_count(1)
    shown.locator("details summary").click()
    expect(shown.get_by_role("rowheader", name="sigmoid")).to_be_visible()
    shown.evaluate("element => element.scrollIntoView()")
    photograph(lesson, "first-minutes-6-moved")


def test_the_journal_lies_with_the_learner_and_says_no_more_than_it_should(lesson, lab_home):
    records = [json.loads(line) for line in (lab_home / "progress.jsonl").read_text().splitlines() if line]
    assert [record["kind"] for record in records] == ["check", "check", "hint", "hint", "check", "check"]
    assert not any("np.exp" in json.dumps(record) for record in records), "no answer is written down"


@pytest.fixture(params=["dark", "print", "narrow"])
def look(request, lesson):
    """The page as somebody else sees it."""
    if request.param == "dark":
        lesson.emulate_media(color_scheme="dark")
        lesson.locator("body[data-jp-theme-light='false']").wait_for(state="attached")
    elif request.param == "print":
        lesson.emulate_media(media="print")
    else:
        lesson.set_viewport_size({"width": 800, "height": 900})
    yield request.param
    lesson.emulate_media(color_scheme="light", media="screen")
    lesson.set_viewport_size({"width": 1400, "height": 1000})


def test_the_map_is_readable(lesson, look):
    lesson.get_by_role("tab", name="start.ipynb").click()
    shown = opened(lesson).get_by_role("group", name="Your progress")
    shown.evaluate("element => element.scrollIntoView()")
    photograph(lesson, f"first-minutes-7-map-{look}")
    assert contrast(shown.locator("strong").first) >= 4.5
    assert min(contrast(mark) for mark in shown.locator("ol [title]").all()[:2]) >= 3
    assert overflow(shown) <= 1


def test_a_report_is_readable(lesson, look):
    lesson.get_by_role("tab", name="00_numerical_tools.ipynb").click()
    shown = opened(lesson).get_by_role("group", name="Report: sigmoid")
    shown.scroll_into_view_if_needed()
    photograph(lesson, f"first-minutes-8-report-{look}")
    verdict = shown.locator("strong").first
    assert contrast(verdict) >= 4.5 and contrast(verdict.locator("span")) >= 3
    assert overflow(shown) <= 1


def overflow(element) -> int:
    """By how many pixels the content is wider than the element."""
    return element.evaluate("e => e.scrollWidth - e.clientWidth")


def contrast(element) -> float:
    """The contrast of an element's text with what is behind it (WCAG 2.1), on a page with opaque colours."""
    colours = element.evaluate(
        """e => {
            const parts = text => text.match(/[\\d.]+/g).map(Number);
            const background = e => parts(getComputedStyle(e).backgroundColor);
            let behind = e;
            while (behind && (background(behind)[3] ?? 1) === 0) behind = behind.parentElement;
            return [parts(getComputedStyle(e).color), behind ? background(behind) : [255, 255, 255]];
        }"""
    )
    light, dark = sorted((luminance(colour) for colour in colours), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def luminance(colour) -> float:
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in (c / 255 for c in colour[:3])]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def test_a_question_about_it_is_asked_and_answered_by_typing(lesson):
    hints = opened(lesson).locator(".jp-CodeCell", has=lesson.locator(".cm-content", has_text="hint(sigmoid)"))
    write(lesson, hints.first, 'from coursekit import quiz\n\nquiz("sigmoid")')
    cell = opened(lesson).locator(".jp-CodeCell", has=lesson.locator(".cm-content", has_text='quiz("sigmoid"')).first
    run_cell(lesson, cell)
    asked = cell.get_by_role("group", name="Question 1 about sigmoid")
    asked.wait_for(timeout=60_000)
    block = asked.locator("pre")
    block.focus()
    assert block.evaluate("block => block === document.activeElement && getComputedStyle(block).overflowX === 'auto'")
    assert asked.locator("li").count() in (3, 4) and unnamed_fields(asked.locator("input")) == 0
    asked.scroll_into_view_if_needed()
    photograph(lesson, "first-minutes-6-quiz")
    write(lesson, cell, 'quiz("sigmoid", 1, "A")')
    run_cell(lesson, cell)
    said = asked.get_by_role("status")
    said.wait_for(timeout=60_000)
    assert said.inner_text()[:1] in "✓✗"
    asked.scroll_into_view_if_needed()
    photograph(lesson, "first-minutes-7-answered")
