"""Grade a class of hostile, faulty and unlucky students and say who got what they should not, or not what they should.

    python benchmarks/attacks.py [--with coursekit|nbgrader|both] [--level LEVEL ...] [--user NAME ...]

The class is the one that tests/grading/nbgrader/test_attacks.py asserts about. Twenty students with right answers sit
among the others, and each of them has to get all points.

    python benchmarks/attacks.py --with coursekit --level namespaces landlock --user root nobody

runs it once for each level of isolation and each user, and prints one line for each; only root can be several users.
"""

from __future__ import annotations

import argparse
import getpass
import json
import os
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from ordinary_user import command_as

from coursekit.grading.run import sandbox
from tests.grading.nbgrader.attacks import PERSON, RIGHT, Case, hand_in_all, honest, outcome
from tests.grading.nbgrader.mini_course import CONFIG, Course, write_template

ROOT = Path(__file__).resolve().parents[1]
VERDICTS = ("just", "undeserved points", "points lost", "submission lost")
LEVELS = ("namespaces", "landlock")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--with", dest="program", choices=("coursekit", "nbgrader", "both"), default="both")
    parser.add_argument(
        "--level", nargs="+", choices=LEVELS, default=[], help="default: the strongest one of this host"
    )
    parser.add_argument("--user", nargs="+", metavar="NAME", default=[], help="default: you")
    chosen = parser.parse_args()
    programs = ("coursekit", "nbgrader") if chosen.program == "both" else (chosen.program,)
    if len(chosen.level) > 1 or chosen.user:
        sys.exit(not all_of_them(programs, chosen.level or [""], chosen.user or [getpass.getuser()]))
    if chosen.level == ["landlock"]:
        without_bubblewrap()
    elif chosen.level and sandbox.probe().level != chosen.level[0]:
        sys.exit(f"This host does not isolate by {chosen.level[0]}: see `coursekit doctor`.")
    results = []
    for program in programs:
        with tempfile.TemporaryDirectory(prefix="attacks-") as folder:
            results.append(tally(program, Path(folder)))
    sys.exit(not all(results))


def without_bubblewrap() -> None:
    """As on a host on which namespaces cannot be had. The grader finds programs by their names."""
    os.environ["PATH"] = str(Path(sys.executable).parent)
    if (level := sandbox.probe().level) != "landlock":
        sys.exit(f"This host does not isolate by Landlock, but: {level}.")


def all_of_them(programs: tuple[str, ...], levels: list[str], users: list[str]) -> bool:
    """Each level as each user, in a process of its own. True if everybody got what is just everywhere."""
    lines, fine = [], True
    for program in programs:
        for user in users:
            for level in levels:
                counts = in_a_process(program, level, user)
                fine &= bool(counts) and counts["ended"] == "well" and counts["just"] == counts["submissions"]
                lines.append((program, user, level or "strongest", counts))
    print(f"{'program':10} {'user':10} {'level':11} {'cases':>6} {'just':>6} {'others right':>13}  run ended")
    for program, user, level, counts in lines:
        said = "{submissions:6} {just:6} {honest:>13}  {ended}".format(**counts) if counts else "did not run"
        print(f"{program:10} {user:10} {level:11} {said}")
    return fine


def in_a_process(program: str, level: str, user: str) -> dict[str, object]:
    """What the last line of such a run says; nothing if there is none."""
    command = [sys.executable, __file__, "--with", program, *(["--level", level] if level else [])]
    env = os.environ | {"PYTHONDONTWRITEBYTECODE": "1"}
    with tempfile.TemporaryDirectory(prefix="attacks-home-") as home:
        if user != getpass.getuser():
            os.chmod(home, 0o777)
            command = command_as(user, command)
            env |= {"HOME": home, "USER": user, "LOGNAME": user, "COURSEKIT_HOME": home, "TMPDIR": home}
        done = subprocess.run(command, env=env, cwd=ROOT, text=True, capture_output=True)
    print(f"--- {program}, {level or 'strongest level'}, as {user}\n{done.stdout}{done.stderr[-2000:]}", flush=True)
    *_, last = ["", *done.stdout.splitlines()]
    return json.loads(last) if last.startswith("{") else {}


def tally(program: str, folder: Path) -> bool:
    """Grade the class with one program and print the tally. True if everybody got what is just."""
    course = Course(folder / "course")
    write_template(course.root, CONFIG.format(options=""))
    students, others = hand_in_all(course), honest(course)
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
    right = sum(scored(course, student) == RIGHT for student in others)
    print(f"\n{'coursekit grade' if program == 'coursekit' else 'nbgrader autograde'}: {len(students)} submissions")
    print(f"{'':12}" + "".join(f"{what:>20}" for what in VERDICTS))
    for kind, counts in counted.items():
        print(f"{kind:12}" + "".join(f"{counts[what]:20}" for what in VERDICTS))
    print(f"right scores among {len(others)} others in the same class: {right}")
    print(f"run ended {'badly:' + done.stderr[-2000:] if aborted else 'well'}\n")
    just = sum(counts["just"] for counts in counted.values())
    said = {"submissions": len(students), "just": just, "honest": f"{right} of {len(others)}"}
    print(json.dumps(said | {"ended": "badly" if aborted else "well"}))
    return not aborted and just == len(students) and right == len(others)


def scored(course: Course, student: str) -> object:
    try:
        return outcome(course, student)
    except Exception as missing:  # whatever the gradebook says about a student whom it does not know
        return missing


def verdict(course: Course, student: str, case: Case) -> tuple[str, object]:
    got = scored(course, student)
    if isinstance(got, Exception):
        return "submission lost", got
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
