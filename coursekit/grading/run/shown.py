"""What the cells of a notebook showed, as outputs for people: text and PNG only, up to a total that a page can hold."""

from __future__ import annotations

import base64

from nbformat import NotebookNode

from coursekit.grading import nodes, png
from coursekit.grading.run.sandbox import CellResult, Shown

MAX_BYTES = 16 << 20
"""Text and pictures of all cells of one notebook."""

MAX_PICTURES = 100

MAX_REMARKS = 3
"""Of statements that one cell could not run."""

NOT_RUN = "Not run while grading: "
"""How a remark on such a statement begins."""

MAX_PIXELS = 100_000_000
"""Of all pictures of one notebook: what a browser makes 400 MB of. A figure of a lesson has half a million."""


class Outputs:
    """The outputs of one notebook, and how much room is left. What does not fit is left out with a remark.

    by_cell: by cell id, nbformat outputs made here from checked data.
    """

    def __init__(self) -> None:
        self.by_cell: dict[str, list[NotebookNode]] = {}
        self._bytes, self._pictures, self._pixels = MAX_BYTES, MAX_PICTURES, MAX_PIXELS

    def say(self, cell: str, sentence: str) -> None:
        """A remark of the grader in the place of what a cell shows."""
        self.by_cell[cell] = [nodes.stream("stdout", f"{sentence}\n")]

    def add(self, cell: str, result: CellResult) -> None:
        """What a cell showed and how it ended."""
        fit = [piece for piece in result.shown if self._fits(piece)]
        outputs = [_output(piece) for piece in fit]
        if result.cut:
            outputs.append(nodes.stream("stdout", "The rest of what this cell shows was left out: it is too much.\n"))
        if len(fit) < len(result.shown):
            said = "Some of what this cell shows was left out: the cells of this notebook show too much together."
            outputs.append(nodes.stream("stdout", f"{said}\n"))
        if result.passed:
            outputs.append(nodes.stream("stdout", _passed_over(result)))
        end = _end(result)
        if end is not None and (result.status != "error" or self._take(_size(end))):
            outputs.append(end)
        self.by_cell[cell] = outputs

    def _fits(self, piece: Shown) -> bool:
        picture = piece.data.get("image/png", b"")
        many = bool(picture) * png.pixels(picture)
        if many > self._pixels or bool(picture) > self._pictures:
            return False
        if not self._take(len(piece.text) + sum(map(len, piece.data.values()))):
            return False
        self._pictures -= bool(picture)
        self._pixels -= many
        return True

    def _take(self, size: int) -> bool:
        fits = size <= self._bytes
        self._bytes -= size if fits else 0
        return fits


def _output(piece: Shown) -> NotebookNode:
    if piece.kind in ("stdout", "stderr"):
        return nodes.stream(piece.kind, piece.text)
    return nodes.display({kind: _encoded(content) for kind, content in piece.data.items()})


def _passed_over(result: CellResult) -> str:
    """What could not run, a line each; the first few, as what follows from them comes after."""
    told = [f"{NOT_RUN}`{piece.statement}` ({piece.reason})\n" for piece in result.passed[:MAX_REMARKS]]
    more = len(result.passed) - len(told)
    return "".join(told) + (f"Nor could {more} more of this cell.\n" if more else "")


def _end(result: CellResult) -> NotebookNode | None:
    """How a cell ended, if not well."""
    if result.status == "error":
        lines = result.traceback.splitlines() or [f"{result.ename}: {result.evalue}"]
        return nodes.error(result.ename, result.evalue, lines)
    return None if result.status == "ok" else nodes.error(result.status, result.reason, [result.reason])


def _size(output: NotebookNode) -> int:
    return sum(len(str(part)) for part in output.values())


def _encoded(content: str | bytes) -> str:
    return base64.b64encode(content).decode("ascii") if isinstance(content, bytes) else content
