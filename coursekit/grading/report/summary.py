"""The numbers of a class report: what the figures draw and the sentences say."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from statistics import mean, median

from coursekit.checking import Verdict, registry
from coursekit.grading.report.data import Class, Question

UNNAMED = "wrong in a way that no known mistake explains"
UNNAMED_ERROR = "stops with an error that no known mistake explains"
_SMALL = 12  # answers; in a class of this size every student's mistake is told in full


@dataclass(frozen=True)
class ClassMistake:
    """What went wrong in the same way for several students. hint: empty if it is no known mistake."""

    exercise: str
    name: str
    students: tuple[str, ...]
    share: float  # of those whose answer was checked
    hint: str = ""

    @property
    def known(self) -> bool:
        return self.name not in (UNNAMED, UNNAMED_ERROR)


@dataclass(frozen=True)
class ExerciseSummary:
    """How one exercise went.

    verdicts:    how many answers got each verdict, in the order of `Verdict`. What is not decided is not among them.
    undecided:   how many answers wait for a person.
    mean_points: of those that are decided; None if none is.
    mistakes:    the most frequent first.
    """

    question: Question
    verdicts: dict[str, int]
    undecided: int
    mean_points: float | None
    mistakes: tuple[ClassMistake, ...] = ()

    @property
    def answers(self) -> int:
        """How many answers a check decided."""
        return sum(self.verdicts.values())

    @property
    def common(self) -> tuple[ClassMistake, ...]:
        """What is worth a word to the class: all of it in a small class, else what several students share."""
        return tuple(m for m in self.mistakes if len(m.students) > 1 or self.answers <= _SMALL)

    @property
    def single(self) -> tuple[ClassMistake, ...]:
        """The rest."""
        return tuple(m for m in self.mistakes if m not in self.common)

    @property
    def passed(self) -> float:
        """Share of the checked answers that passed; 0 if there are none."""
        return self.verdicts.get(Verdict.PASSED, 0) / self.answers if self.answers else 0.0


@dataclass(frozen=True)
class Summary:
    """A class in numbers. scores and seconds are of everybody who has them."""

    group: Class
    exercises: tuple[ExerciseSummary, ...]
    scores: tuple[float, ...]
    seconds: tuple[float, ...]

    @property
    def median(self) -> float:
        """Of the scores, to two decimals."""
        return round(median(self.scores), 2)

    @property
    def checked(self) -> tuple[ExerciseSummary, ...]:
        return tuple(exercise for exercise in self.exercises if exercise.question.checked)

    @property
    def hardest(self) -> ExerciseSummary | None:
        """The exercise that the smallest share passed; None if everybody passed everything."""
        tried = [exercise for exercise in self.checked if exercise.answers and exercise.passed < 1]
        return min(tried, key=lambda exercise: exercise.passed, default=None)

    @property
    def known_mistakes(self) -> list[ClassMistake]:
        """Known mistakes of all exercises, the most frequent first."""
        found = [mistake for exercise in self.exercises for mistake in exercise.mistakes if mistake.known]
        return sorted(found, key=lambda mistake: (-len(mistake.students), -mistake.share))


def summarise(group: Class) -> Summary:
    """Count everything once."""
    exercises = tuple(_exercise(group, question) for question in group.questions)
    scores = tuple(student.points for student in group.scored)
    seconds = tuple(student.cpu_s for student in group.students if student.cpu_s is not None)
    return Summary(group, exercises, scores, seconds)


def _exercise(group: Class, question: Question) -> ExerciseSummary:
    marks = [student.marks[question.name] for student in group.students if question.name in student.marks]
    decided = [mark.points for mark in marks if mark.points is not None]
    counted = Counter(mark.verdict for mark in marks)
    verdicts = {verdict: counted[verdict] for verdict in Verdict if counted[verdict]}
    undecided = sum(mark.points is None for mark in marks)
    mistakes = _mistakes(group, question.name) if question.checked else ()
    return ExerciseSummary(question, verdicts, undecided, mean(decided) if decided else None, mistakes)


def _mistakes(group: Class, exercise: str) -> tuple[ClassMistake, ...]:
    who: dict[str, list[str]] = {}
    for student in group.students:
        mark = student.marks.get(exercise)
        if mark is None or mark.verdict not in (Verdict.WRONG, Verdict.RAISED):
            continue
        unnamed = UNNAMED if mark.verdict == Verdict.WRONG else UNNAMED_ERROR
        for name in mark.diagnoses or (unnamed,):
            who.setdefault(name, []).append(student.name)
    total, hints = len(group.verdicts(exercise)), _hints(exercise)
    found = [ClassMistake(exercise, name, tuple(s), len(s) / total, hints.get(name, "")) for name, s in who.items()]
    return tuple(sorted(found, key=lambda mistake: (not mistake.known, -len(mistake.students), mistake.name)))


def _hints(exercise: str) -> dict[str, str]:
    """What each known mistake of an exercise says to its maker; nothing if the exercise is gone from the course."""
    try:
        return {mistake.name: mistake.hint for mistake in registry.get(exercise).mistakes}
    except registry.UnknownExercise:
        return {}
