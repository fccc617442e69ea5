"""The words for a fact. Nothing reads them but people."""

from __future__ import annotations

from collections.abc import Sequence

from coursekit.checking import facts
from coursekit.checking.explained import explained
from coursekit.checking.facts import Fact, Failure, FailureKind
from coursekit.checking.outcome import Finding, FindingKind
from coursekit.checking.words import listed


def what(finding: Finding, exercise: str) -> str:
    """One sentence: which tensor, or what else, is wrong and how."""
    match finding.what:
        case facts.Said(text):
            return text
        case Failure():
            return _failure(finding.what, exercise)
        case facts.NotRun():
            return "Not run, because of the call before."
        case facts.Unusable(reason):
            return reason
        case facts.WrongCount():
            return _count(finding.what)
        case facts.WrongShape():
            return _shape(finding.what, finding.tensor)
        case facts.NotFinite(count, size, first):
            if count == size:
                return f"{finding.tensor} is NaN or infinite{' everywhere' if first else ''}."
            at = f", the first at index {list(first)}" if first else ""
            return f"{finding.tensor} has {count} of {size} entries that are NaN or infinite{at}."
        case facts.LowPrecision(dtype):
            return f"{finding.tensor} is right to {dtype} precision only, which is not enough: compute in float64."
        case facts.EntriesDiffer(count, size):
            return f"{finding.tensor} differs in {count} of {size} entries."
        case facts.NotWhole(count, size, first):
            if size == 1:
                return f"{finding.tensor} is {first:.6g}, which is no whole number; one is asked for."
            return (
                f"{finding.tensor} has {count} of {size} entries that are no whole numbers, such as {first:.6g}: are "
                "values returned where indices, counts or truth values belong?"
            )
        case facts.NumberDiffers(got):
            return f"{finding.tensor} is {got}, which is not what is expected."
        case facts.ChangedArguments(names):
            return f"{exercise} changes its argument {listed(names)} in place."
        case facts.ReturnedTwice():
            return f"Two of the arrays that {exercise} returns are one and the same array."
        case facts.FloatEvent(event, draw):
            return f"NumPy reports “{event}” in the draw “{draw}”."
        case facts.Randomness(differs=False):
            return f"{exercise} draws random numbers of its own, with `np.random` or the like."
    match finding.kind:
        case FindingKind.SHARED:
            return "The arrays that the first call returned were overwritten by a later call."
        case FindingKind.RANDOM:
            return "Two calls with the same arguments gave different numbers."
    return f"{finding.tensor} has the right shape and wrong numbers."


def where(finding: Finding) -> tuple[str, ...]:
    """Sentences that localise a finding, the most telling first, or say what follows from it."""
    return (*_following(finding), *(place(fact, finding.tensor) for fact in finding.where))


def _following(finding: Finding) -> tuple[str, ...]:
    match finding.what:
        case Failure(FailureKind.RAISED, line=line) if line:
            return (line,)
        case Failure(FailureKind.RAISED, ours=True):
            return ("No line of yours has stopped: this is about what your answer defines or returns.",)
        case Failure(FailureKind.TIMEOUT):
            return ("Is there a loop that never ends?",)
        case facts.ChangedArguments(names):
            which = listed(names)
            return (
                f"Whoever passed {which} still needs the old numbers: every later comparison with them would be wrong.",
            )
        case facts.Randomness(differs=False, given=given):
            return (f"Take what is random from the argument {given}.",)
        case facts.Randomness(drawn=True, given=given):
            instead = f": take them from the argument {given}" if given else ", where all that is needed is given"
            return (f"It draws random numbers itself, with `np.random` or the like{instead}.",)
        case facts.Randomness(given=given) if given:
            return (f"All that is random comes in as the argument {given}. Is something kept from the call before?",)
        case facts.ReturnedTwice():
            return ("A training step that changes one in place would change the other as well. Return a copy of it.",)
    match finding.kind, finding.what:
        case FindingKind.SHARED, None:
            return ("Both calls return the same memory. Make new arrays in every call.",)
        case FindingKind.RANDOM, _:
            return (
                "Does the answer keep something from the call before, draw random numbers, or read an array of "
                "`np.empty` before it is filled?",
            )
    return ()


def _failure(failure: Failure, exercise: str) -> str:
    match failure.kind:
        case FailureKind.NOT_WRITTEN:
            return f"{exercise} is not written yet."
        case FailureKind.TIMEOUT:
            return f"{exercise} {failure.message}."
        case FailureKind.EXITED:
            return f"{exercise} {failure.message} instead of returning."
    if failure.ours:
        return f"{'' if failure.message.startswith(exercise) else f'{exercise}: '}{failure.message}."
    said = failure.meaning or explained(failure.message) or failure.message
    return f"{exercise} raised {failure.name}{f': {said}' if said else '.'}"


