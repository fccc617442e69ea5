"""Every page of a hostile submission, opened in a real browser by somebody who clicks all its links."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlsplit

import nbformat
import pytest
from nbgrader.api import Gradebook

from tests.course.browsing import chromium, photograph
from tests.grading.safe_markdown.allowed import faults
from tests.grading.safe_markdown.test_vectors import WRITTEN
from tests.grading.safe_markdown.vectors import EVIL, VECTORS

pytestmark = [
    pytest.mark.browser,
    pytest.mark.nbgrader,
    pytest.mark.slow,
    pytest.mark.usefixtures("isolated"),
]
CODE = """
from IPython.display import HTML, Javascript, Latex, Markdown, SVG, display
display(HTML("<img src=/logout onerror=alert(1)>"), Javascript("alert(1)"), Markdown("![](/logout)"))
display(Latex(r"$\\href{javascript:alert(1)}{x}$"))
display(SVG(data="<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>"))
print("\\x1b[31;1m<img src=/logout onerror=alert(1)>\\x1b[38;2;1;2;3m</pre><script>alert(1)</script> $\\\\href{x}{y}$")
class Evil(Exception): __name__ = "<img src=/logout>"
def gru_step(x, h, params):
    raise Evil("<img src=/logout onerror=alert(1)> $\\\\href{javascript:alert(1)}{x}$ \\x1b[31m")
raise Evil("<img src=/logout onerror=alert(1)>")
"""
COMMENT = f"Well <script>alert(1)</script> [named](javascript:alert(1)), ![]({EVIL}/x.png) ![](/logout)"
MATHJAX = "https://cdnjs.cloudflare.com/ajax/libs/mathjax/2.7.7/"
PAPER = "https://paper.test/gru"


@pytest.fixture(scope="module")
def course(copy_course, tmp_path_factory):
    """Graded, with feedback: eve wrote every vector in a cell of its own, and a teacher quoted her in a comment."""
    made = copy_course(tmp_path_factory.mktemp("hostile"))
    nb = made.answered(gru_step=CODE)
    texts = [f"{WRITTEN}\n[the paper]({PAPER})", *(vector for _, vector in VECTORS)]
    texts += ["\n\n".join(vector for kind, vector in VECTORS if kind == each) for each in dict(VECTORS)]
    nb.cells[:0] = [nbformat.v4.new_markdown_cell(text) for text in texts]
    made.hand_in("eve", nb)
    assert made.grade("-j", "1").returncode in (0, 1)
    with Gradebook(made.db_url) as book:
        book.find_comment("gru_step", "mini", "mini", "eve").manual_comment = COMMENT
        book.db.commit()
    made.run("generate_feedback", "mini")
    return made


class Visit:
    """What a browser did: dialogs that a script opened, and requests that left, with the page's own ones apart."""

    def __init__(self, context) -> None:
        self.dialogs: list[str] = []
        self.asked: list[str] = []
        self.referrers: list[str] = []
        context.on("dialog", self._dialog)
        context.route("**/*", self._route)
        context.set_default_timeout(60_000)
        self.page = context.new_page()

    def _dialog(self, dialog) -> None:
        self.dialogs.append(dialog.message)
        dialog.dismiss()

    def _route(self, route) -> None:
        url = route.request.url
        if url.startswith(MATHJAX):  # of formgrader's page itself
            route.abort()
            return
        self.asked.append(url)
        if self._is_strange(url):
            self.referrers.append(route.request.headers.get("referer", ""))
            route.abort()
        else:
            route.continue_()

    @staticmethod
    def _is_strange(url: str) -> bool:
        parts = urlsplit(url)
        return parts.hostname not in (None, "127.0.0.1") or parts.path.endswith("logout")

    @property
    def strange(self) -> list[str]:
        """Requests that no page of a teacher makes by itself."""
        return [url for url in self.asked if self._is_strange(url)]


@pytest.fixture
def visit():
    with chromium() as browser:
        yield Visit(browser.new_context(viewport={"width": 1100, "height": 1000}))


def touch_everything(visit: Visit, words: str) -> int:
    """Point at every element of a student's words, and click on all that a click could mean something to."""
    page = visit.page
    page.eval_on_selector_all(f"{words} *", "all => all.forEach(e => e.dispatchEvent(new MouseEvent('mouseover')))")
    links = page.locator(f"{words} a, {words} img, {words} button, {words} [id], {words} code")
    for link in links.all():
        link.dispatch_event("click")
    page.wait_for_timeout(2000)
    return page.locator(f"{words} a").count()


