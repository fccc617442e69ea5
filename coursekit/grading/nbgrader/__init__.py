"""The trusted grader as nbgrader configuration: `nbgrader autograde` and the formgrader's buttons use it.

    from coursekit.grading.nbgrader import configure

    c = get_config()
    configure(c)

Each file hands a step of nbgrader's to the stages: collect.py copying what was handed in, reading.py reading it,
preprocessors.py grading it and writing rows, pages.py the pages that show it.
"""

from __future__ import annotations

import os
from typing import Any

IN_KERNEL = "COURSEKIT_CHECK_IN_KERNEL"
"""Environment variable: set to 1, stock nbgrader may run the checks in the student's own kernel."""

_HERE = "coursekit.grading.nbgrader.preprocessors"
_PAGES = "coursekit.grading.nbgrader.pages"
_STOCK = "nbgrader.preprocessors"


def configure(c: Any, *, trusted: bool = True) -> None:
    """Set nbgrader up for this course.

    c:       the configuration that `get_config()` gives in nbgrader_config.py.
    trusted: grade in the sandbox, with draws that no student knows. False lets stock nbgrader run the checks in the
             kernel of the student, who can then give themselves any score: only for a class that is trusted.
    """
    if not trusted:
        os.environ[IN_KERNEL] = "1"
        return
    os.environ.pop(IN_KERNEL, None)
    # DeduplicateIds is left out: it makes one copied cell end a whole batch. The canonical copy has no copied cells.
    c.Autograde.sanitize_preprocessors = [
        f"{_HERE}.Canonicalize",
        f"{_STOCK}.ClearOutput",
        f"{_STOCK}.OverwriteKernelspec",
        f"{_STOCK}.OverwriteCells",
        f"{_STOCK}.CheckCellMetadata",
    ]
    c.Autograde.autograde_preprocessors = [
        f"{_HERE}.TrustedExecute",
        f"{_STOCK}.LimitOutput",
        f"{_HERE}.TrustedSaveAutoGrades",
        f"{_STOCK}.AssignLatePenalties",
        f"{_STOCK}.CheckCellMetadata",
        f"{_HERE}.SafeWords",
    ]
    c.OverwriteCells.add_missing_cells = True
    c.Autograde.exporter_class = "coursekit.grading.nbgrader.reading.SafeExporter"
    c.Autograde.pre_convert_hook = "coursekit.grading.nbgrader.reading.prepare"
    # Pages are made of autograded notebooks, and one that an older version has left is no safer than what it quotes.
    c.HTMLExporter.preprocessors = [f"{_PAGES}.SafePage"]
    c.GenerateFeedback.exporter_class = f"{_PAGES}.FeedbackExporter"
    c.GenerateFeedback.preprocessors = [
        f"{_STOCK}.GetGrades",
        f"{_PAGES}.BookedNumbers",
        f"{_PAGES}.SafeComments",
    ]
    c.ExportApp.plugin_class = "coursekit.grading.nbgrader.export.UndecidedIsNoNumber"
    c.ExchangeFactory.collect = "coursekit.grading.nbgrader.collect.SafeCollect"
