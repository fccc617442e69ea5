"""Gradescope's archive: setup.sh makes the environment when the image is built, run_autograder grades a hand-in."""

from __future__ import annotations

from coursekit.grading.platforms.lessons import Lesson
from coursekit.grading.platforms.pack.bundle import COURSE, File, bundle, zipped

SETUP = f"""\
#!/usr/bin/env bash
# Runs once, as root, when the image is built: Python and the packages that the grader needs.
set -euo pipefail
here="$(cd "$(dirname "${{BASH_SOURCE[0]}}")" && pwd)"
base="$(dirname "$here")"
export UV_PYTHON_INSTALL_DIR="$base/python" UV_LINK_MODE=copy
apt-get update
apt-get install -y --no-install-recommends ca-certificates libseccomp2 python3 python3-venv
python3 -m venv "$base/tools"
"$base/tools/bin/pip" install uv
"$base/tools/bin/uv" venv --python '>=3.11,<3.14' "$base/venv"
"$base/tools/bin/uv" pip install --python "$base/venv/bin/python" --torch-backend cpu -r "$here/requirements.txt"
PYTHONPATH="$here/{COURSE}" "$base/venv/bin/python" -P -m coursekit.cli doctor || true
"""

RUN = """\
#!/usr/bin/env bash
# Runs for each hand-in. What it prints, instructors alone can read.
base="$PWD"
results="$base/results/results.json"
mkdir -p "$base/results"
rm -f "$results"
export PYTHONPATH="$base/source/{course}" PYTHONDONTWRITEBYTECODE=1 OMP_NUM_THREADS=1 MPLBACKEND=agg
"$base/venv/bin/python" -P -m coursekit.grading.platforms.gradescope {arguments}
status=$?
echo "the grader ended with status $status"
if [ ! -s "$results" ]; then
    cat > "$results" <<'END'
{{"output": "The grader could not start. A person has to look at it. Nobody loses points for it.",
 "output_format": "text", "visibility": "visible", "stdout_visibility": "hidden",
 "tests": [{{"name": "{lesson}", "visibility": "after_published", "output": "Not decided: it could not start."}}],
 "extra_data": {{"coursekit": {{"status": "needs a person"}}}}}}
END
fi
exit 0
"""


def archive(lesson: Lesson, tries_per_day: int | None = None) -> bytes:
    """The zip that a teacher uploads under Configure Autograder. Raises CannotPack."""
    arguments = lesson.name + (f" --tries-per-day {tries_per_day}" if tries_per_day else "")
    run = RUN.format(course=COURSE, arguments=arguments, lesson=lesson.name)
    own = {"setup.sh": File(SETUP.encode(), executable=True), "run_autograder": File(run.encode(), executable=True)}
    return zipped(bundle(lesson) | own)
