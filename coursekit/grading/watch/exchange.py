"""nbgrader's exchange as the watcher uses it: what lies there, one hand-in collected, feedback made and released.

All that is copied is copied by nbgrader's own classes, with this course's safe collector in place of its own.
"""

from __future__ import annotations

import glob
import logging
import os
import shutil
import stat
import time
from collections.abc import Callable, Collection, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from nbformat import NotebookNode
from nbgrader.apps import NbGrader
from nbgrader.converters import GenerateFeedback
from nbgrader.coursedir import CourseDirectory
from nbgrader.exchange import ExchangeFactory
from nbgrader.preprocessors import NbGraderPreprocessor
from nbgrader.utils import notebook_hash, parse_utc
from traitlets import Unicode
from traitlets.config import Config

from coursekit import atomic
from coursekit.grading import feedback, nodes
from coursekit.grading.gradebook.book import writing
from coursekit.grading.gradebook.places import RESULTS
from coursekit.grading.nbgrader.collect import SafeCollect
from coursekit.grading.nbgrader.pages import POLICY
from coursekit.grading.submission import names
from coursekit.grading.submission.course import Course, CourseError
from coursekit.grading.submission.times import TIMESTAMP
from coursekit.grading.watch.ledger import HandIn

SECRET = "submission_secret.txt"
"""File that `nbgrader submit` puts into a hand-in; its feedback is addressed by it."""

NOT_RELEASED = "no assignment of that name was released"

SETTLED_S = 30.0
"""After so long without a change, a hand-in is taken for complete that lacks the last step of `nbgrader submit`."""

_COMPLETE = 0o777  # what that last step sets
_MAX_PAGES = 20

_log = logging.getLogger(__name__)
_log.setLevel(logging.CRITICAL)  # the watcher says what happens; what nbgrader says of it would be a dozen lines each


class SaysTries(NbGraderPreprocessor):
    """Hands a sentence on to the page of feedback."""

    tries = Unicode("").tag(config=True)

    def preprocess(self, nb: NotebookNode, resources: dict[str, Any]) -> tuple[NotebookNode, dict[str, Any]]:
        resources["nbgrader"]["tries"] = self.tries
        return nb, resources


class _Chosen(SafeCollect):
    """The safe collector, for one hand-in: which one of a student counts is decided among those that are admitted."""

    admitted: frozenset[str] = frozenset()
    chosen = ""
    took: datetime | None = None

    def described(self, path: Path) -> dict[str, Any]:
        """A folder of the exchange as a record, without collecting it."""
        self._look = {}
        record = self._path_to_record(str(path))
        self.inbound_path = str(path.parent)
        if not record["refused"] and not self._owns(record):
            record["refused"] = "it belongs to another account than its name says"
        return record

    def _sort_by_timestamp(self, records: list[dict[str, Any]]) -> list[dict[str, Any]]:
        return super()._sort_by_timestamp([one for one in records if one["filename"] in self.admitted] or records)

    def init_src(self) -> None:
        super().init_src()
        self.src_records = [record for record in self.src_records if record["filename"] == self.chosen]
        self.took = self.src_records[0]["timestamp"] if self.src_records else None


