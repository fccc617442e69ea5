"""PrairieLearn's external grader: what was handed in, graded into results/results.json.

    python -m coursekit.grading.platforms.prairielearn 05_gru

in the folder that holds student/. The tests of this course hold it to the contract: PrairieLearn's documentation,
externalGrading.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from coursekit import atomic
from coursekit.grading.gradebook.table import Question
from coursekit.grading.platforms.lessons import Lesson
from coursekit.grading.platforms.result import Result
from coursekit.grading.platforms.served import for_instructors, parser, said_of, served, told
from coursekit.grading.safe_text import plain

MAX_BYTES = 1_000_000
"""A results file that is larger is refused."""

_MAX_CHARACTERS = 20_000  # of the text of one question


def main(argv: list[str] | None = None) -> int:
    """Grade what lies in the current folder. There is a results file whatever happens."""
    arguments = parser(__doc__).parse_args(argv)
    run(Path.cwd(), arguments.lesson, arguments.timeout)
    return 0


def run(base: Path, wanted: Lesson, timeout: float | None = None) -> None:
    """Write results/results.json."""
    place = base / "results" / "results.json"
    place.parent.mkdir(exist_ok=True)

    def write(result: Result) -> None:
        atomic.replace(place, json.dumps(results(result), allow_nan=False), 0o644)

    print(for_instructors(served(base / "student", wanted, write, timeout)))


def results(result: Result) -> dict[str, Any]:
    """A result as PrairieLearn reads it. What is not decided as a whole is not gradable: that costs no attempt."""
    made: dict[str, Any] = {
        "message": plain("\n".join(told(result))),
        "tests": [_test(question, result) for question in result.questions],
        "seed": result.seed,
        "isolation": result.isolation,
    }
    if result.total is None:
        return made | {"gradable": False, "format_errors": [plain(line) for line in told(result)]}
    score = result.total / result.max_points if result.max_points else 0.0
    return made | {"gradable": True, "score": min(max(score, 0.0), 1.0)}


def _test(question: Question, result: Result) -> dict[str, Any]:
    made = {
        "name": plain(question.exercise),
        "max_points": question.max_points,
        "message": plain("; ".join(question.diagnoses) or question.verdict),
        "output": plain(said_of(question, result))[:_MAX_CHARACTERS],
    }
    return made if question.points is None else made | {"points": question.points}


if __name__ == "__main__":
    raise SystemExit(main())
