"""The known mistakes of lesson 08 in counts, in rounding and in intervals, as answers that can be run."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from coursekit.checking import Mistake
from coursekit.topics.claims.answers import model_parameters

Count = Callable[[int, int, int, int], int]


def _largest(budget: int, count: Callable[[int], int]) -> tuple[int, int]:
    """The largest H with count(H) <= budget, as the exercise asks, for any way to count."""
    H = 1
    while count(H + 1) <= budget:
        H += 1
    return H, count(H)


def _miscounted(count: Count) -> Callable[..., tuple[int, int]]:
    return lambda budget, D, K, blocks: _largest(budget, lambda H: count(blocks, D, H, K))


def _first_above(budget: int, D: int, K: int, blocks: int) -> tuple[int, int]:
    H = 1
    while model_parameters(blocks, D, H, K) < budget:
        H += 1
    return H, model_parameters(blocks, D, H, K)


def _below(budget: int, D: int, K: int, blocks: int) -> tuple[int, int]:
    return _largest(budget - 1, lambda H: model_parameters(blocks, D, H, K))


def _nearest(budget: int, D: int, K: int, blocks: int) -> tuple[int, int]:
    H = min(range(1, budget), key=lambda H: abs(model_parameters(blocks, D, H, K) - budget))
    return H, model_parameters(blocks, D, H, K)


def _one_too_many(budget: int, D: int, K: int, blocks: int) -> tuple[int, int]:
    H = 1
    while model_parameters(blocks, D, H, K) <= budget:
        H += 1
    return H, model_parameters(blocks, D, H, K)


def _budget_as_count(budget: int, D: int, K: int, blocks: int) -> tuple[int, int]:
    return _largest(budget, lambda H: model_parameters(blocks, D, H, K))[0], budget


HIDDEN_SIZE = (
    Mistake(
        "one bias of each block",
        "PyTorch's layer has b_ih and b_hh, both with blocks * H entries, and both are trained.",
        _miscounted(lambda g, D, H, K: model_parameters(g, D, H, K) - g * H),
    ),
    Mistake(
        "a layer without biases",
        "Two biases belong to the layer, each with blocks * H entries.",
        _miscounted(lambda g, D, H, K: model_parameters(g, D, H, K) - 2 * g * H),
    ),
    Mistake(
        "a read-out that costs nothing",
        "The read-out grows with H as well: W_out is (K, H).",
        _miscounted(lambda g, D, H, K: model_parameters(g, D, H, K) - K * H - K),
    ),
    Mistake(
        "a read-out without its bias",
        "The read-out has K biases, b_out.",
        _miscounted(lambda g, D, H, K: model_parameters(g, D, H, K) - K),
    ),
    Mistake(
        "a layer without weights for the input",
        "W_ih is (blocks * H, D).",
        _miscounted(lambda g, D, H, K: model_parameters(g, D, H, K) - g * D * H),
    ),
    Mistake(
        "a recurrent matrix with one number per unit",
        "Every unit sees every other one: W_hh is (blocks * H, H).",
        _miscounted(lambda g, D, H, K: model_parameters(g, D, H, K) - g * H * H + g * H),
    ),
    Mistake(
        "one block, whatever `blocks` says",
        "All four arrays of the layer have blocks * H rows.",
        _miscounted(lambda g, D, H, K: model_parameters(1, D, H, K)),
    ),
    Mistake(
        "one block too many",
        "blocks already counts the candidate: it is 3 for a GRU and 4 for an LSTM.",
        _miscounted(lambda g, D, H, K: model_parameters(g + 1, D, H, K)),
    ),
    Mistake(
        "D and K exchanged",
        "D is what comes in, K is what goes out.",
        _miscounted(lambda g, D, H, K: model_parameters(g, K, H, D)),
    ),
    Mistake(
        "a model that reaches the budget or goes past it",
        "At most the budget: the first H that is too wide is not the answer. Its predecessor may be.",
        _first_above,
    ),
    Mistake(
        "a loop that stops one unit too late",
        "When the loop ends, the condition has just failed for H.",
        _one_too_many,
    ),
    Mistake(
        "a model that has to stay below the budget",
        "A model that has exactly the budget is allowed.",
        _below,
    ),
    Mistake(
        "the model nearest to the budget, above or below",
        "The nearest may be above. The exercise asks for at most the budget.",
        _nearest,
    ),
    Mistake(
        "the budget in place of what is used",
        "The second number is what the model of that width really has.",
        _budget_as_count,
    ),
)


def _interval(mean: float, half: float) -> tuple[float, float, float]:
    return mean, mean - half, mean + half


def _with(half: Callable[[np.ndarray, np.ndarray, np.ndarray], float]) -> Callable[..., tuple[float, float, float]]:
    """The mean of the differences with another half-width: half(a, b, t_table)."""
    return lambda a, b, t_table: _interval(np.mean(a - b), half(a, b, t_table))


def _error(d: np.ndarray, ddof: int = 1) -> float:
    return np.std(d, ddof=ddof) / np.sqrt(len(d))


def _unpaired_error(a: np.ndarray, b: np.ndarray) -> float:
    return np.sqrt(np.var(a, ddof=1) / len(a) + np.var(b, ddof=1) / len(b))


def _sorted_pairs(a: np.ndarray, b: np.ndarray, t_table: np.ndarray) -> tuple[float, float, float]:
    d = np.sort(a) - np.sort(b)
    return _interval(d.mean(), t_table[len(d) - 1] * _error(d))


def _swapped(a: np.ndarray, b: np.ndarray, t_table: np.ndarray) -> tuple[float, float, float]:
    return _interval(np.mean(b - a), t_table[len(a) - 1] * _error(a - b))


def _absolute(a: np.ndarray, b: np.ndarray, t_table: np.ndarray) -> tuple[float, float, float]:
    d = np.abs(a - b)
    return _interval(d.mean(), t_table[len(d) - 1] * _error(d))


def _median(a: np.ndarray, b: np.ndarray, t_table: np.ndarray) -> tuple[float, float, float]:
    return _interval(np.median(a - b), t_table[len(a) - 1] * _error(a - b))


def _range(a: np.ndarray, b: np.ndarray, t_table: np.ndarray) -> tuple[float, float, float]:
    return np.mean(a - b), np.min(a - b), np.max(a - b)


def _percentiles(a: np.ndarray, b: np.ndarray, t_table: np.ndarray) -> tuple[float, float, float]:
    return np.mean(a - b), *np.percentile(a - b, [2.5, 97.5])


def _around_zero(a: np.ndarray, b: np.ndarray, t_table: np.ndarray) -> tuple[float, float, float]:
    half = t_table[len(a) - 1] * _error(a - b)
    return np.mean(a - b), -half, half


def _high_first(a: np.ndarray, b: np.ndarray, t_table: np.ndarray) -> tuple[float, float, float]:
    mean, half = np.mean(a - b), t_table[len(a) - 1] * _error(a - b)
    return mean, mean + half, mean - half


def _in_place(a: np.ndarray, b: np.ndarray, t_table: np.ndarray) -> tuple[float, float, float]:
    a -= b
    return _interval(a.mean(), t_table[len(a) - 1] * _error(a))


COMPARISON = (
    Mistake(
        "an unpaired comparison",
        "The spread of a and that of b hold what their seeds share. Look at the spread of the differences.",
        _with(lambda a, b, t: t[len(a) - 1] * _unpaired_error(a, b)),
    ),
    Mistake(
        "an unpaired comparison with 2S - 2 degrees of freedom",
        "Entry s of a and entry s of b belong together: take differences first, and then there are S numbers.",
        _with(lambda a, b, t: t[2 * len(a) - 2] * _unpaired_error(a, b)),
    ),
    Mistake(
        "a standard deviation in place of a standard error",
        "The spread of single differences is not that of their mean. More seeds must make the interval narrower.",
        _with(lambda a, b, t: t[len(a) - 1] * np.std(a - b, ddof=1)),
    ),
    Mistake(
        "a variance in place of a standard deviation",
        "The unit of a half-width is that of the differences. What is the unit of a variance?",
        _with(lambda a, b, t: t[len(a) - 1] * np.var(a - b, ddof=1) / len(a)),
    ),
    Mistake(
        "a standard deviation divided by S",
        "The mean of S numbers spreads less by the square root of S.",
        _with(lambda a, b, t: t[len(a) - 1] * np.std(a - b, ddof=1) / len(a)),
    ),
    Mistake(
        "the population's standard deviation",
        "np.std divides by S unless it is told otherwise. The mean is estimated from the same S numbers.",
        _with(lambda a, b, t: t[len(a) - 1] * _error(a - b, ddof=0)),
    ),
    Mistake(
        "a correction for the estimated mean that is made twice",
        "Either ddof=1 or a square root of S - 1; together they correct twice.",
        _with(lambda a, b, t: t[len(a) - 1] * np.std(a - b, ddof=1) / np.sqrt(len(a) - 1)),
    ),
    Mistake(
        "S degrees of freedom",
        "One of the S numbers was spent on the mean.",
        _with(lambda a, b, t: t[len(a)] * _error(a - b)),
    ),
    Mistake(
        "the normal distribution's 1.96",
        "1.96 needs a spread that is known. With a few seeds it is estimated, and t_table says what that costs.",
        _with(lambda a, b, t: 1.96 * _error(a - b)),
    ),
    Mistake(
        "one standard error to each side",
        "One standard error covers about two thirds, not 95 %. By how much must it be multiplied?",
        _with(lambda a, b, t: _error(a - b)),
    ),
    Mistake(
        "a half-width that is halved again",
        "The quantile is the distance from the mean to one end. Do not divide by two.",
        _with(lambda a, b, t: t[len(a) - 1] * _error(a - b) / 2),
    ),
    Mistake("b - a", "The exercise asks for a minus b: positive where a is larger.", _swapped),
    Mistake(
        "pairs by rank, not by seed",
        "Sorting takes the pairs apart: entry s of both comes from seed s.",
        _sorted_pairs,
    ),
    Mistake("absolute differences", "A difference may be negative, and its sign is what is at stake.", _absolute),
    Mistake("a median in place of the mean", "The interval by Student's t is about the mean.", _median),
    Mistake(
        "the smallest and the largest difference",
        "The range of single seeds grows with more of them. The interval of their mean shrinks.",
        _range,
    ),
    Mistake(
        "percentiles of the differences",
        "Percentiles describe single seeds. The exercise asks how sure their mean is.",
        _percentiles,
    ),
    Mistake("an interval around zero", "low and high lie on either side of the mean difference.", _around_zero),
    Mistake("ends in the wrong order", "low comes before high.", _high_first),
    Mistake("results that are changed in place", "a -= b changes the caller's array. Make a new one.", _in_place),
)
