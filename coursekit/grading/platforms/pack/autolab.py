"""Autolab's two files, autograde-Makefile and autograde.tar, and what its image needs."""

from __future__ import annotations

import io
import tarfile

from coursekit.grading.platforms.lessons import Lesson
from coursekit.grading.platforms.pack.bundle import COURSE, File, bundle, zipped
from coursekit.lessons.cells import exercise_of, grade_id, is_graded, points

MAKEFILE = """\
# Autolab runs `make` beside the hand-in. The last line that is printed is the result.
all:
\t@mkdir -p grader
\t@tar xf autograde.tar -C grader
\t@bash grader/run.sh
"""

RUN = """\
#!/usr/bin/env bash
# The hand-in is in the folder in which this is called. What is printed, the student can read.
here="$(cd "$(dirname "${{BASH_SOURCE[0]}}")" && pwd)"
export PYTHONPATH="$here/{course}" PYTHONDONTWRITEBYTECODE=1 OMP_NUM_THREADS=1 MPLBACKEND=agg
echo '{{"scores": {{}}}}'  # what stands there if nothing follows
python="${{GRADER_PYTHON:-/opt/grader/bin/python}}"
"$python" -P -m coursekit.grading.platforms.autolab {lesson} --timeout 170 2>/dev/null
status=$?
if [ "$status" -ne 0 ]; then
    echo "| The grader could not do its work (status $status). A person has to look at it. Nobody loses points for it."
    echo '{{"scores": {{}}}}'
fi
exit 0
"""

READ_ME = """\
Put autograde-Makefile and autograde.tar into the folder of the lab on Autolab. The image that grades needs Python 3.11,
3.12 or 3.13 at /opt/grader/bin/python, with the packages of requirements.txt, and libseccomp2.
The base name of hand-ins: {lesson}.ipynb. The problems, by name and points:
{problems}
"""


def archive(lesson: Lesson) -> bytes:
    """A zip with the two files, requirements.txt and a text that says what to do with them. Raises CannotPack."""
    files = bundle(lesson)
    run = RUN.format(course=COURSE, lesson=lesson.name)
    graded = filter(is_graded, lesson.notebook.cells)
    listed = "\n".join(f"  {exercise_of(cell) or grade_id(cell)}  {points(cell):g}" for cell in graded)
    return zipped(
        {
            "autograde-Makefile": File(MAKEFILE.encode()),
            "autograde.tar": File(_tar(files | {"run.sh": File(run.encode(), executable=True)})),
            "requirements.txt": files["requirements.txt"],
            "README.txt": File(READ_ME.format(lesson=lesson.name, problems=listed).encode()),
        }
    )


def _tar(files: dict[str, File]) -> bytes:
    archive = io.BytesIO()
    with tarfile.open(fileobj=archive, mode="w") as made:
        for path, file in sorted(files.items()):
            entry = tarfile.TarInfo(path)
            entry.size, entry.mode = len(file.content), 0o755 if file.executable else 0o644
            made.addfile(entry, io.BytesIO(file.content))
    return archive.getvalue()
