"""Grade one notebook: run its cells in a sandbox, check each answer from here, where its check stands."""

from __future__ import annotations

import contextlib
import math
import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

from nbformat import NotebookNode

from coursekit.checking import Exercise, Report, evaluate, registry
from coursekit.grading import nodes
from coursekit.grading.bounds import Bounds, Exceeded, Stopped
from coursekit.grading.failures import FAILED, trace
from coursekit.grading.run import along, needs, stock
from coursekit.grading.run.environment import Environment
from coursekit.grading.run.remote import PRELUDE, GraderFault, Remote
from coursekit.grading.run.sandbox import CellResult, Connection, Limits, SandboxUnavailable, Server, Worker
from coursekit.grading.run.shown import Outputs
from coursekit.grading.run.stock import checked_exercise, is_stock_test
from coursekit.grading.submission import from_scratch
from coursekit.grading.submission.canonical import READING, is_own_cell
from coursekit.lessons.cells import exercise_of, grade_id, is_answer, points

MAX_RESTARTS = 8
"""How often one notebook may lose its worker (endless loops, os._exit) before a student's own cells are left out."""

MAX_CALLS = 30
"""A notebook may compute and wait, in all its workers, as long as this number of calls of its slowest exercise."""

_SEARCH_S = 0.25  # CPU seconds that the grader looks for the name of one wrong answer; each student has other draws


@dataclass(frozen=True)
class Graded:
    """What grading one notebook found.

    reports: by exercise.
    faults:  by exercise, why the grader could not decide; a person has to. Never counted against the student.
    flags:   what a teacher should look at.
    tests:   points of nbgrader's own tests by cell, given in the student's kernel; one not decided is in `faults`.
    remarks: how the notebook was read, where it was not as it was handed out.
    numbers: by exercise, a name for the wrong numbers of an answer, the same for equal ones of two students.
    outputs: by cell id, what the cells showed, as nbformat outputs made here from checked data.
    cpu_s:   CPU seconds that the notebook's own code used.
    broken:  where the grader itself failed, a traceback for who keeps it running; never shown to students.
    """

    reports: dict[str, Report]
    faults: dict[str, str] = field(default_factory=dict)
    flags: tuple[str, ...] = ()
    outputs: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    cpu_s: float = 0.0
    broken: str = ""
    remarks: tuple[str, ...] = ()
    tests: dict[str, tuple[float, float]] = field(default_factory=dict)
    numbers: dict[str, str] = field(default_factory=dict)

    def to_dict(self) -> dict[str, Any]:
        return {
            "reports": {name: report.to_dict() for name, report in self.reports.items()},
            "faults": self.faults,
            "flags": list(self.flags),
            "outputs": self.outputs,
            "cpu_s": self.cpu_s,
            "broken": self.broken,
            "remarks": list(self.remarks),
            "tests": self.tests,
            "numbers": self.numbers,
        }

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> Graded:
        return cls(
            {name: Report.from_dict(report) for name, report in data["reports"].items()},
            dict(data["faults"]),
            tuple(data["flags"]),
            {cell: [NotebookNode(o) for o in outputs] for cell, outputs in data["outputs"].items()},
            data["cpu_s"],
            data["broken"],
            tuple(data["remarks"]),
            {name: tuple(test) for name, test in data["tests"].items()},
            dict(data["numbers"]),
        )


def grade_notebook(nb: NotebookNode, server: Server | Connection, seed_of: Callable[[str], int]) -> Graded:
    """Grade a canonical copy.

    nb:      the notebook, made by `canonical`.
    server:  a running sandbox server, started with the PRELUDE.
    seed_of: the seed of an exercise's draws for this submission.

    A call of an answer may use what its exercise allows; the cells of the notebook, as much memory as its most
    generous exercise. Whatever the notebook does is in the result. A fault of the grader is in `faults`, exercise by
    exercise; so is a notebook that takes the grader itself too much time or memory, and what is left if it is Stopped.
    """
    if server.prelude != PRELUDE:
        raise ValueError("notebooks are graded by a server with the PRELUDE, which takes finished layers away")
    return _Grading(nb, server, seed_of).run()


