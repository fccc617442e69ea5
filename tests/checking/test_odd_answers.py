"""Answers that are odd rather than nearly right: what the report calls them, and that no name is false."""

import numpy as np
import pytest

from coursekit.checking import evaluate, registry

EXERCISES = list(registry.every())
REFERENCE = {exercise.name: exercise.reference for exercise in EXERCISES}


def said(exercise, answer):
    report = evaluate(exercise, answer)
    assert not report.passed, report.text
    return " ".join(report.text.split())


def changed(exercise, change):
    return lambda *args: change(REFERENCE[exercise](*args))


def only_first(gradient):
    new = np.zeros_like(gradient)
    new.flat[0] = gradient.flat[0]
    return new


def over_axis_0(x):
    e = np.exp(x - x.max(axis=0))
    return e / e.sum(axis=0)


def random_ids(params, W_out, b_out, start_ids, u, temperature):
    return np.random.default_rng().integers(0, 5, len(u))


def seeded_chord(logits, u, temperature, voices):
    np.random.seed(0)
    return (np.random.rand(len(logits)) < 0.5).astype(int)


ODD = {
    "1 minus": (
        "step_jacobian",
        changed("step_jacobian", lambda J: 1 - J),
        "Every number is 1 minus the expected one.",
    ),
    "complex": ("orthogonal", changed("orthogonal", lambda Q: Q + 0j), "complex numbers, which is not a real number"),
    "a complex number": ("relative_error", lambda a, b: 1j, "a complex number, which is not a real number"),
    "random": (
        "sample_text",
        random_ids,
        "It draws random numbers itself, with `np.random` or the like: take them from",
    ),
    "seeded": (
        "draw_chord",
        seeded_chord,
        "draw_chord draws random numbers of its own, with `np.random` or the like. Take what",
    ),
    "an early return": (
        "numerical_gradient",
        changed("numerical_gradient", only_first),
        "Only the entry at [0, 0] is right, and all others are zero",
    ),
    "swapped outputs": (
        "lstm_step",
        changed("lstm_step", lambda both: both[::-1]),
        "What you return first, as h, is what belongs second: c.",
    ),
    "swapped outputs of other shapes": (
        "lm_loss",
        changed("lm_loss", lambda both: both[::-1]),
        "What you return second, as dlogits, is what belongs first: loss.",
    ),
    "swapped single numbers": (
        "wilson_interval",
        changed("wilson_interval", lambda both: both[::-1]),
        "What you return first, as low, is what belongs second: high.",
    ),
    "a fraction": (
        "gru_parameter_count",
        changed("gru_parameter_count", lambda n: n + 0.5),
        "which is no whole number; one is asked for",
    ),
    "values for indices": (
        "sample_text",
        changed("sample_text", lambda ids: ids / 7),
        "entries that are no whole numbers, such as",
    ),
    "indices for values": (
        "softmax",
        lambda x: np.argsort(x, axis=-1),
        "Every number is a whole one, as indices are",
    ),
    "the wrong axis": ("softmax", over_axis_0, "sum to 1"),
    "one axis for all": ("softmax", lambda x: np.exp(x - x.max()) / np.exp(x - x.max()).sum(), "All entries together"),
    "True always": ("write_check", lambda candidate: True, "It is True in every draw, whatever is given."),
    "False always": ("write_check", lambda candidate: False, "It is False in every draw, whatever is given."),
    "a constant count": ("gru_parameter_count", lambda D, H: 3, "It is 3 in every draw, whatever is given."),
    "NaN for a count": ("gru_parameter_count", lambda D, H: np.nan, "count is NaN or infinite."),
}


@pytest.mark.parametrize("odd", ODD)
def test_what_is_odd_is_said_in_words(odd):
    exercise, answer, sentence = ODD[odd]
    assert sentence in said(exercise, answer)


def test_chance_is_said_before_anything_else():
    lines = evaluate("sample_text", random_ids).text.splitlines()
    assert "Two calls with the same arguments gave different numbers." in lines[1]


def everywhere(exercise, value):
    def answer(*args):
        right = REFERENCE[exercise.name](*args)
        parts = right if len(exercise.returns) > 1 else (right,)
        new = tuple(np.full(np.shape(part), value) for part in parts)
        return new if len(exercise.returns) > 1 else new[0]

    return answer


@pytest.mark.parametrize("value", [np.nan, np.inf, 0.0, 1.0, True, 0.5])
@pytest.mark.parametrize("exercise", [e for e in EXERCISES if e.apply is None], ids=lambda e: e.name)
def test_what_depends_on_nothing_gets_no_name(exercise, value):
    report = evaluate(exercise, everywhere(exercise, value), along=False)
    assert report.diagnoses == report.edits == () and not report.passed
