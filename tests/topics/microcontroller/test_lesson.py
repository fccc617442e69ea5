"""The lesson where there is no C compiler: every cell runs, and the recorded run stands for what cannot be measured."""

from __future__ import annotations

import pytest

from tests.course.learners import solved
from tests.course.running import run_lesson

# CC names the compiler that is taken, and this one is not there. A few steps of training are enough here.
HIDDEN = """
import os
os.environ["CC"] = "no-compiler-of-this-name"
from coursekit.topics.microcontroller import task as _task
_whole = _task.compare
_task.compare = lambda *args, **more: _whole(*args, **more, stages=((5, 0.01),))
"""


@pytest.mark.slow
def test_the_lesson_without_a_compiler(tmp_path):
    nb = solved("20_microcontroller")
    assert all(result.passed for result in run_lesson("20_microcontroller", nb, tmp_path, first=HIDDEN))
    outputs = [output for cell in nb.cells for output in cell.get("outputs", [])]
    said = "".join(str(output.get("text", "")) + str(output.get("data", "")) for output in outputs)
    assert "no C compiler" in said
    assert "The figures of the C are those of the recorded run" in said and "recorded on 20" in said
    assert "without expf and tanhf: not known bytes" in said
