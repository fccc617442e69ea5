"""What of a submission is not touched, kept apart with the reason: nothing is followed, nothing is lost silently."""

from __future__ import annotations

import datetime
import os
import stat
from collections.abc import Collection
from pathlib import Path

from nbgrader.utils import parse_utc

from coursekit import atomic
from coursekit.grading.submission.times import TIMESTAMP, HandedIn, in_utc

QUARANTINE = "quarantine"
"""Folder in a course's root: QUARANTINE/ASSIGNMENT/STUDENT holds reasons.txt and what was set aside."""

REASONS = "reasons.txt"
MAX_BYTES = 100 << 20
MAX_ENTRIES = 1000
MAX_DEPTH = 8


def place_of(root: Path, assignment: str, student: str) -> Path:
    """Where a student's quarantine is."""
    return root / QUARANTINE / assignment / student


def note(place: Path, reasons: list[str]) -> None:
    """Write down why something is kept apart; a reason that stands there already is not repeated."""
    if not reasons:
        return
    place.mkdir(parents=True, exist_ok=True)
    file = place / REASONS
    known = file.read_text(encoding="utf-8").splitlines() if file.exists() else []
    lines = dict.fromkeys([*known, *(shown(reason) for reason in reasons)])
    file.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")


def set_aside(folder: Path, place: Path, when: HandedIn, keep: Collection[Path] = ()) -> list[str]:
    """Move everything out of a submission that is no plain file of a sane size, and a time that is none.

    A time that nbgrader would take for another one is written so that it does not.
    when: it was handed in.
    keep: paths that stay, because whoever reads them checks them.
    Returns the reasons, which are also written to `place`.
    """
    reasons = []
    for number, path in enumerate(path for path in _entries(folder) if path not in keep):
        reason = f"one of more than {MAX_ENTRIES} files" if number >= MAX_ENTRIES else _reason(path, folder, when)
        if reason:
            relative = path.relative_to(folder)
            place.mkdir(parents=True, exist_ok=True)
            os.rename(path, _free(place / "_".join(relative.parts)))
            reasons.append(f"{relative} is {reason} and was set aside")
    if when.doubt:
        reasons.append(when.doubt)
    if when.time is not None and _as_nbgrader_reads_it(folder / TIMESTAMP) != when.time:
        atomic.replace(folder / TIMESTAMP, in_utc(when.time), 0o644)
    note(place, reasons)
    return reasons


def shown(text: str) -> str:
    """A student's file name as one printable line."""
    return "".join(c if c.isprintable() else "?" for c in text)[:300]


def _entries(folder: Path) -> list[Path]:
    """Everything in a folder except for folders; links are not followed."""
    found = []
    for top, folders, files in os.walk(folder, followlinks=False):
        depth = len(Path(top).relative_to(folder).parts)
        links = [name for name in folders if os.path.islink(os.path.join(top, name))]
        if depth >= MAX_DEPTH:
            links, folders[:] = folders[:], []
        found += [Path(top, name) for name in sorted([*files, *links])]
    return found


def _reason(path: Path, folder: Path, when: HandedIn) -> str:
    status = path.lstat()
    if stat.S_ISLNK(status.st_mode):
        return "a link"
    if stat.S_ISDIR(status.st_mode):
        return f"more than {MAX_DEPTH} folders deep"
    if not stat.S_ISREG(status.st_mode):
        return "no plain file"
    if status.st_size > MAX_BYTES:
        return f"larger than {MAX_BYTES >> 20} MB"
    if path == folder / TIMESTAMP and when.doubt:
        return "no time"
    return ""


def _as_nbgrader_reads_it(path: Path) -> datetime.datetime | None:
    try:
        return parse_utc(path.read_text(encoding="utf-8").strip())
    except Exception:  # dateutil raises many kinds for what is not a time
        return None


def _free(path: Path) -> Path:
    """A path where nothing is yet."""
    number, free = 1, path
    while os.path.lexists(free):
        free = path.with_name(f"{path.name}.{number}")
        number += 1
    return free
