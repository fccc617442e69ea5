"""The gradient explorer of lesson 03 in a real browser: a start is chosen, and the gradient reaches further."""

from __future__ import annotations

import pytest

from tests.course.browsing import ARTIFACTS, cell_with, expect, open_lesson, run_cell, unnamed_fields

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.fixture(scope="module")
def explorer(lab, page):
    open_lesson(page, lab, "03_vanishing_gradients")
    run_cell(page, cell_with(page, "from coursekit.topics.vanishing_gradients.explorer import"))
    cell = cell_with(page, "explore_gradients()")
    run_cell(page, cell)
    cell.get_by_role("spinbutton", name="update bias b_z").wait_for()
    cell.scroll_into_view_if_needed()
    return cell


def picture(cell, words: str):
    """The live figure, once its alternative text says this."""
    shown = cell.locator(f".coursekit-live img[alt*='{words}']")
    shown.wait_for()
    return shown


def test_a_bias_carries_the_gradient_further(page, explorer):
    before = picture(explorer, "GRU, b_z = 0: ").get_attribute("src")
    explorer.screenshot(path=ARTIFACTS / "gradient-explorer.png")
    explorer.get_by_role("spinbutton", name="update bias b_z").fill("5")
    page.keyboard.press("Tab")
    assert picture(explorer, "GRU, b_z = 5: 0.8").get_attribute("src") != before
    expect(explorer.get_by_role("status")).to_contain_text("GRU, b_z = 5: 0.99")


def test_every_control_has_a_name_and_works_by_keyboard(page, explorer):
    explorer.get_by_label("orthogonal W_hh").press("Space")
    picture(explorer, "RNN, orthogonal, radius = 0.6")
    slider = explorer.locator(".noUi-handle").first
    slider.focus()
    page.keyboard.press("ArrowRight")
    picture(explorer, "RNN, orthogonal, radius = 0.65")
    explorer.get_by_label("show the LSTM").uncheck()
    explorer.get_by_role("spinbutton", name="lag k").fill("10")
    page.keyboard.press("Tab")
    assert "LSTM" not in picture(explorer, "left after 10 steps back").get_attribute("alt")
    explorer.screenshot(path=ARTIFACTS / "gradient-explorer-changed.png")
    assert unnamed_fields(explorer.locator(".coursekit-live :is(input, select)")) == 0


def test_the_static_figure_stands_in_for_the_controls_on_paper(page, explorer):
    live, static = explorer.locator(".coursekit-live"), explorer.locator("[class^='coursekit-static'] img")
    expect(live).to_be_visible()
    expect(static).not_to_be_visible()
    page.emulate_media(media="print")
    expect(live).not_to_be_visible()
    expect(static).to_be_visible()
    assert "GRU, b_z = 0: " in static.get_attribute("alt")
    page.emulate_media(media="screen")
