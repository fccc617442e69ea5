"""Parts of a notebook, made from data that is known to fit: nbformat spends a millisecond on checking each."""

from __future__ import annotations

from typing import Any

from nbformat import NotebookNode, from_dict

from coursekit.lessons.cells import NBGRADER


def cell(kind: str, source: str, name: str = "", grade_id: str | None = None) -> NotebookNode:
    """A cell. name: its id. grade_id: which cell of the assignment it claims to be."""
    metadata = NotebookNode() if grade_id is None else NotebookNode({NBGRADER: NotebookNode(grade_id=grade_id)})
    made = NotebookNode(cell_type=kind, id=name, metadata=metadata, source=source)
    if kind == "code":
        made.update(outputs=[], execution_count=None)
    return made


def notebook(cells: list[NotebookNode]) -> NotebookNode:
    """A notebook of version 4.5."""
    return NotebookNode(nbformat=4, nbformat_minor=5, metadata=NotebookNode(), cells=cells)


def stream(name: str, text: str) -> NotebookNode:
    """Text that a cell wrote; name: "stdout" or "stderr"."""
    return NotebookNode(output_type="stream", name=name, text=text)


def error(name: str, message: str, lines: list[str]) -> NotebookNode:
    """How a cell failed."""
    return NotebookNode(output_type="error", ename=name, evalue=message, traceback=lines)


def display(data: dict[str, str], result: bool = False) -> NotebookNode:
    """What a cell showed, by MIME type; result: as the value of its last line."""
    kind: dict[str, Any] = {"execution_count": None} if result else {}
    output_type = "execute_result" if result else "display_data"
    return NotebookNode(output_type=output_type, data=NotebookNode(data), metadata=NotebookNode(), **kind)


def copied(nb: NotebookNode) -> NotebookNode:
    """A deep copy."""
    return from_dict(nb)
