"""What `coursekit doctor` looks at around the course: disk, folder, journal, port."""

from __future__ import annotations

import errno
import os
import shutil
import socket
import tempfile
from collections.abc import Iterator
from pathlib import Path

from coursekit.cli.errors import reason
from coursekit.cli.finding import BROKEN, MISSING, OK, Finding

PORT = 8888
"""Where JupyterLab listens if nobody says otherwise."""

_LITTLE, _MUCH_TOO_LITTLE = 2 << 30, 200 << 20  # bytes of disk


def disk(little: int = _LITTLE, much_too_little: int = _MUCH_TOO_LITTLE) -> Iterator[Finding]:
    """Free bytes where one works and where temporary files go."""
    places = {"here": Path.cwd(), "temporary files": Path(tempfile.gettempdir())}
    free = {name: shutil.disk_usage(path).free for name, path in places.items()}
    said = ", ".join(f"{size / 2**30:.1f} GiB free for {name}" for name, size in free.items())
    said = said.replace("free for here", "free here")
    least = min(free.values())
    if least < much_too_little:
        yield Finding(BROKEN, "disk", said, "Notebooks cannot be saved reliably: delete what you do not need")
    elif least < little:
        yield Finding(MISSING, "disk", said, f"It is little: {little >> 30} GiB leave room for grading a class")
    else:
        yield Finding(OK, "disk", said)


def folder(here: Path | None = None) -> Iterator[Finding]:
    """Whether notebooks can be saved where one stands."""
    here = here or Path.cwd()
    problem = _why_not_writable(here)
    if problem:
        mend = "Change to a folder of your own, such as your home folder, and start there"
        yield Finding(BROKEN, "folder", f"{here} cannot be written: {problem}", mend)
    else:
        yield Finding(OK, "folder", f"{here} can be written")


def progress() -> Iterator[Finding]:
    """Whether what a learner has done can be remembered."""
    from coursekit.desk import home

    said = home.why_not()
    if said:
        yield Finding(MISSING, "progress", said.rstrip("."))
        return
    place = home.folder()
    problem = _why_not_writable(next(path for path in (place, *place.parents) if path.exists()))
    journal = place / home.JOURNAL
    if not problem and journal.exists() and not os.access(journal, os.R_OK | os.W_OK):
        problem = f"{journal.name} belongs to somebody else"
    if problem:
        mend = "To mend it: set the environment variable COURSEKIT_HOME to a folder of your own"
        yield Finding(MISSING, "progress", f"cannot be kept in {place}: {problem}", mend)
    else:
        yield Finding(OK, "progress", f"is kept in {place}, on this computer only")


def port(number: int = PORT) -> Iterator[Finding]:
    """Whether JupyterLab gets the port that people expect. It takes another one where it does not."""
    with socket.socket() as probe:
        try:
            probe.bind(("127.0.0.1", number))
        except OSError as error:
            if error.errno != errno.EADDRINUSE:
                mend = "JupyterLab may not start here: a firewall or a container may forbid it"
                yield Finding(MISSING, "port", f"{number} cannot be opened: {reason(error)}", mend)
                return
            mend = "JupyterLab takes another one and prints the address; `jupyter lab list` shows what runs"
            yield Finding(OK, "port", f"{number} is in use", mend)
            return
    yield Finding(OK, "port", f"{number} is free for JupyterLab")


def _why_not_writable(place: Path) -> str:
    """Empty if a file can be made there. Asking for permissions would not find a file system that is read-only."""
    try:
        with tempfile.NamedTemporaryFile(dir=place, prefix=".coursekit-"):
            return ""
    except OSError as error:
        return reason(error)
