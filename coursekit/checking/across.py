"""What only several results, or several draws, can tell of a wrong number: where it belongs, whether a factor holds."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

import numpy as np

from coursekit.checking import facts
from coursekit.checking.compare import accepts
from coursekit.checking.diagnose import Observed
from coursekit.checking.exercise import Exercise, Tensor
from coursekit.checking.outcome import Case, Finding, FindingKind

_CLOSE = 1e-6  # of what a factor makes of the expected numbers


def in_its_place(
    exercise: Exercise,
    cases: Sequence[Case],
    seen: Sequence[Observed],
    expected: Sequence[Mapping[str, np.ndarray]],
) -> Iterator[Case]:
    """The cases, where what is returned in one place is said to belong in another if it does so in every draw: in one,
    small counts and truth values are equal by accident."""
    draws = [(one.arrays, want) for one, want in zip(seen, expected, strict=False) if one.arrays is not None]

    def holds(name: str, belongs: str) -> bool:
        own = next(tensor for tensor in exercise.returns if tensor.name == belongs)
        both = [(got[name], want[belongs]) for got, want in draws if name in got]
        return all(a.shape == b.shape and accepts(exercise, own, a, b) for a, b in both)

    for case, observed, want in zip(cases, seen, expected, strict=False):
        if observed.arrays is None:
            yield case
            continue
        told = []
        for finding in case.findings:
            found = _elsewhere(exercise, finding, observed.arrays, want)
            place = next((fact for fact in found.where if isinstance(fact, facts.ReturnedElsewhere)), None)
            told.append(found if place is not None and holds(place.tensor, place.belongs) else finding)
        yield replace(case, findings=tuple(told))
    yield from cases[len(seen) :]


def _elsewhere(
    exercise: Exercise, finding: Finding, got: Mapping[str, np.ndarray], want: Mapping[str, np.ndarray]
) -> Finding:
    """The finding with the place at which the tensor belongs, if it is another result that was asked for.

    Single numbers can be equal by accident: they have to be exchanged with each other.
    """
    names = [tensor.name for tensor in exercise.returns]
    if finding.tensor not in got:
        return finding

    def is_(name: str, tensor: Tensor) -> bool:
        a, b = got.get(name), want[tensor.name]
        return a is not None and a.shape == b.shape and accepts(exercise, tensor, a, b)

    own = exercise.returns[names.index(finding.tensor)]
    array = got[own.name]
    telling = array.size > 1 and array.min() < array.max()
    others = [other for other in exercise.returns if other is not own and is_(own.name, other)]
    exchanged = [other for other in others if is_(other.name, own)]
    found = exchanged or (others if telling else [])
    if not found:
        return finding
    fact = facts.ReturnedElsewhere(own.name, names.index(own.name), found[0].name, names.index(found[0].name))
    return replace(finding, where=(fact,))


def same_in_every_draw(exercise: Exercise, case: Case, seen: Sequence[Observed]) -> Case:
    """The case with what an answer that depends on nothing returns, where that is a single number."""
    single = {t.name: seen[0].arrays[t.name] for t in exercise.returns if not t.axes and t.name in seen[0].arrays}
    findings = tuple(
        replace(f, where=(facts.SameInEveryDraw(single[f.tensor].item()), *f.where))
        if f.kind is FindingKind.VALUE and f.tensor in single and not single[f.tensor].ndim
        else f
        for f in case.findings
    )
    return replace(case, findings=findings)


def without_chance(
    cases: Sequence[Case], seen: Sequence[Observed], expected: Sequence[Mapping[str, np.ndarray]]
) -> Iterator[Case]:
    """The cases, where the size of an axis is told as a factor only if it is the factor in every draw."""
    draws = list(zip(cases, seen, expected, strict=False))

    def holds(tensor: str, fact: facts.ScaledBySize) -> bool:
        for case, observed, want in draws:
            size = case.sizes.get(fact.axis)
            got = None if observed.arrays is None else observed.arrays.get(tensor)
            if got is None or size is None or got.shape != want[tensor].shape:
                continue
            if fact.divided and size == 0:  # it cannot be the factor where the axis is empty
                return False
            scaled = want[tensor] * (1 / size if fact.divided else size)
            with np.errstate(invalid="ignore", over="ignore"):
                if not np.abs(got - scaled).max(initial=0.0) <= _CLOSE * np.abs(scaled).max(initial=0.0):
                    return False
        return True

    def told(finding: Finding, fact: facts.Fact) -> facts.Fact:
        if not isinstance(fact, facts.ScaledBySize) or holds(finding.tensor, fact):
            return fact
        return facts.Scaled(1 / fact.size if fact.divided else fact.size)

    for case in cases:
        if not any(isinstance(fact, facts.ScaledBySize) for finding in case.findings for fact in finding.where):
            yield case
            continue
        findings = (replace(f, where=tuple(told(f, fact) for fact in f.where)) for f in case.findings)
        yield replace(case, findings=tuple(findings))
