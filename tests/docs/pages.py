"""Pages of documentation as programs: what stands in their fences, in order, as one shell script."""

from __future__ import annotations

import contextlib
import os
import re
import signal
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from tests import warm

ROOT = Path(__file__).resolve().parents[2]
TEACHING = ROOT / "docs" / "teaching"
PATIENCE_S = 500

_FENCE = re.compile(r"^(`{3,})(\w+)[ \t]*([^\n]*)\n(.*?)^\1[ \t]*$", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True)
class Block:
    """One fence. info: what stands behind the language; file: the NAME in `file=NAME` there, or empty."""

    language: str
    info: str
    text: str

    @property
    def file(self) -> str:
        named = re.search(r"file=(\S+)", self.info)
        return named[1] if named else ""


def blocks(page: Path) -> list[Block]:
    """The fences of a page. A fence that holds fences has four backticks or more and is taken as it stands."""
    fences = _FENCE.finditer(page.read_text(encoding="utf-8"))
    return [Block(fence[2], fence[3].strip(), fence[4]) for fence in fences]


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
    path = warm.path(home / "programs")
    private = {f"JUPYTER_{what}_DIR": str(home / what.lower()) for what in ("CONFIG", "DATA", "RUNTIME")}
    return os.environ | private | {"PATH": path, "HOME": str(home), "OMP_NUM_THREADS": "1", "COLUMNS": "200"} | more


def execute(page: Path, folder: Path, moved: Mapping[str, str] = {}, **more: str) -> str:
    """Run a page in an empty folder; what it printed. Fails with what it said last if a command fails.

    moved: texts of the page and what stands for them here: a port that is free, a folder that may be written.
    more:  environment variables.
    """
    text = script(page)
    for said, here in moved.items():
        assert said in text
        text = text.replace(said, here)
    home = folder.parent / f"{folder.name}-home"
    env = environment(home, **more)
    with (folder.parent / f"{folder.name}.log").open("w+") as log:
        # In a session of its own, so that what a page leaves in the background ends with it.
        out = {"stdin": subprocess.DEVNULL, "stdout": log, "stderr": log}
        running = subprocess.Popen(["bash", "-c", text], cwd=folder, env=env, start_new_session=True, **out)
        try:
            status = running.wait(timeout=PATIENCE_S)
        except subprocess.TimeoutExpired:
            status = f"the page had not ended after {PATIENCE_S} s"
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(running.pid, signal.SIGKILL)
            running.wait(60)
        log.seek(0)
        said = log.read()
    assert status == 0, f"{status}: {said[-5000:]}"
    assert "Traceback" not in said, said[-5000:]
    assert "not recognized" not in said, "a setting that nobody takes: who reads the page cannot tell what it means"
    return said
