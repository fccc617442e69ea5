"""Right answers of lesson 00 in unusual styles, and settings that would hide a mistake."""

import numpy as np
import pytest
import torch

from coursekit.checking import evaluate
from tests.topics.answers import right, shown_by_another_draw

SEEDS = range(20)


def by_masks(x):
    result = np.empty_like(x)
    right_side = x >= 0
    result[right_side] = 1 / (1 + np.exp(-x[right_side]))
    e = np.exp(x[~right_side])
    result[~right_side] = e / (1 + e)
    return result


def number_by_number(x):
    def one(v):
        return 1 / (1 + np.exp(-v)) if v >= 0 else np.exp(v) / (1 + np.exp(v))

    return np.vectorize(one)(x)


@pytest.mark.parametrize(
    "answer",
    [
        by_masks,
        number_by_number,
        lambda x: 0.5 * (1 + np.tanh(x / 2)),
        lambda x: np.exp(-np.logaddexp(0, -x)),
        lambda x: 1 / (1 + np.exp(-np.clip(x, -500, 500))),
        lambda x: torch.sigmoid(torch.from_numpy(x)),
        lambda x: by_masks(x.astype(np.float32)),
        lambda x: by_masks(x).tolist(),
    ],
)
def test_sigmoid_in_other_styles(answer):
    right("sigmoid", answer)


def with_loops(x):
    rows = x.reshape(-1, x.shape[-1])
    exps = [[np.exp(v - max(row)) for v in row] for row in rows]
    return np.array([[e / sum(row) for e in row] for row in exps]).reshape(x.shape)


@pytest.mark.parametrize(
    "answer",
    [
        with_loops,
        lambda x: torch.softmax(torch.from_numpy(x), dim=-1),
        lambda x: np.exp(x - x.max(-1)[..., None]) / np.exp(x - x.max(-1)[..., None]).sum(-1)[..., None],
        lambda x: np.exp(x - np.logaddexp.reduce(x, axis=-1, keepdims=True)),
        lambda x: with_loops(x.astype(np.float32)),
    ],
)
def test_softmax_in_other_styles(answer):
    right("softmax", answer)


@pytest.mark.parametrize(
    "answer",
    [
        lambda a, b: np.linalg.norm((a - b).ravel(), np.inf) / np.linalg.norm(b.ravel(), np.inf),
        lambda a, b: max(abs(p - q) for p, q in zip(a.flat, b.flat, strict=True)) / max(map(abs, b.flat)),
        lambda a, b: torch.from_numpy(a - b).abs().max() / torch.from_numpy(b).abs().max(),
        lambda a, b: {"error": float(np.abs(b - a).max() / np.abs(b).max())},
    ],
)
def test_relative_error_in_other_styles(answer):
    right("relative_error", answer)


def central(step):
    def gradient(f, x, upstream):
        result = np.zeros_like(x)
        for k in range(x.size):
            shift = np.zeros(x.size)
            shift[k] = step
            shift = shift.reshape(x.shape)
            above, below = np.sum(f(x + shift) * upstream), np.sum(f(x - shift) * upstream)
            result.flat[k] = (above - below) / (2 * step)
        return result

    return gradient


def in_place(f, x, upstream):
    """The style of CS231n: x itself is shifted, f(x) is copied, and the old value is put back."""
    gradient = np.zeros_like(x)
    walk = np.nditer(x, flags=["multi_index"], op_flags=["readwrite"])
    while not walk.finished:
        index = walk.multi_index
        old = x[index]
        x[index] = old + 1e-5
        above = f(x).copy()
        x[index] = old - 1e-5
        below = f(x).copy()
        x[index] = old
        gradient[index] = np.sum((above - below) * upstream) / 2e-5
        walk.iternext()
    return gradient


def fourth_order(f, x, upstream):
    coarse, fine = central(2e-3)(f, x, upstream), central(1e-3)(f, x, upstream)
    return (4 * fine - coarse) / 3


@pytest.mark.parametrize("answer", [in_place, fourth_order, *map(central, (1e-4, 3e-5, 1e-5, 1e-6, 1e-7))])
def test_numerical_gradient_with_another_step_or_formula(answer):
    right("numerical_gradient", answer, SEEDS)


@pytest.mark.parametrize("power", range(2, 14))
def test_no_step_makes_a_one_sided_difference_good_enough(power):
    step = 10.0**-power

    def one_sided(f, x, upstream):
        gradient = np.zeros_like(x)
        for index in np.ndindex(x.shape):
            ahead = x.copy()
            ahead[index] += step
            gradient[index] = np.sum((f(ahead) - f(x)) * upstream) / step
        return gradient

    assert not any(evaluate("numerical_gradient", one_sided, seed, along=False, search=0).passed for seed in SEEDS)


@pytest.mark.parametrize("step", [2e-3, 1e-10])
def test_an_error_that_float32_would_excuse_is_not_excused_here(step):
    """Both steps are off by about 1e-6, which passes where an exercise is not strict."""
    reports = [evaluate("numerical_gradient", central(step), seed, along=False, search=0) for seed in SEEDS]
    assert not any(report.passed for report in reports)
    errors = [finding.error for report in reports for case in report.draws for finding in case.findings]
    assert np.median(errors) < 1e-5


@pytest.mark.parametrize(
    ("exercise", "mistake", "hidden_in"),
    [
        ("sigmoid", "an exponential that overflows for positive numbers", {"a few numbers"}),
        ("softmax", "a softmax that overflows", {"a few rows", "three axes"}),
        ("softmax", "one maximum of the whole array", {"a few rows", "three axes", "large numbers"}),
        ("numerical_gradient", "a one-sided difference, (f(x + h) - f(x)) / h with h = 1e-05", {"the transpose, x.T"}),
        (
            "numerical_gradient",
            "values of f that are not copied",
            {"a layer, tanh(x @ W + b)", "a sum of squares near its minimum"},
        ),
    ],
)
def test_what_one_draw_hides_another_one_shows(exercise, mistake, hidden_in):
    assert len(shown_by_another_draw(exercise, mistake, hidden_in).diagnoses) == 1
