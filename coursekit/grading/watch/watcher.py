"""One look after the other at what was handed in. Whatever happens to one hand-in, the others are graded.

A hand-in goes through these steps, and each can be taken again: written down as begun, collected, graded into the
gradebook, its feedback released, written down as done. A watcher that is killed between two of them begins with the
first one again; the draws follow from what was handed in, so the result is the same.
"""

from __future__ import annotations

import contextlib
import time
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator
from datetime import UTC, datetime

from coursekit.checking.message import shown_points
from coursekit.grading.batch import grade
from coursekit.grading.failures import Failures, is_of_the_disk, trace
from coursekit.grading.gradebook.places import RESULTS
from coursekit.grading.gradebook.table import Row
from coursekit.grading.run import runners
from coursekit.grading.run.job import Job
from coursekit.grading.run.notebook import Graded
from coursekit.grading.submission.course import Course, CourseError
from coursekit.grading.submission.names import one_spelling
from coursekit.grading.submission.quarantine import shown
from coursekit.grading.watch.exchange import NOT_RELEASED, Exchange
from coursekit.grading.watch.ledger import HandIn, Ledger, State
from coursekit.grading.watch.limit import Limit

ATTEMPTS = 3
"""So often the grading of one hand-in may end the watcher, before it is left to a person."""

LATER = "This hand-in was not graded: another one of yours counts in its place."
FOR_A_PERSON = (
    "This hand-in could not be graded. A person will look at it; nobody loses points for that, and it is none of your "
    "tries."
)
_AGAIN_S = 5.0  # after an assignment could not be graded


