"""How long a lesson takes a beginner, counted and not felt: python -m coursekit.lessons.learning_time [--write]

Minutes of one reading with every exercise done once:

    words / 200                 prose and docstrings, read slowly; folded text is not counted
    displayed equations / 2
    lines of code / 25          that are only to be run
    2 + 0.6 * lines             for an exercise whose model answer has so many lines
    1                           for a prediction

The parts are a convention, not a measurement of people. It is the same for all lessons, so that none grows unseen.
"""

from __future__ import annotations

import argparse
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from coursekit.lessons.source import BEGIN, END, Cell, read_cells

MOST = 60  # minutes of one sitting
_WORD = re.compile(r"\b[A-Za-z][A-Za-z'’-]*")
_EQUATION = re.compile(r"\$\$.*?\$\$", re.DOTALL)
_NOT_READ = re.compile(r"<details>.*?</details>|```.*?```|\$[^$]*\$", re.DOTALL)
_ANSWER = re.compile(f"{re.escape(BEGIN)}(.*?){re.escape(END)}", re.DOTALL)
HEAD = re.compile(r"^About \d+ minutes", re.MULTILINE)


@dataclass
class Counts:
    """What a lesson asks of its reader. answers: lines of the model answers."""

    words: int = 0
    equations: int = 0
    code: int = 0
    exercises: int = 0
    answers: int = 0
    predictions: int = 0

    @classmethod
    def of(cls, cells: Sequence[Cell]) -> Counts:
        counts = cls()
        for cell in cells:
            if cell.kind == "markdown":
                counts._text(cell.source)
            elif cell.role == "exercise":
                counts._exercise(cell.source)
            elif cell.role == "prediction":
                counts.predictions += 1
            elif cell.role is None:
                counts.code += _lines(cell.source)
        return counts

    def _text(self, source: str) -> None:
        self.equations += len(_EQUATION.findall(source))
        self.words += len(_WORD.findall(_NOT_READ.sub("", _EQUATION.sub("", source))))

    def _exercise(self, source: str) -> None:
        self.exercises += 1
        self.answers += sum(_lines(answer) for answer in _ANSWER.findall(source))
        self.words += len(_WORD.findall(_ANSWER.sub("", source)))

    @property
    def minutes(self) -> float:
        reading = self.words / 200 + self.equations / 2 + self.code / 25
        return reading + 2 * self.exercises + 0.6 * self.answers + self.predictions

    @property
    def said(self) -> int:
        """Minutes as a lesson says them: the next multiple of five."""
        return 5 * -(-round(self.minutes) // 5)


def _lines(source: str) -> int:
    return sum(1 for line in source.splitlines() if line.strip() and not line.strip().startswith("#"))


def with_minutes(text: str, counts: Counts) -> str:
    """The lesson's text with these minutes at its head. Raises ValueError without a line "About 45 minutes"."""
    if HEAD.search(text) is None:
        raise ValueError("the head of the lesson has no line that begins with: About 45 minutes")
    return HEAD.sub(f"About {counts.said} minutes", text, count=1)


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--write", action="store_true", help="put the minutes at the head of every lesson")
    parser.add_argument("--solutions", type=Path, default=Path("solutions"), help="the folder of the lessons' texts")
    chosen = parser.parse_args(arguments)
    print(f"{'lesson':24}" + "".join(f"{title:>12}" for title in (*vars(Counts()), "minutes")))
    for path in sorted(chosen.solutions.glob("*/*.md")):
        counts = Counts.of(read_cells(path))
        print(f"{path.stem:24}" + "".join(f"{number:12}" for number in (*vars(counts).values(), round(counts.minutes))))
        if chosen.write:
            path.write_text(with_minutes(path.read_text(encoding="utf-8"), counts), encoding="utf-8")


if __name__ == "__main__":
    main()
