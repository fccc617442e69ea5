"""What comes back is exactly what is asked for: right answers that are spoilt on the way out pass in no exercise.

A cache beside the answer is the one thing that may be there too, in every exercise alike."""

import functools
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from coursekit.checking import evaluate, registry
from coursekit.checking.fallback import yours_or_ours

EXERCISES = list(registry.every())
BY_NAME = {exercise.name: exercise for exercise in EXERCISES}
every_exercise = pytest.mark.parametrize("exercise", EXERCISES, ids=lambda e: e.name)


def returning(exercise, change: Callable[[Any], Any]) -> Callable[..., Any]:
    """The right answer with its return value changed; of a class, that of its forward."""
    if exercise.name != "GRU":
        return functools.wraps(exercise.reference)(lambda *args: change(exercise.reference(*args)))

    import torch

    class Spoilt(torch.nn.Module):
        def __init__(self, D, H):
            super().__init__()
            right = exercise.reference(D, H)
            for name, value in right.named_parameters():
                self.register_parameter(name, value)
            self._right = [right]  # in a list, so that its parameters are not counted twice

        def forward(self, *args):
            for name, value in self.named_parameters():
                setattr(self._right[0], name, value)
            return change(self._right[0](*args))

    return Spoilt


SPOILT = {
    "(answer, None)": lambda right: (right, None),
    "None after the values": lambda right: (*right, None) if isinstance(right, tuple) else (right, None),
    "(answer, answer)": lambda right: (right, right),
    "the first value once more": lambda right: (*right, right[0]) if isinstance(right, tuple) else (right, right),
    "[answer]": lambda right: [right],
    "a number after the values": lambda right: (*right, 0.0) if isinstance(right, tuple) else (right, 0.0),
    "an array after them": lambda right: (*right, np.ones(3)) if isinstance(right, tuple) else (right, np.ones(3)),
    "two more": lambda right: (*right, [1], [2]) if isinstance(right, tuple) else (right, [1], [2]),
    "a dict with more": lambda right: {"answer": right, "other": 1.0},
    "a text": lambda right: "done",
}  # fmt: skip


@pytest.mark.parametrize("spoilt", SPOILT)
@every_exercise
def test_a_right_answer_among_other_things_does_not_pass(exercise, spoilt):
    report = evaluate(exercise, returning(exercise, SPOILT[spoilt]), along=False)
    assert not report.passed, report.text


@every_exercise
def test_a_cache_beside_the_answer_is_treated_alike(exercise):
    def with_cache(right):
        several = isinstance(right, tuple) and (not hasattr(right, "_fields") or len(exercise.returns) > 1)
        return (*right, ("a", "cache")) if several else (right, ("a", "cache"))

    report = evaluate(exercise, returning(exercise, with_cache), along=False)
    assert report.passed and report.score == 1.0, report.text


INSIDE = "inside of a list, a tuple or a generator"


@pytest.mark.parametrize(
    ("exercise", "spoil", "said"),
    [
        ("rnn_step", lambda h: (h, h), "2 values came back, 1 is asked for: h. The first one is right: return it"),
        ("gru_step", lambda h: (0 * h, 0 * h, h), "3 values came back, 1 is asked for: h. The last one is right"),
        ("gru_step", lambda h: [h], f"h came back {INSIDE}; it is asked for by itself. It is right."),
        ("gru_step", lambda h: iter([h]), f"h came back {INSIDE}; it is asked for by itself. It is right."),
        ("lstm_step", lambda both: (*both, None), "3 values came back, 2 are asked for: h and c. The first 2 are"),
        ("lstm_step", lambda both: (both, None), "One of them holds all that is asked for"),
        ("lstm_step", lambda both: both[:1], "1 value came back, 2 are asked for: h and c."),
        ("lm_loss", lambda both: both[0], "The function returned a number; asked for are 2 values: loss, dlogits."),
    ],
)  # fmt: skip
def test_how_many_came_back_is_said(exercise, spoil, said):
    report = evaluate(exercise, returning(BY_NAME[exercise], spoil))
    assert said in " ".join(report.text.split())


def test_a_cache_is_told_once_and_costs_nothing():
    report = evaluate("gru_step", returning(BY_NAME["gru_step"], lambda h: (h, {"h": h})))
    assert report.passed and "It is taken for a cache" in " ".join(report.text.split())


def test_the_cells_below_do_not_use_an_answer_that_returns_a_cache_too(capsys):
    exercise = BY_NAME["gru_step"]
    assert yours_or_ours(returning(exercise, lambda h: (h, {"h": h}))) is exercise.reference
    assert "gru_step returns a cache too: the cells below use the course's own gru_step." in capsys.readouterr().out
    mine = returning(exercise, lambda h: h)
    assert yours_or_ours(mine) is mine


def test_one_right_result_keeps_its_credit_beside_none():
    report = evaluate("lm_loss", returning(BY_NAME["lm_loss"], lambda both: (both[0], None)))
    said = " ".join(report.text.split())
    assert "The returned dlogits is None. Right: loss." in said
    assert 0 < report.score < 1


ODD_STATES = {
    "arrays": (lambda state: {name: value.numpy() for name, value in state.items()}, "is no tensor of torch"),
    "one array": (lambda state: state | {"bias_hh_l1": state["bias_hh_l1"].numpy()}, "The returned bias_hh_l1 is no"),
    "a list": (lambda state: list(state.values()), "a list without names"),
    "pairs": (lambda state: list(state.items()), "a list without names"),
    "a name more": (lambda state: state | {"weight_ih_l2": state["weight_ih_l1"]}, "weight_ih_l2"),
    "a name less": (lambda state: dict(list(state.items())[:-1]), "has no bias_hh_l1"),
    "other names": (lambda state: {f"gru.{name}": value for name, value in state.items()}, "does not have"),
}


@pytest.mark.parametrize("odd", ODD_STATES)
def test_a_state_dict_has_the_names_and_tensors_that_can_be_loaded(odd):
    change, said = ODD_STATES[odd]
    report = evaluate("to_torch_state_dict", returning(BY_NAME["to_torch_state_dict"], change))
    assert not report.passed and said in " ".join(report.text.split())


@every_exercise
def test_a_dict_has_the_names_that_are_asked_for_and_no_more(exercise):
    """A dict is a style of its own wherever results have names; what else stands in it is no result."""
    if exercise.apply is not None:
        pytest.skip("what comes back is put in order first")

    def named(right):
        parts = right if len(exercise.returns) > 1 else (right,)
        return {tensor.name: part for tensor, part in zip(exercise.returns, parts, strict=True)}

    for more, accepted in (({}, True), ({"cache": (1, 2)}, True), ({"other": None}, False), ({"other": 1.0}, False)):
        answer = lambda *args, m=more: named(exercise.reference(*args)) | m  # noqa: E731
        assert evaluate(exercise, answer, along=False).passed is accepted
    first = exercise.returns[0].name
    less = evaluate(exercise, lambda *args: {k: v for k, v in named(exercise.reference(*args)).items() if k != first})
    assert not less.passed and f"has no {first}" in " ".join(less.text.split())
