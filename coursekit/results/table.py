"""Rows of results: an HTML table in a notebook, aligned text everywhere else.

    display(Table(["model", "bits"], [("bigram", 3.45), ("RNN", 2.05)]))

Printed lines are broken by a narrow window in the middle of a word or a number; the cells of a table are not.
"""

from __future__ import annotations

import numbers
from collections.abc import Iterable, Sequence
from typing import Any

from coursekit.results.numbers import number
from coursekit.templates import filled


class Table:
    """What was measured, a row for each thing. A number is said in three figures; text stands as it is given.

    columns: headings; the first column names the rows. rows: one entry for each column. caption: what is measured.
    Raises ValueError for a row of another length.
    """

    def __init__(self, columns: Sequence[str], rows: Iterable[Sequence[Any]], caption: str = "") -> None:
        self.columns, self.caption = tuple(columns), caption
        self.rows = [tuple(map(_said, row)) for row in rows]
        for row in self.rows:
            if len(row) != len(self.columns):
                raise ValueError(f"a row has {len(row)} entries for {len(self.columns)} columns: {row}")

    def __str__(self) -> str:
        lines = [self.columns, *self.rows]
        wide = [max(len(line[k]) for line in lines) for k in range(len(self.columns))]
        text = ["  ".join([line[0].ljust(wide[0]), *map(str.rjust, line[1:], wide[1:])]).rstrip() for line in lines]
        return "\n".join([self.caption, *text] if self.caption else text)

    __repr__ = __str__

    def _repr_html_(self) -> str:
        return filled("results/table", table=self)


def _said(value: Any) -> str:
    """An entry as text: "76,903", "0.0912", "–" for nothing."""
    if value is None:
        return "–"
    if isinstance(value, (str, bool)):
        return str(value)
    if isinstance(value, numbers.Integral):
        return f"{value:,}"
    return number(float(value))
