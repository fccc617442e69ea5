"""The layout of the book in a real browser: columns that stand apart, lines that fit, text that is not faint."""

from __future__ import annotations

import pytest

from tests.book.conftest import LESSONS
from tests.course.browsing import CHROMIUM

pytestmark = [pytest.mark.browser, pytest.mark.slow]
pytestmark += [pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine")]  # before the book is built

GAPS = """[...document.querySelectorAll(".cell_output table tr")].flatMap(row => {
    const written = [...row.cells].filter(cell => cell.innerText.trim()).map(cell => {
        const range = document.createRange();
        range.selectNodeContents(cell);
        return range.getBoundingClientRect();
    });
    return written.slice(1).map((one, k) => one.left - written[k].right);
})"""
"""Pixels between the words of one column and those of the next, in every row of every table that a cell shows."""

CUT_OFF = """[...document.querySelectorAll(".cell_input pre")]
    .filter(code => code.scrollWidth > code.clientWidth).map(code => code.innerText)"""

FAINT = r"""() => {
    const channels = colour => [...colour.match(/[\d.]+/g).map(Number), 1].slice(0, 4);
    const over = (top, below) => below.map((value, k) => (k < 3 ? top[k] * top[3] + value * (1 - top[3]) : 1));
    const luminance = colour => [0.2126, 0.7152, 0.0722].reduce((sum, share, k) => {
        const c = colour[k] / 255;
        return sum + share * (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4);
    }, 0);
    const chain = element => element ? [...chain(element.parentElement), getComputedStyle(element)] : [];
    const faint = [], walker = document.createTreeWalker(document.querySelector("article"), NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) {
        const element = walker.currentNode.parentElement, words = walker.currentNode.textContent.trim();
        const other = element.closest("script, style, svg, [aria-hidden=true], mjx-container, .headerlink");
        if (!words || other || !element.getClientRects().length) continue;
        const styles = chain(element), own = channels(styles.at(-1).color);
        own[3] *= styles.reduce((opacity, style) => opacity * parseFloat(style.opacity), 1);
        const paper = styles.map(style => channels(style.backgroundColor));
        const behind = paper.reduce((below, top) => over(top, below), [255, 255, 255, 1]);
        const [light, dark] = [over(own, behind), behind].map(luminance).sort((a, b) => b - a);
        if ((light + 0.05) / (dark + 0.05) < 4.5) faint.push(words.slice(0, 60));
    }
    return faint;
}"""
"""Texts of a page whose contrast (WCAG 2.2) is below 4.5."""


def opened(page, address: str, name: str):
    page.goto(f"{address}/{name}")
    page.wait_for_load_state("networkidle")
    return page


@pytest.mark.parametrize("lesson", LESSONS)
def test_columns_of_what_was_measured_stand_apart(page, address, lesson):
    gaps = opened(page, address, f"lessons/{lesson}.html").evaluate(GAPS)
    assert len(gaps) > 5 and min(gaps) >= 8


@pytest.mark.parametrize("lesson", LESSONS)
def test_a_line_of_120_characters_fits_a_wide_window(page, address, lesson):
    page.set_viewport_size({"width": 1720, "height": 1000})
    assert opened(page, address, f"lessons/{lesson}.html").evaluate(CUT_OFF) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", ["index", f"lessons/{LESSONS[0]}", "reference/reference", "about/comparison"])
def test_no_text_is_faint(page, address, scheme, name):
    page.emulate_media(color_scheme=scheme)
    opened(page, address, f"{name}.html")
    page.evaluate("document.querySelectorAll('article details').forEach(part => { part.open = true; })")
    assert page.evaluate(FAINT) == []


def test_faint_text_would_be_seen(page, address):
    opened(page, address, "index.html").add_style_tag(content="article p { opacity: 0.4 }")
    assert page.evaluate(FAINT) != []
