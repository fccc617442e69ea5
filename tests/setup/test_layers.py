"""What may be imported by whom, where import-linter cannot say it."""

from __future__ import annotations

import ast
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.processes import finished

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "coursekit"


class Linted:
    """A copy of the package in which a file can be changed for one run of import-linter."""

    def __init__(self, root: Path) -> None:
        self.root = root
        shutil.copytree(PACKAGE, root / "coursekit", ignore=lambda _, names: {n for n in names if not _is_code(n)})
        shutil.copy(ROOT / "pyproject.toml", root)

    def run(self, added: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
        """What `lint-imports` says while these lines stand at the end of these files, which need not exist.

        added: by path inside of the package, such as "checking/words.py".
        """
        files = {self.root / "coursekit" / path: line for path, line in added.items()}
        before = {file: file.read_bytes() for file in files if file.exists()}
        for file, line in files.items():
            file.write_bytes(before.get(file, b"") + f"\n{line}\n".encode())
        try:
            command = [sys.executable, "-c", "from importlinter.cli import lint_imports_command as c; c()"]
            return finished(command, cwd=self.root, seconds=120)
        finally:
            for file in files:
                file.unlink()
            for file, content in before.items():
                file.write_bytes(content)


def _is_code(name: str) -> bool:
    return name.endswith(".py") or "." not in name


@pytest.fixture(scope="module")
def linted(tmp_path_factory) -> Linted:
    return Linted(tmp_path_factory.mktemp("linted"))


def test_the_package_as_it_is_keeps_every_contract(linted):
    done = linted.run({})
    assert done.returncode == 0 and "0 broken" in done.stdout, done.stdout


@pytest.mark.slow  # together: import-linter runs once for each, and `make lint` runs it on the package
@pytest.mark.parametrize(
    ("path", "line", "broken"),
    [
        ("checking/outcome.py", "from coursekit.checking import message", "outcome -> coursekit.checking.message"),
        ("checking/exercise.py", "from coursekit.checking.outcome import Case", "exercise -> coursekit.checking.out"),
        ("checking/message.py", "def late():\n    import coursekit.checking.report", "message -> coursekit"),
        ("checking/facts/fact.py", "from coursekit.checking import words", "fact -> coursekit.checking.words"),
        ("checking/html.py", "import coursekit.topics", "html -> coursekit.topics"),
        ("checking/elsewhere.py", "", "coursekit.checking.elsewhere"),
        ("training/loop.py", "import coursekit.topics.gru.exercises", "training.loop -> coursekit.topics"),
        (
            "grading/run/job.py",
            "from coursekit.grading.gradebook import rows",
            "run.job -> coursekit.grading.gradebook",
        ),
        (
            "grading/submission/intake.py",
            "def late():\n    import coursekit.grading.batch",
            "intake -> coursekit.grading",
        ),
        ("grading/elsewhere.py", "", "coursekit.grading.elsewhere"),
        (
            "topics/lstm/data.py",
            "def late():\n    import coursekit.topics.gru.figures",
            "lstm is not allowed to import",
        ),
        ("topics/gru/mistakes.py", "from coursekit.topics.gru import exercises", "mistakes -> coursekit.topics.gru"),
        (
            "results/numbers.py",
            "from coursekit.results import comparison",
            "No cycles are allowed in coursekit.results",
        ),
    ],
)
def test_an_import_that_goes_upward_or_sideways_and_a_file_without_a_place_are_found(linted, path, line, broken):
    done = linted.run({path: line})
    assert done.returncode == 1 and broken in " ".join(done.stdout.split()), done.stdout


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
    done = finished([sys.executable, "-c", code], check=True)
    assert module in done.stdout.split()
    assert {"torch", "matplotlib", "IPython", "nbformat", "jupytext", "nbgrader"} & set(done.stdout.split()) == set()


def test_lessons_00_to_06_are_checked_without_torch():
    code = """
import sys
from coursekit.checking import evaluate, registry
checked = [e for e in registry.every() if e.lesson < "06b"]
assert all(evaluate(exercise, exercise.reference).passed for exercise in checked)
print(len(checked), *sys.modules)
"""
    done = finished([sys.executable, "-c", code], check=True)
    number, *modules = done.stdout.split()
    assert int(number) >= 30 and "coursekit.topics.pytorch_gpu.exercises" in modules
    assert "torch" not in modules
