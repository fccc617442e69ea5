"""Pages of documentation as programs: what stands in their fences, in order, as one shell script."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TEACHING = ROOT / "docs" / "teaching"

_FENCE = re.compile(r"^(`{3,})(\w+)[ \t]*([^\n]*)\n(.*?)^\1[ \t]*$", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True)
class Block:
    """One fence. file: what it is to be written to, from `file=NAME` behind the language."""

    language: str
    file: str
    text: str


def blocks(page: Path) -> list[Block]:
    """The fences of a page. A fence that holds fences has four backticks or more and is taken as it stands."""
    found = []
    for fence in _FENCE.finditer(page.read_text(encoding="utf-8")):
        named = re.search(r"file=(\S+)", fence[3])
        found.append(Block(fence[2], named[1] if named else "", fence[4]))
    return found


def script(page: Path) -> str:
    """`shell` is run, `python` is run by Python, `file=NAME` writes a file; all else is only shown."""
    parts = ["set -euo pipefail"]
    for block in blocks(page):
        if block.file:
            parts.append(f"mkdir -p \"$(dirname '{block.file}')\"\ncat > '{block.file}' <<'END_OF_FENCE'")
            parts.append(f"{block.text}END_OF_FENCE")
        elif block.language == "shell":
            parts.append(f"echo '$ next block' >&2\n{block.text}")
        elif block.language == "python":
            parts.append(f"python - <<'END_OF_FENCE'\n{block.text}END_OF_FENCE")
    return "\n".join(parts) + "\n"


def environment(home: Path, **more: str) -> dict[str, str]:
    """As for a user with an activated environment and an empty home."""
    home.mkdir(parents=True, exist_ok=True)
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    private = {f"JUPYTER_{what}_DIR": str(home / what.lower()) for what in ("CONFIG", "DATA", "RUNTIME")}
    return os.environ | private | {"PATH": path, "HOME": str(home), "OMP_NUM_THREADS": "1", "COLUMNS": "200"} | more


def execute(page: Path, folder: Path, **more: str) -> str:
    """Run a page in an empty folder; what it printed. Fails with what it said last if a command fails."""
    env = environment(folder.parent / f"{folder.name}-home", **more)
    done = subprocess.run(
        ["bash", "-c", script(page)], cwd=folder, env=env, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )
    assert done.returncode == 0, done.stdout[-5000:]
    assert "Traceback" not in done.stdout, done.stdout[-5000:]
    return done.stdout
