"""Files beside the notebook: modules that would be imported, links, pipes, a time of one's own."""

from __future__ import annotations

import os

from .case import COUNT_ONLY, UNREAD, HandIn, answer, cases, with_file

LYING_NUMPY = (
    "class A:\n    def __getattr__(s, n): return s\n    def __call__(s, *a, **k): return True\nallclose = A()\n"
)


def linked(target: str, base: HandIn, name: str = "extra.txt") -> HandIn:
    def hand_in(course, student):
        base(course, student)
        place = course.root / "submitted" / student / "mini" / name
        place.unlink(missing_ok=True)
        os.symlink(target, place)

    return hand_in


def folder_link(course, student):
    answer("# nothing")(course, student)
    os.symlink("/", course.root / "submitted" / student / "mini" / "all")


def fifo(course, student):
    answer("# nothing")(course, student)
    os.mkfifo(course.root / "submitted" / student / "mini" / "pipe.txt")


NOTHING_WRITTEN = answer("# nothing")
CASES = [
    *cases(
        "hostile",
        COUNT_ONLY,
        {
            "a numpy of its own": with_file("numpy.py", LYING_NUMPY),
            "a start-up file": with_file("sitecustomize.py", "print(4.0)"),
            "a coursekit of its own": with_file("coursekit.py", "check = lambda *a: 4.0"),
            "a time before the course": with_file("timestamp.txt", "1970-01-01 00:00:00 UTC"),
            "a link to the gradebook": linked("../../../gradebook.db", NOTHING_WRITTEN),
            "a link to endless zeros": linked("/dev/zero", NOTHING_WRITTEN),
            "a link to everything": folder_link,
            "a time that is a link": linked("/etc/passwd", NOTHING_WRITTEN, "timestamp.txt"),
            "a pipe": fifo,
        },
    ),
    *cases(
        "hostile",
        UNREAD,
        {"a link to the solution": linked("../../../solutions/mini/mini.ipynb", NOTHING_WRITTEN, "mini.ipynb")},
    ),
]
