"""The page in a real browser: three widths, light, dark and paper, sorted by mouse and keyboard, without a script."""

from __future__ import annotations

import dataclasses

import pytest

from coursekit.grading.report.page import page
from tests.course.browsing import chromium, expect

pytestmark = [pytest.mark.browser, pytest.mark.slow]
WIDTHS = (420, 800, 1400)


@pytest.fixture(scope="module")
def browser():
    with chromium() as browser:
        yield browser


@pytest.fixture
def written(group, tmp_path):
    """Pages about one and about two assignments, with long names and links that lead somewhere."""
    place = tmp_path / "feedback" / "ada 100%?#" / "05_gru" / "05_gru.html"
    place.parent.mkdir(parents=True)
    place.write_text("<title>here it lies</title>")
    ada, *others = group.students
    ada = dataclasses.replace(ada, full_name="Ada Augusta " * 8, files={"feedback": place})
    first = dataclasses.replace(group, students=(ada, *others))
    second = dataclasses.replace(first, assignment="06_gru_backward")
    folder = tmp_path / "reports"
    folder.mkdir()
    (folder / "one.html").write_text(page(first, folder=folder), encoding="utf-8")
    (folder / "two.html").write_text(page(first, second, folder=folder), encoding="utf-8")
    return folder


@pytest.fixture
def opened(browser, written):
    """Opens a page; after the test nobody has complained."""
    said, contexts = [], []

    def open_page(name, width=1400, **more):
        contexts.append(browser.new_context(viewport={"width": width, "height": 900}, **more))
        shown = contexts[-1].new_page()
        shown.on("console", lambda message: said.append(message.text))
        shown.on("pageerror", lambda error: said.append(str(error)))
        shown.goto((written / f"{name}.html").as_uri())
        return shown

    yield open_page
    for context in contexts:
        context.close()
    assert said == []


def column(shown, table, number):
    cells = shown.locator(f"{table} tbody tr > :nth-child({number})")
    return [text.split()[0] for text in cells.all_inner_texts()]


@pytest.mark.parametrize("name", ["one", "two"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_page_is_wider_than_its_window(opened, name, scheme):
    for width in WIDTHS:
        shown = opened(name, width, color_scheme=scheme)
        assert shown.evaluate("document.documentElement.scrollWidth") <= width
        ink, paper = shown.evaluate(
            "[getComputedStyle(document.body).color, getComputedStyle(document.body).background]"
        )
        assert ink != paper.partition(") ")[0] + ")"
        shown.emulate_media(media="print")
        assert shown.evaluate("document.documentElement.scrollWidth") <= max(width, 800)


def test_on_a_telephone_every_number_has_its_name_beside_it(opened):
    shown = opened("one", 420)
    mark = shown.locator("table.students tbody tr").first.locator("td.mark").first
    label = mark.evaluate("cell => getComputedStyle(cell, '::before').content")
    assert label == '"gru_step"' and mark.bounding_box()["width"] > 300
    assert (
        opened("one", 800).locator("td.mark").first.evaluate("c => getComputedStyle(c, '::before').content") == "none"
    )


def test_a_click_sorts_and_another_one_the_other_way(opened):
    shown = opened("one")
    head = shown.get_by_role("columnheader", name="points", exact=True)
    head.get_by_role("button").click()
    assert head.get_attribute("aria-sort") == "ascending"
    rising = column(shown, "table.students", 1)
    head.get_by_role("button").click()
    assert head.get_attribute("aria-sort") == "descending"
    falling = column(shown, "table.students", 1)
    assert rising[-1] == falling[-1] == "eve", "what is not known stands last, either way"
    assert rising[:-1] == falling[-2::-1] and falling[0] == "ada"


def test_the_keyboard_sorts_too(opened):
    for width in WIDTHS:
        shown = opened("one", width)
        head = shown.locator("table.students thead th").first
        button = head.get_by_role("button")
        button.focus()
        shown.keyboard.press("Enter")
        shown.keyboard.press("Space")
        assert head.get_attribute("aria-sort") == "descending"
        assert column(shown, "table.students", 1) == ["eve", "dan", "cyd", "bob", "ada"]
        assert button.evaluate("(b) => b === document.activeElement"), "the focus stays where it was"
        assert shown.locator("[aria-sort]").count() == 1


def test_without_a_script_the_page_is_whole(opened):
    shown = opened("one", java_script_enabled=False)
    assert shown.get_by_role("button").count() == 0
    assert column(shown, "table.students", 1) == ["ada", "bob", "cyd", "dan", "eve"]


def long(group, written, students=450):
    ada = group.students[0]
    many = tuple(dataclasses.replace(ada, name=f"s{number:04d}") for number in range(students))
    (written / "long.html").write_text(page(dataclasses.replace(group, students=many)), encoding="utf-8")


def shown_names(page):
    return page.locator("table.students tbody tr:visible > th").all_inner_texts()


def test_a_long_class_is_shown_a_page_at_a_time_found_by_name_and_sorted_as_a_whole(opened, group, written):
    long(group, written)
    shown = opened("long")
    assert shown_names(shown) == [f"s{number:04d}" for number in range(200)]
    on, back = shown.get_by_role("button", name="on ›"), shown.get_by_role("button", name="‹ back")
    on.click()
    on.click()
    assert shown_names(shown) == [f"s{number:04d}" for number in range(400, 450)] and on.is_disabled()
    assert shown.get_by_role("status").inner_text() == "401 to 450 of 450"
    back.click()
    assert shown_names(shown)[0] == "s0200"
    shown.get_by_role("searchbox").fill("S044")
    assert shown_names(shown) == [f"s{number:04d}" for number in range(440, 450)]
    shown.get_by_role("searchbox").fill("")
    head = shown.locator("table.students thead th").first.get_by_role("button")
    head.click()
    head.click()
    assert shown_names(shown)[:2] == ["s0449", "s0448"] and len(shown_names(shown)) == 200


def test_without_a_script_a_long_class_is_whole(opened, group, written):
    long(group, written)
    for width in WIDTHS:
        assert len(shown_names(opened("long", width, java_script_enabled=False))) == 450


def test_another_script_does_not_run(opened, written):
    path = written / "one.html"
    text = path.read_text(encoding="utf-8")
    evil = "<script>document.title = 'mine'</script><p onclick='1'><img src=x onerror=\"document.title = 'mine'\">"
    (written / "evil.html").write_text(text.replace("</footer>", f"</footer>{evil}"), encoding="utf-8")
    context = opened("one").context
    shown = context.new_page()
    shown.goto((written / "evil.html").as_uri())
    assert shown.title() == "05_gru: class report"
    assert shown.get_by_role("button").count() > 0, "ours does"


def test_links_lead_to_the_files_and_the_summary_to_its_parts(opened):
    shown = opened("two")
    shown.get_by_role("link", name="06_gru_backward").click()
    assert shown.evaluate("document.querySelector(':target h2').textContent") == "06_gru_backward"
    shown.get_by_role("link", name="feedback").first.click()
    expect(shown).to_have_title("here it lies")