class Watcher:
    """Grades what arrives in the exchange of one course.

    limit:       how many tries a day.
    say:         is given one line for each event.
    assignments: only these; all that were released if there are none.
    jobs:        processes, where several hand-ins arrive together.
    """

    def __init__(
        self,
        course: Course,
        limit: Limit,
        say: Callable[[str], None],
        assignments: Collection[str] = (),
        jobs: int = 2,
    ) -> None:
        self.course, self.limit, self.say = course, limit, say
        self.assignments, self.jobs = frozenset(assignments), jobs
        self.exchange = Exchange(course)
        self.ledger = Ledger(course.root / RESULTS / "watch" / "hand-ins")
        self._finished = set(self.ledger.finished())
        self._told: dict[str, str] = {}  # what was said last of something that may stay as it is
        self._waiting: dict[str, float] = {}  # by assignment, until when

    def look(self) -> bool:
        """Grade what is there by now. True if something is left, such as what waits for another grader to end."""
        try:
            there = list(self.exchange.hand_ins(self._finished, self._refused))
            gone = self.course.withdrawn if there else ()
            new = [one for one in there if self._is_wanted(one, gone)]
            for assignment, hand_ins in self._chosen(new).items():
                if self._waiting.get(assignment, 0.0) <= time.monotonic():
                    self._waiting.pop(assignment, None)
                    self._grade_all(assignment, hand_ins)
        except Exception as error:
            if not _concerns_all(error):
                raise
            self._once("the exchange", f"waiting: {error}")
            return True
        return any(one.name not in self._finished for one in new)

    def _is_wanted(self, one: HandIn, gone: Collection[str]) -> bool:
        """False as well for a student who has left: what they hand in stays there, in case they come back."""
        if self.assignments and one.assignment not in self.assignments:
            return False
        if one_spelling(one.student) not in gone:
            return True
        self._once(one.name, f"{shown(one.name)} not graded: {shown(one.student)} has left the class")
        return False

    def _chosen(self, new: Iterable[HandIn]) -> dict[str, list[HandIn]]:
        """Whom to grade, by assignment: of each student one hand-in, in the order in which they came."""
        by_student: dict[tuple[str, str], list[HandIn]] = defaultdict(list)
        for one in new:
            by_student[one.assignment, one_spelling(one.student)].append(one)
        chosen: dict[str, list[HandIn]] = defaultdict(list)
        for (assignment, _), hand_ins in by_student.items():
            if one := self._one_of(hand_ins):
                chosen[assignment].append(one)
        return {assignment: sorted(found, key=lambda one: one.time) for assignment, found in chosen.items()}

    def _one_of(self, hand_ins: list[HandIn]) -> HandIn | None:
        """Of one student's new hand-ins the one to be graded. What was begun is finished first; else the newest."""
        entries = self.ledger.entries(hand_ins[0])
        newest_first = sorted(hand_ins, key=lambda one: one.time, reverse=True)
        if begun := [one for one in newest_first if one.name in entries]:
            return begun[-1]
        chosen = None
        for one in newest_first:
            if chosen is not None:
                self._not_graded(one, State.PASSED, LATER)
            elif refusal := self.limit.refusal(self.ledger.tries(one), one.time):
                self._not_graded(one, State.OVER, refusal)
            else:
                chosen = one
        return chosen

    def _grade_all(self, assignment: str, hand_ins: list[HandIn]) -> None:
        """All of an assignment that were chosen: several at once, and then alone what may have ended a watcher."""
        before = {one: self.ledger.attempts(one) for one in hand_ins}
        fresh = [one for one in hand_ins if not before[one]]
        for batch in ([fresh] if fresh else []) + [[one] for one in hand_ins if before[one]]:
            if before[batch[0]] >= ATTEMPTS:
                self._not_graded(batch[0], State.FAILED, FOR_A_PERSON)
            elif not self._could_grade(assignment, batch):
                return

    def _could_grade(self, assignment: str, batch: list[HandIn]) -> bool:
        """False if none of this assignment can be graded for now, which is no attempt of anybody's."""
        for one in batch:
            self.ledger.begin(one)
        try:
            self._grade(assignment, batch)
        except BaseException as error:
            if isinstance(error, Exception) and not _concerns_all(error):
                self._blamed(batch, error)
                return True
            for one in batch:
                self.ledger.put_back(one)
            if not isinstance(error, Exception):  # we are told to end
                raise
            self._waiting[assignment] = time.monotonic() + _AGAIN_S
            self._once(assignment, f"{assignment} waiting: {error}")
            return False
        return True

    def _blamed(self, batch: list[HandIn], error: Exception) -> None:
        """An error of ours that names none of a batch: an attempt of each that was not finished. Next each is alone."""
        for one in batch:
            if one.name not in self._finished:
                with self._of(one):
                    raise error

    def _grade(self, assignment: str, hand_ins: list[HandIn]) -> None:
        collected: dict[str, HandIn] = {}
        for one in hand_ins:
            with self._of(one):
                if self.exchange.collect(one, self.ledger.graded(one)):
                    collected[one_spelling(one.student)] = one
                else:
                    self._not_graded(one, State.PASSED, LATER)
        # All are written again: a watcher that was killed may have left a row without its files.
        for row in grade(self.course, assignment, list(collected), self._runner, force=True):
            one = collected[row.student]
            with self._of(one):
                self._graded(one, row)

    def _runner(self, jobs: Iterable[Job]) -> Iterator[tuple[Job, Graded]]:
        """One alone in this process, whose sandbox is warm."""
        waiting = list(jobs)
        several = len(waiting) > 1 and self.jobs > 1
        return runners.in_processes(waiting, self.jobs) if several else runners.serially(waiting)

    def _graded(self, one: HandIn, row: Row) -> None:
        counts = any(question.points is not None for question in row.questions if question.checked)
        standing = self.limit.standing(self.ledger.tries(one), one.time, counts=counts)
        told = self.exchange.release(one, standing)
        self._close(one, State.GRADED if counts else State.UNDECIDED)
        said = [
            f"graded: {points(row)}",
            "needs a person" if row.needs_a_person else "",
            standing.partition(".")[0] if counts else "",
            _since(one) if told else "its author could not be told",
            row.failed,
        ]
        self._say(one, "; ".join(filter(None, said)))

    def _not_graded(self, one: HandIn, state: State, sentence: str) -> None:
        """Close a hand-in with a page that says to its author why there are no points."""
        told = False
        with self._kept(one):
            told = self.exchange.tell(one, sentence)
        self._close(one, state)
        self._say(one, f"not graded: {state}{'' if told else ', and its author could not be told'}")

    def _close(self, one: HandIn, state: State) -> None:
        self.ledger.close(one, state)
        self._finished.add(one.name)

    @contextlib.contextmanager
    def _of(self, one: HandIn) -> Iterator[None]:
        """An exception over one hand-in is that hand-in's, which is tried again and then left to a person."""
        done = False
        with self._kept(one):
            yield
            done = True
        if not done and self.ledger.attempts(one) >= ATTEMPTS:
            self._not_graded(one, State.FAILED, FOR_A_PERSON)

    @contextlib.contextmanager
    def _kept(self, one: HandIn) -> Iterator[None]:
        """Keep the traceback of an exception of ours. What concerns all hand-ins is raised."""
        try:
            yield
        except Exception as error:
            if _concerns_all(error):
                raise
            self._say(one, Failures(self.course.root / RESULTS, one.assignment).keep(one.student, trace(error)))

    def _refused(self, name: str, why: str) -> None:
        """A folder that is nobody's hand-in. One of an assignment that may be released later is looked at again."""
        if why != NOT_RELEASED:
            self._finished.add(name)
        self._once(name, f"{shown(name)} ignored: {why}")

    def _once(self, about: str, line: str) -> None:
        """What stays as it is is said once."""
        if self._told.get(about) != line:
            self._told[about] = line
            self.say(line)

    def _say(self, one: HandIn, event: str) -> None:
        self._told.pop(one.assignment, None)  # what it waited for is over
        self.say(f"{one.assignment} {shown(one.student)} {event}")


def _concerns_all(error: Exception) -> bool:
    """True for what would happen to every hand-in: a course that cannot be graded, a full disk."""
    return isinstance(error, CourseError) or is_of_the_disk(error)


def points(row: Row) -> str:
    """ "4.16 + ? of 5 points", where a question is undecided."""
    return f"{shown_points(row.points)}{'' if row.total is not None else ' + ?'} of {row.max_points:g} points"


def _since(one: HandIn) -> str:
    seconds = (datetime.now(UTC).replace(tzinfo=None) - one.time).total_seconds()
    return f"feedback {seconds:.1f} s after it was handed in" if seconds < 3600 else ""
