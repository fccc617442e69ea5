"""What the tests of lessons rely on: no run goes on for ever, a failure names its place, and few steps are few."""

from __future__ import annotations

import subprocess
import sys

import nbformat
import pytest

from tests.course.learners import ROOT
from tests.course.running import run_lesson


def lesson(*sources: str) -> nbformat.NotebookNode:
    code = map(nbformat.v4.new_code_cell, sources)
    return nbformat.v4.new_notebook(cells=[nbformat.v4.new_markdown_cell("# A small lesson"), *code])


@pytest.mark.slow
@pytest.mark.parametrize(
    ("cell", "told"),
    [
        ("1 / 0", r"05_small, cell 3 \(`1 / 0`\), raised ZeroDivisionError: division by zero"),
        ("import os\nos._exit(1)", r"05_small: the kernel died in cell 3 \(`import os`\)"),
        (
            "try:\n    while True:\n        pass\nexcept KeyboardInterrupt:\n    pass  # as a training does",
            r"05_small, cell 3 \(`try:`\), took longer than 5 s",
        ),
        (
            "import signal\nsignal.signal(signal.SIGINT, signal.SIG_IGN)\nwhile True:\n    pass",
            r"05_small, cell 3 \(`import signal`\), took longer than 5 s",
        ),
    ],
    ids=["an error", "the end of the kernel", "no end, but it obeys an interrupt", "no end, and it does not"],
)
def test_what_went_wrong_is_told_with_the_lesson_and_the_cell(cell, told, tmp_path):
    with pytest.raises(AssertionError, match=told):
        run_lesson("05_small", lesson("a = 1", cell, "b = 2"), tmp_path, first="c = 3", cell=5)


@pytest.mark.slow
def test_a_lesson_that_takes_too_long_in_many_cells_ends_as_well(tmp_path):
    with pytest.raises(AssertionError, match=r"05_small, cell 1 \(`# A small .*`\), was not begun: .* more than 0 s"):
        run_lesson("05_small", lesson("a = 1"), tmp_path, whole=0)


FEW = """
from tests.course.few_steps import few_steps
few_steps()
from coursekit.reference import gru
from coursekit.sources.tasks import adding
from coursekit.training import new_model, train
from coursekit.training.torch_loop import torch_twin, train_torch

model, drawn, unseen = new_model(gru, D=2, H=4, K=1, seed=0), [], adding(np.random.default_rng(1), 8, 5)

def batch(rng):
    drawn.append(1)
    return adding(rng, 8, 5)

for train, network in ((train, model), (train_torch, torch_twin(model))):
    history = train(network, batch, 100, validation=unseen, every=20)
    assert len(history) == 100 and len(set(history.loss)) == 3, history.loss
    assert [step for step, *_ in history.validation] == [0, 20, 40, 60, 80, 100]
    assert len({loss for _, loss, _ in history.validation}) == 2, history.validation
assert len(drawn) == 6

sys.modules["early"] = type(sys)("early")
sys.modules["early"].run = sys.modules["coursekit.training.loop"].run
try:
    few_steps()
except RuntimeError as error:
    print(error)
"""


@pytest.mark.slow
def test_few_steps_are_few_for_each_way_to_train_and_look_like_many():
    program = f"import sys\nimport numpy as np\nsys.path.append({str(ROOT)!r})\n{FEW}"
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=300)
    assert ran.returncode == 0, ran.stderr
    assert "call few_steps before you import coursekit.training.torch_loop, early" in ran.stdout
