"""Every question of every exercise has exactly one right answer, for whomever it is drawn."""

from __future__ import annotations

import itertools
import re

import numpy as np
import pytest

from coursekit.checking import registry
from coursekit.checking.call import call_here
from coursekit.checking.compare import relative_error
from coursekit.checking.diagnose import observe
from coursekit.checking.drawn import expected
from coursekit.checking.exercise import Draw
from coursekit.questions import NoQuestions, item
from coursekit.questions.bank import KINDS

SEEDS = range(20)
EXERCISES = [exercise.name for exercise in registry.every()]


def drawn(name: str, kind: str):
    """The questions of a kind for twenty people; fewer where there are none."""
    for seed in SEEDS:
        try:
            yield item(name, 1, seed, kind)
        except NoQuestions:
            continue


def numbers_of(exercise, mistake_name: str, arguments, shapes) -> dict[str, np.ndarray]:
    """What a mistake gives, computed once more, by its name."""
    [mistake] = [mistake for mistake in exercise.mistakes if mistake.name == mistake_name]
    return observe(exercise, call_here(exercise, mistake.implement, arguments), shapes).arrays


def printed(asked) -> tuple[str, str, list[float]]:
    """What a question shows of the wrong answer, as one reads it: which result, its shape, its numbers."""
    head, _, rest = asked.shown.split("\n\nthis answer, ")[1].partition("\n")
    if not head.endswith(":"):  # a single number
        head, _, rest = head.rpartition(": ")
    label, shape = re.fullmatch(r"(.*?)(?: (\([\d, ]*\)))?:?", head).groups()
    words = re.findall(r"True|False|[-+\w.]+", rest)
    return label, shape or "()", [float(eval(word, {"nan": np.nan, "inf": np.inf})) for word in words]


def agreeing(asked) -> list[bool]:
    """Of every option of a question about numbers, whether it gives what is shown."""
    exercise, found = registry.get(asked.exercise), []
    label, shape, shown = printed(asked)
    part = re.search(r"\[[\d:, ]+\]$", label)
    shapes = tuple(array.shape for array in expected(exercise, Draw("", asked.arguments)).values())
    for option in asked.options:
        numbers = numbers_of(exercise, option.text, asked.arguments, shapes)
        array = np.asarray(numbers[label[: part.start()] if part else label])
        array = eval(f"array{part[0]}") if part and array.ndim > part[0].count(",") else array
        flat, seen = array.astype(float).ravel(), np.asarray(shown)
        same_places = str(array.shape) == shape and np.array_equal(np.isfinite(flat), np.isfinite(seen))
        finite = np.isfinite(seen)
        found.append(bool(same_places and relative_error(flat[finite], seen[finite]) < 6e-3))
    return found


def one_line_is_wrong(questions) -> None:
    """Each listing has one wrong line, which stands otherwise in every listing whose wrong line is another one."""
    wrong_of = {}
    for asked in questions:
        lines = [line.split(maxsplit=1)[-1] for line in asked.shown.splitlines()]
        offered = [int(option.text.partition(":")[0].removeprefix("line ")) for option in asked.options]
        for number, option in zip(offered, asked.options, strict=True):
            assert option.text.partition("`")[2] == f"{lines[number - 1]}`"
        assert wrong_of.setdefault(tuple(lines), offered[asked.right]) == offered[asked.right]
    for lines, number in wrong_of.items():
        for others, other in wrong_of.items():
            assert other == number or others[number - 1] != lines[number - 1]


@pytest.mark.slow
@pytest.mark.parametrize("name", EXERCISES)
def test_every_question_has_one_right_answer_for_twenty_people(name):
    made = {kind: list(drawn(name, kind)) for kind in KINDS}
    assert any(len(found) == len(SEEDS) for found in made.values())
    for asked in itertools.chain(*made.values()):
        texts = [option.text for option in asked.options]
        assert len(set(texts)) == len(texts) in (3, 4) and 0 <= asked.right < len(texts)
    for asked in made["numbers"]:
        assert agreeing(asked) == [place == asked.right for place in range(len(asked.options))], asked.text
    one_line_is_wrong(made["line"])
    assert any(len({asked.text for asked in found}) > 2 for found in made.values())  # they are not all the same


def test_the_same_question_comes_again_and_others_for_others():
    assert item("gru_step", 3, "ada").text == item("gru_step", 3, "ada").text
    assert len({item("gru_step", number, who).text for number in (1, 2) for who in ("ada", "bo")}) == 4
