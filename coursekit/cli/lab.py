"""Open JupyterLab on your own copy of the lessons, at the start page.

The copy is made as by `coursekit start`, which never overwrites anything. Without DIR it is this folder, if
it holds a copy already, and my-course otherwise (in a clone: the clone's my-course, which git ignores).
Everything after DIR is handed to JupyterLab, for example --no-browser or --port 9999.

  coursekit lab
  coursekit lab my-course --port 9999
"""

from __future__ import annotations

import argparse
import importlib.util
import os
import sys
from pathlib import Path

from coursekit.cli.errors import UserError, reason
from coursekit.cli.start import copy_course
from coursekit.lessons.tree import START, clone_root, shipped_notebooks

SUMMARY = "open JupyterLab on your own copy of the lessons"
# What nbgrader adds to a server: it is for teachers, warns that this folder is no course, and takes seconds to start.
_OF_TEACHERS = tuple(
    f"nbgrader.server_extensions.{name}"
    for name in ("assignment_list", "course_list", "formgrader", "validate_assignment")
)
_SETTINGS = Path(__file__).resolve().parents[1] / "lab_settings"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.usage = "coursekit lab [DIR] [JUPYTERLAB ARGUMENT ...]"
    parser.add_argument("rest", nargs="*", help=argparse.SUPPRESS)


def run(arguments: argparse.Namespace) -> int:
    if importlib.util.find_spec("jupyterlab") is None:
        raise ModuleNotFoundError("No module named 'jupyterlab'", name="jupyterlab")  # told with what brings it
    rest = list(arguments.rest)
    folder = Path(rest.pop(0)) if rest and not rest[0].startswith("-") else default_folder()
    states = copy_course(folder)
    new = [name for name, state in states if state == "new" and name != START]
    if new:
        print(f"New in {folder}: {', '.join(new)}", flush=True)
    command = [sys.executable, "-m", "jupyterlab", *server_options(folder), *rest]
    try:
        os.execve(sys.executable, command, environment())
    except OSError as error:
        raise UserError(f"cannot start JupyterLab with {sys.executable}: {error.strerror}.") from None


def default_folder() -> Path:
    """Where to work if nobody says: here if this is a copy of the course, else my-course."""
    here = Path.cwd()
    if (here / f"{START}.ipynb").is_file() and here != shipped_notebooks():
        return here
    return (clone_root() or here) / "my-course"


def server_options(folder: Path) -> list[str]:
    """JupyterLab rooted in a folder, open at the start page, with the settings of `coursekit/lab_settings`.

    overrides.json changes defaults, which a learner's own settings still win over; page_config.json leaves out what is
    for teachers; workspace.json is how the window looks the first time; custom.css is for narrow windows.
    """
    options = [
        f"--ServerApp.root_dir={folder.resolve()}",
        f"--LabApp.default_url=/lab/tree/{START}.ipynb",
        f"--LabApp.app_settings_dir={_SETTINGS}",
        "--LabApp.custom_css=True",
        f"--ServerApp.tornado_settings=static_custom_path={_SETTINGS / 'custom'}",
        *(f"--ServerApp.jpserver_extensions={name}=False" for name in _OF_TEACHERS),
    ]
    if "JUPYTERLAB_WORKSPACES_DIR" not in os.environ:
        options.append(f"--LabApp.workspaces_dir={_workspaces(folder)}")
    if hasattr(os, "geteuid") and os.geteuid() == 0:  # in a container everybody is root, and JupyterLab would refuse
        options.append("--allow-root")
    return options


def _workspaces(folder: Path) -> Path:
    """Where JupyterLab keeps how the window looks: with this copy of the course, so that it opens no tab of another
    folder. Before the first time, the table of contents is put in front.
    """
    place = folder.resolve() / ".workspaces"
    if not place.exists():
        from jupyterlab_server.workspaces_handler import WorkspacesManager

        try:
            WorkspacesManager(str(place)).save("default", (_SETTINGS / "workspace.json").read_text(encoding="utf-8"))
        except OSError as error:
            raise UserError(f"cannot write to {place}: {reason(error)}.") from None
    return place


def environment() -> dict[str, str]:
    """The commands of this Python come first, so that `coursekit` in a terminal of JupyterLab is this one.

    NumPy gets one thread unless the user says otherwise: the lessons' matrices are small, and on a busy machine
    OpenBLAS's own threads made the training of lesson 01 ten times slower.
    """
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", os.defpath)])
    return {"OPENBLAS_NUM_THREADS": "1"} | os.environ | {"PATH": path}
