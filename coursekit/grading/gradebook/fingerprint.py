"""All that a student's rows in the gradebook depend on, part by part: what is the same need not be written again, and
of what is written again it can be said why."""

from __future__ import annotations

import hashlib
import inspect
import json
from collections.abc import Iterable, Mapping
from importlib.metadata import version
from pathlib import Path
from types import CodeType

from nbgrader.api import Assignment
from nbgrader.plugins import BasePlugin

from coursekit.grading.gradebook.booked import Booked, worth
from coursekit.grading.run.job import Job
from coursekit.grading.submission.course import Submission

Fingerprint = dict[str, str]
"""By part, a text that is another one if the part is."""

WORDS = {
    "notebook": "the notebook has changed",
    "problems": "what of it can be read has changed",
    "grader": "the grader has changed",
    "isolation": "whether it runs in a sandbox has changed",
    "time": "the time of submission has changed",
    "due": "the due date has moved",
    "extension": "an extension was given, changed or taken back",
    "penalty": "the rule for late submissions has changed",
    "worth": "the points of a question have changed",
    "by hand": "a person has changed points",
    "name": "the name in the gradebook has changed",
}

RUN = frozenset({"notebook", "problems", "grader", "isolation"})
"""Parts that concern what a notebook is and does; the others are about time and the gradebook."""


class Circumstances:
    """What rows depend on beside the notebooks, for one assignment.

    entry:   the gradebook's.
    booked:  what it holds, by student.
    names:   full names, by student, also of those who have no row yet.
    penalty: the course's plug-in for late submissions, as it is configured.
    """

    def __init__(
        self, entry: Assignment, booked: Mapping[str, Booked], names: Mapping[str, str], penalty: BasePlugin
    ) -> None:
        self._due, self._booked, self._names = str(entry.duedate), booked, names
        self._worth, self._penalty = _text(sorted(worth(entry).items())), _rule(penalty)

    def of(self, submission: Submission, jobs: Iterable[Job]) -> Fingerprint:
        """Of one student; jobs are those of the notebooks that could be read. It is the same before and after the
        rows are written, as long as nothing else changes."""
        there = self._booked.get(submission.student) or Booked(submission.student)
        parts = {job.name: job.parts for job in jobs}
        by_hand = {cell: score.by_hand for cell, score in there.scores.items() if score.is_by_hand}
        when = submission.when
        return {
            "notebook": _text(sorted((name, part["notebook"]) for name, part in parts.items())),
            "problems": _text([sorted(submission.problems.items()), submission.remarks, when.doubt]),
            "grader": _text(sorted({part["grader"] for part in parts.values()})),
            "isolation": _text(sorted({part["isolation"] for part in parts.values()})),
            "time": str(when.time or there.time),
            "due": self._due,
            "extension": str(there.extension),
            "penalty": self._penalty,
            "worth": self._worth,
            "by hand": _text(sorted(by_hand.items())),
            "name": self._names.get(submission.student, ""),
        }

    def overwritten(self, submission: Submission) -> bool:
        """True if the gradebook says another time than the submission does: somebody else has written it."""
        there = self._booked.get(submission.student)
        time = submission.when.time
        return there is not None and time is not None and there.time != time

    def shown_anyway(self, student: str) -> frozenset[str]:
        """Parts that make nothing outdated on a page that takes names and points from the gradebook itself.

        Points given by hand do, where a penalty was computed of those before.
        """
        there = self._booked.get(student)
        late = there is not None and there.late_s > 0
        return frozenset({"isolation", "name"} if late else {"isolation", "name", "by hand"})


def changed(before: Fingerprint, now: Fingerprint) -> tuple[str, ...]:
    """The parts in which two fingerprints differ, the gravest first."""
    return tuple(part for part in WORDS if before.get(part) != now[part])


def _rule(plugin: BasePlugin) -> str:
    """A plug-in: its class, its program if it is no part of nbgrader, and its settings."""
    settings = {name: repr(getattr(plugin, name)) for name in plugin.trait_names(config=True)}
    sources = []
    for kind in type(plugin).__mro__:
        if kind is object or kind.__module__.partition(".")[0] in ("nbgrader", "traitlets"):
            continue
        try:
            sources.append(hashlib.sha256(Path(inspect.getfile(kind)).read_bytes()).hexdigest())
        except (OSError, TypeError):  # typed into the configuration, which has no file to Python
            sources.append(_program(kind))
    kind = type(plugin)
    return _text([f"{kind.__module__}.{kind.__qualname__}", version("nbgrader"), sources, sorted(settings.items())])


def _program(kind: type) -> str:
    """The compiled methods of a class."""
    code = {name: getattr(member, "__code__", None) for name, member in vars(kind).items()}
    return repr([(name, _compiled(found)) for name, found in sorted(code.items()) if found])


def _compiled(code: CodeType) -> tuple[object, ...]:
    constants = [_compiled(item) if isinstance(item, CodeType) else repr(item) for item in code.co_consts]
    return code.co_code.hex(), code.co_names, constants


def _text(data: object) -> str:
    return json.dumps(data, ensure_ascii=False)
