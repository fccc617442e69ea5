"""The words for an edit of the right answer: what sort of slip it is and where it sits, never the line itself."""

from __future__ import annotations

from coursekit.checking.facts import Edited, EditKind
from coursekit.checking.words import listed

_PHRASES = {
    EditKind.SIGN: "one sign differs",
    EditKind.OPERATION: "one operation is another one",
    EditKind.TERM_MISSING: "a term of a sum is missing",
    EditKind.FACTOR_MISSING: "a factor is missing",
    EditKind.TWICE: "something is counted twice",
    EditKind.COMPLEMENT: "a value and 1 minus it have exchanged places",
    EditKind.POWER: "a power is another one",
    EditKind.FUNCTION: "a function is missing, applied twice, or another one",
    EditKind.INSTEAD: "another value stands where one belongs",
    EditKind.RETURNED: "another value is returned",
    EditKind.SCOPE: "a factor acts on the other side of a matrix product",
    EditKind.OUTSIDE: "a bias is outside of a factor that should act on it too",
    EditKind.EXCHANGED: "two values have exchanged places",
    EditKind.ORDER: "two things stand in each other's places",
    EditKind.BLOCKS: "the blocks of rows stand in another order",
    EditKind.TRANSPOSED: "a matrix is transposed, or is not",
    EditKind.MATRIX_ORDER: "the two sides of a matrix product have exchanged places",
    EditKind.REDUCTION: "a sum, a mean or a maximum is another one of these, or is missing",
    EditKind.AXIS: "something runs along another axis",
    EditKind.NUMBER: "a number is another one",
    EditKind.SLICE: "another part of an array is read",
    EditKind.STEP: "another step is read",
    EditKind.DIRECTION: "a loop runs in the other direction",
    EditKind.RANGE: "a loop begins or ends one step off",
    EditKind.REVERSED: "what is collected stands in the reverse order",
    EditKind.COMPARISON: "a comparison is another one",
    EditKind.CONDITION: "a condition is missing, or is the other way round",
    EditKind.SKIPPED: "a line is left out",
    EditKind.OVERWRITTEN: "what should be added up is overwritten",
    EditKind.ONLY_LAST: "only the last one counts where a sum belongs",
    EditKind.DIVIDED: "a value is divided by a size",
    EditKind.TIMES: "a value is multiplied by a size",
    EditKind.CLIPPED: "a value is clipped",
    EditKind.ROUNDED: "a value is rounded",
}


def edit_sentence(edit: Edited) -> str:
    """One plain sentence: "In the candidate n, one sign differs."."""
    said = _about(edit)
    inside = edit.part and edit.part not in edit.names  # "In `h`, `h` stands where ..." says it twice
    return f"In {_quoted(edit.part)}, {said}." if inside else f"{said[0].upper()}{said[1:]}."


def _about(edit: Edited) -> str:
    """What differs, with the names that it is about where they are known."""
    names = tuple(map(_quoted, edit.names))
    match edit.kind, names:
        case EditKind.TERM_MISSING, (_, *_):
            return f"the term with {listed(names)} is missing"
        case EditKind.FACTOR_MISSING, (_, *_):
            return f"the factor with {listed(names)} is missing"
        case EditKind.TWICE, (_, *_):
            return f"what is made of {listed(names)} is counted twice"
        case EditKind.COMPLEMENT, (name,):
            return f"{name} and 1 minus it have exchanged places"
        case EditKind.INSTEAD, (other, own):
            return f"{other} stands where {own} belongs"
        case EditKind.SCOPE, (name,):
            return f"{name} acts on the other side of a matrix product"
        case EditKind.OUTSIDE, (name,):
            return f"{name} is outside of a factor that should act on it too"
        case EditKind.RETURNED, (name,):
            return f"what is returned is {name}"
        case ((EditKind.EXCHANGED | EditKind.ORDER), (one, other)):
            return f"{one} and {other} have exchanged places"
        case EditKind.BLOCKS, (one, other):
            return f"the rows of {one} and {other} have exchanged places"
        case EditKind.BLOCKS, (_, _, *_):
            return f"the rows of {listed(names)} stand in another order"
        case EditKind.TRANSPOSED, (name,):
            return f"{name} is transposed and should not be, or the other way round"
        case EditKind.POWER, (name,):
            return f"a power of {name} is another one"
        case EditKind.STEP, (name, *_):
            return f"another step of {name} is read"
        case EditKind.DIVIDED, (name,):
            return f"something is divided by {edit.names[0]}"
        case EditKind.TIMES, (name,):
            return f"something is multiplied by {edit.names[0]}"
    return _PHRASES[edit.kind]


def _quoted(name: str) -> str:
    return f"`{name}`" if all(part.isidentifier() for part in name.split(".")) else name