def _count(count: facts.WrongCount) -> str:
    """ "4 values came back, 1 is asked for: h. The last one is right: return it alone." """
    asked, n = listed(count.asked), len(count.asked)
    came = f"{count.got} value{'' if count.got == 1 else 's'} came back"
    if (count.got, n) == (1, 1):
        right = " It is right." if count.right else ""
        return f"{asked} came back inside of a list, a tuple or a generator; it is asked for by itself.{right}"
    said = f"{came}, {n} {'is' if n == 1 else 'are'} asked for: {asked}."
    if count.together and count.got == 1:
        return f"{said} It holds all that is asked for: return what stands in it."
    if count.together:
        return f"{said} One of them holds all that is asked for: return what stands in it, and nothing beside it."
    if count.nested:
        return f"{said} All are there and right, some in a list or tuple of their own: return one after the other."
    if count.among:
        return f"{said} {listed(count.among)} {'is' if len(count.among) == 1 else 'are'} right."
    if not count.right or count.got == n:
        return said
    if n > 1:
        return f"{said} {_those(count.right)} are right: return these alone."
    which = "last" if count.right[0] == count.got - 1 else _nth(count.right[0])
    return f"{said} The {which} one is right: return it alone."


def _those(places: tuple[int, ...]) -> str:
    if places == tuple(range(len(places))):
        return f"The first {len(places)}"
    return f"The {listed(_nth(place) for place in places)}"


def _shape(shape: facts.WrongShape, tensor: str) -> str:
    """Both shapes, the expected one with its axis names: "(4, 5) = (N, H)"."""
    axes, one = shape.axes, "a single number"
    named = len(axes) == len(shape.expected) and axes != ("...",)
    names = f" = ({', '.join(axes)}{',' if len(axes) == 1 else ''})" if axes and named else ""
    return f"{tensor} has the wrong shape: expected {shape.expected or one}{names}, got {shape.got or one}."


def place(fact: Fact, tensor: str) -> str:
    """One sentence for one fact about a place in a tensor."""
    match fact:
        case facts.Said(text):
            return text
        case facts.Whole():
            return _whole(fact)
        case facts.WrongSteps():
            return _steps(fact)
        case facts.WrongBlocks(wrong, right):
            return f"The rows of {listed(wrong)} are wrong, those of {listed(right)} are right."
        case facts.BlockOrder(found, expected):
            return f"Its blocks stand in the order {', '.join(found)}; expected is {', '.join(expected)}."
        case facts.ReversedSteps():
            return "The time steps stand in reverse order."
        case facts.ShiftedSteps(late):
            said, sign = ("late", "-") if late else ("early", "+")
            return f"Every time step is one {said}: position t holds what belongs to t{sign}1."
        case facts.NeverWritten(count, size, first):
            if count == size:
                return "No entry is ever written: np.empty leaves whatever lay there."
            others = f" and {count - 1} other{'s' if count > 2 else ''}" if count > 1 else ""
            return (
                f"{tensor}[{', '.join(map(str, first))}]{others} {'are' if others else 'is'} never written: np.empty "
                "leaves whatever lay there."
            )
        case facts.NeverFilled():
            return _never_filled(fact)
        case facts.ReturnedElsewhere(returned, position, belongs, other):
            return f"What you return {_nth(position)}, as {returned}, is what belongs {_nth(other)}: {belongs}."
        case facts.WrongIndices(along):
            said = (_indices(*each) for each in along)
            several = len(along) > 1 or len(along[0][2]) > 1
            return f"Only {listed(said)} {'are' if several else 'is'} wrong."
        case facts.LargestError(index, block, row):
            at = f"{tensor}[{', '.join(map(str, index))}]"
            return f"Largest error at {at}, row {row} of {block}." if block else f"Largest error at {at}."
        case facts.FirstDifference(index):
            return f"The first difference is at index {list(index)}."
        case facts.SwappedAxes():
            return "The sizes are right and their order is not: are two axes swapped?"
        case facts.NoTimeAxis(axis):
            return f"The time axis ({axis}) is missing: is only one time step returned?"
    raise TypeError(f"there are no words for {fact!r}")


def _indices(axis: int, name: str, indices: tuple[int, ...]) -> str:
    which = f"ind{'ex' if len(indices) == 1 else 'ices'} {', '.join(map(str, indices))}"
    return f"{which} of axis {axis}{'' if name == '...' else f' ({name})'}"


_PLACES = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth")


def all_along(found: Sequence[Fact]) -> tuple[str, ...]:
    """The sentences for all facts about the learner's own lines. What a line gives a name that belongs to another value
    is one of the right computation, and is not called right there."""
    elsewhere = {(fact.line, fact.function) for fact in found if isinstance(fact, facts.Exchanged)}
    return tuple(
        f"{_line(fact)}: that is {fact.part}."
        if isinstance(fact, facts.RightValue) and (fact.line, fact.function) in elsewhere
        else along(fact)
        for fact in found
    )


