"""What was written for whom, one small file per student: what is the same the next time is not written again."""

from __future__ import annotations

import json
from pathlib import Path

from coursekit.grading.gradebook.fingerprint import Fingerprint
from coursekit.grading.gradebook.results import replace_json


class Written:
    """The files of one assignment, in a folder of their own.

    A file holds the fingerprint of what the rows were made of, and what a terminal says of them.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def get(self, student: str) -> tuple[Fingerprint, dict[str, object]] | None:
        """The fingerprint, and what `put` was given; None if nothing was written, or it cannot be read."""
        try:
            kept = json.loads((self.folder / f"{student}.json").read_text(encoding="utf-8"))
            return dict(kept["fingerprint"]), dict(kept["row"])
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def put(self, student: str, fingerprint: Fingerprint, row: dict[str, object]) -> None:
        replace_json(self.folder / f"{student}.json", {"fingerprint": fingerprint, "row": row})
