"""The start page in JupyterLab's window: the map stays in sight, and on a phone the text has the room."""

from __future__ import annotations

import pytest

from tests.course.browsing import TOKEN, run_to_its_end, until_its_kernel_is_ready

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def test_the_map_stays_in_the_window_when_its_cell_is_run_again(page, lab):
    page.goto(f"{lab}/lab/tree/start.ipynb?token={TOKEN}")
    cell = page.locator(".jp-CodeCell", has_text="progress()").first
    drawn = page.locator("[aria-label^='Your progress']")
    until_its_kernel_is_ready(page)
    for key in ("Control+Enter", "Control+Enter", "Shift+Enter"):
        run_to_its_end(page, cell, key)
        drawn.wait_for()
        page.wait_for_timeout(1500)  # a window that scrolls has done so by now
        box = drawn.bounding_box()
        assert box["y"] > 0 and box["y"] + box["height"] < page.viewport_size["height"], (key, box)


def test_on_a_phone_the_text_is_wider_than_what_stands_beside_it(page, lab):
    before = page.viewport_size
    page.set_viewport_size({"width": 390, "height": 800})
    try:
        page.goto(f"{lab}/lab/tree/start.ipynb?token={TOKEN}")
        text = page.locator(".jp-MarkdownCell .jp-RenderedHTMLCommon").first
        text.wait_for(timeout=120_000)
        page.wait_for_timeout(3000)
        assert text.bounding_box()["width"] > 390 / 2
    finally:
        page.set_viewport_size(before)


@pytest.mark.parametrize("width", [800, 1400])
def test_the_list_of_headings_leaves_the_window_to_the_text(page, lab, width):
    before = page.viewport_size
    try:
        for each in (700, width):  # what was divided in a narrow window is restored in another one
            page.set_viewport_size({"width": each, "height": 1000})
            page.goto(f"{lab}/lab/tree/start.ipynb?token={TOKEN}")
            text = page.locator(".jp-MarkdownCell .jp-RenderedHTMLCommon").first
            text.wait_for(timeout=120_000)
            page.wait_for_timeout(3000)
            headings = page.locator("#jp-left-stack").bounding_box()["width"]
        assert 100 < headings < 0.3 * width
    finally:
        page.set_viewport_size(before)
