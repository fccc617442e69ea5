"""A question of PrairieLearn: a JupyterLab workspace with the lesson, graded by an external grader."""

from __future__ import annotations

import json
import uuid

from coursekit.grading.platforms.lessons import Lesson
from coursekit.grading.platforms.pack.bundle import COURSE, File, bundle, zipped

SHARED = "serverFilesCourse/coursekit"
TIMEOUT_S = 300

QUESTION = """\
<pl-question-panel>
  <p>Open the workspace, answer the lesson in <code>{lesson}.ipynb</code>, save it, and come back to hand it in.</p>
  <pl-workspace></pl-workspace>
</pl-question-panel>

<pl-submission-panel>
  <pl-external-grader-results></pl-external-grader-results>
  <pl-file-preview></pl-file-preview>
</pl-submission-panel>
"""

RUN = """\
#!/usr/bin/env bash
# PrairieLearn starts it with the name of the lesson. What it prints does not become part of the results.
here="$(cd "$(dirname "${{BASH_SOURCE[0]}}")" && pwd)"
base="$(dirname "$(dirname "$here")")"
results="$base/results/results.json"
mkdir -p "$base/results"
cd "$base" || exit 1
export PYTHONPATH="$here/{course}" PYTHONDONTWRITEBYTECODE=1 OMP_NUM_THREADS=1 MPLBACKEND=agg
"${{GRADER_PYTHON:-/opt/grader/bin/python}}" -P -m coursekit.grading.platforms.prairielearn "$1" --timeout {timeout}
echo "the grader ended with status $?"
if [ ! -s "$results" ]; then
    cat > "$results" <<'END'
{{"gradable": false, "format_errors": ["The grader could not start. It costs no attempt: please tell your teacher."]}}
END
fi
exit 0
"""

DOCKERFILE = """\
# Two images from the files of this folder:
#   docker build --target grader --tag IMAGE:grader .
#   docker build --target workspace --tag IMAGE:workspace .
FROM python:3.12-slim AS grader
RUN apt-get update && apt-get install -y --no-install-recommends libseccomp2 && rm -rf /var/lib/apt/lists/*
COPY requirements.txt /tmp/requirements.txt
RUN python -m venv /opt/grader && /opt/grader/bin/pip install uv \\
    && /opt/grader/bin/uv pip install --python /opt/grader/bin/python --torch-backend cpu -r /tmp/requirements.txt

FROM prairielearn/workspace-jupyterlab-python AS workspace
USER root
COPY requirements.txt /tmp/requirements.txt
COPY {course} /opt/course
RUN python3 -m pip install uv \\
    && python3 -m uv pip install --system --torch-backend cpu -r /tmp/requirements.txt
ENV PYTHONPATH=/opt/course
USER jovyan
"""


def archive(lesson: Lesson, image: str) -> bytes:
    """A zip whose folders go into the folder of a course. image: a name for images on a hub. Raises CannotPack."""
    question = f"questions/coursekit_{lesson.name}"
    files = {f"{SHARED}/{path}": file for path, file in bundle(lesson).items()}
    notebook = files[f"{SHARED}/{COURSE}/coursekit/_notebooks/{lesson.name}/{lesson.name}.ipynb"]
    own = {
        f"{SHARED}/run.sh": RUN.format(course=COURSE, timeout=TIMEOUT_S - 20),
        f"{SHARED}/Dockerfile": DOCKERFILE.format(course=COURSE),
        f"{question}/info.json": json.dumps(info(lesson, image), indent=2) + "\n",
        f"{question}/question.html": QUESTION.format(lesson=lesson.name),
    }
    made = {path: File(text.encode(), executable=path.endswith(".sh")) for path, text in own.items()}
    return zipped(files | made | {f"{question}/workspace/{lesson.name}.ipynb": notebook})


def info(lesson: Lesson, image: str) -> dict[str, object]:
    """The question's info.json."""
    number, _, name = lesson.name.partition("_")
    file = f"{lesson.name}.ipynb"
    return {
        "uuid": str(uuid.uuid5(uuid.NAMESPACE_OID, f"coursekit {lesson.name}")),
        "title": f"{number} {name.replace('_', ' ')}",
        "topic": "Recurrent networks",
        "tags": ["coursekit"],
        "type": "v3",
        "singleVariant": True,
        "workspaceOptions": {
            "image": f"{image}:workspace",
            "port": 8080,
            "home": "/home/jovyan",
            "gradedFiles": [file],
            "environment": {"LAUNCH_FILE_NAME": file},
        },
        "gradingMethod": "External",
        "externalGradingOptions": {
            "enabled": True,
            "image": f"{image}:grader",
            "entrypoint": ["/grade/serverFilesCourse/coursekit/run.sh", lesson.name],
            "serverFilesCourse": ["coursekit/"],
            "timeout": TIMEOUT_S,
            "enableNetworking": False,
        },
    }
