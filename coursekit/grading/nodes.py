"""Parts of a notebook, made from data that is known to fit: nbformat spends a millisecond on checking each."""

from __future__ import annotations

from typing import Any

from nbformat import NotebookNode

from coursekit.lessons.cells import NBGRADER

_PLAIN = frozenset({str, int, float, bool, type(None)})


def cell(kind: str, source: str, name: str = "", grade_id: str | None = None) -> NotebookNode:
    """A cell. name: its id. grade_id: which cell of the assignment it claims to be."""
    metadata = NotebookNode() if grade_id is None else NotebookNode({NBGRADER: NotebookNode(grade_id=grade_id)})
    if kind == "code":
        return NotebookNode(cell_type=kind, id=name, metadata=metadata, source=source, outputs=[], execution_count=None)
    return NotebookNode(cell_type=kind, id=name, metadata=metadata, source=source)


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


def copied(node: NotebookNode) -> NotebookNode:
    """A deep copy of a notebook or a part of one: nbformat's `from_dict`, which calls itself for every value."""
    return NotebookNode({key: each if type(each) in _PLAIN else _copied(each) for key, each in node.items()})


def _copied(value: Any) -> Any:
    if isinstance(value, dict):
        return copied(value)
    if isinstance(value, (list, tuple)):
        return [each if type(each) in _PLAIN else _copied(each) for each in value]
    return value
