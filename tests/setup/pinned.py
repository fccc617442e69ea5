"""The versions that the project names: of Python in pyproject.toml, of packages in constraints.txt."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
MINORS = [minor for minor in range(11, 40) if f"3.{minor}.0" in SpecifierSet(PROJECT["requires-python"])]
"""Of the Pythons that the project supports: 11 for 3.11."""


def pins() -> dict[str, str]:
    """By the name of a package its version."""
    lines = (ROOT / "constraints.txt").read_text().splitlines()
    requirements = [line for line in lines if not line.startswith("#")]
    assert all(re.fullmatch(r"[\w.-]+==[\w.]+", line) for line in requirements), "exact versions, no local suffix"
    return {canonicalize_name(name): version for name, _, version in (line.partition("==") for line in requirements)}
