"""Where lessons are: in a clone, or inside an installed wheel."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import coursekit

START = "start"
"""Name of the start page, beside the folders of the lessons."""

FOLDER = "[0-9][0-9]*_*"
"""What the name of a lesson's folder is like: 05_gru, or 06b_pytorch, which stands between 06 and 07."""


@dataclass(frozen=True)
class Lesson:
    """The files of one lesson in a clone. The start page is a lesson without a folder."""

    root: Path
    text: Path

    @property
    def solution(self) -> Path:
        """The notebook with answers, which nbgrader reads; ignored by git."""
        return self.text.with_suffix(".ipynb")

    @property
    def released(self) -> Path:
        """The notebook that learners open."""
        return self.root / "notebooks" / self.solution.relative_to(self.root / "solutions")


def number_of(name: str) -> str:
    """The number that the name of a lesson begins with: "06b" of 06b_pytorch."""
    return name.partition("_")[0]


def is_meant(wanted: str, name: str) -> bool:
    """Whether somebody means the lesson of this name: 05_gru by 05_gru, 05 or 5; 06b_pytorch by 06b or 6b as well."""
    number = number_of(name)
    return wanted in (name, number) or (wanted != "" and wanted.zfill(len(number)) == number)


def clone_root() -> Path | None:
    """The clone that this package runs from, or None if it is installed without its sources."""
    root = Path(coursekit.__file__).resolve().parent.parent
    return root if (root / "pyproject.toml").is_file() and (root / "solutions").is_dir() else None


def shipped_notebooks() -> Path | None:
    """The folder of released notebooks that came with this package, or None."""
    package = Path(coursekit.__file__).resolve().parent
    folders = (package / "_notebooks", package.parent / "notebooks")
    return next((folder for folder in folders if (folder / f"{START}.ipynb").is_file()), None)


def find_lessons(root: str | Path) -> list[Lesson]:
    """The lessons of a clone in their order. A folder is a lesson once it holds a text of its own name."""
    root = Path(root)
    return [Lesson(root, text) for text in _texts(root / "solutions")]


def lesson_texts() -> list[Path]:
    """The texts of the lessons, answers included, in their order: of the clone, or of an installed wheel, where
    teachers find them and `coursekit start` does not look."""
    clone = clone_root()
    return _texts(clone / "solutions" if clone else Path(coursekit.__file__).resolve().parent / "_solutions")


def _texts(folder: Path) -> list[Path]:
    folders = sorted(folder.glob(FOLDER))
    return [text for folder in folders if (text := folder / f"{folder.name}.md").is_file()]
