"""Several files of one notebook in a submission: NAME.ipynb, and the NAME-1.ipynb that a browser or a learning
management system makes of a second upload. The newest counts."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

_SAME_TIME_S = 5.0  # what was unpacked or copied together has the time of that, and the number decides


def versions(name: str, files: Iterable[str]) -> list[str]:
    """The files that are later uploads of NAME.ipynb, by their names: NAME-1, NAME (1), NAME_1."""
    numbered = re.compile(re.escape(name) + r"(?:[-_ ]?\(\d{1,3}\)|[-_]\d{1,3})\.ipynb")
    return [file for file in files if numbered.fullmatch(file)]


def newest(first: Path, others: Iterable[Path]) -> Path:
    """The one that was handed in last: by the time of the file; of those of one moment, by the number in its name."""
    found = first
    for path in sorted(others, key=lambda path: int(re.findall(r"\d+", path.stem)[-1])):
        if path.lstat().st_mtime > found.lstat().st_mtime - _SAME_TIME_S:
            found = path
    return found
