"""A result table with its baseline: what each method reached, how sure that is, and the verdict that follows.

    table = Comparison("mean absolute error", unit="MW", lower_is_better=True)
    table.add("seasonal naive", 565.0, baseline=True)
    table.add("GRU", [401.2, 398.7, 410.5])         # one value for each seed
    table                                           # in a notebook: the table and the verdict
    print(table.verdict)

The verdict is computed, never typed: a method wins only if the whole interval of its difference to the best
baseline lies on the better side.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from coursekit.results.intervals import Interval, mean_interval
from coursekit.results.numbers import number
from coursekit.templates import filled

WINS, LOSES, TIES = "wins", "loses", "ties"


@dataclass(frozen=True)
class Row:
    """One method: its results, one for each seed; a method without chance has one."""

    name: str
    values: tuple[float, ...]
    baseline: bool
    note: str
    each: str = "seed"

    @property
    def interval(self) -> Interval:
        """Mean and 95 % interval over seeds; one value is its own interval."""
        return mean_interval(self.values) if len(self.values) > 1 else Interval(*[self.values[0]] * 3)

    @property
    def text(self) -> str:
        """The mean with its interval: "401 [390, 412]"."""
        mean, low, high = (number(end, zeros=True) for end in self.interval)
        return f"{mean} [{low}, {high}]" if len(self.values) > 1 else mean

    @property
    def seeds(self) -> str:
        """How many: "3 seeds"."""
        return f"{len(self.values)} {self.each}{'s' * (len(self.values) > 1)}"


@dataclass
class Comparison:
    """Methods beside their baselines, all measured in the same way on the same test cases."""

    measure: str
    lower_is_better: bool
    unit: str = ""
    conditions: str = ""  # what a reader must know: the test set, the number of cases, the seeds
    rows: list[Row] = field(default_factory=list)
    each: str = "seed"  # what a row has one value for: a seed, or a fold, or a generated world

    def add(self, name: str, values: float | Sequence[float], *, baseline: bool = False, note: str = "") -> None:
        """Add a method. values: one number for each seed, or one number. note: shown beside it.

        Raises ValueError for a name that is there already, or a value that is no finite number.
        """
        values = tuple(float(value) for value in np.atleast_1d(values))
        if not values or not np.isfinite(values).all():
            raise ValueError(f"{name}: expected finite numbers, got {list(values)}")
        if any(row.name == name for row in self.rows):
            raise ValueError(f"{name}: the table has a row of that name")
        self.rows.append(Row(name, values, baseline, note, self.each))

    @property
    def best_baseline(self) -> Row:
        """The baseline with the best mean. Raises ValueError if the table has none."""
        baselines = [row for row in self.rows if row.baseline]
        if not baselines:
            raise ValueError("a comparison needs a baseline: table.add(name, value, baseline=True)")
        return (min if self.lower_is_better else max)(baselines, key=lambda row: row.interval.mean)

    @property
    def best(self) -> Row:
        """The row with the best mean, of a baseline or not."""
        return (min if self.lower_is_better else max)(self.rows, key=lambda row: row.interval.mean)

    def row(self, name: str) -> Row:
        """The row of that name. Raises ValueError if there is none."""
        for row in self.rows:
            if row.name == name:
                return row
        raise ValueError(f"no row is called {name!r}; there are {', '.join(row.name for row in self.rows) or 'none'}")

    def advantage(self, name: str) -> Interval:
        """How much better than the best baseline, in the measure's unit: positive is better.

        If both have one value for each seed, in the same order, they are compared in pairs.
        """
        ours, theirs = np.array(self.row(name).values), np.array(self.best_baseline.values)
        paired = theirs if len(theirs) == len(ours) else theirs.mean()
        better = (paired - ours) if self.lower_is_better else (ours - paired)
        return mean_interval(better) if len(better) > 1 else Interval(*[float(better[0])] * 3)

    def outcome(self, name: str) -> str:
        """WINS, LOSES or TIES against the best baseline."""
        _, low, high = self.advantage(name)
        return WINS if low > 0 else LOSES if high < 0 else TIES

    @property
    def verdict(self) -> str:
        """A sentence for each method that is no baseline."""
        return " ".join(self._sentence(row) for row in self.rows if not row.baseline)

    def _sentence(self, row: Row) -> str:
        mean, low, high = self.advantage(row.name)
        unit = f" {self.unit}" if self.unit else ""
        said = {WINS: "beats", LOSES: "loses to", TIES: "ties with"}[self.outcome(row.name)]
        sure = f", 95 % interval [{number(low)}, {number(high)}] over {row.seeds}" if low != high else ""
        return f"{row.name} {said} {self.best_baseline.name} (advantage {number(mean)}{unit}{sure})."

    @property
    def heading(self) -> str:
        """The measure, its unit, and which direction is better."""
        unit = f" ({self.unit})" if self.unit else ""
        return f"{self.measure}{unit}, {'lower' if self.lower_is_better else 'higher'} is better"

    def __str__(self) -> str:
        wide = max(len(row.name) for row in self.rows) + 2
        lines = [self.heading, *([self.conditions] if self.conditions else [])]
        for row in self.rows:
            kind = "baseline" if row.baseline else row.seeds
            lines.append(f"  {row.name:<{wide}}{row.text:<26}{kind:<10}{row.note}".rstrip())
        return "\n".join([*lines, f"Verdict: {self.verdict}"])

    __repr__ = __str__

    def _repr_html_(self) -> str:
        return filled("results/comparison", table=self)
