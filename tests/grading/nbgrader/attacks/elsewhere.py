"""Right answers that do not stand where they belong, and edits of cells that nobody should be accused for."""

from __future__ import annotations

import nbformat
from nbformat.v4 import new_code_cell

from .case import CHECK, COUNT_ONLY, PERSON, RIGHT, UNREAD, cases, changed, of, without


def place_of(nb, name):
    return next(n for n, c in enumerate(nb.cells) if c.metadata.get("nbgrader", {}).get("grade_id") == name)


def untouched(nb):
    """Give gru_step's cell back as it was handed out. Returns what stood in it."""
    source = of(nb, "gru_step").source
    of(nb, "gru_step").source = 'def gru_step(x, h, params):\n    """One step."""\n    raise NotImplementedError()'
    return source


def as_kind(kind, fence=False):
    def change(nb):
        cell = of(nb, "gru_step")
        made = {"cell_type": kind, "id": cell.id, "metadata": cell.metadata, "source": cell.source}
        made["source"] = f"```python\n{cell.source}\n```" if fence else cell.source
        nb.cells[place_of(nb, "gru_step")] = nbformat.from_dict(made)

    return change


def below(nb):
    source = untouched(nb)
    nb.cells.insert(place_of(nb, "gru_step") + 1, new_code_cell(source))


def above(nb):
    source = untouched(nb)
    nb.cells.insert(place_of(nb, "gru_step"), new_code_cell(source))


def below_the_check(nb):
    source = untouched(nb)
    nb.cells.insert(place_of(nb, CHECK) + 1, new_code_cell(source))


def at_the_end_in_two_cells(nb):
    head, _, tail = untouched(nb).partition("def gru_step")
    nb.cells += [new_code_cell(head), new_code_cell("def gru_step" + tail)]


def inside_the_check(nb):
    of(nb, CHECK).source = f"{untouched(nb)}\ncheck(gru_step)"


def retyped(nb):
    source = of(nb, "gru_step").source
    nb.cells.insert(place_of(nb, CHECK) + 1, new_code_cell(source))
    without(nb, "gru_step")


def split(nb):
    place = place_of(nb, "gru_step")
    head, found, tail = nb.cells[place].source.partition("    return (1 - z)")
    nb.cells[place].source = head
    nb.cells.insert(place + 1, new_code_cell(found + tail))


def merged(nb):
    of(nb, "gru_step").source += f"\ncheck(gru_step)\n{of(nb, 'gru_parameter_count').source}"
    without(nb, CHECK)
    without(nb, "gru_parameter_count")


def two_answers(nb):
    source = untouched(nb)
    nb.cells += [new_code_cell(source), new_code_cell("def gru_step(x, h, params): return h")]


def words(nb):
    untouched(nb)
    as_kind("markdown")(nb)


def copies(**files):
    """An untouched notebook, and others beside it by file name, each a change of the solution."""

    def hand_in(course, student):
        course.hand_in(student, course.released)
        for name, change in files.items():
            nb = course.solution
            change(nb)
            course.hand_in(student, nb, name=f"{name}.ipynb")

    return hand_in


def other_answer(nb):
    of(nb, "gru_step").source = "def gru_step(x, h, params): return h"


MOVED = {
    "a raw cell": as_kind("raw"),
    "a Markdown cell": as_kind("markdown"),
    "a Markdown cell with a fence": as_kind("markdown", fence=True),
    "a cell above": above,
    "a cell below": below,
    "a cell below its check": below_the_check,
    "two cells at the end": at_the_end_in_two_cells,
    "inside its check": inside_the_check,
    "deleted and typed again": retyped,
    "split within a function": split,
    "merged with its check and the next answer": merged,
}
CASES = [
    *cases("faulty", RIGHT, {name: changed(change) for name, change in MOVED.items()}),
    *cases("faulty", (PERSON, 1.0), {"two different answers elsewhere": changed(two_answers)}),
    *cases("faulty", COUNT_ONLY, {"the stub as text": changed(words)}),
    *cases(
        "faulty",
        RIGHT,
        {
            "an untouched notebook and a copy": copies(**{"mini-Copy1": lambda nb: None}),
            "an untouched notebook and a download": copies(**{"mini (1)": lambda nb: None}),
            "an untouched notebook and two equal ones": copies(
                solved=lambda nb: None, **{"mini solved": lambda nb: None}
            ),
        },
    ),
    *cases("faulty", UNREAD, {"an untouched notebook and two answers": copies(one=lambda nb: None, two=other_answer)}),
]
