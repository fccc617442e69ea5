"""A notebook with one answer and its check, graded."""

from __future__ import annotations

from nbformat.v4 import new_code_cell, new_notebook

from coursekit.checking import registry
from coursekit.grading.run.notebook import Graded, grade_notebook


def graded(server, name: str, source: str, earlier: str = "") -> Graded:
    """earlier: a cell of the student's own, before the answer."""
    own = {"grade_id": name, "solution": True, "grade": False}
    check = {"grade_id": f"check_{name}", "solution": False, "grade": True, "points": registry.get(name).points}
    cells = [
        new_code_cell(earlier, id="own-0"),
        new_code_cell(source, metadata={"nbgrader": own}, id=name),
        new_code_cell(f"check({name})", metadata={"nbgrader": check}, id=f"check_{name}"),
    ]
    return grade_notebook(new_notebook(cells=cells), server, lambda name: 3)
