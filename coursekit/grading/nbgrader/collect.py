"""`nbgrader collect` for folders that strangers can write to: no link is followed, nothing oversized is copied, and the
time that counts is this machine's."""

from __future__ import annotations

import datetime
import fnmatch
import os
import pwd
import stat
from pathlib import Path
from typing import Any

from nbgrader.exchange.default import ExchangeCollect
from nbgrader.utils import parse_utc
from traitlets import Bool, Integer

from coursekit.grading.safe_text import is_ordinary
from coursekit.grading.submission.quarantine import MAX_DEPTH, MAX_ENTRIES, note, place_of, shown
from coursekit.grading.submission.times import TIMESTAMP, in_utc

_LONG_AGO = datetime.datetime(1970, 1, 1)  # as nbgrader has all times: UTC, without saying so


class SafeCollect(ExchangeCollect):
    """nbgrader's collector with another way of reading the inbound folder and another way of copying."""

    server_time = Bool(
        True,
        help="Believe this machine's clock rather than the time in a submission's name. Turn it off once the exchange "
        "was moved to another disk, which gives every file a new time.",
    ).tag(config=True)
    tolerance_s = Integer(120, min=0, help="Seconds by which the two times may differ.").tag(config=True)

    def start(self) -> None:
        self._look: dict[str, list[str]] = {}
        super().start()
        for student, reasons in sorted(self._look.items()):
            note(place_of(Path(self.coursedir.root), self.coursedir.assignment_id, student), reasons)
            for reason in reasons:
                self.log.warning("%s: %s", shown(student), shown(reason))

    def _path_to_record(self, path: str) -> dict[str, Any]:
        """A folder of the inbound folder as a record. One that no `nbgrader submit` made is no reason to stop."""
        name = os.path.basename(path)
        parts = name.rsplit("+", 3)
        student = parts[0]
        record = {"username": student, "filename": name, "timestamp": _LONG_AGO, "refused": ""}
        status = os.lstat(path)
        try:
            claimed = parse_utc(parts[2])
        except Exception:  # dateutil raises many kinds for what is not a time
            return record | {"refused": "its name holds no time"}
        if not stat.S_ISDIR(status.st_mode):
            return record | {"refused": "it is a link or no folder"}
        if not student or student.startswith("."):  # `..` would lead out of the folder of submissions
            return record | {"refused": "its name holds no student's"}
        if not is_ordinary(student):
            return record | {"refused": "its student's name holds characters that nbgrader's pages take for commands"}
        record["timestamp"] = self._time(student, path, claimed)
        return record

    def _time(self, student: str, path: str, claimed: datetime.datetime) -> datetime.datetime:
        """The later one of the claimed time and the last change, which only root could set back."""
        if not self.server_time:
            return claimed
        changed = datetime.datetime.fromtimestamp(_last_change(path), datetime.UTC).replace(tzinfo=None)
        if changed - claimed <= datetime.timedelta(seconds=self.tolerance_s):
            return claimed
        said = (
            f"{os.path.basename(path)} says {claimed:%Y-%m-%d %H:%M:%S}, but was written at {changed:%Y-%m-%d %H:%M:%S}"
        )
        self._say(student, f"{said} UTC; the later time counts")
        return changed.replace(microsecond=0)

    def _sort_by_timestamp(self, records: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """The newest first; what cannot be read, and what another user put there, after everything else."""

        def rank(record: dict[str, Any]) -> tuple[bool, bool, datetime.datetime]:
            return not record["refused"], self._owns(record), record["timestamp"]

        return sorted(records, key=rank, reverse=True)

    def _owns(self, record: dict[str, Any]) -> bool:
        if not self.check_owner:
            return True
        try:
            owner = pwd.getpwuid(os.lstat(os.path.join(self.inbound_path, record["filename"])).st_uid).pw_name
        except KeyError:
            return False
        return owner == record["username"]

    def copy_files(self) -> None:
        for record in self.src_records:
            if record["refused"]:
                self._say(record["username"], f"{record['filename']} was not collected: {record['refused']}")
        self.src_records = [record for record in self.src_records if not record["refused"]]
        super().copy_files()

    def do_copy(self, src: str, dest: str, log: Any = None) -> None:
        """Copy plain files of the folder's owner, within the size limits of the course's configuration."""
        record = self._path_to_record(src)
        student = record["username"]
        copied, room = 0, 1000 * self.coursedir.max_dir_size
        os.makedirs(dest)
        for top, folders, files, descriptor in os.fwalk(src, follow_symlinks=False):
            relative = os.path.relpath(top, src)
            if relative.count("/") >= MAX_DEPTH:
                folders[:] = []
            links = [name for name in folders if stat.S_ISLNK(_status(name, descriptor).st_mode)]
            folders[:] = [name for name in folders if name not in links and not self._ignored(name)]
            for name in sorted([*files, *links]):
                place = os.path.normpath(os.path.join(relative, name))
                if self._ignored(name) or place == TIMESTAMP:
                    continue
                limit = min(1000 * self.coursedir.max_file_size, room)
                try:
                    if copied >= MAX_ENTRIES:
                        raise ValueError(f"comes after {MAX_ENTRIES} others")
                    content = _plain(name, descriptor, os.lstat(src).st_uid, limit)
                    changed = _status(name, descriptor).st_mtime
                except (OSError, ValueError) as error:
                    self._say(student, f"{place} was not collected: it {getattr(error, 'strerror', None) or error}")
                    continue
                copied, room = copied + 1, room - len(content)
                target = os.path.join(dest, place)
                os.makedirs(os.path.dirname(target), exist_ok=True)
                Path(target).write_bytes(content)
                os.utime(target, (changed, changed))  # which of two uploads is the newer one
        Path(dest, TIMESTAMP).write_text(in_utc(record["timestamp"]), encoding="ascii")
        if self.coursedir.groupshared:
            self._share(dest)

    def _ignored(self, name: str) -> bool:
        """As nbgrader does it: by the name alone."""
        wanted = any(fnmatch.fnmatch(name, pattern) for pattern in self.coursedir.include)
        return not wanted or any(fnmatch.fnmatch(name, pattern) for pattern in self.coursedir.ignore)

    @staticmethod
    def _share(dest: str) -> None:
        for top, _, files in os.walk(dest):
            os.chmod(top, os.stat(top).st_mode & 0o777 | 0o2770)
            for name in files:
                os.chmod(os.path.join(top, name), 0o664)

    def _say(self, student: str, reason: str) -> None:
        reasons = self._look.setdefault(student, [])
        if reason not in reasons:
            reasons.append(reason)


def _plain(name: str, folder: int, owner: int, limit: int) -> bytes:
    """The content of a plain file; ValueError says why it is not read."""
    handle = os.open(name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK, dir_fd=folder)
    with os.fdopen(handle, "rb") as file:
        status = os.fstat(handle)
        if not stat.S_ISREG(status.st_mode):
            raise ValueError("is no plain file")
        if status.st_uid != owner:
            raise ValueError("belongs to another user than its folder")
        content = file.read(limit + 1)
    if len(content) > limit:
        raise ValueError("is larger than this course allows")
    return content


def _status(name: str, folder: int) -> os.stat_result:
    return os.stat(name, dir_fd=folder, follow_symlinks=False)


def _last_change(path: str) -> float:
    """When the folder or anything in it was last changed, by the clock of this machine."""
    latest = 0.0
    for _, _, files, descriptor in os.fwalk(path, follow_symlinks=False):
        times = [os.fstat(descriptor).st_ctime]
        times += [_status(name, descriptor).st_ctime for name in files[:MAX_ENTRIES]]
        latest = max(latest, *times)
    return latest