def along(fact: Fact) -> str:
    """One sentence for one fact about the learner's own lines."""
    match fact:
        case facts.RightValue(part=part):
            return f"{_line(fact)}: that is {part}, right."
        case facts.FirstWrongValue():
            return f"{_line(fact)}: {_first_wrong(fact)}."
        case facts.WrongFrom(variable, right, first):
            ran = listed(map(str, right)) if len(right) < 4 else f"{right[0]} to {right[-1]}"
            return f"It is right for {variable} = {ran}, and wrong from {variable} = {first} on."
        case facts.Exchanged(line, variable=variable, part=part):
            return f"It reads `{variable}`, and what line {line} gives that name is {part}."
        case facts.Incomplete(line, variable):
            return f"It reads `{variable}` of line {line}, which is a part of the right sum or product, not all of it."
    return place(fact, "")


def _line(fact: facts.RightValue | facts.FirstWrongValue) -> str:
    """The line by its number, with its words if they are known: "Line 4, `r = sigmoid(a)`"."""
    at = f"Line {fact.line}{f' of {fact.function}' if fact.function else ''}"
    quoted = fact.source.replace("`", "'") or fact.variable
    return f"{at}, `{quoted}`" if quoted else at


def _first_wrong(fact: facts.FirstWrongValue) -> str:
    wrong = "the first value that is no part of the right computation"
    expected = " or ".join(fact.expected)
    match fact.relation:
        case "not finite":
            return "the first value that is NaN or infinite"
        case "part":
            return f"this is what you return as {expected}; it is a part of the right computation, and not {expected}"
        case "opposite":
            return f"{wrong}; it is {expected} with the opposite sign"
        case "times":
            return f"{wrong}; it is {expected} times {fact.axis}"
        case "divided":
            return f"{wrong}; it is {expected} divided by {fact.axis}"
    return f"{wrong}; {expected} was expected" if expected else wrong


def _nth(place: int) -> str:
    return _PLACES[place] if place < len(_PLACES) else f"as number {place + 1}"


def _whole(fact: facts.Whole) -> str:
    match fact:
        case facts.Zero():
            return "It is zero everywhere."
        case facts.Constant(value):
            return f"It is {value:.6g} everywhere."
        case facts.Integers():
            return "Every number is an integer: is an integer array being filled?"
        case facts.Indices():
            return "Every number is a whole one, as indices are: are indices returned where the values belong?"
        case facts.SameInEveryDraw(value):
            return f"It is {value if isinstance(value, bool) else f'{value:.6g}'} in every draw, whatever is given."
        case facts.OneMinus():
            return "Every number is 1 minus the expected one."
        case facts.SumsAlong(axis, expected):
            return f"{_sums(axis)} sum to 1; expected are sums of 1 along axis {expected}."
        case facts.Transposed():
            return "It is the transpose of the expected matrix."
        case facts.OppositeSign():
            return "Every number has the opposite sign."
        case facts.Scaled(factor):
            return f"Every number is {_factor(factor)} times the expected one."
        case facts.ScaledBySize(axis, size, divided=True):
            what = f"Every number is exactly 1/{size} of the expected one, and {axis} = {size} here"
            return f"{what}: a mean where a sum belongs?"
        case facts.ScaledBySize(axis, size):
            return f"Every number is exactly {size} times the expected one, and {axis} = {size} here."
    raise TypeError(f"there are no words for {fact!r}")


def _factor(factor: float) -> str:
    """A factor in as many digits as show that it is not 1."""
    return next(text for text in (f"{factor:.4g}", f"{factor:.7g}", repr(factor)) if text != "1")


def _sums(axis: int | None) -> str:
    return "All entries together" if axis is None else f"The entries along axis {axis}"


def _never_filled(fact: facts.NeverFilled) -> str:
    why = "does the function return, or end its loop, too early?"
    if fact.steps:
        said = "the first time step is" if fact.steps == 1 else f"the first {fact.steps} time steps are"
        return f"Only {said} right, and all others are zero: {why}"
    if fact.right == 1:
        return f"Only the entry at {list(fact.last)} is right, and all others are zero: {why}"
    return (
        f"Only the first {fact.right} of {fact.size} entries, up to {list(fact.last)}, are right; the rest is 0: {why}"
    )


def _steps(wrong: facts.WrongSteps) -> str:
    first, last = wrong.steps[0], wrong.steps[-1]
    if wrong.everywhere:
        return f"Wrong at every time step{', most at t=0 and less with every step after it' if wrong.fading else ''}."
    if first == last:
        return f"Wrong only at t={first}{', the last step' if first == wrong.length - 1 else ''}."
    if wrong.to_the_end:
        return f"Right before t={first}, wrong from t={first} on."
    if wrong.from_the_start:
        return f"Right after t={last}, wrong from t={last} backwards."
    return f"Wrong at t = {', '.join(map(str, wrong.steps))}."
