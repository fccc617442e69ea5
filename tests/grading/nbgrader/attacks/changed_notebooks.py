"""Notebooks in which more was changed than the answers: tags, points, checks, order, outputs."""

from __future__ import annotations

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell

from .case import CHECK, COUNT_ONLY, NOTHING, UNREAD, cases, changed, of


def skipped(nb):
    of(nb, CHECK).metadata["tags"] = ["skip-execution"]
    of(nb, "gru_step").source = "# nothing"


def shown_score(nb):
    of(nb, "gru_step").source = "# nothing"
    of(nb, CHECK).outputs = [nbformat.v4.new_output("execute_result", data={"text/plain": "4.0"}, execution_count=1)]


def own_check(nb):
    of(nb, "gru_step").source = "# nothing"
    of(nb, CHECK).source = "4.0"


def more_points(nb):
    of(nb, "gru_step").source = "# nothing"
    of(nb, CHECK).metadata.nbgrader.points = 400
    of(nb, "check_gru_parameter_count").metadata.nbgrader.points = 400


def not_graded(nb):
    of(nb, "gru_step").source = "# nothing"
    of(nb, CHECK).metadata.nbgrader.grade = False


def markdown_check(nb):
    of(nb, "gru_step").source = "# nothing"
    place = nb.cells.index(of(nb, CHECK))
    own = dict(nb.cells[place].metadata.nbgrader) | {"cell_type": "markdown"}
    nb.cells[place] = new_markdown_cell("4.0", metadata={"nbgrader": own})


def reversed_cells(nb):
    of(nb, "gru_step").source = "# nothing"
    nb.cells.reverse()


def another_kernel(nb):
    of(nb, "gru_step").source = "# nothing"
    nb.metadata.kernelspec = {"name": "bash", "display_name": "Bash", "language": "bash"}


def seven_thousand_cells(nb):
    nb.cells += [new_code_cell("pass") for _ in range(7000)]


def script(nb):
    of(nb, "gru_step").source = "# <script>alert(1)</script>\nfrom IPython.display import HTML, Javascript, display\n"
    of(nb, "gru_step").source += "display(HTML('<script>alert(2)</script>'), Javascript('alert(3)'))\n"
    of(nb, "gru_step").source += "print('<script>alert(4)</script>')\n"
    of(nb, "gru_step").source += "class R:\n    def _repr_svg_(s): return '<svg onload=alert(5)>'\nR()"
    nb.cells.insert(
        0, new_markdown_cell("<script>alert(6)</script><img src=x onerror=alert(7)> [a](javascript:alert(8))")
    )


def disguised_links(nb):
    """Markdown that is harmless until a page has rendered it: addresses in entities, pictures that ask a server."""
    of(nb, "gru_step").source = "# nothing"
    text = "[a](jav&#x61;script:alert(1)) [b](javascript&colon;alert(2)) ![](/logout) ![](http://evil.test/x.png)\n\n"
    text += "$\\def\\y{\\href}\\y{javascript:alert(3)}{x}$ <a href='data:text/html,<script>alert(4)</script>'>c</a>"
    nb.cells.insert(0, new_markdown_cell(text))
    nb.cells.insert(1, new_markdown_cell("![a picture that is not there](attachment:x.png)"))


def mutating_markup(nb):
    """HTML that a sanitiser and a browser may read differently."""
    of(nb, "gru_step").source = "# nothing"
    text = "<math><mtext><table><mglyph><style><!--</style><img title='--&gt;&lt;img src=1 onerror=alert(1)&gt;'>"
    nb.cells.insert(0, new_markdown_cell(text))
    nb.cells.insert(1, new_markdown_cell("<div>a&#13;&#13;<img src=x onerror=alert(2)></div>"))
    nb.cells.insert(2, new_markdown_cell("<noscript><p title='</noscript><img src=x onerror=alert(3)>'>"))


CHANGES = {
    "a tag that skips the check": skipped,
    "a score in the handed-in output": shown_score,
    "a check that is a number": own_check,
    "more points than there are": more_points,
    "a check that is not graded": not_graded,
    "a check that is text": markdown_check,
    "cells in reverse": reversed_cells,
    "another kernel": another_kernel,
    "scripts in outputs and text": script,
    "links and pictures in disguise": disguised_links,
    "markup that changes when it is read": mutating_markup,
}
CASES = [
    *cases("hostile", COUNT_ONLY, {name: changed(change) for name, change in CHANGES.items()}),
    *cases("hostile", NOTHING, {"no code at all": changed(lambda nb: None, "released")}),
    *cases("hostile", UNREAD, {"seven thousand cells": changed(seven_thousand_cells)}),
]
