"""What a new course is to hold, read from what a teacher typed, and refused with a sentence where that cannot be."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from coursekit.grading.new_course.roster import Person
from coursekit.lessons.tree import is_meant, lesson_texts
from coursekit.told import Told

_COURSE_ID = r"[A-Za-z0-9][A-Za-z0-9._-]*"


class PlanError(Told, ValueError):
    """A course cannot be made like this; the message says what to do."""


@dataclass(frozen=True)
class Plan:
    """A course to be made.

    texts:    the lessons' texts by name, in their order.
    due:      by lesson, with a time zone.
    exchange: the folder through which assignments go out and come back on a shared machine.
    demo:     so many invented students hand in at once.
    copies:   so many of them hand in what another one wrote; at most half.
    """

    folder: Path
    course_id: str
    texts: Mapping[str, Path]
    due: Mapping[str, datetime.datetime] = field(default_factory=dict)
    exchange: Path | None = None
    people: tuple[Person, ...] = ()
    demo: int = 0
    copies: int = 0

    def __post_init__(self) -> None:
        if self.copies > self.demo // 2:
            raise PlanError(
                f"of {self.demo} invented students at most {self.demo // 2} can copy, each from somebody else: "
                f"ask for `--demo {2 * self.copies}` or more, or for fewer copies."
            )


@dataclass(frozen=True)
class Assignment:
    """One assignment of the course that was made."""

    name: str
    exercises: int
    points: float
    due: datetime.datetime | None
    submissions: int = 0


def known_lessons() -> dict[str, Path]:
    """The texts of the lessons that came with this package, by name."""
    return {text.stem: text for text in lesson_texts()}


def lessons(wanted: Sequence[str], known: Mapping[str, Path]) -> dict[str, Path]:
    """The texts of the wanted lessons, by name.

    wanted: names (05_gru), their numbers (05 or 5), or paths of texts of one's own (.md). Empty: all that are known.
    """
    if not known and not wanted:
        raise PlanError(
            "this installation holds no texts of lessons. Name texts of your own (.md), or work in a clone."
        )
    found = dict([_own(Path(name)) if name.endswith(".md") else _known(name, known) for name in wanted])
    return dict(sorted(found.items())) if wanted else dict(known)


def _own(text: Path) -> tuple[str, Path]:
    if not text.is_file():
        raise PlanError(f"there is no text {text}.")
    if not re.fullmatch(r"[A-Za-z0-9_]+", text.stem):
        raise PlanError(f"{text.name} becomes the name of an assignment: use letters, digits and _ only.")
    return text.stem, text


def _known(name: str, known: Mapping[str, Path]) -> tuple[str, Path]:
    for lesson, text in known.items():
        if is_meant(name, lesson):
            return lesson, text
    said = f"There are {', '.join(known)}." if known else "This installation holds no texts of lessons."
    raise PlanError(f"there is no lesson {name!r}. {said}")


def due_dates(given: Iterable[str], chosen: Mapping[str, Path]) -> dict[str, datetime.datetime]:
    """By lesson, when it is due, from texts such as "05=2027-01-15T23:59" (this computer's time zone)."""
    dates: dict[str, datetime.datetime] = {}
    for text in given:
        name, sign, written = text.partition("=")
        if not sign:
            raise PlanError(f"--due takes LESSON=DATE, such as 05=2027-01-15T23:59; got {text!r}.")
        lesson = next((lesson for lesson in chosen if is_meant(name, lesson)), None)
        if lesson is None:
            raise PlanError(f"--due names {name!r}, which is no lesson of this course. It has {', '.join(chosen)}.")
        if lesson in dates:
            raise PlanError(f"{lesson} has two due dates.")
        dates[lesson] = date(written)
    return dates


def date(text: str) -> datetime.datetime:
    """A date as people type it, in this computer's time zone if it names none. A day without a time is its end."""
    try:
        when = datetime.datetime.fromisoformat(text)
        if re.fullmatch(r"[0-9W-]+", text):
            when = when.replace(hour=23, minute=59)
        when = when if when.tzinfo else when.astimezone()
        when.astimezone(datetime.UTC)  # of the last day of all years there is none
    except (ValueError, OverflowError):
        raise PlanError(
            f"{text!r} is no date: write 2027-01-15T23:59, or 2027-01-15T23:59+01:00 for another time zone."
        ) from None
    return when


def course_name(given: str | None, folder: Path) -> str:
    """The course's id: as given, or made from the folder's name."""
    if given is None:
        return re.sub(r"[^A-Za-z0-9._-]+", "-", folder.resolve().name).strip("-._") or "course"
    if not re.fullmatch(_COURSE_ID, given):
        raise PlanError(f"{given!r} cannot be a course's id: use letters, digits, '.', '_' and '-'.")
    return given
