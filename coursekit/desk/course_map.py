"""The map of the course with one's own progress: data, text, and a page."""

from __future__ import annotations

import functools
import json
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from coursekit.checking import registry
from coursekit.checking.message import shown_points
from coursekit.checking.portable.state import with_own_functions
from coursekit.desk.home import why_not
from coursekit.desk.state import State, Tried
from coursekit.lessons.tree import START, number_of, shipped_notebooks
from coursekit.templates import filled

RIGHT, TRIED, OPEN = "right", "tried", "not begun"
MARKS = {RIGHT: "✓", TRIED: "◐", OPEN: "○"}


@dataclass(frozen=True)
class Stop:
    """One exercise on the map. note: what there is to say about it beyond its state."""

    exercise: str
    state: str
    tries: int
    points: float
    earned: float
    note: str = ""

    @property
    def shown(self) -> str:
        """The points earned, for reading."""
        return shown_points(self.earned)


@dataclass(frozen=True)
class LessonPart:
    """One lesson on the map: its folder, number and title, a link or "", and its exercises."""

    name: str
    number: str
    title: str
    link: str
    stops: tuple[Stop, ...]

    @property
    def heading(self) -> str:
        return f"{self.number} · {self.title}"

    @property
    def right(self) -> int:
        return sum(stop.state == RIGHT for stop in self.stops)

    @property
    def state(self) -> str:
        if self.right == len(self.stops):
            return RIGHT
        return TRIED if any(stop.state != OPEN for stop in self.stops) else OPEN


@dataclass(frozen=True)
class CourseMap:
    """What `progress()` shows. predictions: how many were written. notes: what the reader should know."""

    lessons: tuple[LessonPart, ...]
    predictions: int = 0
    notes: tuple[str, ...] = ()

    @property
    def stops(self) -> list[Stop]:
        return [stop for lesson in self.lessons for stop in lesson.stops]

    @property
    def headline(self) -> str:
        right, total = sum(stop.state == RIGHT for stop in self.stops), len(self.stops)
        earned, points = sum(stop.earned for stop in self.stops), sum(stop.points for stop in self.stops)
        said = f"{right} of {total} exercises right, {shown_points(earned)} of {points:g} points"
        if self.predictions:
            said += f", {self.predictions} prediction{'' if self.predictions == 1 else 's'} written"
        return f"{said}."

    @property
    def following(self) -> LessonPart | None:
        """Where to go on: the lesson after the last right exercise, or the first one with something open."""
        begun = [lesson for lesson in self.lessons if lesson.state == TRIED]
        left = [lesson for lesson in self.lessons if lesson.state != RIGHT]
        return next(iter(begun or left), None)

    @property
    def lead(self) -> str:
        """What `advice` says before the lesson's name."""
        stop = next(stop for stop in self.following.stops if stop.state != RIGHT)
        verb = "Begin with" if all(stop.state == OPEN for stop in self.stops) else "Go on with"
        return f"{verb} {stop.exercise} in lesson"

    @property
    def advice(self) -> str:
        """One sentence that says where to go on."""
        return f"{self.lead} {self.following.heading}." if self.following else "Everything is right."

    @property
    def text(self) -> str:
        """The map for terminals, screen readers and logs."""
        rows = [self.headline, self.advice, ""]
        width = max((len(lesson.title) for lesson in self.lessons), default=0)
        digits = max((len(lesson.number) for lesson in self.lessons), default=0)
        for lesson in self.lessons:
            marks = " ".join(MARKS[stop.state] for stop in lesson.stops)
            count = f"{lesson.right} of {len(lesson.stops)}"
            rows.append(f"  {lesson.number:<{digits}}  {lesson.title:<{width}}  {count:>8}  {marks}")
        rows += ["", f"  {', '.join(f'{mark} {state}' for state, mark in MARKS.items())}"]
        return "\n".join([*rows, *self.notes])

    @with_own_functions
    def __repr__(self) -> str:
        return self.text

    @with_own_functions
    def _repr_html_(self) -> str:
        return filled("desk/map", course=self, marks=MARKS)


def course_map(state: State, notes: Sequence[str] = ()) -> CourseMap:
    """The map of all registered exercises, by lesson, with what a journal knows of them."""
    by_lesson: dict[str, list[Stop]] = {}
    for exercise in registry.every():
        tried = state.of(exercise.name)
        known = RIGHT if tried.passed else TRIED if tried.tries else OPEN
        stop = Stop(exercise.name, known, tried.tries, exercise.points, tried.best * exercise.points, _note(tried))
        by_lesson.setdefault(exercise.lesson, []).append(stop)
    titles, link = _titles(), _link()
    lessons = tuple(
        LessonPart(name, number_of(name), titles.get(name) or _words(name), link.format(name=name), tuple(stops))
        for name, stops in by_lesson.items()
    )
    switched_off = why_not()
    return CourseMap(lessons, len(state.predictions), (*notes, *([switched_off] if switched_off else [])))


def _note(tried: Tried) -> str:
    if tried.passed and not tried.now:
        return "right before, not in the last try"
    return "; ".join(tried.diagnoses) if not tried.passed else ""


def _words(name: str) -> str:
    """ "03_vanishing_gradients" as words, for a lesson without a notebook."""
    return (name.partition("_")[2] or name).replace("_", " ").capitalize()


def _link() -> str:
    """How a lesson is reached from the notebook that runs here, or "" if this is no copy of the course."""
    here = Path(os.curdir).resolve()
    for up, folder in (("", here), ("../", here.parent)):
        if (folder / f"{START}.ipynb").is_file():
            return f"{up}{{name}}/{{name}}.ipynb"
    return ""


@functools.cache
def _titles() -> dict[str, str]:
    """The first heading of every lesson that came with this package."""
    folder = shipped_notebooks()
    found = {}
    for path in folder.glob("*/*.ipynb") if folder else ():
        try:
            cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
            heading = next(line for cell in cells for line in "".join(cell["source"]).splitlines() if line[:2] == "# ")
        except (OSError, ValueError, KeyError, StopIteration):
            continue  # the map is drawn all the same, with the folder's name
        name = path.parent.name
        found[name] = heading[2:].removeprefix("Lesson ").removeprefix(number_of(name)).lstrip(" .:·–-")
    return found
