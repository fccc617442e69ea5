"""The texts of the files that a new course begins with."""

from __future__ import annotations

import datetime
from collections.abc import Sequence

from coursekit.grading.new_course.plan import Assignment, Plan

IGNORED = """# Names, points and answers do not belong into a public repository.
/source/
/submitted/
/autograded/
/feedback/
/reports/
/quarantine/
/downloaded/
/gradebook.db*
/grades.csv
/.coursekit-*
.ipynb_checkpoints/
.nbgrader.log
"""

_CONFIGURATION = '''"""What nbgrader has to know: its commands and the formgrader read this in this folder."""

import os
import sys
from pathlib import Path

from coursekit.grading.nbgrader import configure

c = get_config()  # noqa: F821  (nbgrader puts it here)

here = Path(__file__).resolve().parent
c.CourseDirectory.course_id = {course_id!r}
c.CourseDirectory.root = str(here)

# Texts of lessons hold the answers. nbgrader copies all else that lies beside a notebook in source/ to the students.
c.CourseDirectory.ignore = [".ipynb_checkpoints", "*.pyc", "__pycache__", "feedback", "*.md"]

# SQLite gives up after 5 s if another process writes; a class can keep it busy for longer. For several graders at
# once: "postgresql+psycopg://user@host/database".
c.CourseDirectory.db_url = f"sqlite:///{{here / 'gradebook.db'}}?timeout=60"

{exchange}
# nbgrader starts `alembic` by its name, and does not find it where the environment is not activated.
os.environ["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", os.defpath)])

# Submissions are graded in a sandbox, with numbers that no student knows.
configure(c)
'''

_EXCHANGE = """# Assignments go out and come back through this folder, which every student's account can reach.
c.Exchange.root = {root!r}
"""
_NO_EXCHANGE = """# On a machine that students share with you, assignments go out and come back through a folder:
# c.Exchange.root = "/srv/nbgrader/exchange"
"""

_WITH_EXCHANGE = """nbgrader release_assignment {name}   # hand out; students fetch and submit
nbgrader collect {name}              # collect
coursekit grade {name}               # grade, in a sandbox, on all cores
coursekit report {name}              # one page about the class: reports/{name}.html
nbgrader generate_feedback {name} && nbgrader release_feedback {name}   # hand back"""

_WITHOUT_EXCHANGE = """cp -r release/{name} TO_THE_STUDENTS   # hand out, by e-mail or your learning management system
mkdir -p submitted/ada/{name} && cp ada.ipynb submitted/ada/{name}/{name}.ipynb   # collect: a folder for each student
coursekit grade {name}               # grade, in a sandbox, on all cores
coursekit report {name}              # one page about the class: reports/{name}.html
nbgrader generate_feedback {name}    # hand back: feedback/STUDENT/{name}/{name}.html"""

_README = """# {course_id}

An nbgrader course, made by `coursekit new-course`.

| assignment | exercises | points | due |
|---|---|---|---|
{table}

## Five commands

In this folder, for each assignment:

```
{commands}
```

The same buttons are in the formgrader: start `jupyter lab` in this folder, and choose *Nbgrader*, *Formgrader*.

## What lies where

- `source/` holds the assignments with their answers, `release/` what is handed out. After a change in `source/`:
  `nbgrader generate_assignment {name} --force`.
- `gradebook.db` holds points and names. `nbgrader export` writes them to `grades.csv`.
- `.coursekit-secret` appears with the first grading. Whoever has it can foresee the numbers that grades are drawn with:
  keep it with the gradebook, and keep both to yourself.
"""


def configuration(plan: Plan) -> str:
    """nbgrader_config.py."""
    exchange = _EXCHANGE.format(root=str(plan.exchange.resolve())) if plan.exchange else _NO_EXCHANGE
    return _CONFIGURATION.format(course_id=plan.course_id, exchange=exchange)


def readme(plan: Plan, assignments: Sequence[Assignment]) -> str:
    """README.md: what the course holds, and the five commands of its loop."""
    rows = (f"| {a.name} | {a.exercises} | {a.points:g} | {in_words(a.due)} |" for a in assignments)
    commands = _WITHOUT_EXCHANGE if plan.exchange is None else _WITH_EXCHANGE
    name = assignments[0].name
    table = "\n".join(rows)
    return _README.format(course_id=plan.course_id, table=table, commands=commands.format(name=name), name=name)


def in_words(due: datetime.datetime | None) -> str:
    """A due date as people write it, with its time zone."""
    return "no date" if due is None else f"{due:%Y-%m-%d %H:%M %Z}".strip()
