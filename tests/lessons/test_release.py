"""From the notebook with answers to the one that learners open."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import nbformat
import pytest

from coursekit.lessons import build_release, build_solution, leaks, publish, release
from tests.processes import finished

ROOT = Path(__file__).parents[2]


def test_answers_are_replaced_and_the_rest_stays(tiny, points):
    cells = {cell.id: cell for cell in build_release(tiny, points).cells}
    assert cells["tiny_gate"].source.endswith("    # YOUR CODE HERE\n    raise NotImplementedError()")
    assert "a: (N,). Returns (N,)." in cells["tiny_gate"].source
    assert cells["check_tiny_gate"].source == "check(tiny_gate)"
    assert cells["check_tiny_gate"].metadata.editable is False
    assert cells["gate_at_one"].source == "gate_at_one = None  # a number, as you guess it"


def test_the_notebook_with_answers_is_left_as_it_was(tiny, points):
    solution = build_solution(tiny, points)
    release(solution)
    assert solution == build_solution(tiny, points)


def test_no_answer_is_left(tiny, points):
    assert leaks(build_release(tiny, points), build_solution(tiny, points)) == []


@pytest.mark.parametrize(
    "spoiler",
    [
        "```python\ny = 1 / (1 + np.exp(-a))\n```",
        "One could write `return 1 / (1 + np.exp(-a))` here.",
        "```python\n# return   1 / (1 + np.exp(-a))   # so\n```",
    ],
)
def test_an_answer_that_the_lesson_says_elsewhere_is_found(tiny, points, spoiler):
    text = tiny.read_text().replace("    return 1 / (1 + np.exp(-a))", "    y = 1 / (1 + np.exp(-a))\n    return y")
    if "return" in spoiler:
        text = tiny.read_text()
    tiny.write_text(f"{text}\n{spoiler}\n")
    [leak] = leaks(build_release(tiny, points), build_solution(tiny, points))
    assert leak.endswith("1 / (1 + np.exp(-a))")


def test_idioms_give_nothing_away(tiny, points):
    idioms = "    N, T, D = a.shape\n    out = []\n    for t in range(T):\n        pass"
    shown = "```python\nN, T, D = x.shape\nout = []\nfor t in range(T):\n    pass\n```"
    answer = "    quarter = a / 4"
    tiny.write_text(tiny.read_text().replace(answer, f"{idioms}\n{answer}") + f"\n{shown}\n")
    assert leaks(build_release(tiny, points), build_solution(tiny, points)) == []


@pytest.mark.nbgrader
def test_it_is_what_nbgrader_itself_releases(course, points):
    """With this course's configuration, byte for byte, and without the text that holds the answers."""
    publish(course, points)
    shutil.copy(ROOT / "nbgrader_config.py", course)
    ours = course / "notebooks" / "01_tiny" / "01_tiny.ipynb"
    expected = ours.read_bytes()
    shutil.rmtree(ours.parent)
    command = [sys.executable, "-m", "nbgrader", "generate_assignment", "01_tiny"]
    done = finished(command, cwd=course)
    assert done.returncode == 0, done.stderr
    assert ours.read_bytes() == expected
    assert [path.name for path in ours.parent.iterdir()] == ["01_tiny.ipynb"]
    assert (course / "gradebook.db").is_file(), "the gradebook lies in the course, whatever its address says besides"
    nbformat.validate(nbformat.read(ours, as_version=4))
