"""A small real course: one lesson, handed out by real nbgrader, with the trusted grader configured."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import nbformat

from tests import warm

LESSON = '''# A lesson

```python
import numpy as np

from coursekit import check, hint
```

```python exercise="gru_step"
def sigmoid(a):
    return 0.5 * (1 + np.tanh(0.5 * a))


def gru_step(x, h, params):
    """One step."""
    ### BEGIN SOLUTION
    xr, xz, xn = np.split(x @ params.W_ih.T + params.b_ih, 3, axis=1)
    hr, hz, hn = np.split(h @ params.W_hh.T + params.b_hh, 3, axis=1)
    r, z = sigmoid(xr + hr), sigmoid(xz + hz)
    return (1 - z) * np.tanh(xn + r * hn) + z * h
    ### END SOLUTION
```

```python check="gru_step"
check(gru_step)
```

```python exercise="gru_parameter_count"
def gru_parameter_count(D, H):
    ### BEGIN SOLUTION
    return 3 * (D * H + H * H + 2 * H)
    ### END SOLUTION
```

```python check="gru_parameter_count"
check(gru_parameter_count)
```
'''

CONFIG = """
import os, sys
from coursekit.grading.nbgrader import configure

c = get_config()
c.CourseDirectory.course_id = "course"
c.CourseDirectory.source_directory = "solutions"
c.CourseDirectory.release_directory = "notebooks"
c.CourseDirectory.ignore = [".ipynb_checkpoints", "*.md"]
c.CourseDirectory.db_url = "sqlite:///gradebook.db?timeout=60"
configure(c{options})
"""


class Course:
    """A course in a folder, and nbgrader's command line in it."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.db_url = f"sqlite:///{root / 'gradebook.db'}"

    def run(self, *arguments: str, check: bool = True) -> subprocess.CompletedProcess[str]:
        bin_folder = str(Path(sys.executable).parent)
        env = os.environ | {"PATH": os.pathsep.join([bin_folder, os.environ["PATH"]]), "OMP_NUM_THREADS": "1"}
        done = warm.nbgrader(*arguments, cwd=self.root, env=env)
        assert not check or done.returncode == 0, done.stderr[-4000:]
        return done

    def grade(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """`coursekit grade` with a version of the grader that does not depend on who edits its code just now."""
        env = os.environ | {"OMP_NUM_THREADS": "1"}
        return warm.coursekit("grade", "mini", "--course", str(self.root), *arguments, env=env)

    @property
    def released(self) -> nbformat.NotebookNode:
        return nbformat.read(self.root / "notebooks" / "mini" / "mini.ipynb", as_version=4)

    @property
    def solution(self) -> nbformat.NotebookNode:
        return nbformat.read(self.root / "solutions" / "mini" / "mini.ipynb", as_version=4)

    def hand_in(self, student: str, nb: nbformat.NotebookNode | bytes, name: str = "mini.ipynb") -> Path:
        path = self.root / "submitted" / student / "mini" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if isinstance(nb, bytes):
            path.write_bytes(nb)
        else:
            nbformat.write(nb, path)
        return path

    def answered(self, **answers: str) -> nbformat.NotebookNode:
        """The solution with some answers replaced."""
        nb = self.solution
        for cell in nb.cells:
            name = cell.metadata.get("nbgrader", {}).get("grade_id")
            if name in answers:
                cell.source = answers[name]
        return nb

    def scores(self, student: str) -> dict[str, tuple[float | None, bool]]:
        """By cell: the automatic score, and whether a person has to look."""
        from nbgrader.api import Gradebook

        with Gradebook(self.db_url) as book:
            submission = book.find_submission_notebook("mini", "mini", student)
            return {g.name: (g.auto_score, g.needs_manual_grade) for g in submission.grades}

    def submission_id(self, student: str) -> str:
        """By which formgrader's addresses name a student's notebook."""
        from nbgrader.api import Gradebook

        with Gradebook(self.db_url) as book:
            return book.find_submission_notebook("mini", "mini", student).id


def write_template(root: Path, config: str) -> None:
    from coursekit.lessons import build_solution

    folder = root / "solutions" / "mini"
    folder.mkdir(parents=True)
    (folder / "mini.md").write_text(LESSON)
    nbformat.write(build_solution(folder / "mini.md"), folder / "mini.ipynb")
    (root / "nbgrader_config.py").write_text(config)
    Course(root).run("generate_assignment", "mini")
