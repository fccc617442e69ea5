"""Check an answer: draw arguments, call, compare, localise, diagnose, report."""

from __future__ import annotations

import functools
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from coursekit.checking import facts, registry, trees
from coursekit.checking.across import in_its_place, same_in_every_draw, without_chance
from coursekit.checking.call import Call, Caller, call_here, draws_random_numbers
from coursekit.checking.compare import Rounded, compare
from coursekit.checking.diagnose import Observed, alike, depends_on_nothing, diagnose, observe
from coursekit.checking.drawn import drawn
from coursekit.checking.exercise import Draw, Exercise
from coursekit.checking.facts import FailureKind
from coursekit.checking.further import Further
from coursekit.checking.guessing import beyond_guessing
from coursekit.checking.localise import all_alike
from coursekit.checking.outcome import CONDUCT_NAME, Case, CaseKind, Example, Finding, FindingKind, Verdict
from coursekit.checking.portable import state
from coursekit.checking.portable.earlier import substituted
from coursekit.checking.portable.unmuted import MUTED, TWICE
from coursekit.checking.portable.unwritten import marked
from coursekit.checking.report import Report
from coursekit.checking.search import SEARCH_S, Traced, at_hand, explain
from coursekit.checking.tracing import read_along
from coursekit.checking.unread import unread
from coursekit.checking.words import listed

_STOP = (FailureKind.NOT_WRITTEN, FailureKind.TIMEOUT, FailureKind.EXITED)  # no use in calling such an answer again

_NAMED = 3  # of the names that were replaced

_one_at_a_time = threading.RLock()
"""A check changes settings of the whole process for a while: two threads would put back what the other one has set."""


def evaluate(
    exercise: str | Exercise,
    answer: Callable[..., Any],
    seed: int = 0,
    *,
    caller: Caller = call_here,
    limit: float | None = None,
    along: bool = True,
    search: float = SEARCH_S,
    meanwhile: Callable[[Report], object] | None = None,
) -> Report:
    """Check `answer` against the reference of an exercise.

    exercise: its name, or the exercise itself.
    answer:   the learner's function, with the signature of the reference.
    seed:     chooses the numbers that are drawn; the same seed gives the same report.
    caller:   how the answer is called; the default calls it in this process.
    limit:    seconds that one call may take; the default is what the exercise allows.
    search:   seconds that may be spent on the small change of the right answer that gives the answer's numbers.
    meanwhile: is given the report without that before the search begins, if it may take a while.
    along:    read a wrong answer's own lines too, which takes another call. Never of an answer in another process.

    Raises UnknownExercise if nothing has that name. Whatever the answer does is in the report, never an exception.
    """
    with _one_at_a_time, state.known(seed=0) as before:
        start = time.perf_counter()
        if isinstance(exercise, str):
            exercise = registry.get(exercise)
        if not callable(answer):
            raise TypeError(
                f"{exercise.name} is checked by calling it, and {answer!r} cannot be called. Pass the function."
            )
        earlier = {name: registry.get(name).reference for name in exercise.uses}
        with marked(answer, exercise.reference), substituted(answer, earlier):
            run = _Run(exercise, answer, seed, caller, exercise.cpu_s if limit is None else limit, before.replaced)
            if along and caller is call_here:
                run.read_along(answer)
            report = run.report(time.perf_counter() - start)
            return run.named(report, search, meanwhile) if search > 0 else report


