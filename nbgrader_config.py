"""nbgrader on this course: its command line and the formgrader read this file when started in this folder."""

import os
import sys
from pathlib import Path

from coursekit.grading.nbgrader import configure

c = get_config()  # noqa: F821  (traitlets puts it here)

here = Path(__file__).resolve().parent
c.CourseDirectory.course_id = "coursekit"
c.CourseDirectory.root = str(here)
c.CourseDirectory.source_directory = "solutions"
c.CourseDirectory.release_directory = "notebooks"

# The text of a lesson holds the answers; nbgrader copies all else in a lesson's folder to the learners.
c.CourseDirectory.ignore = [".ipynb_checkpoints", "*.pyc", "__pycache__", "feedback", "*.md"]

# SQLite gives up after 5 s if another process writes; a class of submissions can keep it busy for longer.
c.CourseDirectory.db_url = f"sqlite:///{here / 'gradebook.db'}?timeout=60"

# nbgrader starts `alembic` by its name, and does not find it where the environment is not activated.
os.environ["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", os.defpath)])

# Seconds that one cell may take: some cells train a network.
c.Execute.timeout = 120

# Submissions are graded in a sandbox, with draws that no student knows. configure(c, trusted=False) lets stock nbgrader
# run the checks in the student's own kernel: only for a class that you trust.
configure(c)
