"""Lesson 21, prices of shares: tomorrow's price by the random walk, by regression and by a GRU, fold after fold.

measure(stock_prices().prices).table            # a Comparison, one value for each share and fold
level_forecasts(prices)                         # what the usual article does: R² with and without the leak
shuffled_or_in_time(range(5))                   # a Comparison: the same forecast, split in two ways
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from coursekit.baselines.ridge import ridge_tuned
from coursekit.results.comparison import Comparison
from coursekit.topics.number_series.answers import Fold, walk_forward_fold
from coursekit.topics.number_series.data import random_walk
from coursekit.training.batches import random_rows
from coursekit.training.progress import trainings
from coursekit.training.regression import Forecaster, predict, squared_error
from coursekit.training.seeded import seeded
from coursekit.training.torch_loop import train_torch

LENGTH, UNITS, BATCH = 20, 16, 64
STEPS, LEARNING_RATE = 150, 0.005
AHEAD = 5  # days, where windows are looked up
WALK, DRIFT = "random walk: no change", "the mean change so far"


def measure(
    prices: Mapping[str, np.ndarray],
    about: str,
    *,
    folds: int = 3,
    steps: int = STEPS,
    progress: bool | None = None,
) -> Comparison:
    """The mean absolute error of tomorrow's price in per cent of today's, on the second half of each series.

    prices: name -> (T,). The half is tested in `folds` parts one after the other; before each, all that came before is
    learnt from. Every method is measured on the same days, and pairs share series and fold.
    """
    table = Comparison("error of tomorrow's price", True, "% of today's", about, each="fold")
    found: dict[str, list[float]] = {}
    cases = [(name, *ends) for name in prices for ends in fold_ends(len(prices[name]), folds)]
    for seed, (name, start, stop) in trainings(list(enumerate(cases)), progress):
        truth = np.diff(np.log(prices[name]))[start - 1 : stop - 1]  # change k leads to price k + 1
        for method, said in forecasts(np.log(prices[name]), start, stop, seed, steps).items():
            found.setdefault(method, []).append(100 * float(np.abs(np.exp(said) - np.exp(truth)).mean()))
    for method, errors in found.items():
        table.add(method, errors, baseline=not method.startswith("GRU"))
    return table


def fold_ends(length: int, folds: int) -> list[tuple[int, int]]:
    """Where each test part begins and ends: the second half of a series in equal parts."""
    borders = np.linspace(length // 2, length, folds + 1).astype(int)
    return list(zip(borders[:-1].tolist(), borders[1:].tolist(), strict=True))


def forecasts(logs: np.ndarray, start: int, stop: int, seed: int, steps: int = STEPS) -> dict[str, np.ndarray]:
    """What each method says about the changes of logs (T,) that lead to the prices of the test part. Each (n,)."""
    changes = np.diff(logs)
    of_changes = walk_forward_fold(changes, LENGTH, start - 1, stop - 1)
    known = changes[: start - 1]
    fit = ridge_tuned(*_last_fifth(of_changes))
    return {
        WALK: np.zeros(stop - start),
        DRIFT: np.full(stop - start, known.mean()),
        "ridge on the changes": fit(of_changes.test_x) * known.std() + known.mean(),
        "GRU on the changes": gru_forecast(of_changes, seed, steps) * known.std() + known.mean(),
    }


def gru_forecast(fold: Fold, seed: int, steps: int = STEPS) -> np.ndarray:
    """Train on the fold's past, squared error, and say what follows each test window. (m,), scaled as the fold is."""
    with seeded(seed):
        network = Forecaster(UNITS, 1)
    batches = random_rows(fold.train_x[..., None], fold.train_y[:, None], size=BATCH)
    history = train_torch(network, batches, steps, LEARNING_RATE, seed=seed, progress=False, loss=squared_error)
    return predict(history.model, fold.test_x[..., None])[:, 0]


def level_forecasts(
    prices: np.ndarray, seeds: Sequence[int] = (0, 1, 2), *, steps: int = STEPS, progress: bool | None = None
) -> dict[str, list[np.ndarray]]:
    """As articles forecast a price: from the last prices, scaled by minimum and maximum. Name -> (n,) for each seed.

    The last 30 % are the test. The scale is that of the whole series, which knows the test, or that of the past.
    """
    start = round(0.7 * len(prices))
    scales = {"whole series": prices, "past only": prices[:start]}
    found: dict[str, list[np.ndarray]] = {f"GRU, scaled by the {name}": [] for name in scales}
    for name, seed in trainings([(name, seed) for name in scales for seed in seeds], progress):
        low, high = scales[name].min(), scales[name].max()
        scaled = (prices - low) / (high - low)
        x, y = np.lib.stride_tricks.sliding_window_view(scaled[:-1], LENGTH).copy(), scaled[LENGTH:]
        border = start - LENGTH
        fold = Fold(x[:border], y[:border], x[border:], y[border:])
        found[f"GRU, scaled by the {name}"].append(gru_forecast(fold, seed, steps) * (high - low) + low)
    return {"the last price, repeated": [prices[start - 1 : -1]]} | found


def r_squared(truth: np.ndarray, said: np.ndarray) -> float:
    """1 - squared error / variance of the truth, both (n,)."""
    return float(1 - np.mean((truth - said) ** 2) / np.var(truth))


def shuffled_or_in_time(worlds: Sequence[int] = (0, 1, 2, 3, 4)) -> Comparison:
    """Walks that nobody can forecast: the price in five days as the most similar window had it, split in two ways."""
    about = f"GENERATED random walks, {len(worlds)} of them; prices {AHEAD} days ahead"
    table = Comparison("error of the forecast", True, "% of the error of no change", about, each="world")
    table.add(WALK, [100.0] * len(worlds), baseline=True)
    for name, shuffled in (("most similar window, split in time", False), ("the same, shuffled first", True)):
        table.add(name, [_most_similar(random_walk(world), world, shuffled) for world in worlds])
    return table


def _most_similar(prices: np.ndarray, seed: int, shuffled: bool) -> float:
    """The error in per cent of that of no change. A window is `LENGTH` log prices; 70 % of them may be looked up."""
    logs = np.log(prices)
    x = np.lib.stride_tricks.sliding_window_view(logs[:-AHEAD], LENGTH)
    y = logs[LENGTH - 1 + AHEAD :] - logs[LENGTH - 1 : -AHEAD]
    order = np.random.default_rng(seed).permutation(len(x)) if shuffled else np.arange(len(x))
    known, asked = np.split(order, [round(0.7 * len(x))])
    apart = (x[asked] ** 2).sum(axis=1)[:, None] - 2 * x[asked] @ x[known].T + (x[known] ** 2).sum(axis=1)
    said = y[known[apart.argmin(axis=1)]]
    return 100 * float(np.abs(said - y[asked]).mean() / np.abs(y[asked]).mean())


def _last_fifth(fold: Fold) -> tuple[tuple, tuple]:
    border = 4 * len(fold.train_x) // 5
    return (fold.train_x[:border], fold.train_y[:border]), (fold.train_x[border:], fold.train_y[border:])
