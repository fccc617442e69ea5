"""Who needs a look, why, and what to do about it: the part of the report that a teacher acts on."""

from __future__ import annotations

from dataclasses import dataclass

from coursekit.grading.report.data import UNDECIDED, Class, Student


@dataclass(frozen=True)
class Look:
    """One reason to look at one student's submission. kind: a few words that several students can share."""

    student: str
    kind: str
    why: str
    what_to_do: str


def looks(group: Class) -> list[Look]:
    """Every open reason, the gravest kind first. What a person has decided by hand since is no longer one."""
    found = [look for student in group.students for look in _of(student, group)]
    order = list(_KINDS)
    return sorted(found, key=lambda look: (order.index(look.kind), look.student))


_KINDS = {
    "not read": "Ask for the notebook again, or give points by hand in the formgrader.",
    "not decided": "Run `coursekit grade` again; if it stays, give points by hand in the formgrader. Nothing is lost.",
    "not graded": "Run `coursekit grade` again.",
    "outdated": "Run `coursekit grade` again; until then this page shows what was graded before.",
    "time unknown": "Set the time right in the submission's `timestamp.txt` and run `coursekit grade` again.",
    "not isolated": "Trust these points as far as you trust who wrote the notebook, or grade it again in a sandbox.",
    "not from scratch?": (
        "Read the answer. PyTorch's own layers raise while it is graded, so a call of one has earned nothing by "
        "itself; what a detour has brought, only reading tells."
    ),
    "read with a remark": "Nothing, if the remark is right: the answers were found and graded.",
}


def _of(student: Student, group: Class) -> list[Look]:
    def look(kind: str, why: str) -> Look:
        return Look(student.name, kind, why, _KINDS[kind])

    open_questions = [q.name for q in group.checked if q.name in student.marks and student.marks[q.name].points is None]
    found = []
    if student.problems and (open_questions or not student.marks):
        found.append(look("not read", "; ".join(student.problems)))
    elif student.state == "not graded":
        found.append(look("not graded", "handed in, and not graded yet"))
    elif open_questions:
        found.append(look("not decided", _faults(student, open_questions)))
    if student.state == "outdated":
        found.append(
            look("outdated", f"{student.why or 'the notebook, or the grader, has changed'} since it was graded")
        )
    if student.doubts:
        found.append(look("time unknown", "; ".join(student.doubts)))
    if student.unprotected:
        found.append(look("not isolated", "run without a sandbox, it could have done anything"))
    if student.remarks:
        found.append(look("read with a remark", "; ".join(student.remarks)))
    if student.flags:
        found.append(look("not from scratch?", "; ".join(student.flags)))
    return found


def _faults(student: Student, names: list[str]) -> str:
    """Reasons with the exercises that they hold for; a fault of the whole run is told once."""
    by_reason: dict[str, list[str]] = {}
    for name in names:
        mark = student.marks[name]
        reason = mark.fault or ("the grader has not decided" if mark.verdict == UNDECIDED else "no points are booked")
        by_reason.setdefault(reason, []).append(name)
    return "; ".join(f"{', '.join(names)}: {reason}" for reason, names in by_reason.items())


def written_answers(group: Class) -> int:
    """How many answers wait for a person because only a person can grade them."""
    by_hand = [question.name for question in group.questions if not question.checked]
    marks = [student.marks[name] for student in group.students for name in by_hand if name in student.marks]
    return sum(mark.points is None for mark in marks)