class Exchange:
    """The exchange of one course."""

    def __init__(self, course: Course) -> None:
        self.course = course
        self.config = _with_jupyters_own(course)
        self._factory = ExchangeFactory(config=self.config, log=_log)
        if not issubclass(self._factory.collect, SafeCollect):
            raise CourseError(
                "hand-ins of this course are not collected by coursekit, which alone reads them safely: call "
                "`configure(c)` in nbgrader_config.py, and leave `c.ExchangeFactory` as it is."
            )
        if not course.directory.course_id:
            raise CourseError("this course has no name: set `c.CourseDirectory.course_id` in nbgrader_config.py.")
        lister = self._factory.List(coursedir=self._directory(), config=self.config, log=_log)
        self.inbound = Path(lister.root) / course.directory.course_id / "inbound"
        self._own = course.root / RESULTS / "watch"

    def hand_ins(self, skip: Collection[str], refuse: Callable[[str, str], None]) -> Iterator[HandIn]:
        """What lies there completely, for assignments that were released.

        skip:   names of folders that are not looked at.
        refuse: is told the name of a folder that is nobody's hand-in, and why.
        """
        for entry in sorted(_folders(self.inbound), key=lambda entry: entry.name):
            if entry.name in skip:
                continue
            student, assignment = (entry.name.rsplit("+", 3) + ["", ""])[:2]
            try:
                if not _is_complete(entry):
                    continue
                if not self._is_released(assignment):
                    refuse(entry.name, NOT_RELEASED)
                    continue
                record = self._collector(assignment, student).described(Path(entry.path))
            except OSError:  # its owner has taken it away just now
                continue
            if why := record["refused"] or names.unusable(student):
                refuse(entry.name, why)
                continue
            claimed = min(record["timestamp"], datetime.now(UTC).replace(tzinfo=None))
            yield HandIn(assignment, student, claimed, entry.name)

    def collect(self, hand_in: HandIn, admitted: Collection[str]) -> bool:
        """Collect it, as `nbgrader collect --update` does. False if another one of the same student counts.

        admitted: the names of those that may count, by the rules of nbgrader and of the course's configuration.
        """
        collector = self._collected(hand_in, self._directory(hand_in), admitted)
        place = self.course.folder("submitted", hand_in.student, hand_in.assignment)
        return collector.took is not None and _time_in(place) == collector.took

    def release(self, hand_in: HandIn, tries: str) -> bool:
        """Make the pages of feedback of what was graded, as nbgrader does, and release them. False if the hand-in does
        not say how to address them.

        tries: what they say of the number of tries.
        """
        config = Config(self.config)
        config.GenerateFeedback.preprocessors = [*config.GenerateFeedback.preprocessors, SaysTries]
        config.SaysTries.tries = tries
        directory = self._directory(hand_in)
        GenerateFeedback(coursedir=directory, config=config, force=True, log=_log).start()
        place = self.course.folder("feedback", hand_in.student, hand_in.assignment)
        if not (place / SECRET).is_file():
            return False
        self._under_its_own_name(hand_in, place)
        self._released(directory)
        return True

    def tell(self, hand_in: HandIn, sentence: str) -> bool:
        """Release a page that says why there is no feedback. False if the hand-in does not say how to address it."""
        directory = self._directory(hand_in)
        directory.submitted_directory = self._within("told", "submitted")
        directory.feedback_directory = self._within("told", "feedback")
        shutil.rmtree(self._own / "told", ignore_errors=True)  # of a watcher that was killed
        try:
            self._collected(hand_in, directory, {hand_in.name})
            taken, place = (
                Path(directory.root, directory.format_path(step, hand_in.student, hand_in.assignment))
                for step in (directory.submitted_directory, directory.feedback_directory)
            )
            if not (taken / SECRET).is_file():
                return False
            if self._is_answered(taken):
                return True
            place.mkdir(parents=True)
            for name in (TIMESTAMP, SECRET):
                shutil.copy(taken / name, place / name)
            for path in sorted(taken.glob("*.ipynb"))[:_MAX_PAGES]:
                own = {"notebook": path.stem, "assignment": hand_in.assignment, "student": hand_in.student}
                page = feedback.page(nodes.notebook([]), own | {"not_graded": sentence}, POLICY)
                atomic.replace(place / f"{path.stem}.html", page, 0o644)
            self._released(directory)
        finally:
            shutil.rmtree(self._own / "told", ignore_errors=True)
        return True

    def _collected(self, hand_in: HandIn, directory: CourseDirectory, admitted: Collection[str]) -> _Chosen:
        collector = self._collector(hand_in.assignment, hand_in.student, directory)
        collector.admitted, collector.chosen = frozenset({*admitted, hand_in.name}), hand_in.name
        with writing():
            collector.start()
        return collector

    def _collector(self, assignment: str, student: str, directory: CourseDirectory | None = None) -> _Chosen:
        directory = directory or self._directory()
        directory.assignment_id, directory.student_id = assignment, glob.escape(student)
        return _Chosen(coursedir=directory, config=self.config, log=_log, update=True)

    def _under_its_own_name(self, hand_in: HandIn, place: Path) -> None:
        """`nbgrader fetch_feedback` asks for the pages of the files that were handed in, whatever they are called."""
        pages = list(place.glob("*.html"))
        there = self.course.folder("submitted", hand_in.student, hand_in.assignment).glob("*.ipynb")
        for path in sorted(there)[:_MAX_PAGES]:
            if len(pages) == 1 and not (place / f"{path.stem}.html").exists():
                shutil.copy(pages[0], place / f"{path.stem}.html")

    def _released(self, directory: CourseDirectory) -> None:
        self._factory.ReleaseFeedback(coursedir=directory, config=self.config, log=_log).start()

    def _directory(self, hand_in: HandIn | None = None) -> CourseDirectory:
        directory = CourseDirectory(config=self.config, log=_log)
        directory.root, directory.db_url = str(self.course.root), self.course.db_url
        if hand_in is not None:
            directory.assignment_id, directory.student_id = hand_in.assignment, glob.escape(hand_in.student)
        return directory

    def _is_answered(self, taken: Path) -> bool:
        """True if a page was released for a hand-in before: it says more than one that says why there is none."""
        secret = (taken / SECRET).read_text(encoding="utf-8", errors="replace")
        pages = self.inbound.with_name("feedback")
        codes = (notebook_hash(secret=secret, notebook_id=path.stem) for path in taken.glob("*.ipynb"))
        return any((pages / f"{code}.html").exists() for code in codes)

    def _within(self, *parts: str) -> str:
        return str(self._own.joinpath(*parts).relative_to(self.course.root))

    def _is_released(self, assignment: str) -> bool:
        if not assignment or assignment.startswith("."):
            return False
        return any(self.course.folder("release", ".", assignment).glob("*.ipynb"))


def _with_jupyters_own(course: Course) -> Config:
    """The configuration as nbgrader's commands read it: an administrator's for all accounts, then the course's own."""
    app = NbGrader(log=_log)
    app.load_cwd_config = False
    app.load_config_file()
    config = Config(app.config)
    config.merge(course.config)
    return config


def _folders(inbound: Path) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(inbound) as entries:
            return list(entries)
    except FileNotFoundError:  # nothing was released yet
        return []
    except OSError as error:
        raise CourseError(f"{inbound} cannot be read: {error.strerror}. Does it belong to another account?") from None


def _is_complete(entry: os.DirEntry[str]) -> bool:
    status = entry.stat(follow_symlinks=False)
    if stat.S_ISDIR(status.st_mode) and status.st_mode & 0o777 == _COMPLETE:
        return True
    return time.time() - status.st_ctime > SETTLED_S


def _time_in(place: Path) -> datetime | None:
    """The time that the collector has written into a folder."""
    try:
        return parse_utc((place / TIMESTAMP).read_text(encoding="ascii").strip())
    except (OSError, ValueError):
        return None
