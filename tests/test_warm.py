"""A program whose imports are done is the same program: its arguments, folder, environment, files, status and end."""

from __future__ import annotations

import functools
import os
import subprocess
import sys

import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from tests import warm
from tests.course.running import run_lesson
from tests.processes import finished, started, until

pytestmark = [
    pytest.mark.slow,
    pytest.mark.nbgrader,
    pytest.mark.skipif(not warm.POSSIBLE, reason="only Linux tells one process of another's end"),
]

PROGRAM = """
import os, sys
print(os.getcwd(), os.environ["SAID"], sys.argv, __name__, "nbgrader" in sys.modules, oct(os.umask(0)))
print("also here", file=sys.stderr)
sys.exit(7)
"""


@pytest.fixture
def programs(tmp_path):
    """An environment with the programs, of which the first was the real one."""
    folder = tmp_path / "programs"
    warm.write_programs(folder)
    env = os.environ | {"PATH": os.pathsep.join([str(folder), os.environ["PATH"]]), "SAID": "something"}
    done = finished([folder / "python", "-c", "import sys; print(sys.executable, 'nbgrader' in sys.modules)"], env=env)
    assert done.stdout.split() == [sys.executable, "False"]
    return env


def test_it_has_what_its_caller_gave_it_and_its_status_comes_back(programs, tmp_path):
    done = finished(["bash", "-c", "umask 027; exec python -"], input=PROGRAM, stdin=None, cwd=tmp_path, env=programs)
    assert done.stdout.split("\n")[0] == f"{tmp_path} something ['-'] __main__ True 0o27"
    assert (done.stderr, done.returncode) == ("also here\n", 7)


def test_the_commands_are_those_that_are_installed(programs, tmp_path):
    done = finished(["bash", "-c", "coursekit fly"], cwd=tmp_path, env=programs)
    assert done.returncode == 2 and "invalid choice: 'fly'" in done.stderr
    assert "nbgrader version" in finished(["bash", "-c", "nbgrader --version"], env=programs).stdout
    assert "(head)" in finished(["bash", "-c", "alembic --help && echo '(head)'"], env=programs).stdout
    done = finished(["bash", "-c", "python -c 'print(3)'"], env=programs)
    assert done.stdout == "3\n"


def test_packages_of_the_caller_s_own_are_found_and_another_coursekit_is_not_overlooked(programs, tmp_path):
    (tmp_path / "mine.py").write_text("SAID = 'mine'")
    ours = [path for path in [os.environ.get("PYTHONPATH")] if path]
    more = programs | {"PYTHONPATH": os.pathsep.join([str(tmp_path), *ours])}
    program = "import sys, mine; print(mine.SAID, 'nbgrader' in sys.modules)"
    done = finished(["bash", "-c", f'python - <<< "{program}"'], env=more)
    assert done.stdout == "mine True\n", done.stderr
    (tmp_path / "coursekit").mkdir()
    (tmp_path / "coursekit" / "__init__.py").write_text("")
    other = programs | {"PYTHONPATH": str(tmp_path)}
    done = finished(["bash", "-c", "python - <<< 'import coursekit; print(coursekit.__file__)'"], cwd="/", env=other)
    assert done.stdout.strip() == str(tmp_path / "coursekit" / "__init__.py")


KERNEL = """
import os, sys
print(sorted(name for name in sys.modules if name.partition(".")[0] in ("coursekit", "ipykernel_launcher")))
print(os.getcwd(), "torch" in sys.modules, "" in sys.path, os.getpid())
import matplotlib.pyplot as plt
plt.plot([1, 2]);
"""


def test_a_kernel_has_nothing_of_the_course_and_ends_with_its_notebook(tmp_path, monkeypatch):
    from coursekit.cli import running

    monkeypatch.setattr(
        running, "_kernel_of_this_python", functools.partial(warm.kernel, running._kernel_of_this_python)
    )
    nb = new_notebook(cells=[new_markdown_cell("# A lesson"), new_code_cell(KERNEL)])
    run_lesson("a lesson", nb, tmp_path)
    printed, picture = nb.cells[1].outputs
    ours, told = printed.text.splitlines()
    *told, number = told.rsplit(maxsplit=1)
    assert ours == "[]" and told == [f"{tmp_path} True True"] and "image/png" in picture.data
    until(lambda: not os.path.exists(f"/proc/{number}"))


def test_it_ends_with_its_caller(programs, tmp_path):
    began = tmp_path / "began"
    program = f"import os, time\nopen({str(began)!r}, 'w').write(str(os.getpid()))\ntime.sleep(600)"
    with started(["bash", "-c", "exec python -"], stdin=subprocess.PIPE, text=True, env=programs) as caller:
        caller.stdin.write(program)
        caller.stdin.close()
        number = int(until(lambda: began.exists() and began.read_text()))
        os.kill(number, 0)
    until(lambda: not os.path.exists(f"/proc/{number}"))
