"""The distribution that this copy of the package came in: its name, and the command that adds to it.

The import is `coursekit`; the distribution is not, for a package index already has one of that name by other people.
Every line that tells somebody to install more of this course is made here, so that none of them names theirs.
"""

from __future__ import annotations

import importlib.metadata
import json
import os
import shlex
import subprocess
from pathlib import Path
from typing import Any
from urllib.parse import urlparse
from urllib.request import url2pathname

NAME = "coursekit-recurrent"

TAKEN = "coursekit"
"""What strangers have called theirs, and what copies of this course were called before."""


def distribution() -> importlib.metadata.Distribution:
    """The metadata of this course. Raises PackageNotFoundError where it is only on the path."""
    return importlib.metadata.distribution(NAME)


def install_command(*extras: str, of: importlib.metadata.Distribution | None = None) -> str:
    """What to type, in any folder, to add extras to this copy: it installs again from where the copy came from."""
    try:
        of = of or distribution()
    except importlib.metadata.PackageNotFoundError:  # a clone that is on the path and was never installed
        return _editable(Path(__file__).resolve().parents[1], extras)
    asked = f"{NAME}[{','.join(extras)}]" if extras else NAME
    origin = _origin(of)
    if origin is None:  # from an index, which knows it by its name
        return f"pip install {_quoted(asked)}"
    if "vcs_info" in origin:
        version, inside = origin["vcs_info"].get("commit_id"), origin.get("subdirectory")
        url = f"{origin['vcs_info']['vcs']}+{origin['url']}{'@' + version if version else ''}"
        return f"pip install {_quoted(f'{asked} @ {url}' + (f'#subdirectory={inside}' if inside else ''))}"
    place = _path(origin["url"])
    if place is not None and not place.exists():
        return _packages(of, extras)
    if "dir_info" in origin and place is not None:
        editable = origin["dir_info"].get("editable", False)
        return _editable(place, extras) if editable else f"pip install {_quoted(str(place) + asked[len(NAME) :])}"
    return f"pip install {_quoted(f'{asked} @ ' + origin['url'])}"


def _editable(folder: Path, extras: tuple[str, ...]) -> str:
    asked = f"{folder}[{','.join(extras)}]" if extras else str(folder)
    return f"pip install --editable {_quoted(asked)}"


def _packages(of: importlib.metadata.Distribution, extras: tuple[str, ...]) -> str:
    """The packages of the extras one by one: all that is left when what the copy came from has gone."""
    wanted = [one for extra in extras or ("",) for one in requirements(of, extra)]
    return f"pip install {' '.join(_quoted(as_argument(one)) for one in wanted)}"


def requirements(of: importlib.metadata.Distribution, extra: str = "") -> list[Any]:
    """What this needs, as `packaging.requirements.Requirement`: by the package itself, or by an extra beyond it."""
    from packaging.requirements import Requirement

    wanted = [Requirement(line) for line in of.requires or ()]
    base = [one for one in wanted if _applies(one, "")]
    return [one for one in wanted if one not in base and _applies(one, extra)] if extra else base


def as_argument(requirement: Any) -> str:
    """As pip takes it, unquoted and without the marker, which has been looked at."""
    extras = f"[{','.join(sorted(requirement.extras))}]" if requirement.extras else ""
    return f"{requirement.name}{extras}{requirement.specifier}"


def _applies(requirement: Any, extra: str) -> bool:
    return requirement.marker is None or requirement.marker.evaluate({"extra": extra})


def _origin(of: importlib.metadata.Distribution) -> dict[str, Any] | None:
    """What pip has written down about where it found the distribution (PEP 610); None for an index."""
    try:
        said = json.loads(of.read_text("direct_url.json") or "null")
    except ValueError:
        return None
    return said if isinstance(said, dict) and isinstance(said.get("url"), str) else None


def _path(url: str) -> Path | None:
    parsed = urlparse(url)
    return Path(url2pathname(parsed.path)) if parsed.scheme == "file" else None


def _quoted(argument: str) -> str:
    return subprocess.list2cmdline([argument]) if os.name == "nt" else shlex.quote(argument)
