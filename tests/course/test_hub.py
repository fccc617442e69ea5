"""A teacher and a student on a real JupyterHub, which docs/teaching/jupyterhub.md has set up: released with the mouse,
fetched, handed in, graded by the watcher, feedback read. One walk, since a hub is dear to start."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import quote

import nbformat
import pytest

from tests.course.browsing import chromium, photograph
from tests.course.hub import ACCOUNTS, Hub, running
from tests.course.learners import answer, right_answers
from tests.course.test_teacher import press
from tests.processes import until

pytestmark = [pytest.mark.browser, pytest.mark.nbgrader, pytest.mark.slow]

LESSON = "00_numerical_tools"
NAIVE = "def sigmoid(x):\n    return 1 / (1 + np.exp(-x))"
PATIENCE_MS = 120_000


@pytest.fixture
def hub(tmp_path: Path, isolated: None):
    with running(tmp_path) as started:
        yield started


def logged_in(browser, hub: Hub, who: str, next_page: str):
    """A window of somebody's own, at a page."""
    page = browser.new_context(viewport={"width": 1400, "height": 900}).new_page()
    page.set_default_timeout(PATIENCE_MS)
    page.goto(f"{hub.address}/hub/login?next={quote(next_page, safe='')}")
    page.fill("#username_input", who)
    page.fill("#password_input", "whatever")
    page.click("#login_submit")
    return page


def mode(place: Path) -> int:
    return place.stat().st_mode & 0o7777


def test_released_handed_in_graded_and_read(hub):
    formgrader = "/services/rnn/formgrader/manage_assignments"
    home, course = hub.home / "ada", hub.home / "grader-rnn" / "rnn"
    with chromium() as browser:
        ada = logged_in(browser, hub, "ada", "/hub/spawn")  # her server starts while the teacher is at work
        prof = logged_in(browser, hub, "prof", formgrader)
        press(prof, "release", LESSON)
        photograph(prof, "hub-1-released")

        refused = ada.request.get(f"{hub.address}{formgrader}")
        assert refused.status == 403, "a student does not enter the course's server"
        ada.wait_for_url("**/user/ada/**")
        ada.goto(f"{hub.address}/user/ada/lab")
        ada.get_by_role("menuitem", name="Nbgrader").click()
        offered = [label for label in ada.locator(".lm-Menu-itemLabel").all_inner_texts() if label]
        assert offered == ["Assignment List", "Course List"], "formgrader is for teachers"
        assert ada.request.get(f"{hub.address}/user/ada/formgrader").status == 404
        ada.get_by_role("menuitem", name=re.compile("^Assignment List")).first.click()
        ada.locator("#released_assignments_list").get_by_role("button", name="Fetch").click()
        submit = ada.locator("#fetched_assignments_list").get_by_role("button", name="Submit")
        submit.wait_for()

        fetched = home / "rnn" / LESSON / f"{LESSON}.ipynb"  # she types her answers
        nb = answer(nbformat.read(fetched, as_version=4), right_answers(LESSON) | {"sigmoid": NAIVE})
        nbformat.write(nb, fetched)
        assert fetched.stat().st_uid == ACCOUNTS["ada"]
        submit.click()
        submitted = ada.locator("#submitted_assignments_list")
        submitted.get_by_text("UTC").wait_for()
        photograph(ada, "hub-2-handed-in")

        def fed_back() -> bool:
            assert not hub.said(" ignored: ") and not hub.said(" waiting: "), hub.log.read_text()[-3000:]
            submitted.get_by_role("button", name="Fetch Feedback").click()  # it is there before the feedback is
            ada.wait_for_timeout(1000)
            return submitted.get_by_text("view feedback").count() > 0

        until(fed_back, 240, lambda: f"{submitted.inner_text()}\n{hub.log.read_text(errors='replace')[-3000:]}")
        photograph(ada, "hub-3-feedback-fetched")
        [sheet] = (home / "rnn" / LESSON / "feedback").glob(f"*/{LESSON}.html")
        ada.goto(f"{hub.address}/user/ada/files/{quote(sheet.relative_to(home).as_posix())}")
        ada.get_by_text("Try 1 of 5 in 24 hours.").wait_for()
        ada.get_by_text("an exponential that overflows for negative numbers").first.wait_for()
        photograph(ada, "hub-4-feedback")

        prof.goto(f"{hub.address}/services/rnn/formgrader/manage_submissions/{LESSON}")
        prof.locator("tr", has_text="ada").get_by_text("7.6 / 8").wait_for()
        photograph(prof, "hub-5-points")

    # What the page's table says keeps people apart.
    exchange = hub.exchange / "rnn"
    assert (mode(hub.exchange), mode(exchange / "inbound"), mode(exchange / "feedback")) == (0o1777, 0o2733, 0o711)
    assert mode(course) & 0o077 == 0 and mode(course / ".coursekit-secret") & 0o077 == 0
    assert {place.stat().st_uid for place in (exchange, course, course / "gradebook.db")} == {ACCOUNTS["grader-rnn"]}
    [hand_in] = (exchange / "inbound").iterdir()
    assert hand_in.stat().st_uid == ACCOUNTS["ada"] and len(hand_in.name.split("+")[3]) == 12, "nine bytes in base 64"
    graded = f"{LESSON} ada graded: 7.6 of 8 points; Try 1 of 5 in 24 hours; feedback "
    until(lambda: hub.said(graded), seen=lambda: hub.log.read_text(errors="replace"))  # said after it is released
