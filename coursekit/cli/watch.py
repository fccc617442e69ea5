"""Grade on submit: what students hand in through nbgrader's exchange is graded as it comes, and feedback goes back.

Each hand-in is collected, graded in the sandbox, and its feedback released, where students fetch it. With
--tries-per-day so many are graded in any 24 hours, by the time stamps of the exchange; the feedback says which try
it is. Of several that arrived meanwhile the newest is graded. One line is printed for each event.

It can be stopped and killed at any time: the next one goes on where it was. Ctrl-C or SIGTERM ends it. One watcher
works in a course at a time; `coursekit grade` and the formgrader may be used beside it.

Exit status: 0 if it was ended, 2 if it cannot work here. With --once: 0 if all is done, 1 if something waits.

  coursekit watch
  coursekit watch 05_gru --tries-per-day 5
  coursekit watch --once
"""

from __future__ import annotations

import argparse
import os
import time
from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from coursekit.cli.arguments import add_course
from coursekit.cli.early import says_torch
from coursekit.cli.isolation import cores, require_sandbox

if TYPE_CHECKING:
    from coursekit.grading.platforms.stopping import Stopping
    from coursekit.grading.submission.course import Course

SUMMARY = "grade what is handed in as it comes, and release feedback"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add("assignments", metavar="ASSIGNMENT", nargs="*", help="only these (default: all that were released)")
    add_course(parser)
    tries = "grade so many hand-ins of a student for an assignment in 24 hours (default: all)"
    add("--tries-per-day", metavar="N", type=_positive, help=tries)
    add("--every", metavar="S", type=_seconds, default=0.5, help="seconds between two looks (default: 0.5)")
    add("--once", action="store_true", help="grade what is there, and end")
    add("-j", "--jobs", metavar="N", type=_positive, default=cores(), help="processes where several arrive together")
    trusting = "run notebooks without isolation: they can then do all that you can. Only for notebooks you trust"
    add("--no-sandbox", action="store_true", help=trusting)


def run(arguments: argparse.Namespace) -> int:
    from coursekit.grading.bounds import Stopped
    from coursekit.grading.platforms.stopping import stoppable
    from coursekit.grading.run.servers import UNSAFE
    from coursekit.grading.submission.course import Course

    if arguments.no_sandbox:
        os.environ[UNSAFE] = "1"
    try:
        with stoppable(keyboard=True) as stopping:
            return _watch(Course(arguments.course), arguments, stopping)
    except Stopped:
        say("stopped, as you asked")
        return 0


def say(line: str) -> None:
    print(f"{datetime.now():%Y-%m-%d %H:%M:%S} {line}", flush=True)


def _watch(course: Course, arguments: argparse.Namespace, stopping: Stopping) -> int:
    from coursekit.grading.gradebook.lock import WATCH, alone_in
    from coursekit.grading.gradebook.places import RESULTS
    from coursekit.grading.watch.limit import Limit
    from coursekit.grading.watch.watcher import ATTEMPTS, Watcher

    with alone_in(course.root / RESULTS / "watch", program=WATCH):
        watcher = Watcher(course, Limit(arguments.tries_per_day), say, arguments.assignments, arguments.jobs)
        _tell_unreleased(course, arguments.assignments)
        _warm(course, arguments)
        inbound = watcher.exchange.inbound
        later = "" if os.path.isdir(inbound) else ", which the first `nbgrader release_assignment NAME` makes"
        say(f"watching {inbound}{later}")
        if arguments.once:
            return 0 if any(not watcher.look() for _ in range(ATTEMPTS + 1)) else 1
        while True:
            watcher.look()
            stopping.check()
            time.sleep(arguments.every)


def _tell_unreleased(course: Course, assignments: Sequence[str]) -> None:
    """A name that is misspelt would be waited for in silence; one may be released later, too."""
    from coursekit.grading.submission.course import CourseError

    for assignment in assignments:
        try:
            course.released(assignment)
        except CourseError as unknown:
            say(f"nothing comes for {assignment} as yet: {unknown}")


def _warm(course: Course, arguments: argparse.Namespace) -> None:
    """Start what the first hand-in would wait for. Refuses where notebooks cannot be isolated."""
    from coursekit.grading.run import runners

    if arguments.jobs > 1:
        runners.prepare_processes()
    released = course.folder("release", ".", "x").parent.glob("*")
    wanted = [place for place in released if not arguments.assignments or place.name in arguments.assignments]
    for torch in sorted({says_torch(place) for place in wanted}):  # one without PyTorch serves those that need none
        require_sandbox(torch)


def _positive(text: str) -> int:
    if not text.isdecimal() or not 0 < int(text) < 10_000:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number above 0")
    return int(text)


def _seconds(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = 0.0
    if not 0 < seconds <= 3600:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of seconds above 0")
    return seconds
