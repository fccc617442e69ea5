"""A small book, built once, and a browser that reads it from a server on this machine."""

from __future__ import annotations

import functools
import http.server
import threading
from pathlib import Path

import pytest

from tests.course.browsing import chromium
from tests.course.learners import ROOT
from tests.once import once

LESSONS = ("00_numerical_tools", "02_bptt")  # the shortest two; `make book` builds all


@pytest.fixture(scope="session")
def site(tmp_path_factory) -> Path:
    """The folder of the built pages. Several processes of one test run share it."""
    for package in ("sphinx", "furo", "myst_nb"):
        pytest.importorskip(package, reason=f"{package} is not installed (pip install -e .[book])")
    from book.site import build

    return once(tmp_path_factory, "book", lambda folder: build(ROOT, folder, LESSONS)) / "html"


@pytest.fixture(scope="session")
def address(site):
    """Where a server on this machine shows the site."""

    class Quiet(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *arguments) -> None:
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=site))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="module")  # while it is open, its event loop runs in this thread, and no other one can start
def browser():
    with chromium() as opened:
        yield opened


def listening(context):
    """A page of a window, which remembers what the window asked for and what went wrong there."""
    page = context.new_page()
    page.asked, page.troubles = [], []
    context.on("request", lambda request: page.asked.append(request.url))
    context.on("console", lambda said: said.type == "error" and page.troubles.append(said.text))
    context.on("weberror", lambda web: page.troubles.append(str(web.error)))
    return page


@pytest.fixture(scope="module")
def tab(browser):
    """One for all tests of a file: in a new one, the scripts that all pages share take longer than a lesson."""
    window = browser.new_context()
    yield listening(window)
    window.close()


@pytest.fixture
def page(tab):
    """A page as fresh as in a new window."""
    tab.set_viewport_size({"width": 1300, "height": 1000})
    tab.emulate_media(color_scheme="light")
    tab.goto("about:blank")
    tab.asked.clear()
    tab.troubles.clear()
    yield tab
    tab.evaluate("localStorage.clear(); sessionStorage.clear()")
