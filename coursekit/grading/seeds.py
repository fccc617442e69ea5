"""Which draws grade which submission: known to nobody in advance, and the same whenever it is graded again."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from pathlib import Path

from coursekit import atomic

SECRET_FILE = ".coursekit-secret"


def course_secret(root: Path) -> bytes:
    """The secret of a course, made on first use in a file that only its owner can read.

    Whoever has it can foresee the draws, so it stays with the gradebook and is never handed out. Without it a
    regrade draws other numbers; right answers still pass.
    """
    path = root / SECRET_FILE
    if not path.exists():
        atomic.create(path, f"{secrets.token_hex(32)}\n")  # if another process was first, its secret stands
    secret = path.read_text(encoding="ascii").strip()
    if len(secret) < 32:
        raise ValueError(f"{path} is damaged: restore it, or delete it to get a new one (regrades then draw anew)")
    return secret.encode()


def seed(secret: bytes, assignment: str, exercise: str, student: str, content: str) -> int:
    """The seed of one exercise of one student: HMAC-SHA256 of the names and the content under the course's secret.

    content: a digest of all that the student wrote. The same content is graded on the same draws; who hands in another
             one is graded on other draws, so that nothing of those which a submission saw helps the next.
    """
    parts = [part.encode() for part in (assignment, exercise, student, content)]
    message = b"".join(len(part).to_bytes(4, "big") + part for part in parts)  # no two lists give one message
    return int.from_bytes(hmac.new(secret, message, hashlib.sha256).digest()[:8], "big")
