"""Read along: which of a learner's own lines is the first whose value is of no right computation."""

from __future__ import annotations

import functools
import types
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from coursekit.checking import facts, trees
from coursekit.checking.call import call_here
from coursekit.checking.compare import relative_error
from coursekit.checking.diagnose import observe
from coursekit.checking.exercise import Draw, Exercise
from coursekit.checking.facts import Fact
from coursekit.checking.portable.record import Recorder, Recording, function_of, uncollected
from coursekit.checking.tracing.filled import first_wrong_entry
from coursekit.checking.tracing.judge import Judged, Standing, judge
from coursekit.checking.tracing.landmarks import Landmarks, landmarks
from coursekit.checking.tracing.lines import Lines
from coursekit.checking.tracing.match import SAME, Value, is_unbounded, proves_nothing, single

_LIMIT = 2.0  # seconds of the one call more
_KEPT = 16  # right answers whose values are kept
_FEW_VALUES = 2  # so few are told although none before them is right
_RIGHT_LINES = 3

_landmarks: dict[tuple[Any, ...], Landmarks] = {}


def read_along(
    exercise: Exercise,
    answer: Callable[..., Any],
    draw: Draw,
    want: Mapping[str, np.ndarray],
    got: Mapping[str, np.ndarray],
    seed: int,
) -> tuple[Fact, ...]:
    """Call a wrong answer once more on a draw and say what its lines compute; () where nothing certain can be said.

    want, got: what is expected on this draw, and what the answer returned.
    """
    function = function_of(answer)
    if function is None:
        return ()
    try:
        recorder = Recorder(function, lines_of=Lines.of_code, within=isinstance(answer, type))
        if isinstance(answer, type):
            call = recorder.run(call_here, exercise, answer, draw.args, _LIMIT)
        else:
            traced = functools.wraps(answer)(lambda *args, **kwargs: recorder.run(answer, *args, **kwargs))
            call = call_here(exercise, traced, draw.args, _LIMIT)
        again = observe(exercise, call, tuple(a.shape for a in want.values()))
        if not recorder.complete or again.arrays is None or not trees.same(dict(again.arrays), dict(got)):
            return ()
        return read(exercise, recorder, draw, want, got, seed)
    except Exception:  # whatever a stranger's code is made of: the report without this part is still a report
        return ()


@uncollected()
def read(
    exercise: Exercise,
    recording: Recording,
    draw: Draw,
    want: Mapping[str, np.ndarray],
    got: Mapping[str, np.ndarray],
    seed: int,
) -> tuple[Fact, ...]:
    """What the lines of a recorded call compute; () where nothing certain can be said. Arguments as above."""
    reference = function_of(exercise.reference)
    if reference is None or not recording.complete:
        return ()
    if all(got[name].shape == a.shape and relative_error(got[name], a) <= SAME for name, a in want.items()):
        return ()  # so small a difference shows in no value on the way
    known = _known(exercise, reference, draw, seed)
    return _Reading(exercise, judge(recording, known, draw.sizes), known, want, got).facts()


def _known(exercise: Exercise, reference: types.FunctionType, draw: Draw, seed: int) -> Landmarks:
    key = (exercise.name, reference, draw.name, seed)
    if key not in _landmarks:
        while len(_landmarks) >= _KEPT:
            del _landmarks[next(iter(_landmarks))]
        args = {name: trees.copy(value) for name, value in draw.args.items()}
        _landmarks[key] = landmarks(reference, lambda answer: exercise.call(answer, args), draw.args)
    return _landmarks[key]