class _Grading:
    """One notebook on its way: the worker, and the cells to run again should it be lost."""

    def __init__(self, nb: NotebookNode, server: Server | Connection, seed_of: Callable[[str], int]) -> None:
        self.nb, self.server, self.seed_of = nb, server, seed_of
        self.limits = _limits(nb, server.limits)
        self.compiler = needs.compiler(cell.source for cell in nb.cells if cell.cell_type == "code")
        self.worker: Worker | None = None
        self.called = False  # has an answer been called in this worker?
        self.done: list[tuple[str, bool]] = []  # sources that ran to their end, or their definitions alone
        self.restarts = 0
        self.cpu_s = 0.0  # of workers that have ended
        self.waited_s = 0.0
        self.reports: dict[str, Report] = {}
        self.faults: dict[str, str] = {}
        self.broken: list[str] = []
        self.tests: dict[str, tuple[float, float]] = {}
        self.numbers: dict[str, str] = {}
        self.outputs = Outputs()
        self.bounds = Bounds()
        self.reading = nb.metadata.get(READING, {})
        self.environment = Environment()

    def run(self) -> Graded:
        try:
            for cell in self.nb.cells:
                if cell.cell_type == "code":
                    self._cell(cell)
        except (GraderFault, SandboxUnavailable, OSError, Exceeded, Stopped) as fault:
            self._give_up(str(fault))
        except Exception as error:
            self._give_up(self._failed(error))
        finally:
            self._close()
        flags = self._flags()
        shown, broken = self.outputs.by_cell, "\n".join(self.broken)
        remarks = tuple(self.reading.get("remarks", ()))
        cpu_s = round(self.cpu_s, 3)
        return Graded(self.reports, self.faults, flags, shown, cpu_s, broken, remarks, self.tests, self.numbers)

    def _failed(self, error: Exception) -> str:
        """Keep where the grader failed; returns what a student may read of it."""
        self.broken.append(trace(error))
        return FAILED

    def _flags(self) -> tuple[str, ...]:
        try:
            with self.bounds.step():
                return tuple(dict.fromkeys(flag for cell in self._written() for flag in self._used_by(cell)))
        except Exceeded:
            pass
        except Exception as error:
            self._failed(error)
        return (from_scratch.UNREAD,)

    def _used_by(self, cell: NotebookNode) -> tuple[str, ...]:
        """What a cell uses that it should write."""
        in_answers = self.reading.get("given_in_answers", ()) if is_answer(cell) else None
        return from_scratch.flags(cell.source, self.reading.get("given", ()), in_answers)

    def _written(self) -> list[NotebookNode]:
        """The cells that a student wrote."""
        return [c for c in self.nb.cells if c.cell_type == "code" and not _is_given(c)]

    def _cell(self, cell: NotebookNode) -> None:
        exercise = checked_exercise(cell)
        if exercise is not None:
            self._check(exercise)
            return
        if not cell.source.strip():
            return
        if self.restarts > MAX_RESTARTS and is_own_cell(cell):
            said = f"Not run: this notebook has ended its program {MAX_RESTARTS} times before."
            self.outputs.say(cell.id, said)
            return
        if _holds_comments_only(cell.source) and not is_stock_test(cell):  # such as a hint that nobody has asked for
            self.outputs.add(cell.id, CellResult("ok"))
            return
        with self.bounds.step():
            result = self._alive().run_cell(cell.source)
            if result.status == "busy":  # a wall clock on a loaded machine: once more, with a worker of its own
                result = self._alive().run_cell(cell.source)
                if result.status == "busy":
                    raise GraderFault(f"a cell could not finish on this machine: {result.reason}")
            self.outputs.add(cell.id, result)
        self.environment.ran(cell.source, result)
        if is_stock_test(cell):
            self._test(cell, result)
        stopped = result.status in ("timeout", "died")
        if stopped and not _is_given(cell):  # a right answer may stand beside what took too long
            with self.bounds.step():
                self._alive().run_cell(cell.source, only_definitions=True)
        if self.worker is not None and self.worker.alive:
            self.done.append((cell.source, stopped))

    def _test(self, cell: NotebookNode, result: CellResult) -> None:
        """One of nbgrader's own tests has run."""
        if result.passed:
            self.faults[grade_id(cell)] = (
                f"the test stopped at `{result.passed[0].statement}`: {result.passed[0].reason}"
            )
            return
        self.tests[grade_id(cell)] = stock.earned(cell, result), points(cell)
        self.outputs.by_cell[cell.id].append(nodes.stream("stdout", f"Points {stock.IN_KERNEL}.\n"))

    def _check(self, name: str) -> None:
        if doubt := self.reading.get("undecided", {}).get(name):
            self.faults[name] = doubt
            return
        try:
            exercise = registry.get(name)
        except registry.UnknownExercise as unknown:
            self.faults[name] = str(unknown)
            return
        try:
            report = self._report(exercise)
            if not report.passed and self.environment.excuse:
                self.faults[name] = self.environment.excuse
                return
            # The example holds the arguments of a draw, which may be functions and cannot travel between processes.
            self.reports[name] = self._read_along(exercise, replace(report, example=None))
        except GraderFault as fault:
            self.faults[name] = str(fault)
        except (SandboxUnavailable, OSError):
            raise
        except Exceeded as bound:
            self._close()  # its worker may be in the middle of an answer
            self.faults[name] = str(bound)
        except Exception as error:
            self._close()
            self.faults[name] = self._failed(error)

    def _read_along(self, exercise: Exercise, report: Report) -> Report:
        """The report, which is settled, with what the answer's lines compute. Whatever goes wrong here, it stands."""
        if not along.worth_reading(report) or self.worker is None or not self.worker.alive:
            return report
        if self._spent() > self.limits.total_cpu_s / 2:  # what is left of its time is for the other answers
            return report
        try:
            with self.bounds.step(along.READING_S):
                found = along.read_along(exercise, Remote(self.worker, exercise), report, [s for s, _ in self.done])
        except Exceeded:
            self._close()  # its worker may be in the middle of an answer
            return report
        except Exception:  # the worker has ended, or told what is none
            return report
        if found.numbers:
            self.numbers[exercise.name] = found.numbers
        return replace(report, along=found.facts)

    def _report(self, exercise: Exercise) -> Report:
        try:
            report, spoilt = self._evaluate(exercise)
        except GraderFault:  # such as a machine that is too busy
            spoilt = True
        return self._evaluate(exercise)[0] if spoilt else report  # once more, in a worker of its own

    def _evaluate(self, exercise: Exercise) -> tuple[Report, bool]:
        """The report, and whether the worker ended or ran out of memory in it and had called another answer before."""
        worker = self._alive()
        used, self.called = self.called, True
        answer = Remote(worker, exercise)
        self.environment.begin()
        with self.bounds.step():
            report = evaluate(
                exercise, answer, self.seed_of(exercise.name), caller=self.environment.caller, search=_SEARCH_S
            )
        if answer.out_of_memory:
            worker.close()
        return report, used and not worker.alive

    def _alive(self) -> Worker:
        """A worker in which every cell so far has run; a new one if the last one is gone."""
        if self.worker is not None:
            most = self.limits.total_cpu_s
            if self._spent() > most:
                self.worker.stop(f"this notebook has used up the {most} s that it may take in all")
            if self.worker.alive or self._spent() > most:
                return self.worker  # one that has ended answers every request with the reason of its end
            self._close()
            self.restarts += 1
        self.worker, self.called = self.server.open(self.limits, seed=0, compiler=self.compiler), False
        for source, stopped in self.done:
            self.worker.run_cell(source, only_definitions=stopped)
        return self.worker

    def _close(self) -> None:
        if self.worker is not None:
            self.worker.close()
            self.cpu_s += self.worker.usage.pop("cpu_s", 0.0)
            self.waited_s += self.worker.waited_s
            self.worker.waited_s = 0.0

    def _spent(self) -> float:
        """Seconds of computing and waiting so far."""
        return self.cpu_s + self.waited_s + self.worker.cpu_s + self.worker.waited_s

    def _give_up(self, reason: str) -> None:
        for cell in self.nb.cells:
            name = grade_id(cell) if is_stock_test(cell) else exercise_of(cell)
            if name is not None and name not in self.reports and name not in self.tests:
                self.faults.setdefault(name, reason)


def _limits(nb: NotebookNode, usual: Limits) -> Limits:
    """What the workers of a notebook may use in all."""
    exercises = []
    for name in filter(None, map(exercise_of, nb.cells)):
        with contextlib.suppress(registry.UnknownExercise):
            exercises.append(registry.get(name))
    memory = max((exercise.memory_mb for exercise in exercises), default=usual.memory_mb)
    seconds = MAX_CALLS * max((exercise.cpu_s for exercise in exercises), default=usual.cpu_s)
    return replace(usual, memory_mb=memory, total_cpu_s=max(usual.total_cpu_s, math.ceil(seconds)))


def _holds_comments_only(source: str) -> bool:
    """True for a cell in which nothing would run: to find that out in the sandbox takes a millisecond."""
    return all(
        not line or line.startswith("#") for line in (line.strip(" \t\f") for line in re.split("[\r\n]", source))
    )


def _is_given(cell: NotebookNode) -> bool:
    """True for a cell that stands there as it was handed out."""
    return not (is_answer(cell) or is_own_cell(cell))
