"""Several notebooks of one lesson in one folder: which of them somebody has worked in."""

from __future__ import annotations

from collections.abc import Mapping

from nbformat import NotebookNode

from coursekit.grading.submission.elsewhere import is_untouched
from coursekit.grading.submission.handed_out import HandedOut


def answered(found: Mapping[str, NotebookNode], released: NotebookNode | HandedOut) -> dict[str, NotebookNode]:
    """The notebooks that hold answers, one of each content.

    found:    notebooks by file name.
    released: the notebook as it was handed out.
    """
    touched = {name: nb for name, nb in found.items() if not is_untouched(released, nb)}
    different = {tuple((cell.cell_type, cell.source) for cell in nb.cells): name for name, nb in touched.items()}
    return {name: found[name] for name in different.values()}
