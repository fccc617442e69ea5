"""A report that stands on a notebook page while the rest of it is still being looked for.

What takes longest comes last: which small change of the right answer gives a wrong one's numbers. Until that is known
the report is shown without it, and then taken away again: the whole report is the cell's result, as always.
"""

from __future__ import annotations

import os
import sys
from typing import Any

from coursekit.checking.report import Report


class FirstLook:
    """with FirstLook() as look: look.show(report) shows a report until the block ends, in a notebook that runs."""

    def __init__(self) -> None:
        self._shown: Any = None

    def __enter__(self) -> FirstLook:
        return self

    def show(self, report: Report) -> None:
        if self._shown is None and _in_a_kernel():
            self._shown = sys.modules["IPython.display"].DisplayHandle()
            self._shown.display({"text/html": report._repr_html_(), "text/plain": report.text}, raw=True)

    def __exit__(self, *error: object) -> None:
        if self._shown is not None:
            self._shown.update({"text/html": "", "text/plain": ""}, raw=True)


def _in_a_kernel() -> bool:
    """Whether somebody looks at a page that a kernel can write to. IPython is not imported for it."""
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython is not None else None
    graded = "NBGRADER_EXECUTION" in os.environ
    return getattr(shell, "kernel", None) is not None and "IPython.display" in sys.modules and not graded
