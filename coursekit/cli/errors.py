"""What a user can set right, told in one sentence."""

from __future__ import annotations


class UserError(Exception):
    """The command cannot do what was asked; the message says why, and what to do."""


def missing_package(error: ModuleNotFoundError) -> str | None:
    """What to do about a package that an extra of coursekit brings; None if no extra does, for then it is a bug."""
    import importlib.metadata
    import re

    wanted = (error.name or "").partition(".")[0].lower()
    try:
        requirements = importlib.metadata.requires("coursekit") or []
    except importlib.metadata.PackageNotFoundError:
        return None
    for requirement in requirements:
        name = re.match(r"[\w.-]+", requirement)[0].lower().replace("-", "_")
        extra = re.search(r"extra == ['\"]([\w-]+)['\"]", requirement)
        if name == wanted and extra:
            return f"this needs {error.name}, which is not installed. To add it: pip install 'coursekit[{extra[1]}]'"
    return None


def reason(error: OSError) -> str:
    """The cause of a failed file operation in words: "permission denied"."""
    return (error.strerror or type(error).__name__).lower()
