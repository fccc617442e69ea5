"""What a user can set right, told in one sentence."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

from coursekit import installation
from coursekit.told import Told


class UserError(Told):
    """The command cannot do what was asked; the message says why, and what to do."""


def missing_package(error: ModuleNotFoundError) -> str | None:
    """What to do about a package that an extra of coursekit brings; None if no extra does, for then it is a bug."""
    import importlib.metadata

    from packaging.utils import canonicalize_name

    wanted = canonicalize_name((error.name or "").partition(".")[0])
    try:
        ours = installation.distribution()
    except importlib.metadata.PackageNotFoundError:
        return None
    brought = {extra: installation.requirements(ours, extra) for extra in ours.metadata.get_all("Provides-Extra", [])}
    bringing = [extra for extra, brings in brought.items() if wanted in {canonicalize_name(one.name) for one in brings}]
    if not bringing:
        return None
    smallest = min(bringing, key=lambda extra: len(brought[extra]))
    return f"this needs {error.name}, which is not installed. To add it: {installation.install_command(smallest)}"


def reason(error: OSError) -> str:
    """The cause of a failed file operation in words: "permission denied"."""
    return (error.strerror or type(error).__name__).lower()


@contextlib.contextmanager
def files_of_a_system(table: Path, place: Path) -> Iterator[None]:
    """UserError in place of what goes wrong between a course and a learning management system.

    table: what the system exported. place: what is written.
    """
    from coursekit.grading.lms.sheet import SheetError

    try:
        yield
    except SheetError as error:
        raise UserError(f"{table}: {error}.") from None
    except OSError as error:
        raise UserError(f"cannot use {error.filename or place}: {reason(error)}.") from None
