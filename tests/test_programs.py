"""Another program runs to its end, or is ended with all that it has started."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from coursekit import programs
from tests.processes import ended, gone


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="processes are looked up in /proc, as Linux has it")
@pytest.mark.parametrize("then", ["wait", "exit 3"], ids=["hangs", "ends"])
def test_a_compiler_leaves_no_child_behind(tmp_path, monkeypatch, then):
    """The child holds what the compiler's output goes to."""
    seen, popen = [], subprocess.Popen
    monkeypatch.setattr(subprocess, "Popen", lambda *args, **options: seen.append(popen(*args, **options)) or seen[-1])
    command = ["sh", "-c", f"sleep 3600 & echo $! > started; {then}"]
    if then == "wait":
        with pytest.raises(subprocess.TimeoutExpired):
            programs.run(command, 3, cwd=tmp_path)
    else:
        assert programs.run(command, 60, cwd=tmp_path).returncode == 3
    child = int((tmp_path / "started").read_text())
    assert gone(child, 20) and ended(seen[0].pid)  # the system ends the child in its own time


def test_what_it_says_is_told_apart():
    done = programs.run([sys.executable, "-c", "import sys; print('a ÷ b'); print('late', file=sys.stderr)"], 60)
    assert (done.returncode, done.stderr.strip()) == (0, "late") and done.stdout.startswith("a ")
