"""Send points to the gradebook of a platform by LTI 1.3 (Assignment and Grade Services): Canvas, Moodle and others.

Without --send it says what would be sent, and to which column, and changes nothing. Each score is sent once, and again
if it has changed here since. What was sent is kept in .coursekit-records/sent; a run that was cut off goes on. Who
waits for a person, or has no number of the platform (`lms_user_id`) in the gradebook, is named and left out.

Exit status: 0 if every graded student's points are there (or would be), 1 if there is something to look at, 2 if
nothing could be done, or no more.

  coursekit send-grades --setup
  coursekit send-grades 05_gru
  coursekit send-grades 05_gru --send
  coursekit send-grades 05_gru --log
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from coursekit import atomic
from coursekit.cli.arguments import add_course
from coursekit.cli.errors import UserError, reason

if TYPE_CHECKING:
    from coursekit.grading.lms.lti.journal import Line
    from coursekit.grading.lms.lti.sending import Plan
    from coursekit.grading.lms.lti.service import Item, Service
    from coursekit.grading.lms.points import Points
    from coursekit.grading.submission.course import Course

SUMMARY = "send points to a platform by LTI 1.3"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add("assignment", metavar="ASSIGNMENT", nargs="?", help="its name, such as 05_gru")
    add_course(parser)
    what = parser.add_mutually_exclusive_group()
    what.add_argument("--dry-run", action="store_true", help="say what would be sent; so it is without --send, too")
    what.add_argument("--send", action="store_true", help="send")
    what.add_argument("--log", action="store_true", help="say what was sent, to whom and when")
    what.add_argument("--setup", action="store_true", help="make lti.toml and a key, and show what the platform needs")


def run(arguments: argparse.Namespace) -> int:
    from coursekit.grading.submission.course import Course

    if arguments.setup == bool(arguments.assignment):
        raise UserError("name an assignment, such as 05_gru, or say --setup alone.")
    try:
        course = Course(arguments.course)
        if arguments.setup:
            return _set_up(course.root)
        if arguments.log:
            return _log(course, arguments.assignment)
        return _send(course, arguments.assignment, arguments.send)
    except OSError as error:
        raise UserError(f"cannot use {error.filename or arguments.course}: {reason(error)}.") from None


def _set_up(root: Path) -> int:
    """What is there stays: a second run shows the same key again."""
    import json

    from coursekit.grading.lms.lti import key
    from coursekit.grading.lms.lti.settings import FILE, KEY_FILE, TEMPLATE

    made = key.make(root / KEY_FILE)
    fresh = atomic.create(root / FILE, TEMPLATE)
    print(f"{root / FILE}: {'fill it in' if fresh else 'is there already'}.")
    print(f"{root / KEY_FILE}: the key that signs. Show it to nobody. Its public half, for the platform:\n")
    print(f"as a JWK, such as Canvas takes it:\n{json.dumps(made.public_jwk())}\n")
    print(f"as PEM, such as Moodle takes it:\n{made.public_pem()}")
    return 0


def _journal(course: Course, assignment: str) -> Path:
    from coursekit.grading.submission.records import RECORDS

    if assignment != Path(assignment).name:
        raise UserError(f"{assignment!r} cannot be an assignment.")
    return course.root / RECORDS / "sent" / f"{assignment}.jsonl"


def _log(course: Course, assignment: str) -> int:
    from coursekit.cli.results import printable
    from coursekit.grading.lms.lti import journal

    lines = journal.read(_journal(course, assignment))
    for line in lines:
        if line.state != journal.SENDING:
            said = f"{line.state}{f' ({line.said})' if line.said else ''}"
            print(printable(f"{line.time[:19]}Z  {line.student}: {line.points:g} of {line.most:g}, {said}"))
    if not lines:
        print(f"Nothing of {assignment} was sent.")
    return 0


def _send(course: Course, assignment: str, send: bool) -> int:
    from coursekit.grading.lms.lti import journal, key, settings
    from coursekit.grading.lms.lti.sending import plan
    from coursekit.grading.lms.lti.service import Service
    from coursekit.grading.lms.lti.web import Web
    from coursekit.grading.lms.points import points_of

    wanted = settings.read(course.root)
    points = points_of(course, assignment)
    if not points.most:
        raise UserError(f"nothing in {assignment} is worth points, so there is nothing to send.")
    path = _journal(course, assignment)
    service = Service(wanted, key.read(wanted.key), Web())
    if send:
        return _really(service, path, assignment, points)
    item = service.item(assignment)
    _tell_item(assignment, item, "--send makes it", points.most)
    planned = plan(points, journal.standings(journal.read(path)), item)
    _tell("To be sent", [_words(planned, score.student, score.points) for score in planned.scores])
    look = _tell_others(planned)
    print(f"Nothing was sent. To send: coursekit send-grades {assignment} --send")
    return 1 if look else 0


def _really(service: Service, path: Path, assignment: str, points: Points) -> int:
    from coursekit.grading.lms.lti import journal
    from coursekit.grading.lms.lti.sending import plan, send
    from coursekit.grading.lms.lti.settings import LtiError

    with journal.opened(path) as kept:
        item = service.item(assignment)
        _tell_item(assignment, item, "made now", points.most)
        item = item or service.make_item(assignment, points.most)
        planned = plan(points, kept.standings, item)
        done: list[Line] = []
        try:
            done.extend(send(service, kept, item, planned.scores, points.most))
        except LtiError:
            _tell_done(planned, done)
            print(f"{len(planned.scores) - len(done)} of {len(planned.scores)} were not tried.")
            raise
        open_ones = _tell_done(planned, done)
    return 1 if _tell_others(planned) or open_ones else 0


def _tell_item(assignment: str, item: Item | None, otherwise: str, most: float) -> None:
    from coursekit.cli.results import printable

    if item is None:
        print(f"Column of {assignment}: none yet, {otherwise}, with {most:g} points.")
        return
    of = "" if item.most is None else f", {item.most:g} points there"
    other = f" (the platform converts from {most:g})" if item.most not in (None, most) else ""
    print(printable(f"Column of {assignment}: {item.label}{of}{other}, {item.address}"))


def _tell_done(planned: Plan, done: list[Line]) -> bool:
    """What became of each score. True if one of them is not there."""
    from coursekit.grading.lms.lti.journal import REFUSED, SENDING, SENT

    _tell("Sent", [_words(planned, line.student, line.points) for line in done if line.state == SENT])
    refused: dict[str, list[str]] = {}
    for line in done:
        if line.state == REFUSED:
            refused.setdefault(line.said, []).append(line.student)
    for said, students in refused.items():
        _tell(f"Refused by the platform, {said}", students)
    silent = [line.student for line in done if line.state == SENDING]
    _tell("Perhaps sent, the platform did not answer; the next run asks", silent)
    return bool(refused or silent)


def _tell_others(planned: Plan) -> bool:
    """Who was left out. True if there is something to look at."""
    _tell("Sent before, and the same since", [str(len(planned.unchanged))] if planned.unchanged else [], count=False)
    look = {
        "Not decided yet, left out": planned.undecided,
        "Without a number of the platform (`nbgrader db student add ID --lms-user-id NUMBER`)": planned.numberless,
        "Two students with one number of the platform": planned.shared,
    }
    for what, students in look.items():
        _tell(what, students)
    return any(look.values())


def _words(planned: Plan, student: str, points: float) -> str:
    before = planned.before.get(student)
    return f"{student} {points:g}" if before in (None, points) else f"{student} {before:g} -> {points:g}"


def _tell(what: str, found: list[str], count: bool = True) -> None:
    from coursekit.cli.results import printable

    if found:
        print(printable(f"{what}{f' ({len(found)})' if count else ''}: {', '.join(found)}"))
