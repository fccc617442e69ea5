"""What there is to send, and sending it: each score once, however often the command is run or cut off."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from coursekit.grading.lms.lti.journal import REFUSED, SENDING, SENT, Journal, Line, Standing, Standings
from coursekit.grading.lms.lti.service import Item, Service
from coursekit.grading.lms.lti.settings import LtiError
from coursekit.grading.lms.lti.web import Answer, NoAnswer
from coursekit.grading.lms.points import Points

IN_A_ROW = 2
"""After so many students to whom the platform had no answer, the others are not tried."""


@dataclass(frozen=True)
class Score:
    student: str
    user: str
    points: float


@dataclass
class Plan:
    """By name of a student; `before`: what was sent the last time, of those whose points have changed since."""

    scores: list[Score] = field(default_factory=list)
    before: dict[str, float] = field(default_factory=dict)
    unchanged: list[str] = field(default_factory=list)
    undecided: list[str] = field(default_factory=list)
    numberless: list[str] = field(default_factory=list)
    shared: list[str] = field(default_factory=list)


def plan(points: Points, there: Standings, item: Item | None) -> Plan:
    """Who gets which points. item: None as long as there is none, so that nothing was sent to it."""
    users = {person.id: person.lms_user_id for person in points.people}
    numbers = [user for user in users.values() if user]
    made = Plan()
    for student, total in sorted(points.totals.items()):
        user = users.get(student, "")
        standing = there.get((item.address, student), Standing()) if item else Standing()
        held = standing.held
        if total is None:
            made.undecided.append(student)
        elif not user:
            made.numberless.append(student)
        elif numbers.count(user) > 1:
            made.shared.append(student)
        elif held and not standing.open and (held.user, held.points, held.most) == (user, total, points.most):
            made.unchanged.append(student)
        else:
            made.scores.append(Score(student, user, total))
            if held:
                made.before[student] = held.points
    return made


def send(service: Service, journal: Journal, item: Item, scores: list[Score], most: float) -> Iterator[Line]:
    """Send scores, one after the other, and yield what became of each: SENT, REFUSED, or SENDING where the platform
    did not say. Such a one is asked about by the next run.

    Raises LtiError if no more can be sent; what was sent is in the journal.
    """
    silent = 0
    for score in scores:
        line = _send(service, journal, item, score, most)
        silent = silent + 1 if line.state == SENDING else 0
        yield line
        if silent == IN_A_ROW:
            raise LtiError(f"the platform does not answer ({line.said}): run the same command again later.")


def _send(service: Service, journal: Journal, item: Item, score: Score, most: float) -> Line:
    standing = journal.of(item.address, score.student)
    now = _later(datetime.now(UTC), standing.time)
    line = Line(item.address, score.student, score.user, score.points, most, now)
    unclear = standing.open is not None and _same(standing.open, line)

    def settled() -> Answer | None:
        nonlocal unclear
        unclear = True
        return Answer(200) if service.arrived(item, score.user, score.points, most) else None

    try:
        if unclear:  # a run was cut off, and this score may have arrived
            line = replace(line, time=standing.time)
            if settled():
                return _noted(journal, replace(line, state=SENT))
        journal.add(line)
        answer = service.send(item, _body(line), settled)
    except NoAnswer as error:
        return replace(line, said=str(error).removesuffix("."))
    if answer.good or unclear and answer.status == 409:  # there is one of this very time: this one
        return _noted(journal, replace(line, state=SENT))
    return _noted(journal, replace(line, state=REFUSED, said=answer.said()))


def _noted(journal: Journal, line: Line) -> Line:
    journal.add(line)
    return line


def _same(one: Line, other: Line) -> bool:
    return (one.user, one.points, one.most) == (other.user, other.points, other.most)


def _later(now: datetime, last: str) -> str:
    """A time for a score: a platform does not take one that is not later than the last one."""
    if last:
        now = max(now, datetime.fromisoformat(last) + timedelta(seconds=1))
    return now.isoformat(timespec="milliseconds")


def _body(line: Line) -> dict[str, Any]:
    return {
        "userId": line.user,
        "scoreGiven": line.points,
        "scoreMaximum": line.most,
        "timestamp": line.time,
        "activityProgress": "Completed",
        "gradingProgress": "FullyGraded",
    }
