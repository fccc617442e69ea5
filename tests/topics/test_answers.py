"""Right answers are functions as a learner writes them, and compute what the reference computes."""

from __future__ import annotations

import ast
import inspect
import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from coursekit.checking import registry, trees
from coursekit.nn import gru as gru_modules
from coursekit.reference import conventions, gradient_flow, gru, lstm, numerics, rnn
from coursekit.results import intervals
from coursekit.topics.claims.experiments import widths

SOLUTIONS = Path(__file__).parents[2] / "solutions"
CELLS = re.compile(r'^```python exercise="(\w+)"\n(.*?)^```', re.MULTILINE | re.DOTALL)
EXERCISES = [exercise for exercise in registry.every() if exercise.lesson < "09"]


def as_sequence(caches):
    """x, the states before the first step, and the weights of T step caches."""
    first = caches[0]
    before = (first.h_prev, first.c_prev) if isinstance(first, lstm.StepCache) else (first.h_prev,)
    return np.stack([cache.x for cache in caches], axis=1), *before, first.params


def back(cell) -> Callable:
    """dhs, and for an LSTM dc_T, and T step caches through the `backward` of a cell of the reference."""
    return lambda *upstream: cell.backward(*upstream[:-1], cell.forward(*as_sequence(upstream[-1]))[-1])


def surviving(caches, dh):
    x, h0, params = as_sequence(caches)
    return gradient_flow.surviving(rnn, params, x, dh, h0)


REFERENCE = {
    "sigmoid": numerics.sigmoid,
    "softmax": numerics.softmax,
    "relative_error": numerics.relative_error,
    "numerical_gradient": numerics.numerical_gradient,
    "rnn_step": lambda *args: rnn.step(*args)[0],
    "rnn_forward": lambda *args: rnn.forward(*args)[0],
    "rnn_step_backward": rnn.step_backward,
    "rnn_backward": back(rnn),
    "gradient_profile": surviving,
    "lstm_step": lambda *args: lstm.step(*args)[:2],
    "lstm_forward": lambda *args: lstm.forward(*args)[:2],
    "lstm_step_backward": lstm.step_backward,
    "lstm_backward": back(lstm),
    "gru_step": lambda *args: gru.step(*args)[0],
    "gru_forward": lambda *args: gru.forward(*args)[0],
    "to_other_convention": conventions.flip_update_gate,
    "gru_parameter_count": lambda D, H: sum(p.size for p in gru.init(D, H, np.random.default_rng(0))),
    "gru_step_backward": gru.step_backward,
    "gru_backward": back(gru),
    "GRU": lambda D, H: gru_modules.GRU(D, H, batch_first=True, backend="readable"),
    "from_keras": conventions.gru_from_keras,
    "equal_parameter_hidden_size": widths.equal_parameter_hidden_size,
    "paired_comparison": intervals.paired_comparison,
}


@pytest.mark.parametrize("name", REFERENCE)
def test_an_answer_computes_what_the_reference_computes(name: str):
    exercise = registry.get(name)
    for draw in exercise.draws(0):
        got, want = (exercise.call(compute, trees.copy(draw.args)) for compute in (exercise.reference, REFERENCE[name]))
        got, want = (value if isinstance(value, tuple) else (value,) for value in (got, want))
        for ours, theirs in zip(got, want, strict=True):
            ours, theirs = np.asarray(ours, float), np.asarray(theirs, float)
            assert numerics.relative_error(ours, theirs) < 1e-12


@pytest.mark.parametrize("exercise", EXERCISES, ids=lambda exercise: exercise.name)
def test_an_answer_is_a_plain_function_with_the_name_and_the_arguments_that_the_lesson_asks_for(exercise):
    asked = dict(CELLS.findall((SOLUTIONS / exercise.lesson / f"{exercise.lesson}.md").read_text()))
    (node,) = ast.parse(asked[exercise.name]).body
    if isinstance(node, ast.ClassDef):
        (made,) = [part for part in node.body if isinstance(part, ast.FunctionDef) and part.name == "__init__"]
        names = [arg.arg for arg in made.args.args[1:]]
    else:
        names = [arg.arg for arg in node.args.args]
    answer = exercise.reference
    assert inspect.isfunction(answer) and answer.__name__ == exercise.name
    assert answer.__module__ == f"coursekit.topics.{exercise.lesson.partition('_')[2]}.answers"
    assert list(inspect.signature(answer).parameters) == names
