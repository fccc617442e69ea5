"""Grade a class of hostile, faulty and unlucky students and say who got what they should not, or not what they should.

    python benchmarks/attacks.py [--with coursekit|nbgrader|both]

The class is the one that tests/grading/nbgrader/test_attacks.py asserts about.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from tests.grading.nbgrader.attacks import PERSON, Case, hand_in_all, outcome
from tests.grading.nbgrader.mini_course import CONFIG, Course, write_template

VERDICTS = ("just", "undeserved points", "points lost", "submission lost")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--with", dest="program", choices=("coursekit", "nbgrader", "both"), default="both")
    chosen = parser.parse_args().program
    failed = False
    for program in ("coursekit", "nbgrader") if chosen == "both" else (chosen,):
        with tempfile.TemporaryDirectory(prefix="attacks-") as folder:
            failed |= not tally(program, Path(folder))
    sys.exit(failed)


def tally(program: str, folder: Path) -> bool:
    """Grade the class with one program and print the tally. True if everybody got what is just."""
    course = Course(folder / "course")
    write_template(course.root, CONFIG.format(options=""))
    students = hand_in_all(course)
    done = (
        course.grade("-j", str(os.cpu_count() or 1))
        if program == "coursekit"
        else course.run("autograde", "mini", check=False)
    )
    aborted = done.returncode not in (0, 1) or "Traceback" in done.stderr
    counted: dict[str, Counter[str]] = {}
    for student, case in students.items():
        found, got = verdict(course, student, case)
        counted.setdefault(case.kind, Counter())[found] += 1
        if found != "just":
            print(f"  {case.kind}: {case.name} ({student}): {got}, expected {case.expected}: {found}")
    print(f"\n{'coursekit grade' if program == 'coursekit' else 'nbgrader autograde'}: {len(students)} submissions")
    print(f"{'':12}" + "".join(f"{what:>20}" for what in VERDICTS))
    for kind, counts in counted.items():
        print(f"{kind:12}" + "".join(f"{counts[what]:20}" for what in VERDICTS))
    print(f"run ended {'badly:' + done.stderr[-2000:] if aborted else 'well'}\n")
    return not aborted and all(set(counts) == {"just"} for counts in counted.values())


def verdict(course: Course, student: str, case: Case) -> tuple[str, object]:
    try:
        got = outcome(course, student)
    except Exception as missing:  # whatever the gradebook says about a student whom it does not know
        return "submission lost", missing
    if any(points is None for points in got):
        return "submission lost", got
    for points, expected in zip(got, case.expected, strict=True):
        if points == PERSON:
            if expected != PERSON and case.kind != "hostile":
                return "points lost", got
        elif expected == PERSON or points > expected:
            return "undeserved points", got
        elif points < expected and case.kind != "hostile":
            return "points lost", got
    return "just", got


if __name__ == "__main__":
    main()
