"""The gate explorer of lesson 05 in a real browser: holding a gate changes what the network recalls."""

from __future__ import annotations

import re

import pytest

from tests.course.browsing import ARTIFACTS, cell_with, expect, open_lesson, photograph, run_cell, unnamed_fields

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.fixture(scope="module")
def explorer(lab, page):
    """The cell of the explorer, after the cells that it needs."""
    open_lesson(page, lab, "05_gru")
    for needed in ("from coursekit.topics.gru.explorer import", "networks = [learn"):
        run_cell(page, cell_with(page, needed))
    cell = cell_with(page, "explore_gates(networks")
    run_cell(page, cell)
    cell.get_by_role("spinbutton", name="z held at").wait_for()
    cell.scroll_into_view_if_needed()
    return cell


def share(cell, name: str) -> int:
    """The share of right answers in percent that stands under the figure, once that speaks of this setting."""
    said = re.compile(rf"(\d+)% with {re.escape(name)}(?!\.?\d)")  # 0 is not the beginning of 0.5
    status = cell.get_by_role("status").filter(has_text=said)
    status.wait_for()
    return int(said.search(status.inner_text()).group(1))


def picture(cell, name: str):
    """The live figure, once its alternative text speaks of this setting."""
    shown = cell.locator(f".coursekit-live img[alt^='With {name} the network']")
    shown.wait_for()
    return shown


def test_a_held_gate_changes_the_figure_and_the_line_below_it(page, explorer):
    at_zero, free = share(explorer, "z held at 0"), share(explorer, "both gates free")
    drawn = picture(explorer, "z held at 0").get_attribute("src")
    explorer.screenshot(path=ARTIFACTS / "gate-explorer.png")
    assert at_zero < free - 30

    explorer.get_by_role("spinbutton", name="z held at").fill("1")
    page.keyboard.press("Tab")
    assert abs(share(explorer, "z held at 1") - 25) < 5  # nothing is ever written: chance
    assert picture(explorer, "z held at 1").get_attribute("src") != drawn
    photograph(page, "gate-explorer-z-1")

    explorer.get_by_label("hold the update gate z").uncheck()
    assert share(explorer, "both gates free") == free
    picture(explorer, "both gates free")


def test_every_control_has_a_name_and_works_by_keyboard(page, explorer):
    explorer.get_by_label("hold the update gate z").uncheck()
    field = explorer.get_by_role("spinbutton", name="r held at")
    field.focus()
    page.keyboard.press("ArrowUp")  # a step of 0.05, and to set a value is to hold the gate
    picture(explorer, "r held at 0.05")
    expect(explorer.get_by_label("hold the reset gate r")).to_be_checked()
    slider = explorer.locator(".noUi-handle").nth(1)
    slider.focus()
    page.keyboard.press("ArrowRight")
    picture(explorer, "r held at 0.1")
    for name in ("z held at", "r held at", "at step"):
        expect(explorer.get_by_role("slider", name=name, exact=True)).to_have_count(1)
    explorer.get_by_role("spinbutton", name="at step").fill("25")
    page.keyboard.press("Tab")
    explorer.get_by_label("flagged symbol").select_option("D")
    explorer.locator(".coursekit-live img[alt*='The D at step 25 is flagged']").wait_for()
    explorer.screenshot(path=ARTIFACTS / "gate-explorer-other-sequence.png")
    assert unnamed_fields(explorer.locator(".coursekit-live :is(input, select)")) == 0


def test_the_static_figure_stands_in_for_the_controls_on_paper(page, explorer):
    live, static = explorer.locator(".coursekit-live"), explorer.locator("[class^='coursekit-static'] img")
    expect(live).to_be_visible()
    expect(static).not_to_be_visible()
    page.emulate_media(media="print")
    expect(live).not_to_be_visible()
    expect(static).to_be_visible()
    assert static.get_attribute("alt").startswith("With z held at 0 the network")
    page.emulate_media(media="screen")


def test_reset_brings_the_first_picture_back(page, explorer):
    explorer.get_by_label("hold the reset gate r").uncheck()
    explorer.get_by_role("spinbutton", name="z held at").fill("0.5")
    page.keyboard.press("Tab")
    share(explorer, "z held at 0.5")
    explorer.get_by_role("button", name="reset").click()
    share(explorer, "z held at 0")
    expect(explorer.get_by_label("hold the reset gate r")).not_to_be_checked()