class _Reading:
    """What is said of one recording."""

    def __init__(
        self,
        exercise: Exercise,
        judged: list[Judged],
        known: Landmarks,
        want: Mapping[str, np.ndarray],
        got: Mapping[str, np.ndarray],
    ) -> None:
        self.exercise, self.judged, self.known, self.want, self.got = exercise, judged, known, want, got
        self.filled = False
        self.first = next((k for k, each in enumerate(judged) if each.standing is Standing.OFF), None)
        if self.first is None:  # every value is right, and the return takes the wrong ones
            last = [k for k, j in enumerate(judged) if j.event.returned and j.event.frame.depth == 0]
            self.first = self._made(last[-1]) if last and self._is_returned(last) else None
        self.proven = self.first is not None and (self._looked_behind() or self._looked_into())

    def _looked_behind(self) -> bool:
        """A single number proves nothing by itself; it is the first wrong value where it makes the whole difference.
        Whether it does so here."""
        event = self.judged[self.first].event
        last = {j.event.name: k for k, j in enumerate(self.judged[: self.first]) if j.event.frame is event.frame}
        for name in sorted(event.frame.lines.reads(event.line) & set(last)):
            each = self.judged[last[name]]
            number = single(each.event.arrays[0]) if len(each.event.arrays) == 1 else None
            if each.standing is not Standing.OPEN or number is None:
                continue
            if any(self.known.is_known_with(event.arrays, number, right) for _, right in self._missing_numbers()):
                self.first = last[name]
                self.judged[self.first] = replace(each, standing=Standing.OFF)
                return True
        return False

    def _looked_into(self) -> bool:
        """Whether what is wrong was filled entry by entry, or appended to: its first wrong entry tells the line."""
        for name in self._wrong_tensors():
            if any(_equal(self.got[name], other) for other in self.want.values()):
                continue  # right in another place
            place = first_wrong_entry(self.judged, self.first, self.got[name], self.want[name])
            if place is not None:
                self.first, self.filled = place, self.judged[place].standing is not Standing.OFF
                if self.filled:
                    self.judged[place] = replace(self.judged[place], standing=Standing.OFF, found=None)
                return True
        return False

    def _missing_numbers(self) -> list[tuple[str, float]]:
        """The named single numbers of the right answer that the learner's lines do not have."""
        right = [j for j in self.judged if j.standing is Standing.RIGHT and j.found]
        had = {mark.name for j in right for mark in j.found.marks}
        return [(mark.name, number) for mark, number in self.known.singles if mark.name not in had]

    def _made(self, returned: int) -> int:
        """Where the first wrong tensor appeared first that is returned: earlier than the return, if it has a line."""
        wrong = [name for name in self._wrong_tensors() if _tells(self.got[name])]
        if not wrong or self._elsewhere():
            return returned
        value = Value(self.got[wrong[0]])
        inner = returned
        for number, each in enumerate(self.judged[:returned]):
            if each.event.frame.depth > 0 and each.event.frame.takes_one:
                continue
            if len(each.event.arrays) == 1 and value.is_(each.event.arrays[0]):
                named = each.found is not None and any(mark.name for mark in each.found.marks)
                if (not named or self._is_a_copy(number)) and not self._serves(number, value):
                    return number
                if each.event.returned:
                    inner = number
        return inner

    def _is_returned(self, returns: list[int]) -> bool:
        """Whether something wrong is what the function returns, and not what is made of it elsewhere, as gradients."""
        if self.exercise.apply is None:
            return True
        wrong = [self.got[name] for name in self._wrong_tensors()]
        given = [a for number in returns for a in self.judged[number].event.arrays]
        return any(Value(got).is_(a) if _tells(got) else _equal(got, a) for got in wrong for a in given)

    def _is_a_copy(self, number: int) -> bool:
        """Whether a named value is one that a variable of another name held before it."""
        event = self.judged[number].event
        return bool(event.name) and any(
            earlier.standing is Standing.RIGHT
            and earlier.event.frame is event.frame
            and earlier.event.name not in ("", event.name)
            and len(earlier.event.arrays) == len(event.arrays) == 1
            and np.array_equal(earlier.event.arrays[0], event.arrays[0])
            for earlier in self.judged[:number]
        )

    def _serves(self, number: int, value: Value) -> bool:
        """Whether another right value is computed from this one, which is right where it stands, then."""
        event = self.judged[number].event
        return bool(event.name) and any(
            later.standing is Standing.RIGHT
            and later.found is not None
            and later.found.whole
            and later.event.frame is event.frame
            and event.name in event.frame.lines.reads(later.event.line)
            and not value.is_(later.event.arrays[0])
            for later in self.judged[number + 1 :]
        )

    def _wrong_tensors(self) -> list[str]:
        return [name for name in self.want if not _equal(self.got[name], self.want[name])]

    def facts(self) -> tuple[Fact, ...]:
        if self.first is None:
            return ()
        before = [j for j in self.judged[: self.first] if j.standing is Standing.RIGHT and j.event.name]
        told = [j for j in self.judged if j.event.name and j.standing is not Standing.OPEN]
        if not before and not self.proven and len({j.line for j in told}) > _FEW_VALUES:
            # In a style of its own, all of it may be right; but NaN and infinities are told wherever they begin.
            self.first = next((k for k, each in enumerate(self.judged) if self._is_broken(each)), None)
            if self.first is None:
                return ()
        return (*self._right_lines(before), *self._wrong())

    def _is_broken(self, each: Judged) -> bool:
        """Whether a value holds NaN, or infinities where the right computation has none."""
        unbounded = [array for array in each.event.arrays if not np.isfinite(array).all()]
        known = (is_unbounded(a) and self.known.index.has_unbounded(a) for a in unbounded)
        return not all(known)

    def _words(self, name: str) -> str:
        return self.exercise.parts.get(name, name)

    def _right_lines(self, before: list[Judged]) -> tuple[Fact, ...]:
        """The last lines before the first wrong one that give a value which has a name."""
        wrong = self.judged[self.first]
        said: dict[tuple[Any, int], Fact] = {}
        last = {(j.event.frame, j.line, j.event.name): j for j in self.judged[: self.first]}
        for each in before:
            if last[each.event.frame, each.line, each.event.name].standing is Standing.OPEN and _is_single(each):
                continue  # a number that was right in earlier rounds of a loop
            names = [m.name for m in each.found.marks if m.name] if each.found and each.found.whole else []
            place = (each.event.frame.code, each.line)
            # In a loop, what stands below the wrong line was right in earlier rounds only.
            below = wrong.event.hit > 0 and each.event.frame is wrong.event.frame and each.line > wrong.line
            if names and each.line != wrong.line and not below and each.event.frame.depth <= wrong.event.frame.depth:
                said.pop(place, None)
                said[place] = facts.RightValue(*self._place(each), self._words(names[0]))
        return tuple(said.values())[-_RIGHT_LINES:]

    def _place(self, each: Judged) -> tuple[int, str, str, str]:
        """Line, source, function (of a helper) and variable."""
        frame = each.event.frame
        return (
            each.line,
            frame.lines.quoted(each.event.line),
            frame.code.co_name if frame.depth else "",
            each.event.name,
        )

    def _wrong(self) -> tuple[Fact, ...]:
        wrong = self.judged[self.first]
        returns = wrong.event.returned and wrong.event.frame.depth == 0
        said: list[Fact] = []
        relation, axis = "", ""
        expected: tuple[str, ...] = ()
        named = [m.name for m in wrong.found.marks if m.name] if wrong.found and wrong.standing is Standing.OFF else []
        if self._is_broken(wrong):
            relation = "not finite"
        elif named:
            expected = (self._words(named[0]),)
            axis = wrong.found.axis
            relation = ("divided" if wrong.found.divided else "times") if axis else "opposite"
        elif wrong.standing is not Standing.OFF and not returns:
            relation, expected = "part", tuple(self._wrong_tensors()[:1])
        elif not returns and not self.filled:
            expected = tuple(map(self._words, self._expected(wrong)))
        elsewhere = self._elsewhere() if returns else ()
        said.append(facts.FirstWrongValue(*self._place(wrong), expected, relation, axis))
        return (*said, *self._steps(wrong), *self._exchanged(wrong), *self._incomplete(wrong), *elsewhere)

    def _expected(self, wrong: Judged) -> tuple[str, ...]:
        """The name of what the right answer has where this value stands; () where that is not certain."""
        if len(wrong.event.arrays) != 1 or not wrong.event.name:
            return ()
        if single(wrong.event.arrays[0]) is not None:
            numbers = sorted({name for name, _ in self._missing_numbers()})
            return tuple(numbers) if len(numbers) == 1 else ()
        shape = sorted(np.squeeze(wrong.event.arrays[0]).shape)
        turn = wrong.event.hit if wrong.event.frame.depth == 0 else 0
        right = [j for j in self.judged if j.standing is Standing.RIGHT and j.found]
        matched = {(m.name, m.turn) for j in right for m in j.found.marks}
        marks = [(m, a) for m, a in self.known.named if m.turn == turn]
        lines: dict[int, list[bool]] = {}
        for mark, _ in marks:
            lines.setdefault(mark.line, []).append((mark.name, mark.turn) in matched)
        missing = [
            (mark.name, array)
            for mark, array in marks
            if (mark.name, mark.turn) not in matched
            and sorted(np.squeeze(array).shape) == shape
            and (len(lines[mark.line]) == 1 or any(lines[mark.line]))
        ]
        missing = [(n, a) for k, (n, a) in enumerate(missing) if not any(_equal(a, b) for _, b in missing[:k])]
        off = {
            j.event.name
            for j in self.judged
            if j.standing is Standing.OFF
            and len(j.event.arrays) == 1
            and j.event.hit == wrong.event.hit
            and sorted(np.squeeze(j.event.arrays[0]).shape) == shape
        }
        if len(missing) == 1:
            return (missing[0][0],)
        made = self._made_of_the_same(wrong, {m.name: m.line for m, _ in marks if m.name in dict(missing)})
        if made:
            return (made,)
        # Several: the first of them, if as many values are off and this one is a share as that is, and no other.
        shares = [bool(np.all((a > 0) & (a < 1))) for a in (*wrong.event.arrays, *(a for _, a in missing))]
        first = len(off) > len(missing) > 1 and shares[0] and shares[1] and not any(shares[2:])
        return (missing[0][0],) if first else ()

    def _made_of_the_same(self, wrong: Judged, lines: Mapping[str, int]) -> str:
        """Of several values of the right answer, by the line that makes each, the one that is made of most of what the
        wrong line reads; "" if that is fewer than two values, or as many of another."""
        reads = wrong.event.frame.lines.reads(wrong.event.line)
        last = {j.event.name: j for j in self.judged[: self.first] if j.event.frame is wrong.event.frame}
        read = [last[name] for name in reads if name in last]
        names = {m.name for j in read if j.standing is Standing.RIGHT and j.found for m in j.found.marks if m.name}
        shared = sorted(((len(names & self.known.reads.get(line, set())), name) for name, line in lines.items()))
        if not shared or shared[-1][0] < 2 or len(shared) > 1 and shared[-2][0] == shared[-1][0]:
            return ""
        return shared[-1][1]

    def _steps(self, wrong: Judged) -> tuple[Fact, ...]:
        """From which run of its line the value is wrong, by the number that counts in the learner's loop."""
        event = wrong.event
        if wrong.standing is Standing.RIGHT:  # it is, and only does not belong where it is returned
            return ()
        same = [
            j
            for j in self.judged
            if j.event.frame is event.frame and (j.event.line, j.event.name) == (event.line, event.name)
        ]
        earlier = same[: same.index(wrong)]
        if not earlier or not all(j.standing is Standing.RIGHT for j in earlier):
            return ()
        counts = [dict(j.event.counts) for j in (*earlier, wrong)]
        for name in counts[-1]:
            numbers = [each.get(name) for each in counts]
            if None not in numbers and len(set(numbers)) == len(numbers):
                return (facts.WrongFrom(name, tuple(numbers[:-1]), numbers[-1]),)
        return ()

    def _exchanged(self, wrong: Judged) -> tuple[Fact, ...]:
        """Values that the wrong line reads under the name of another value of the right answer."""
        names = {mark.name for mark, _ in self.known.named}
        reads = wrong.event.frame.lines.reads(wrong.event.line)
        holds: dict[str, Judged] = {}
        for each in self.judged[: self.first]:
            if each.event.frame is wrong.event.frame and each.event.name in reads & names:
                holds[each.event.name] = each
        said = []
        for name, each in holds.items():
            found = [m.name for m in each.found.marks if m.name] if each.found and each.found.whole else []
            if found and name not in found and each.standing is Standing.RIGHT:
                said.append(facts.Exchanged(*self._place(each), self._words(found[0])))
        return tuple(said)

    def _incomplete(self, wrong: Judged) -> tuple[Fact, ...]:
        """Where the one value that the wrong line reads is a part only of a sum or a product."""
        last: dict[str, Judged] = {}
        for each in self.judged[: self.first]:
            reads = each.event.frame.lines.reads(wrong.event.line)
            if each.event.arrays and each.event.frame is wrong.event.frame and each.event.name in reads:
                last[each.event.name] = each
        code = wrong.event.frame.code
        if len(last) != 1 or wrong.event.frame.lines.reads(wrong.event.line) & set(
            code.co_varnames[: code.co_argcount]
        ):
            return ()
        (name, each), *_ = last.items()
        partial = each.found and each.found.whole and all(mark.partial for mark in each.found.marks)
        return (facts.Incomplete(each.line, name),) if partial else ()

    def _elsewhere(self) -> tuple[Fact, ...]:
        """What is returned in one place and belongs in another."""
        names, said = list(self.want), []
        for place, name in enumerate(names):
            if name not in self._wrong_tensors() or proves_nothing(self.got[name]):
                continue
            for other, wanted in self.want.items():
                if other != name and _equal(self.got[name], wanted) and not _equal(self.want[name], wanted):
                    said.append(facts.ReturnedElsewhere(name, place, other, names.index(other)))
                    break
        return tuple(said)


def _is_single(each: Judged) -> bool:
    return len(each.event.arrays) == 1 and single(each.event.arrays[0]) is not None


def _tells(array: np.ndarray) -> bool:
    return not proves_nothing(array) or single(array) is not None


def _equal(a: np.ndarray, b: np.ndarray) -> bool:
    return a.shape == b.shape and bool(np.allclose(a, b, rtol=1e-6, atol=1e-6 * float(np.abs(b).max(initial=0))))
