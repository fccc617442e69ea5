"""Moodle's grading worksheet, filled, and the archive of feedback that it takes back.

Sources: mod/assign/feedback/offline/importgradeslib.php and mod/assign/feedback/file/importziplib.php of Moodle.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Mapping
from io import BytesIO

from coursekit.grading.lms.people import Identity, Person, by_line
from coursekit.grading.lms.points import Place
from coursekit.grading.lms.sheet import Sheet, SheetError
from coursekit.grading.submission.course import Course

NUMBER, GRADE, MODIFIED = "Identifier", "Grade", "Last modified (grade)"
NAME, MAIL = "Full name", "Email address"
MOST = ("Maximum Grade", "Maximum grade")  # versions differ in the capital letter
"""Columns as Moodle calls them in English; it looks for those of the language that the teacher has chosen there."""

HOW = (
    "In Moodle, choose English in the course, switch on 'Offline grading worksheet' in the assignment, and take "
    "'Download grading worksheet' among its grading actions"
)

_NOT_IN_A_PATH = re.compile(r'[_/\\:*?"<>|\x00-\x1f]+')  # and no `_`, at which Moodle takes the folder's name apart


def place(sheet: Sheet) -> Place:
    """Where the points of a worksheet belong. Raises SheetError if Moodle would refuse the file."""
    lines, names = _people(sheet)
    for name in (GRADE, MODIFIED):
        if sheet.column(name) is None:
            raise SheetError(f"there is no column {name!r}, without which Moodle refuses the file. {HOW}")
    if sheet.delimiter != ",":
        raise SheetError(f"its columns are separated by {sheet.delimiter!r}, and Moodle takes commas only. {HOW}")
    said = {sheet.get(line, sheet.column(name)) for line in names for name in MOST} - {""}
    return Place(sheet.column(GRADE), lines, names, said.pop() if len(said) == 1 else "")


def _people(sheet: Sheet) -> tuple[dict[int, list[Identity]], dict[int, str]]:
    """By line of a student what it says of who is meant, and how they are called."""
    if sheet.column(NUMBER) is None:
        raise SheetError(f"there is no column {NUMBER!r}: it is no grading worksheet of Moodle. {HOW}")
    lines, names = {}, {}
    for line in range(1, len(sheet.lines)):
        if number := _participant(sheet, line):
            mail = Identity(sheet.get(line, sheet.column(MAIL)), ("email",))
            numbered = Identity(sheet.get(line, sheet.column("ID number")), ("id", "lms_user_id"))
            named = Identity(sheet.get(line, sheet.column("Username")), ("id",))
            lines[line] = [Identity(number, ("id",)), mail, numbered, named]
            names[line] = sheet.get(line, sheet.column(NAME)) or f"Participant {number}"
    return lines, names


def _participant(sheet: Sheet, line: int) -> str:
    """The number by which Moodle knows a student in this assignment; "" in a line of nobody."""
    found = re.search(r"\d+$", sheet.get(line, sheet.column(NUMBER)))
    return found[0] if found else ""


def folders(sheet: Sheet, people: tuple[Person, ...]) -> tuple[dict[str, str], list[str]]:
    """By id of a student the folder that Moodle knows them by, and the lines of which it is not clear who is meant."""
    lines, names = _people(sheet)
    found, unclear = by_line(lines, people)
    known = {person.id: folder(names[line], _participant(sheet, line)) for line, person in found.items()}
    return known, [f"{names[line]} {why}" for line, why in unclear.items()]


def folder(name: str, number: str) -> str:
    """The folder of a student in an archive: Moodle takes its name apart at each `_`."""
    return f"{_NOT_IN_A_PATH.sub(' ', name).strip(' .~') or 'Participant'}_{number}_assignsubmission_file"


def feedback(course: Course, assignment: str, known: Mapping[str, str]) -> tuple[bytes, list[str], list[str]]:
    """The pages of feedback as Moodle's 'Upload multiple feedback files in a zip' takes them.

    known: by id of a student their folder in it.
    Returns the archive, who is in it, and who has feedback and no folder. Raises OSError.
    """
    archive, sent, left = BytesIO(), [], []
    place = course.folder("feedback", "x", assignment).parent.parent
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as file:
        for student in sorted({path.name for path in place.glob("*") if path.is_dir()} - set(course.withdrawn)):
            pages = sorted(course.folder("feedback", student, assignment).glob("*.html"))
            if pages and student in known:
                sent.append(student)
                for page in pages:
                    file.writestr(f"{known[student]}/{page.name}", page.read_bytes())
            elif pages:
                left.append(student)
    return archive.getvalue(), sent, left
