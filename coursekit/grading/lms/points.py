"""Points of an assignment into the cells of one column, and what there is to say about it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from coursekit.grading.gradebook.book import opened
from coursekit.grading.gradebook.booked import booked, worth
from coursekit.grading.lms.people import Identity, Person, by_line
from coursekit.grading.lms.sheet import Sheet, SheetError
from coursekit.grading.submission.course import Course
from coursekit.grading.submission.names import one_spelling


@dataclass(frozen=True)
class Points:
    """What the gradebook says of an assignment.

    people: everybody whom it knows.
    totals: by id, after penalties; None as long as something is undecided. Who is missing has nothing graded.
    most:   the points that can be had.
    left:   who is no longer in the class, and has no totals here.
    """

    people: tuple[Person, ...]
    totals: Mapping[str, float | None]
    most: float
    left: Collection[str] = ()


@dataclass(frozen=True)
class Place:
    """Where in a table the points belong.

    column:  the number of the column.
    lines:   by line of a student what it says of who is meant.
    names:   by line how a person calls the student.
    most:    what the system holds for the most points, as it stands there; "" if it does not say.
    keeps:   texts of a cell that are decisions of their own, such as "EX" for who is excused.
    """

    column: int
    lines: Mapping[int, Sequence[Identity]]
    names: Mapping[int, str]
    most: str = ""
    keeps: tuple[str, ...] = ()


@dataclass
class Filled:
    """What happened to a table, by names of the table and ids of the gradebook."""

    filled: list[str] = field(default_factory=list)
    other_before: list[str] = field(default_factory=list)  # "Ada Lovelace: 3 -> 4"
    undecided: list[str] = field(default_factory=list)
    nothing: list[str] = field(default_factory=list)
    kept: list[str] = field(default_factory=list)
    strangers: list[str] = field(default_factory=list)
    unclear: list[str] = field(default_factory=list)
    not_there: list[str] = field(default_factory=list)
    left: list[str] = field(default_factory=list)


def points_of(course: Course, assignment: str) -> Points:
    """The totals as they are booked. Raises CourseError."""
    with opened(course, assignment) as (book, entry):
        people = tuple(
            Person(
                one_spelling(student.id),
                " ".join(part for part in (student.first_name, student.last_name) if part),
                student.email or "",
                student.lms_user_id or "",
            )
            for student in book.students
        )
        left = course.withdrawn
        graded = {name: there for name, there in booked(book.db, entry).items() if there.scores and name not in left}
        totals = {name: there.total for name, there in graded.items()}
        return Points(people, totals, sum(worth(entry).values()), left)


def fill(sheet: Sheet, place: Place, points: Points, scale: bool = False) -> Filled:
    """Put each total into the line of its student; whatever is not decided, and everybody else, stays as it is.

    scale: convert to the system's own maximum. Without it another maximum is an error: SheetError, with what to do.
    """
    factor = _factor(place.most, points.most, scale)
    comma = "," in place.most and number(place.most) is not None  # else the words of a scale
    found, unclear = by_line(place.lines, points.people)
    done = Filled(unclear=[f"{place.names[line]} {why}" for line, why in unclear.items()])
    for line, name in place.names.items():
        if line in unclear:
            continue
        if line not in found:
            done.strangers.append(name)
            continue
        student = found[line].id
        before = sheet.get(line, place.column)
        if before.upper() in place.keeps:
            done.kept.append(f"{name}: {before}")
        elif student in points.left:
            done.left.append(name)
        elif student not in points.totals:
            done.nothing.append(name)
        elif (total := points.totals[student]) is None:
            done.undecided.append(name)
        else:
            _put(sheet, (line, place.column), name, before, _text(total * factor, comma), done)
    there = {person.id for person in found.values()}
    done.not_there = sorted(student for student in points.totals if student not in there)
    return done


def _put(sheet: Sheet, cell: tuple[int, int], name: str, before: str, now: str, done: Filled) -> None:
    done.filled.append(name)
    if number(before) == number(now):
        return
    if number(before) is not None:
        done.other_before.append(f"{name}: {before} -> {now}")
    sheet.set(*cell, now)


def _factor(said: str, most: float, scale: bool) -> float:
    """By what points are multiplied."""
    theirs = number(said)
    if theirs is None or abs(theirs - most) < 1e-9:
        return 1.0
    if not scale:
        raise SheetError(
            f"the most points are {theirs:g} there and {most:g} here: set them to {most:g} there, or add --scale to "
            f"convert {most:g} into {theirs:g}"
        )
    return theirs / most


def number(text: str) -> float | None:
    """A number with a decimal point or a comma; None for anything else."""
    try:
        return float(text.replace(",", ".")) if text and text[-1].isdecimal() else None
    except ValueError:
        return None


def _text(points: float, comma: bool) -> str:
    text = f"{points:.4f}".rstrip("0").rstrip(".")
    return text.replace(".", ",") if comma else text
