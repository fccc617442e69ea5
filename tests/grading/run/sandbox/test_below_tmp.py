"""An environment that lies below /tmp, where every worker has a private folder instead.

Such as a clone in a temporary folder, or a runner that makes its environment there.
"""

from __future__ import annotations

import ast
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest

import coursekit
from coursekit.grading.run.sandbox import view

COPIED = ("msgpack", "pyseccomp")  # small packages that the warm server needs: these really lie below /tmp
NEIGHBOURS = ("course/submitted/ada/notes.txt", "course/gradebook.db", "env/gradebook.db")

PROGRAM = """
import os, sys
from coursekit.grading.run.sandbox import Server, view

top = sys.argv[1]
assert os.path.realpath(sys.prefix) == f"{top}/env" and os.path.exists(f"{top}/course/gradebook.db")
assert view.package_folder("msgpack").startswith(top) and any(path.startswith(top) for path in view.course_files())
with Server() as server, server.open() as worker:
    assert server.level == "namespaces", server.level
    worker.run_cell('''
import os, sys

def imported_late():
    import late_package, colorsys
    return late_package.__file__, late_package.answer, colorsys.hls_to_rgb(0, 0.5, 0)

def seen(top):
    return sorted(os.path.join(folder, name)[len(top):] for folder, folders, files in os.walk(top, followlinks=False)
                  for name in folders + files if "site-packages" not in folder)

def attempts(top):
    done = []
    for path in ("env/lib/new", "env/bin/new", "env/pyvenv.cfg", "course/gradebook.db", "env/lib64/new"):
        try:
            with open(os.path.join(top, path), "a") as file:
                file.write("x")
            done.append(path)
        except OSError:
            pass
    for name in ("coursekit", "coursekit.reference", "coursekit.grading.seeds"):
        try:
            __import__(name)
            done.append(name)
        except ImportError:
            pass
    return done

def own_file():
    with open("mine.txt", "w") as file:
        file.write("mine")
    return open(os.path.abspath("mine.txt")).read(), os.getcwd()
''')
    print(worker.call("imported_late").value)
    print(worker.call("seen", (top,)).value)
    print(worker.call("attempts", (top,)).value)
    print(worker.call("own_file").value)
    with server.open() as other:
        print(other.run_cell("import os; print(os.path.exists('mine.txt'))").stdout.strip())
"""


@pytest.fixture
def top(tmp_path) -> Path:
    """A virtual environment with the course installed, and next to it what a student must not see."""
    site = Path(sysconfig.get_paths()["purelib"])
    if not tmp_path.resolve().is_relative_to("/tmp"):
        pytest.skip("this machine's temporary folder is not below /tmp")
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", tmp_path / "env"], check=True, timeout=120)
    packages = next((tmp_path / "env" / "lib").glob("python*/site-packages"))
    for name in COPIED:
        origin = Path(view.package_folder(name)) / name
        if origin.is_dir():
            shutil.copytree(origin, packages / name)
        else:
            shutil.copy(f"{origin}.py", packages)
    shutil.copytree(Path(coursekit.__file__).parent, packages / "coursekit")
    (packages / "late_package.py").write_text("answer = 42\n")
    (packages / "others.pth").write_text(f"{site}\n")  # NumPy and PyTorch stay where they are
    for name in NEIGHBOURS:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("secret")
    return tmp_path.resolve()


@pytest.mark.slow
def test_an_environment_below_tmp_gets_the_full_level_and_its_neighbours_stay_hidden(server, top):
    command = [top / "env" / "bin" / "python", "-I", "-c", PROGRAM, top]
    done = subprocess.run(command, text=True, capture_output=True, timeout=180, cwd=top)
    assert done.returncode == 0, done.stderr[-3000:]
    late, seen, attempts, own, elsewhere = done.stdout.splitlines()
    assert late.startswith(f"('{top}/env/lib/") and "42, (0.5, 0.5, 0.5)" in late
    assert attempts == "[]" and elsewhere == "False"
    assert own == "('mine', '/tmp/work')"
    names = ast.literal_eval(seen)
    assert {"/env/bin", "/env/lib", "/env/pyvenv.cfg"} <= set(names)
    assert not [name for name in names if "course" in name or "gradebook" in name]
    assert (top / "course" / "gradebook.db").read_text() == "secret"
    assert not (top / "env" / "lib" / "new").exists()
