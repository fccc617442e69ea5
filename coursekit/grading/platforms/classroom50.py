"""Classroom 50: what was handed in, graded into ./result.json and ./release-body.md.

    python -m coursekit.grading.platforms.classroom50 05_gru

in the student's checkout, with the environment that the runner gives. The tests of this course hold it to the contract:
foundation50/classroom50, wiki, Advanced-Autograding.
"""

from __future__ import annotations

import datetime
import json
import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from coursekit import atomic
from coursekit.checking import Verdict
from coursekit.grading.platforms.lessons import Lesson
from coursekit.grading.platforms.result import Result
from coursekit.grading.platforms.served import for_instructors, parser, said_of, served, told
from coursekit.grading.safe_text import plain

PER_POINT = 100
"""Scores are integers there: a point of the course is so many."""

RESULT, BODY = "result.json", "release-body.md"

_FROM_THE_RUNNER = {
    "classroom": ("CLASSROOM",),
    "assignment": ("ASSIGNMENT",),
    "submission": ("SUBMISSION_TAG",),
    "commit": ("COMMIT_URL",),
    "release": ("RELEASE_URL",),
    "review": ("REVIEW_URL", "COMMIT_URL"),
}


def main(argv: list[str] | None = None) -> int:
    """Grade what lies in the current folder. 0 with a result, 1 where somebody has to look: for the platform that is an
    error of its own, and no score."""
    arguments = parser(__doc__).parse_args(argv)
    return run(Path.cwd(), arguments.lesson, os.environ, arguments.timeout)


def run(checkout: Path, wanted: Lesson, said: Mapping[str, str], timeout: float | None = None) -> int:
    """Write both files into the checkout. said: the environment."""
    for name in (RESULT, BODY):  # the checkout is a student's: one of theirs may lie there
        (checkout / name).unlink(missing_ok=True)
    result = served(checkout, wanted, lambda result: _write(checkout, result, said), timeout)
    print(for_instructors(result))
    return 1 if result.total is None else 0


def _write(checkout: Path, result: Result, said: Mapping[str, str]) -> None:
    atomic.replace(checkout / BODY, body(result), 0o644)
    if result.total is not None:
        atomic.replace(checkout / RESULT, json.dumps(results(result, said), indent=1, allow_nan=False), 0o644)


def results(result: Result, said: Mapping[str, str]) -> dict[str, Any]:
    """A result that is decided, as Classroom 50 reads it."""
    tests = []
    for question in result.questions:
        earned, most = _whole(question.points), _whole(question.max_points)
        passed = question.verdict == Verdict.PASSED or earned == most
        tests.append(
            {
                "test-name": plain(question.exercise),
                "passed": passed,
                "score": earned,
                "max-score": most,
                "verdict": question.verdict,
                "diagnoses": [plain(name) for name in question.diagnoses],
            }
        )
    who = {key: next((said[name] for name in names if said.get(name)), "") for key, names in _FROM_THE_RUNNER.items()}
    return {
        "schema": "classroom50/result/v1",
        **who,
        "datetime": submitted(said.get("SUBMISSION_TAG", "")),
        "score": sum(test["score"] for test in tests),
        "max-score": sum(test["max-score"] for test in tests),
        "tests": tests,
        "seed": result.seed,
        "isolation": result.isolation,
    }


def submitted(tag: str) -> str:
    """When it was handed in, as the platform's own tag says, so that a rerun says the same; else now. In UTC."""
    found = re.search(r"(\d{4}-\d\d-\d\d)T(\d\d)-(\d\d)-(\d\d)Z", tag)
    if found:
        return f"{found[1]}T{found[2]}:{found[3]}:{found[4]}Z"
    return f"{datetime.datetime.now(datetime.UTC):%Y-%m-%dT%H:%M:%SZ}"


def body(result: Result) -> str:
    """The page of the release. Reports quote students, so that they stand there as blocks of plain text."""
    parts = [_block("\n".join(told(result)))]
    for question in result.questions:
        points = "not decided" if question.points is None else f"{question.points:g} of {question.max_points:g} points"
        parts.append(f"## {plain(question.exercise)}: {points}\n\n{_block(said_of(question, result))}")
    return "\n".join(parts)


def _block(text: str) -> str:
    return "".join(f"    {line}\n" for line in plain(text).splitlines())


def _whole(points: float) -> int:
    return round(points * PER_POINT)


if __name__ == "__main__":
    raise SystemExit(main())
