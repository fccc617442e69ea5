"""No test waits for ever: what they wait with has limits, and they wait with nothing else."""

from __future__ import annotations

import ast
import subprocess
from pathlib import Path

import pytest

from tests.processes import end, finished, started, told, until

TESTS = Path(__file__).parent
WAITS_ITSELF = "processes.py"
ALWAYS_LATE = ["bash", "-c", "echo half of it; exec sleep 60"]
DEAF = ["bash", "-c", "trap '' TERM; echo ready; while true; do sleep 0.1; done"]


def test_a_program_that_does_not_end_is_told_with_what_it_said():
    with pytest.raises(pytest.fail.Exception, match="after 1 s it had not ended: bash -c .*\nhalf of it"):
        finished(ALWAYS_LATE, seconds=1)
    with (
        started(ALWAYS_LATE, stdout=subprocess.PIPE) as process,
        pytest.raises(pytest.fail.Exception, match="\nhalf of it"),
    ):
        told(process, seconds=1)
    assert process.returncode < 0


def test_a_program_that_does_not_want_to_end_is_ended():
    with started(DEAF, stdout=subprocess.PIPE) as process:
        assert process.stdout.readline() == b"ready\n"
        end(process, seconds=0.3)
    assert process.returncode == -9


def test_what_does_not_come_is_told_with_what_was_seen():
    looks = iter([0, 0, 3])
    assert until(lambda: next(looks)) == 3
    with pytest.raises(AssertionError, match=r"0.1 s have passed\. Seen: two of three"):
        until(lambda: False, 0.1, lambda: "two of three")


def test_nothing_is_waited_for_without_a_limit():
    paths = sorted(path for path in TESTS.rglob("*.py") if path.name != WAITS_ITSELF)
    found = {path.relative_to(TESTS).as_posix(): unlimited(path.read_text(encoding="utf-8")) for path in paths}
    assert {name: lines for name, lines in found.items() if lines} == {}


@pytest.mark.parametrize(
    "line",
    [
        "subprocess.run(command, check=True)",
        "process.wait()",
        "out, _ = process.communicate()",
        "urllib.request.urlopen(url).close()",
        "thread.join()",
        "while not there():\n    time.sleep(0.1)",
        "while True:\n    page.wait_for_timeout(1000)",
        "while working() or time.monotonic() < end:\n    time.sleep(0.1)",
    ],
)
def test_what_waits_for_ever_would_be_seen(line):
    assert unlimited(line) == [1]


def unlimited(text: str) -> list[int]:
    """Lines that may wait for ever: a process, a lock or a server that is waited for, and `while` with a sleep."""
    found = []
    for node in ast.walk(ast.parse(text)):
        sleeps = any(_name(call) in ("sleep", "wait_for_timeout") for call in ast.walk(node))
        if isinstance(node, ast.While) and sleeps and not _ends(node):
            found.append(node.lineno)
        name, given = _name(node), {word.arg for word in getattr(node, "keywords", ())}
        if name in ("wait", "communicate", "join") and not node.args and not given and not _is_of_a_text(node):
            found.append(node.lineno)
        if name in ("urlopen", "check_output", "check_call") and "timeout" not in given:
            found.append(node.lineno)
        if name == "run" and _is_of(node, "subprocess") and "timeout" not in given:
            found.append(node.lineno)
    return sorted(found)


def _ends(loop: ast.While) -> bool:
    """Whether its condition, or a part of it, looks at the clock."""
    both = isinstance(loop.test, ast.BoolOp) and isinstance(loop.test.op, ast.And)
    parts = loop.test.values if both else [loop.test]
    return any("monotonic()" in ast.unparse(part) and isinstance(part, ast.Compare) for part in parts)


def _name(node: ast.AST) -> str:
    function = node.func if isinstance(node, ast.Call) else None
    return getattr(function, "attr", getattr(function, "id", ""))


def _is_of(node: ast.Call, module: str) -> bool:
    return isinstance(node.func, ast.Attribute) and getattr(node.func.value, "id", "") == module


def _is_of_a_text(node: ast.Call) -> bool:
    return isinstance(node.func, ast.Attribute) and isinstance(node.func.value, ast.Constant)
