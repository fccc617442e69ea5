"""The real data of the lessons, as `coursekit data` lists them."""

from __future__ import annotations

from coursekit import topics
from coursekit.sources.installed import CATALOGUE, DataSet


def every() -> list[DataSet]:
    """The data sets of all rooms, sorted by name."""
    for _ in topics.modules("data"):
        pass
    return [data_set for _, data_set in sorted(CATALOGUE.items())]