class _Run:
    """One check while it is going on: the draws, what was expected, what was seen."""

    def __init__(
        self,
        exercise: Exercise,
        answer: Callable[..., Any],
        seed: int,
        caller: Caller,
        limit: float,
        replaced: tuple[str, ...] = (),
    ) -> None:
        self.exercise, self.seed, self.replaced = exercise, seed, replaced
        self.answer, self.here = answer, caller is call_here
        self._draws_itself = draws_random_numbers(answer)
        found = {"found": state.State()}  # each call in this process begins in this state and comes back to it
        how = found if self.here else {}
        self._call = lambda draw: caller(exercise, answer, draw.args, limit, **how)
        self._drawn = drawn(exercise, seed)
        self._does = functools.partial(self._drawn.does, **found)
        self.draws, self.expected = self._drawn.draws, self._drawn.expected
        self.calls: list[Call] = []
        self.cases: list[Case] = []
        self.seen: list[Observed] = []
        self.rounded: set[Rounded] = set()
        self.guessed = 0.0
        for draw, want in zip(self.draws, self.expected, strict=True):
            if self._stopped():
                self._add(draw, 0.0, findings=(_not_run(self.calls[-1]),))
                continue
            self._one_draw(draw, want)
        self.cases = list(in_its_place(self.exercise, self.cases, self.seen, self.expected))
        self._conduct()
        self.cases = list(without_chance(self.cases, self.seen, self.expected))
        self.of_nothing = depends_on_nothing(self.seen)
        if self.of_nothing:
            self.cases = [same_in_every_draw(self.exercise, case, self.seen) for case in self.cases]
        self.along: tuple[facts.Fact, ...] = ()

    def read_along(self, answer: Callable[..., Any]) -> None:
        """What the lines of an answer compute whose numbers are wrong, on the smallest draw where they are; and not all
        alike, as the zeros are that nothing was added to yet. Where they are alike in all draws, only if some line is
        right."""
        every = zip(self.draws, self.expected, self.cases, self.seen, strict=False)
        failing = sorted((each for each in every if each[2].findings), key=lambda each: _tells_little(each[2], each[3]))
        for draw, want, case, seen in failing[:1]:
            if {finding.kind for finding in case.findings} <= {FindingKind.VALUE, FindingKind.NAN}:
                along = read_along(self.exercise, answer, draw, want, seen.arrays, self.seed)
                if not self.of_nothing or any(isinstance(fact, facts.RightValue) for fact in along):
                    self.along = along

    def _stopped(self) -> bool:
        failure = self.calls[-1].failure if self.calls else None
        return failure is not None and failure.kind in _STOP

    def _one_draw(self, draw: Draw, want: dict[str, np.ndarray]) -> None:
        call = self._call(draw)
        observed = observe(self.exercise, call, tuple(a.shape for a in want.values()))
        # A copy: an answer that returns one shared buffer would overwrite the evidence with its next call.
        if observed.arrays is not None:
            observed = replace(observed, arrays=trees.copy(observed.arrays))
        # What a later call returned is not needed any more, and a stranger's can be large.
        self.calls.append(replace(call, value=None, again=None) if self.calls else call)
        self.seen.append(observed)
        if observed.arrays is None:
            self._add(draw, 0.0, findings=(unread(call, self.exercise, want),))
            return
        findings, right = [], []
        for tensor in self.exercise.returns:
            if tensor.name in observed.unread:
                reason = f"The returned {tensor.name} {observed.unread[tensor.name]}."
                findings.append(Finding(FindingKind.TYPE, tensor.name, facts.Unusable(reason)))
                continue
            finding, rounded = compare(
                self.exercise, tensor, observed.arrays[tensor.name], want[tensor.name], draw.sizes
            )
            self.rounded.add(rounded)
            if finding is None:
                right.append(tensor.name)
            else:
                findings.append(finding)
        self._add(draw, len(right) / len(self.exercise.returns), tuple(right), tuple(findings))

    def _add(self, draw: Draw, credit: float, right: tuple[str, ...] = (), findings: tuple[Finding, ...] = ()) -> None:
        self.cases.append(Case(draw.name, credit, draw.sizes, right, findings, draw.advice))

    def _conduct(self) -> None:
        """What must hold beside the numbers, as one more case. It earns nothing for numbers that are wrong."""
        if self._stopped() or all(call.failure is not None for call in self.calls):
            return
        findings = [f for f in (self._changed(), self._overflow(), self._shared_buffer(), self._random()) if f]
        credit = 0.0 if findings else sum(case.credit for case in self.cases) / len(self.cases)
        self.cases.append(Case(CONDUCT_NAME, credit, findings=tuple(findings), kind=CaseKind.CONDUCT))

    def _changed(self) -> Finding | None:
        names = sorted({name for call in self.calls for name in call.changed})
        return Finding(FindingKind.CHANGED, what=facts.ChangedArguments(tuple(names))) if names else None

    def _overflow(self) -> Finding | None:
        if not self.exercise.no_overflow:
            return None
        for draw, call in zip(self.draws, self.calls, strict=False):
            if call.overflow:
                return Finding(FindingKind.OVERFLOW, what=facts.FloatEvent(call.overflow[0], draw.name))
        return None

    def _shared_buffer(self) -> Finding | None:
        """Arrays of the first call must survive the later calls, and where it matters each other."""
        if self.exercise.own_memory and any(TWICE in call.warned for call in self.calls):
            return Finding(FindingKind.SHARED, what=facts.ReturnedTwice())
        first, observed = self.calls[0], self.seen[0]
        if observed.arrays is None or len(self.calls) < 2:
            return None
        if first.again is not None:
            first = replace(first, value=first.again())
        now = observe(self.exercise, first, tuple(a.shape for a in self.expected[0].values()))
        if now.arrays is not None and trees.same(now.arrays, observed.arrays):
            return None
        return Finding(FindingKind.SHARED)

    def _random(self) -> Finding | None:
        """The same arguments must give the same numbers, but for rounding: compilers add in another order once they
        know a function. What is kept from a call before may fit the arguments of the first of two calls by chance."""
        if self.seen[0].arrays is None:
            return None
        same = self._as_before() and (not any(case.findings for case in self.cases) or self._as_before())
        given = self.exercise.chance
        if same and not (given and self._draws_itself and any(case.findings for case in self.cases)):
            return None
        return Finding(FindingKind.RANDOM, what=facts.Randomness(not same, self._draws_itself, given))

    def _as_before(self) -> bool:
        """Whether another call with the arguments of the first draw gives what that has given."""
        again = observe(self.exercise, self._call(self.draws[0]), tuple(a.shape for a in self.expected[0].values()))
        return alike(self.exercise, again, self.seen[0])

    def report(self, seconds: float) -> Report:
        failed = next((k for k, case in enumerate(self.cases) if not case.passed), None)
        marks = self._marks()
        verdict = self._verdict(failed, marks)
        mistakes = ()
        if verdict != Verdict.PASSED and not self._stopped():
            mistakes = diagnose(self.exercise, self.seen, self._does)
        return Report(
            exercise=self.exercise.name,
            verdict=verdict,
            cases=tuple(self.cases),
            seed=self.seed,
            max_points=self.exercise.points,
            mistakes=mistakes,
            notes=tuple(self._notes(verdict)),
            seconds=seconds,
            example=self._example(failed),
            marks=marks,
            along=() if verdict == Verdict.PASSED or self._is_chance() else self.along,
            beside=self._beside(),
            also_given=tuple(t.name for t in self.exercise.returns if t.name in self.draws[0].args),
        )

    def _is_chance(self) -> bool:
        return any(finding.kind is FindingKind.RANDOM for case in self.cases for finding in case.findings)

    def _beside(self) -> str:
        return next((seen.beside for seen in self.seen if seen.beside), "")

    def named(self, report: Report, seconds: float, meanwhile: Callable[[Report], object] | None) -> Report:
        """The report with those known mistakes that fit on further draws as well; if there are none, with the changes
        of the right answer that give these numbers."""
        further = Further(self.exercise, self.seed, self._call)
        if report.mistakes:
            fit = set(diagnose(self.exercise, further.seen, further.drawn.does))
            report = replace(report, mistakes=tuple(each for each in report.mistakes if each in fit))
        got = [observed.arrays for observed in self.seen if observed.arrays is not None and not observed.unread]
        if report.verdict != Verdict.WRONG or report.mistakes or self.of_nothing or len(got) < len(self.draws):
            return report
        try:
            if meanwhile is not None and not at_hand(self.exercise, self.seed):
                meanwhile(report)
            edits = explain(self.exercise, self.draws, self.expected, got, self.seed, further, seconds, self._traced())
        except KeyboardInterrupt:  # whoever does not wait has the rest of the report
            return report
        return replace(report, edits=edits)

    def _traced(self) -> Traced:
        right = frozenset(fact.part for fact in self.along if isinstance(fact, facts.RightValue))
        first = (fact.expected for fact in self.along if isinstance(fact, facts.FirstWrongValue))
        return Traced(right, frozenset(part for expected in first for part in expected))

    def _marks(self) -> float | None:
        """The score of the draws, where it is not simply the mean of their credits."""
        draws = [case for case in self.cases if case.kind == CaseKind.DRAW]
        if self.exercise.marking is not None:
            return self.exercise.marking(draws)
        share = sum(case.credit for case in draws) / len(draws)
        if share == 0 or all(case.passed for case in draws):
            return None
        self.guessed = self._drawn.guessed
        return beyond_guessing(share, self.guessed)

    def _verdict(self, failed: int | None, marks: float | None) -> Verdict:
        enough = marks == 1.0 and not self._stopped() and self.cases[-1].passed
        if failed is None or enough:
            return Verdict.PASSED
        failures = [call.failure.kind for call in self.calls if call.failure is not None]
        if self._stopped():
            return Verdict(failures[-1])
        return Verdict.RAISED if len(failures) == len(self.calls) else Verdict.WRONG

    def _notes(self, verdict: Verdict) -> list[str]:
        notes = []
        if Rounded.FLOAT32 in self.rounded:
            notes.append("Right to float32 precision; the arguments were float64. That is good enough here.")
        if Rounded.OTHERWISE in self.rounded and verdict == Verdict.PASSED:
            notes.append(
                "Near enough, but not to the last digits of float64: is a small number added somewhere, or part of it "
                "in float32?"
            )
        if 0 < self.guessed < 1:
            notes.append(
                "What zeros, another constant, the arguments or the answer to another draw get right as well earns "
                f"no points: here that is {self.guessed:.0%} of what is compared."
            )
        if self._beside():
            notes.append(
                f"One value more came back than is asked for: {self._beside()}. It is taken for a cache and not looked "
                "at; whatever calls this function has to take it off."
            )
        if self.replaced:
            some = listed(self.replaced[:_NAMED]) if len(self.replaced) <= _NAMED else f"{self.replaced[0]} and others"
            notes.append(
                f"A cell has put something else in the place of {some}. The check was made with the library's own: "
                "give yours another name, and restart the kernel."
            )
        printed = next((call.printed for call in self.calls if call.printed.strip()), "")
        if printed:
            line = printed.strip().splitlines()[0]
            notes.append(f"It prints while it runs (first line: {line[:60]!r}). That does not count.")
        warned = [w for call in self.calls for w in call.warned if not (self.exercise.no_overflow and call.overflow)]
        warned = [text for text in warned if text != TWICE and not text.startswith(MUTED)]
        if warned:
            notes.append(f"It warns while it runs: {warned[0][:120]}")
        return notes

    def _example(self, failed: int | None) -> Example | None:
        if not self.here or failed is None or failed >= len(self.draws):
            return None
        draw = self.draws[failed]
        got = self.seen[failed].arrays if failed < len(self.seen) else None
        inputs = {k: trees.copy(v) for k, v in draw.args.items()}
        run = functools.partial(_once_more, self.exercise, self.answer, draw.args)
        return Example(draw.name, inputs, trees.copy(self.expected[failed]), got, run)


def _once_more(exercise: Exercise, answer: Callable[..., Any], args: Mapping[str, Any]) -> Any:
    """The answer's own result for these arguments; what it raises is raised."""
    return exercise.call(answer, {name: trees.copy(value) for name, value in args.items()})


def _tells_little(case: Case, seen: Observed) -> bool:
    """Whether every wrong tensor is one number in all its entries."""
    wrong = [seen.arrays[f.tensor] for f in case.findings if seen.arrays is not None and f.tensor in seen.arrays]
    return bool(wrong) and all(map(all_alike, wrong))


def _not_run(call: Call) -> Finding:
    assert call.failure is not None
    return Finding(FindingKind(call.failure.kind), what=facts.NotRun())
