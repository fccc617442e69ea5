"""The command line of a run that is recorded: `python -m coursekit.topics....` with its settings, parts and folder."""

from __future__ import annotations

import argparse
from collections.abc import Collection, Sequence
from pathlib import Path

from coursekit.results import recorded


class Command(argparse.ArgumentParser):
    """The options that every recorded run has. A run without a known number of threads does not begin."""

    def __init__(self, module: str, description: str) -> None:
        super().__init__(prog=f"python -m {module}", description=description.splitlines()[0])
        self.add_argument("--folder", type=Path, default=Path("benchmarks/results"), help="where the record goes")

    def add_parts(self, option: str, known: Collection[str], noun: str) -> None:
        """--quick, and an option that takes some of the parts, such as --claims parity,speed."""
        self.known, self.noun = known, noun
        self.add_argument("--quick", action="store_true", help="the settings of the notebook")
        names = "names, separated by commas; default: all"
        self.add_argument(option, dest="names", metavar=option.strip("-").upper(), default=",".join(known), help=names)

    def read(self, arguments: Sequence[str] | None = None) -> argparse.Namespace:
        """folder, and where there are parts quick and names, a list."""
        given = self.parse_args(arguments)
        if hasattr(given, "names"):
            given.names = given.names.split(",")
            if unknown := set(given.names) - set(self.known):
                self.error(f"no such {self.noun}: {', '.join(sorted(unknown))}; there are {', '.join(self.known)}")
        try:
            recorded.threads()
        except ValueError as problem:
            self.error(str(problem))
        return given
