"""A course for benchmarks/grading.py: one assignment of 20 cells, 2 figures and 8 checks, and a class that did it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat

NAME = "bench"
ANSWERS = {
    "sigmoid": "def sigmoid(a):\n    return 0.5 * (1 + np.tanh(0.5 * a))",
    "rnn_step": """
def rnn_step(x, h, params):
    W_ih, W_hh, b_ih, b_hh = params
    return np.tanh(x @ W_ih.T + b_ih + h @ W_hh.T + b_hh)""",
    "rnn_forward": """
def rnn_forward(x, h0, params):
    h, states = h0, []
    for t in range(x.shape[1]):
        h = rnn_step(x[:, t], h, params)
        states.append(h)
    return np.stack(states, axis=1)""",
    "gru_step": """
def gru_step(x, h, params):
    W_ih, W_hh, b_ih, b_hh = params
    xr, xz, xn = np.split(x @ W_ih.T + b_ih, 3, axis=1)
    hr, hz, hn = np.split(h @ W_hh.T + b_hh, 3, axis=1)
    r, z = sigmoid(xr + hr), sigmoid(xz + hz)
    return (1 - z) * np.tanh(xn + r * hn) + z * h""",
    "gru_forward": """
def gru_forward(x, h0, params):
    h, states = h0, []
    for t in range(x.shape[1]):
        h = gru_step(x[:, t], h, params)
        states.append(h)
    return np.stack(states, axis=1)""",
    "to_other_convention": """
def to_other_convention(params):
    sign = np.repeat([1.0, -1.0, 1.0], params.W_hh.shape[1])
    return params.W_ih * sign[:, None], params.W_hh * sign[:, None], params.b_ih * sign, params.b_hh * sign""",
    "gru_step_reset_before": """
def gru_step_reset_before(x, h, params):
    W_ih, W_hh, b_ih, b_hh = params
    H = h.shape[1]
    xr, xz, xn = np.split(x @ W_ih.T + b_ih, 3, axis=1)
    hr, hz = np.split(h @ W_hh[: 2 * H].T + b_hh[: 2 * H], 2, axis=1)
    r, z = sigmoid(xr + hr), sigmoid(xz + hz)
    n = np.tanh(xn + (r * h) @ W_hh[2 * H :].T + b_hh[2 * H :])
    return (1 - z) * n + z * h""",
    "gru_parameter_count": "def gru_parameter_count(D, H):\n    return 3 * (D * H + H * H + 2 * H)",
}
WRONG = {  # by the remainder of a student's number: some answers of a class are wrong
    1: ("gru_step", ANSWERS["gru_step"].replace("(1 - z) * np", "z * np").replace("+ z * h", "+ (1 - z) * h")),
    2: ("gru_parameter_count", ANSWERS["gru_parameter_count"].replace("2 * H)", "H)")),
    3: ("rnn_step", "def rnn_step(x, h, params):\n    raise NotImplementedError"),
}
FIGURES = (
    "import matplotlib.pyplot as plt\na = np.linspace(-6, 6, 200)\nplt.plot(a, np.tanh(a))\n"
    "plt.title('tanh')\nplt.show()",
    "plt.figure()\nplt.imshow(np.outer(a, a))\nplt.colorbar()\nplt.title('products')\nplt.show()",
)
CONFIG = """
from coursekit.grading.nbgrader import configure

c = get_config()
c.CourseDirectory.course_id = "course"
c.CourseDirectory.source_directory = "solutions"
c.CourseDirectory.release_directory = "notebooks"
c.CourseDirectory.ignore = [".ipynb_checkpoints", "*.md"]
c.CourseDirectory.db_url = "sqlite:///gradebook.db?timeout=60"
configure(c{options})
"""


def make_course(root: Path, torch: bool = True) -> None:
    """A course with the assignment handed out. torch: whether its notebooks import PyTorch."""
    from coursekit.lessons import build_solution

    folder = root / "solutions" / NAME
    folder.mkdir(parents=True)
    (folder / f"{NAME}.md").write_text(lesson(torch))
    notebook = build_solution(folder / f"{NAME}.md")
    assert len(notebook.cells) == 20, len(notebook.cells)
    nbformat.write(notebook, folder / f"{NAME}.ipynb")
    (root / "nbgrader_config.py").write_text(CONFIG.format(options=""))
    done = run_nbgrader(root, "generate_assignment", NAME)
    if done.returncode:
        raise SystemExit(done.stderr[-3000:])


def lesson(torch: bool) -> str:
    imports = "import numpy as np\n" + ("import torch\n" if torch else "")
    parts = ["# A lesson", f"```python\n{imports}\nfrom coursekit import check\n```"]
    for number, (name, source) in enumerate(ANSWERS.items()):
        head, _, body = source.strip().partition("\n")
        solution = f"{head}\n    ### BEGIN SOLUTION\n{body}\n    ### END SOLUTION"
        parts.append(f'```python exercise="{name}"\n{solution}\n```')
        parts.append(f'```python check="{name}"\ncheck({name})\n```')
        if number < len(FIGURES):
            parts.append(f"```python\n{FIGURES[number]}\n```")
    return "\n\n".join(parts) + "\n"


def copy_with_class(template: Path, root: Path, students: int, *, stock: bool = False) -> None:
    """A copy of a course in which so many students have handed in."""
    shutil.copytree(template, root)
    if stock:
        (root / "nbgrader_config.py").write_text(CONFIG.format(options=", trusted=False"))
    solved = nbformat.read(root / "solutions" / NAME / f"{NAME}.ipynb", as_version=4)
    sources = [cell.source for cell in solved.cells]
    for number in range(students):
        student = f"s{number:05d}"
        for cell, source in zip(solved.cells, sources, strict=True):
            cell.source = source
            name = cell.metadata.get("nbgrader", {}).get("grade_id", "")
            wrong = WRONG.get(number % 5)
            if wrong and wrong[0] == name:
                cell.source = wrong[1].strip()
            if name == "sigmoid":
                cell.source += f"\n# written by {student}"
        place = root / "submitted" / student / NAME
        place.mkdir(parents=True)
        nbformat.write(solved, place / f"{NAME}.ipynb")


def environment() -> dict[str, str]:
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    # Modules are kept compiled for both, whatever the caller has set: else the rival compiles PyTorch each time.
    return os.environ | {"PATH": path, "OMP_NUM_THREADS": "1", "PYTHONDONTWRITEBYTECODE": ""}


def run_nbgrader(root: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "nbgrader", *arguments]
    return subprocess.run(command, cwd=root, env=environment(), text=True, capture_output=True)
