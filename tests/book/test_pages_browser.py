"""The book in a real browser: maths, figures, search, solutions, dark pages, phones, and no other host."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.book.conftest import LESSONS
from tests.course.browsing import ARTIFACTS, CHROMIUM, photograph

pytestmark = [pytest.mark.browser, pytest.mark.slow]
pytestmark += [pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine")]  # before the book is built

LESSON = f"lessons/{LESSONS[0]}.html"


def opened(page, address: str, name: str) -> None:
    page.goto(f"{address}/{name}")
    page.wait_for_load_state("networkidle")


def every_page(site) -> list[str]:
    return sorted(path.relative_to(site).as_posix() for path in site.rglob("*.html") if "_static" not in path.parts)


def tabs(window, address: str, names: list[str], at_once: int = 8) -> Iterator[tuple[str, Any]]:
    """Pages in tabs of a window, some at once: until nothing is loaded any more takes each half a second at least."""
    for first in range(0, len(names), at_once):
        some = {name: window.new_page() for name in names[first : first + at_once]}
        for name, tab in some.items():
            tab.goto(f"{address}/{name}", wait_until="commit")
        for name, tab in some.items():
            tab.wait_for_load_state("networkidle")
            yield name, tab
        for tab in some.values():
            tab.close()


def test_no_page_asks_another_host_or_complains(page, address, site):
    for _, tab in tabs(page.context, address, every_page(site)):
        tab.mouse.wheel(0, 100_000)  # pictures far down load when they are near
    opened(page, address, "search.html?q=gradient")
    assert [url for url in page.asked if not url.startswith((address, "data:"))] == []
    assert page.troubles == []


@pytest.mark.parametrize("lesson", LESSONS)
def test_maths_is_drawn_with_its_own_fonts(page, address, lesson):
    opened(page, address, f"lessons/{lesson}.html")
    page.locator("mjx-container").first.wait_for()
    drawn = page.locator("mjx-container").count()
    assert drawn == page.locator(".math").count() > 0
    assert page.locator("mjx-merror").count() == 0
    assert "\\(" not in page.locator("article").inner_text()
    loaded = page.evaluate("[...document.fonts].filter(font => font.status == 'loaded').map(font => font.family)")
    assert any("MJXTEX" in name for name in loaded)
    # The formula is also there for screen readers.
    assert page.locator("mjx-assistive-mml math").count() == drawn


@pytest.mark.parametrize("lesson", LESSONS)
def test_every_figure_loads_and_has_words(page, address, lesson):
    opened(page, address, f"lessons/{lesson}.html")
    figures = page.locator("article img")
    assert figures.count() > 0
    for figure in figures.all():
        figure.scroll_into_view_if_needed()
        assert figure.evaluate("image => image.decode().then(() => image.naturalWidth)") > 0
        assert len(figure.get_attribute("alt")) > 40


def test_search_finds_the_update_gate(page, address):
    opened(page, address, "index.html")
    field = page.get_by_placeholder("Search")
    field.fill("update gate")
    field.press("Enter")
    result = page.locator("ul.search li a").first
    result.wait_for()
    page.locator("ul.search .context, ul.search p").get_by_text("gate").first.wait_for()
    photograph(page, "book-search")
    result.click()
    page.wait_for_load_state()
    assert "update" in page.locator("article").inner_text().lower()


@pytest.mark.parametrize("asked", ["numpy", "numerical gradient", "sigmoid"])
def test_what_stands_under_a_result_is_a_passage_of_the_text(page, address, asked):
    opened(page, address, f"search.html?q={asked}")
    found = page.locator("ul.search li", has=page.locator(f'a[href^="{LESSON}"]')).first.locator("p.context")
    found.wait_for()
    shown = found.inner_text().strip("… ")
    assert not [code for code in ("import ", ">>>", "def ", "Open on Binder") if code in shown]
    opened(page, address, LESSON)
    passages = page.locator("article p, article li, article td").all_inner_texts()
    assert any(shown in " ".join(passage.split()) for passage in passages)


def test_hints_and_the_solution_open_by_keyboard(page, address):
    opened(page, address, LESSON)
    stub = page.locator("article pre", has_text="raise NotImplementedError").first
    assert stub.is_visible()
    summary = page.get_by_text("Show the solution").first
    answer = page.locator("details.solution pre").first
    assert not answer.is_visible()
    summary.focus()
    page.keyboard.press("Shift+Tab")
    assert page.evaluate("document.activeElement.textContent").startswith("Hint")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert answer.is_visible()
    assert "NotImplementedError" not in answer.inner_text() and "SOLUTION" not in answer.inner_text()
    photograph(page, "book-solution")
    page.keyboard.press("Enter")
    assert not answer.is_visible()


def test_a_check_stands_in_the_page_with_its_verdict(page, address):
    opened(page, address, LESSON)
    right = page.get_by_role("group", name="right on all")
    assert right.count() == 0, "folded: the reader is to think first"
    page.get_by_text("What the check says of the solution").first.click()
    assert right.count() == 1
    wrong = page.get_by_role("group", name="not right yet")
    assert wrong.count() == 2, "a typical wrong answer is shown with its report, and the lesson itself checks one"
    assert wrong.get_by_text("In your code").count() == 0, "the lines of such an answer are not on the page"


def luminance(page, element: str, what: str) -> float:
    """Relative luminance (WCAG 2.2) of a colour of an element, 0 to 1."""
    colour = page.locator(element).first.evaluate(f"element => getComputedStyle(element).{what}")
    channels = [int(word.strip(" rgba()")) / 255 for word in colour.split(",")[:3]]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def test_dark_pages_are_readable_and_figures_stay_on_white(page, address):
    page.emulate_media(color_scheme="dark")
    opened(page, address, LESSON)
    text, behind = luminance(page, "article p", "color"), luminance(page, "body", "backgroundColor")
    assert behind < 0.05 and (text + 0.05) / (behind + 0.05) > 7
    assert luminance(page, ".cell_output img", "backgroundColor") == pytest.approx(1)
    page.locator(".cell_output img").first.scroll_into_view_if_needed()
    photograph(page, "book-dark")
    page.get_by_role("button", name="Toggle Light / Dark / Auto color theme").first.click()
    page.emulate_media(color_scheme="light")
    page.get_by_role("button", name="Toggle Light / Dark / Auto color theme").first.click()
    assert luminance(page, "body", "backgroundColor") in (pytest.approx(1), pytest.approx(behind))


def test_no_page_scrolls_sideways_on_a_phone(browser, address, site):
    phone = browser.new_context(viewport={"width": 360, "height": 740}, has_touch=True)
    for name, tab in tabs(phone, address, every_page(site)):
        assert tab.evaluate("document.documentElement.scrollWidth") <= 360, name
        if name == LESSON:
            tab.screenshot(path=ARTIFACTS / "book-phone.png")
            said = tab.get_by_role("group", name="not right yet").first.get_by_text("Your answer does exactly")
            assert said.bounding_box()["width"] > 0.7 * 360, "what a report says has the width of the page"
    phone.close()
