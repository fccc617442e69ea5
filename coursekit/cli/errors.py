"""What a user can set right, told in one sentence."""

from __future__ import annotations


class UserError(Exception):
    """The command cannot do what was asked; the message says why, and what to do."""


def missing_package(error: ModuleNotFoundError) -> str | None:
    """What to do about a package that an extra of coursekit brings; None if no extra does, for then it is a bug."""
    import importlib.metadata

    from packaging.requirements import Requirement
    from packaging.utils import canonicalize_name

    wanted = canonicalize_name((error.name or "").partition(".")[0])
    try:
        about = importlib.metadata.metadata("coursekit")
    except importlib.metadata.PackageNotFoundError:
        return None
    for requirement in map(Requirement, about.get_all("Requires-Dist", [])):
        if canonicalize_name(requirement.name) != wanted or requirement.marker is None:
            continue
        for extra in about.get_all("Provides-Extra", []):
            if requirement.marker.evaluate({"extra": extra}) and not requirement.marker.evaluate({"extra": ""}):
                return f"this needs {error.name}, which is not installed. To add it: pip install 'coursekit[{extra}]'"
    return None


def reason(error: OSError) -> str:
    """The cause of a failed file operation in words: "permission denied"."""
    return (error.strerror or type(error).__name__).lower()
