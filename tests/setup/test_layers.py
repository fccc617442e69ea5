"""What may be imported by whom, where import-linter cannot say it."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[2] / "coursekit"


@pytest.mark.parametrize("path", sorted((PACKAGE / "reference").glob("*.py")), ids=lambda path: path.name)
def test_the_reference_imports_numpy_and_nothing_else(path: Path):
    imported = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            imported |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            imported.add("coursekit.reference" if node.level == 1 else node.module)
    foreign = {name for name in imported if not name.startswith("coursekit.reference")}
    assert {name.partition(".")[0] for name in foreign} - sys.stdlib_module_names <= {"numpy"}


@pytest.mark.parametrize(
    "module", ["coursekit", "coursekit.checking", "coursekit.desk.verbs", "coursekit.reference", "coursekit.lessons"]
)
def test_torch_and_jupyter_are_not_imported_before_they_are_needed(module: str):
    code = f"import sys, {module}\nprint(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert module in done.stdout.split()
    assert {"torch", "matplotlib", "IPython", "nbformat", "jupytext", "nbgrader"} & set(done.stdout.split()) == set()


def test_lessons_00_to_06_are_checked_without_torch():
    code = """
import sys
from coursekit.checking import evaluate, registry
checked = [e for e in registry.every() if e.lesson[:2] in ("00", "01", "02", "03", "04", "05", "06")]
assert all(evaluate(exercise, exercise.reference).passed for exercise in checked)
print(len(checked), *sys.modules)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    number, *modules = done.stdout.split()
    assert int(number) >= 30 and "coursekit.topics.pytorch_gpu.exercises" in modules
    assert "torch" not in modules
