"""docs/teaching/own-exercise.md, block by block: an exercise, its lesson, and a wrong answer that is named."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from nbgrader.api import Gradebook

from tests.docs.pages import TEACHING, execute

pytestmark = [pytest.mark.nbgrader, pytest.mark.slow]

MISTAKE = "a rate that is exchanged: a * h + (1 - a) * new"


@pytest.fixture(scope="module")
def typed(tmp_path_factory: pytest.TempPathFactory, isolated: None) -> tuple[Path, str]:
    """The folder after the whole page, and what was printed."""
    folder = tmp_path_factory.mktemp("own")
    site = folder.parent / f"{folder.name}-site"  # stands for the environment that `pip install` would change
    pip = {"PIP_TARGET": str(site), "PIP_NO_INDEX": "1", "PIP_NO_DEPS": "1", "PIP_NO_BUILD_ISOLATION": "0"}
    return folder, execute(TEACHING / "own-exercise.md", folder, PYTHONPATH=str(site), **pip)


def test_every_mistake_is_caught_and_told_apart(typed):
    _, said = typed
    assert "(right answer accepted 20/20)" in said
    assert said.count("caught 20/20  told apart 20/20") == 3
    assert "1 exercises, 3 mistakes, on 20 of 20 seeds: 3 caught, 3 told apart; 0 holes" in said


def test_what_is_handed_out_holds_no_answer(typed):
    folder, _ = typed
    text = (folder / "class" / "release" / "leaky" / "leaky.ipynb").read_text()
    assert "np.tanh" not in text and "raise NotImplementedError" in text


def test_the_wrong_answer_is_named_to_the_teacher_and_to_the_student(typed):
    folder, said = typed
    assert f"leaky_step: {MISTAKE}" in said
    assert "1 submission. All decided." in said
    nb = json.loads((folder / "class" / "autograded" / "ada" / "leaky" / "leaky.ipynb").read_text())
    assert MISTAKE in json.dumps(nb) and "With a = 0 the state must stay as it is." in json.dumps(nb)
    with Gradebook(f"sqlite:///{folder / 'class' / 'gradebook.db'}") as book:
        assert book.find_submission("leaky", "ada").score < book.find_assignment("leaky").max_score == 2
