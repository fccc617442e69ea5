"""Gradescope, and Codio, which runs the same archives: what was handed in, graded into results/results.json.

    python -m coursekit.grading.platforms.gradescope 05_gru [--tries-per-day 5]

in the folder that holds submission/, submission_metadata.json and results/. The tests of this course hold it to the
contract: gradescope/autograder_samples, docs/specs.md and docs/submission_metadata.md.
"""

from __future__ import annotations

import datetime
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from coursekit import atomic
from coursekit.checking import Verdict
from coursekit.grading.gradebook.table import Question
from coursekit.grading.platforms.lessons import Lesson
from coursekit.grading.platforms.result import GRADED, Result
from coursekit.grading.platforms.served import for_instructors, parser, said_of, served, told
from coursekit.grading.safe_text import plain

DAY = datetime.timedelta(hours=24)
OWN = "coursekit"
"""Key of what we keep with a try, in `extra_data`, which students do not see."""


def main(argv: list[str] | None = None) -> int:
    """Grade what lies in the current folder. There is a results file whatever happens."""
    takes = parser(__doc__, timeout=540.0)
    takes.add_argument("--tries-per-day", metavar="N", type=int)
    arguments = takes.parse_args(argv)
    run(Path.cwd(), arguments.lesson, arguments.tries_per_day, arguments.timeout)
    return 0


def run(base: Path, wanted: Lesson, tries: int | None = None, timeout: float | None = None) -> None:
    """Write results/results.json."""
    metadata = read_metadata(base / "submission_metadata.json")
    place = base / "results" / "results.json"
    place.parent.mkdir(exist_ok=True)

    def write(said: Mapping[str, Any]) -> None:
        atomic.replace(place, json.dumps(said, indent=1, allow_nan=False), 0o644)

    if (kept := limited(metadata, tries)) is not None:
        write(kept)
        return
    result = served(base / "submission", wanted, lambda result: write(results(result, metadata)), timeout)
    print(for_instructors(result))  # whom the platform shows it, and nobody else


def results(result: Result, metadata: Mapping[str, Any]) -> dict[str, Any]:
    """A result as Gradescope reads it.

    A question that is not decided has no score, and neither has the whole. Such a one is shown after it was published:
    that keeps Gradescope from showing a total that lacks it.
    """
    tests = [_test(number, question, result) for number, question in enumerate(result.questions, start=1)]
    made: dict[str, Any] = {
        "output": plain("\n".join([*_late(metadata), *told(result)])),
        "output_format": "text",
        "visibility": "visible",
        "stdout_visibility": "hidden",
        "execution_time": round(result.seconds),
        "tests": tests,
        "extra_data": {OWN: result.to_dict() | {"questions": []}},
    }
    return made if result.total is None else made | {"score": result.total}


def _test(number: int, question: Question, result: Result) -> dict[str, Any]:
    made: dict[str, Any] = {"number": str(number), "name": plain(question.exercise), "max_score": question.max_points}
    made |= {"output": plain(said_of(question, result)), "output_format": "text"}
    if question.points is None:
        return made | {"visibility": "after_published"}
    passed = question.verdict == Verdict.PASSED or question.points == question.max_points
    diagnoses = {"diagnoses": [plain(name) for name in question.diagnoses], "verdict": question.verdict}
    return made | {
        "score": question.points,
        "status": "passed" if passed else "failed",
        "visibility": "visible",
        "extra_data": diagnoses,
    }


# What the platform knows: times, and earlier tries.


def read_metadata(path: Path) -> dict[str, Any]:
    """What the platform says of this hand-in; {} if it says nothing that can be read."""
    try:
        said = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return said if isinstance(said, dict) else {}


def limited(metadata: Mapping[str, Any], tries: int | None) -> dict[str, Any] | None:
    """The results of the last try that counted, with a remark, if so many were graded in the 24 hours before this
    one; None if this one is to be graded. All times are the platform's, so that a rerun says the same."""
    now = _time(metadata.get("created_at"))
    if not tries or now is None:
        return None
    earlier = [(when, one) for one in _earlier(metadata) if (when := _time(one.get("submission_time"))) and when <= now]
    counted = sorted([(when, one) for when, one in earlier if _counts(one)], key=lambda found: found[0])
    recent = [when for when, _ in counted if now - when < DAY]
    if len(recent) < tries:
        return None
    again = recent[-tries] + DAY
    said = (
        f"Not graded: {tries} tries were graded in the 24 hours before this one. Hand in again after "
        f"{again:%Y-%m-%d %H:%M %Z}. Until then the result of your last graded try stands."
    )
    kept = counted[-1][1]
    last = kept.get("results") if isinstance(kept.get("results"), dict) else {}
    if not {"score", "tests"} & set(last) and isinstance(kept.get("score"), (int, float)):
        last = {"score": kept["score"]}
    own = _own(kept) | {"status": "over the limit"}
    return {**last, "output": said, "output_format": "text", "extra_data": {OWN: own}}


def _earlier(metadata: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    found = metadata.get("previous_submissions")
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []


def _counts(one: Mapping[str, Any]) -> bool:
    """False for a try that was over the limit, or that the grader could not decide: that is not the student's."""
    return _own(one).get("status", GRADED) == GRADED


def _own(one: Mapping[str, Any]) -> Mapping[str, Any]:
    kept: Any = one
    for key in ("results", "extra_data", OWN):
        kept = kept.get(key) if isinstance(kept, dict) else None
    return kept if isinstance(kept, dict) else {}


def _late(metadata: Mapping[str, Any]) -> list[str]:
    """A sentence about lateness, by the times of the platform alone."""
    assignment = metadata.get("assignment")
    when, due = (
        _time(metadata.get("created_at")),
        _time(assignment.get("due_date")) if isinstance(assignment, dict) else None,
    )
    if when is None or due is None or when <= due:
        return []
    minutes = int((when - due).total_seconds() // 60)
    days, hours = divmod(minutes // 60, 24)
    parts = [f"{number} {unit}" for number, unit in ((days, "d"), (hours, "h"), (minutes % 60, "min")) if number]
    return [f"Handed in {' '.join(parts) or 'less than a minute'} after the due date."]


def _time(text: object) -> datetime.datetime | None:
    try:
        when = datetime.datetime.fromisoformat(str(text))
    except ValueError:
        return None
    return when if when.tzinfo else None


if __name__ == "__main__":
    raise SystemExit(main())
