"""A notebook as it was handed out, taken apart once for all who hand it in."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property

from nbformat import NotebookNode

from coursekit.grading import nodes
from coursekit.grading.submission import from_scratch
from coursekit.lessons.cells import exercise_of, grade_id, is_answer


class HandedOut:
    """What every submission of a notebook is held against.

    notebook: as it was handed out; whoever changes it afterwards makes a new one of these.
    """

    def __init__(self, notebook: NotebookNode) -> None:
        self.notebook = notebook

    @classmethod
    def of(cls, notebook: NotebookNode | HandedOut) -> HandedOut:
        return notebook if isinstance(notebook, cls) else cls(notebook)

    @cached_property
    def cells(self) -> list[tuple[NotebookNode, str]]:
        """Each cell with its grade_id, "" for none."""
        return [(cell, grade_id(cell)) for cell in self.notebook.cells]

    @cached_property
    def answers(self) -> list[tuple[NotebookNode, str]]:
        """Those that a student fills in."""
        return [(cell, name) for cell, name in self.cells if name and is_answer(cell)]

    @cached_property
    def names(self) -> frozenset[str]:
        """Every grade_id."""
        return frozenset(name for _, name in self.cells if name)

    @cached_property
    def kinds(self) -> Mapping[str, str]:
        """Types of cells by grade_id."""
        return {name: cell.cell_type for cell, name in self.cells if name}

    @cached_property
    def sources(self) -> frozenset[str]:
        """What the cells hold, without the space around it."""
        return frozenset(cell.source.strip() for cell, _ in self.cells)

    @cached_property
    def anchors(self) -> list[str]:
        """What tells the place of each cell: its grade_id, or else its id."""
        return [name or cell.get("id", "") for cell, name in self.cells]

    @cached_property
    def places(self) -> Mapping[tuple[str, str], str]:
        """The anchors, by type and source, without the space around it."""
        cells = zip(self.cells, self.anchors, strict=True)
        return {(cell.cell_type, cell.source.strip()): anchor for (cell, _), anchor in cells}

    @cached_property
    def bare(self) -> NotebookNode:
        """A copy without outputs, tags and attachments."""
        nb = nodes.copied(self.notebook)
        for cell in nb.cells:
            if cell.cell_type == "code":
                cell.outputs, cell.execution_count = [], None
            for key in ("tags", "attachments"):
                cell.metadata.pop(key, None)
            cell.pop("attachments", None)
        return nb

    @cached_property
    def exercises(self) -> frozenset[str | None]:
        """Those that have a check."""
        return frozenset(exercise_of(cell) for cell, _ in self.cells)

    @cached_property
    def given(self) -> Mapping[str, list[str]]:
        """The finished things that the notebook itself uses, and those of them in the cells of its answers."""
        code = [cell for cell, _ in self.cells if cell.cell_type == "code"]
        given = {name for cell in code for name in from_scratch.used(cell.source)}
        in_answers = {name for cell in code if is_answer(cell) for name in from_scratch.used(cell.source)}
        return {"given": sorted(given), "given_in_answers": sorted(in_answers)}
