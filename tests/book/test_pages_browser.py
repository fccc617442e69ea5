"""The book in a real browser: maths, figures, search, solutions, dark pages, phones, and no other host."""

from __future__ import annotations

import itertools

import pytest

from tests.book.conftest import LESSONS, listening
from tests.course.browsing import ARTIFACTS, CHROMIUM, photograph

pytestmark = [pytest.mark.browser, pytest.mark.slow]
pytestmark += [pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine")]  # before the book is built

LESSON = f"lessons/{LESSONS[0]}.html"
PHONE = {"width": 360, "height": 740}


def opened(page, address: str, name: str) -> None:
    page.goto(f"{address}/{name}")
    page.wait_for_load_state("networkidle")


def every_page(site) -> list[str]:
    return sorted(path.relative_to(site).as_posix() for path in site.rglob("*.html") if "_static" not in path.parts)


@pytest.fixture(scope="module")
def visits(browser, address, site):
    """Every page, on a phone and then in a wide window: a page that remembers all, and the widths on the phone."""
    phone = browser.new_context(viewport=PHONE, has_touch=True)
    first = listening(phone)
    first.widths = {}
    for name, tab in zip(every_page(site), itertools.cycle([first, phone.new_page()])):  # one rests after the wheel
        tab.set_viewport_size(PHONE)
        opened(tab, address, name)
        first.widths[name] = tab.evaluate("document.documentElement.scrollWidth")
        tab.set_viewport_size({"width": 1300, "height": 1000})
        tab.mouse.wheel(0, 100_000)  # pictures far down load when they are near
    first.set_viewport_size({"width": 1300, "height": 1000})
    opened(first, address, "search.html?q=gradient")
    yield first
    phone.close()


def test_no_page_asks_another_host_or_complains(visits, address, site):
    assert visits.widths.keys() == set(every_page(site))
    assert [url for url in visits.asked if not url.startswith((address, "data:"))] == []
    assert visits.troubles == []


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


def test_no_page_scrolls_sideways_on_a_phone(visits, address):
    assert {name: width for name, width in visits.widths.items() if width > PHONE["width"]} == {}
    visits.set_viewport_size(PHONE)
    opened(visits, address, LESSON)
    visits.screenshot(path=ARTIFACTS / "book-phone.png")
    said = visits.get_by_role("group", name="not right yet").first.get_by_text("Your answer does exactly")
    assert said.bounding_box()["width"] > 0.7 * PHONE["width"], "what a report says has the width of the page"
