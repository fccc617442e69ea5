"""Results kept by content: what has been graded once is not graded again, and nobody else can put a result there."""

from __future__ import annotations

import hashlib
import hmac
import json
from pathlib import Path

from coursekit import atomic
from coursekit.grading.run.notebook import Graded


def replace_json(path: Path, data: object) -> None:
    """Write a JSON file in one step, so that nobody reads half of it."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    atomic.replace(path, json.dumps(data))


class ResultStore:
    """Signed results in a folder, one file per key.

    folder: where they lie; made on first use.
    secret: signs them. A file that is damaged, or was written by someone without the secret, counts as absent.
    """

    def __init__(self, folder: Path, secret: bytes) -> None:
        self.folder, self._secret = folder, secret

    def get(self, key: str) -> Graded | None:
        """The result of this key, or None."""
        try:
            kept = json.loads(self._path(key).read_text(encoding="utf-8"))
            body = kept["body"]
            if not hmac.compare_digest(kept["signature"], self._sign(key, body)):
                return None
            return Graded.from_dict(json.loads(body))
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def put(self, key: str, graded: Graded) -> None:
        """Keep a result. One with a fault of the grader is not kept: the next run shall try again."""
        if graded.faults or graded.broken:
            return
        body = json.dumps(graded.to_dict())
        replace_json(self._path(key), {"signature": self._sign(key, body), "body": body})

    def _path(self, key: str) -> Path:
        return self.folder / key[:2] / f"{key}.json"

    def _sign(self, key: str, body: str) -> str:
        return hmac.new(self._secret, f"{key}\n{body}".encode(), hashlib.sha256).hexdigest()
