"""List the real data of the lessons: what is on this machine, how large it is, and on which terms.

Nothing is downloaded: the data lie inside Python packages. A lesson whose data are missing runs on generated data and
says so.

    coursekit data
"""

from __future__ import annotations

import argparse
import textwrap
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from coursekit.sources.installed import DataSet

SUMMARY = "list the real data of the lessons: what is here, its size and licence"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    pass


def run(arguments: argparse.Namespace) -> int:
    from coursekit.topics.data_sets import every

    data_sets = every()
    wide = max(len(data_set.name) for data_set in data_sets)
    for data_set in data_sets:
        print(described(data_set, wide))
    return 0


def described(data_set: DataSet, wide: int) -> str:
    """A block of lines: present with its size or missing with the command that brings it; title, source, licence."""
    from coursekit.sources.installed import Unavailable

    try:
        state = f"here, {_size(sum(map(len, data_set.read().values())))}, in {data_set.package}"
    except Unavailable as problem:
        state = f"missing: {problem}"
    lines = [f"{data_set.name:<{wide}}  {state}"]
    for text in (data_set.title, f"Source: {data_set.source}.", f"Licence: {data_set.licence}."):
        lines += textwrap.wrap(text, 96, initial_indent=" " * (wide + 2), subsequent_indent=" " * (wide + 2))
    return "\n".join(lines)


def _size(count: int) -> str:
    return f"{count / 1e6:.1f} MB" if count >= 1e6 else f"{count / 1e3:.0f} kB"
