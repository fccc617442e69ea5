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

_SENTENCE = 30  # letters: what is longer is read, not compared


class Table:
    """What was measured, a row for each thing. A number is said in three figures; text stands as it is given.

    columns: headings; the first column names the rows. rows: one entry for each column. caption: what is measured.
    notes: sentences that stand below, such as a verdict. Raises ValueError for a row of another length.
    """

    def __init__(
        self, columns: Sequence[str], rows: Iterable[Sequence[Any]], caption: str = "", notes: Sequence[str] = ()
    ) -> None:
        self.columns, self.caption, self.notes = tuple(columns), caption, tuple(notes)
        self.rows = [tuple(map(_said, row)) for row in rows]
        for row in self.rows:
            if len(row) != len(self.columns):
                raise ValueError(f"a row has {len(row)} entries for {len(self.columns)} columns: {row}")

    @property
    def sides(self) -> tuple[str, ...]:
        """Where the entries of each column stand: names and sentences at the left, what is short at the right."""
        longest = (max((len(row[k]) for row in self.rows), default=0) for k in range(len(self.columns)))
        return tuple("left" if k == 0 or length > _SENTENCE else "right" for k, length in enumerate(longest))

    def __str__(self) -> str:
        lines = [self.columns, *self.rows]
        wide = [max(len(line[k]) for line in lines) for k in range(len(self.columns))]
        padded = [str.ljust if side == "left" else str.rjust for side in self.sides]
        text = ["  ".join(pad(*at) for pad, *at in zip(padded, line, wide, strict=True)).rstrip() for line in lines]
        return "\n".join([*([self.caption] if self.caption else []), *text, *self.notes])

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