def assert_harmless(visit: Visit, words: str, at_least: int) -> None:
    """Nothing happens by itself; by clicks, only named web sites are asked, and are not told from where."""
    page = visit.page
    shown = page.locator(words)
    assert shown.count() >= at_least
    pieces = [piece.inner_html() for piece in shown.all()]
    for own in (' tabindex="-1"', "<b>Comment</b>"):  # what the page adds itself
        pieces = [piece.replace(own, "") for piece in pieces]
    assert [found for piece in pieces if (found := faults(piece))] == []
    assert visit.dialogs == visit.strange == []
    where = page.url
    assert touch_everything(visit, words) > 1
    assert visit.dialogs == [] and page.url == where
    assert PAPER in visit.strange and set(visit.referrers) == {""}
    outside = {urlsplit(url).hostname for url in visit.strange}
    assert not [name for name in outside if "." not in name or name.replace(".", "").isdigit()]
    assert "127.0.0.1" not in outside


def test_the_page_for_manual_grading(course, formgrader, visit):
    visit.page.goto(f"{formgrader}/formgrader/submissions/{course.submission_id('eve')}/")
    visit.page.wait_for_load_state("load")
    photograph(visit.page, "formgrader-written-answer")
    assert_harmless(visit, ".text_cell_render:has(.mathjax_ignore)", len(VECTORS))
    assert "<img src=/logout onerror=alert(1)>" in visit.page.locator(".output_wrapper").first.inner_text()


def test_the_feedback(course, visit):
    page = Path(course.root, "feedback", "eve", "mini", "mini.html")
    visit.page.goto(page.as_uri())
    photograph(visit.page, "feedback-written-answer")
    assert visit.page.locator(".comment .mathjax_ignore").inner_text().startswith("Well <script>")
    assert not [url for url in visit.asked if not url.startswith("file:")], "the page loads nothing"
    assert visit.page.locator("math").count() > 1
    assert_harmless(visit, ":is(.words, .comment):has(.mathjax_ignore)", len(VECTORS))


def test_the_policy_of_the_feedback_holds_by_itself(course, visit):
    """Were a script to get through one day, the page would still neither run it nor load anything."""
    page = Path(course.root, "feedback", "eve", "mini", "mini.html")
    evil = f"<script>alert(1)</script><img src=x onerror=alert(1)><img src={EVIL}/x.png><base href={EVIL}>"
    evil += f"<script src={EVIL}/x.js></script><iframe src={EVIL}></iframe><link rel=stylesheet href={EVIL}/x.css>"
    evil += "<a id=run href='javascript:alert(1)'>a</a>"
    changed = page.with_name("changed.html")
    changed.write_text(page.read_text().replace('<header id="top">', f'{evil}<header id="top">', 1))
    visit.page.goto(changed.as_uri())
    visit.page.locator("#run").dispatch_event("click")
    visit.page.wait_for_timeout(500)
    assert visit.dialogs == [] and visit.strange == []
    changed.write_text(changed.read_text().replace("Content-Security-Policy", "nothing"))
    visit.page.goto(changed.as_uri())
    visit.page.wait_for_timeout(500)
    assert visit.dialogs and visit.strange, "this test can fail"


def test_the_notebook_in_jupyterlab(course, serve, visit):
    base = serve(course, "jupyterlab")
    visit.page.goto(f"{base}/lab/tree/autograded/eve/mini/mini.ipynb")
    visit.page.wait_for_selector(".jp-MarkdownOutput .mathjax_process mjx-container", timeout=90_000)
    photograph(visit.page, "lab-written-answer")
    visit.page.locator(".jp-MarkdownOutput").first.hover()
    for _ in range(80):
        visit.page.mouse.wheel(0, 600)
        visit.page.wait_for_timeout(60)
    assert visit.dialogs == visit.strange == []
    assert visit.page.locator("mjx-container a").count() == 0
    touch_everything(visit, ".jp-MarkdownOutput")
    assert visit.dialogs == [] and "127.0.0.1" not in {urlsplit(url).hostname for url in visit.strange}
