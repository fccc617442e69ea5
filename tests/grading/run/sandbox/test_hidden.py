"""No byte of a package that brings exercises can be read in a sandbox, however it was installed.

What a worker can reach is walked through by the worker itself, from the root, from every folder that is shown, and to
every file that is known to be there.
"""

from __future__ import annotations

import compileall
import json
import sys
import time
import zipfile
from pathlib import Path

import pytest

from coursekit import installation
from coursekit.checking import registry
from coursekit.grading.run.sandbox import Limits, SandboxUnavailable, Server, channel, view

LIMITS = Limits(cpu_s=120.0, wall_s=300.0, total_cpu_s=300)  # a walk over all of Python's packages
SECRET = "it-is-the-reference-itself"
NAME = "name_of_the_right_answer"
SOURCE = f"def {NAME}():\n    return '{SECRET}'\n"
WALK = """
import os, stat
def found(tops, since, secrets):
    seen, read, files = [], 0, set()
    for top in tops:
        files |= {os.path.join(folder, name) for folder, _, names in os.walk(top) for name in names} or {top}
    for path in files:
        try:
            kind = os.stat(path)
            if not stat.S_ISREG(kind.st_mode) or kind.st_mtime < since: continue
            with open(path, 'rb') as file: content = file.read()
        except OSError: continue
        read += 1
        if any(secret.encode() in content for secret in secrets): seen.append(path)
    return len(files), read, sorted(seen)
def opened(paths):
    done = []
    for path in paths:
        try:
            with open(path, 'rb') as file: content = file.read()
        except OSError: continue
        if b'Lies over a package that is not there' not in content: done.append(path)
    return done
"""


def _metadata(site: Path, name: str, files: list[str], **more: str) -> None:
    folder = site / f"{name}-1.dist-info"
    folder.mkdir()
    (folder / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1\nSummary: {SECRET}\n")
    (folder / "entry_points.txt").write_text(f"[{registry.__name__.split('.')[0]}.catalogues]\n{name} = {name}\n")
    own = [f"{folder.name}/{file}" for file in ("METADATA", "RECORD", *more)]
    (folder / "RECORD").write_text("".join(f"{file},,\n" for file in [*files, *own, f"{SECRET}.py"]))
    for file, text in more.items():
        (folder / file).write_text(text)


def _install(top: Path) -> list[Path]:
    """One package of every kind; returns what belongs on the path."""
    site = top / "site"
    folders = ("own_package/data", "own_space/inner", "sources/src/own_editable")
    for folder in folders:
        (site / folder).mkdir(parents=True)
    for file in (
        "own_module.py",
        "beside_it.py",  # of the same package, and not the catalogue
        "own_package/__init__.py",
        "own_package/answers.py",
        "own_package/data/answers.txt",
        "own_space/inner/answers.py",
        "sources/src/own_editable/__init__.py",
        "sources/src/beside_the_editable.py",
    ):
        (site / file).write_text(SOURCE)
    for level in (0, 2):
        compileall.compile_dir(site, quiet=2, optimize=level)
    compileall.compile_file(site / "beside_it.py", quiet=2, legacy=True)
    with zipfile.ZipFile(site / "own_egg.egg", "w", zipfile.ZIP_STORED) as egg:
        egg.writestr("own_egg.py", SOURCE)
    (site / "own_editable.pth").write_text(f"{site}/sources/src\n# {SECRET}\n")
    _metadata(site, "own_module", ["own_module.py", "beside_it.py"])
    _metadata(site, "own_package", ["own_package/__init__.py", "own_package/answers.py"])
    _metadata(site, "own_space", ["own_space/inner/answers.py"])
    _metadata(site, "own_egg", ["own_egg.egg"])
    url = json.dumps({"dir_info": {"editable": True}, "url": f"file://{site}/sources", "of": SECRET})
    _metadata(site, "own_editable", ["own_editable.pth"], **{"direct_url.json": url})
    (site / "harmless.py").write_text("here = 1\n")
    return [site, site / "own_egg.egg", site / "sources" / "src"]


@pytest.fixture(scope="module")
def installed(tmp_path_factory):
    """(the folder of packages, when they were installed); the view shows that folder."""
    since = time.time() - 60
    with pytest.MonkeyPatch.context() as patch:
        paths = _install(tmp_path_factory.mktemp("hidden"))
        for path in paths:
            patch.syspath_prepend(path)
        shown = view.readable()
        patch.setattr(view, "readable", lambda: [*shown, str(paths[0])])
        registry._entry_points.cache_clear()
        yield paths[0], since
    registry._entry_points.cache_clear()


@pytest.fixture(scope="module", params=["namespaces", "landlock"])
def worker(request, installed):
    patch = pytest.MonkeyPatch()
    patch.setattr(channel, "IDLE_S", LIMITS.wall_s)  # waiting for a cold disk looks like waiting for nothing
    try:
        with Server(LIMITS, level=request.param) as server, server.open() as opened:
            assert opened.run_cell(WALK).ok
            yield opened
    except SandboxUnavailable as problem:
        pytest.skip(str(problem))
    finally:
        patch.undo()


def test_no_byte_of_a_package_with_exercises_is_seen(worker, installed):
    site, since = installed
    known = [str(path) for path in site.rglob("*")]  # where folders cannot be listed, their files may be opened
    result = worker.call("found", (["/", *view.readable(), *known], since, (SECRET, NAME)))
    assert result.ok, result
    walked, read, seen = result.value
    assert walked > 1000 and read > 0
    assert seen == []


def test_what_lies_beside_it_is_seen(worker, installed):
    assert worker.call("opened", ([str(installed[0] / "harmless.py")],)).value == [str(installed[0] / "harmless.py")]


def test_no_file_of_the_course_is_read(worker):
    files = [str(file.locate()) for file in installation.distribution().files or []]
    files += [str(path) for path in Path(sys.modules["coursekit"].__file__).parent.rglob("*") if path.is_file()]
    ours = tuple(f"{folder}/" for folder in view.OURS.values())  # what a worker runs, which has to be there
    assert worker.call("opened", ([file for file in files if not file.startswith(ours)],)).value == []


def test_the_walk_would_see_it(installed):
    """The same walk, where nothing is hidden, finds every kind."""
    site, since = installed
    names: dict = {}
    exec(WALK, names)
    seen = [Path(path).relative_to(site).as_posix() for path in names["found"]([site], since, (SECRET, NAME))[2]]
    assert len(seen) > 25 and {"own_egg.egg", "own_module.py", "own_module-1.dist-info/RECORD"} <= set(seen)
    assert any(path.startswith("__pycache__/own_module.") for path in seen)
