"""Lesson 16: the next click of a session, by counting in six ways and by a GRU.

    task = made_task(memory=0.7)
    result = measure(task, seeds=(0, 1, 2))
    result.recall, result.mrr                       # two Comparisons over the same test clicks

Every click of a test session but the first is forecast, from the clicks before it. All methods learn from the same
training sessions. Hidasi et al. (Session-based recommendations with recurrent neural networks, ICLR 2016) brought the
GRU into the field.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch

from coursekit.nn import GRU
from coursekit.results.comparison import Comparison
from coursekit.sources.cells import number
from coursekit.sources.csv_table import csv_table, plain_name
from coursekit.sources.text_file import BadFile, plain_text
from coursekit.topics.recommendation import baselines
from coursekit.topics.recommendation.answers import recall_and_mrr, split_sessions
from coursekit.topics.recommendation.data import LONGEST, Clicks, Rule, made_presents, made_sessions
from coursekit.training.batches import random_rows
from coursekit.training.progress import trainings
from coursekit.training.seeded import seeded
from coursekit.training.torch_loop import outputs, train_in_stages

UNITS, WIDTH, BATCH, STEPS, LEARNING_RATE = 64, 32, 64, 600, 0.01
TOP = 10  # the length of the list that a visitor is shown
COUNTING = {
    "Markov chain": baselines.last_click,
    "last two clicks": baselines.last_two_clicks,
    "first and last click": baselines.first_and_last_click,
    "all clicks": baselines.all_clicks,
    "session-kNN": baselines.session_knn,
}
BASELINES = ("popularity", *COUNTING)
_PADDING = -1


class RecommendationTask(NamedTuple):
    """train, test: one array of clicks for each session. rule: what made generated sessions, else None."""

    title: str
    train: list[np.ndarray]
    test: list[np.ndarray]
    items: int
    rule: Rule | None = None


@dataclass
class RecommendationResult:
    """What all methods said about the test clicks.

    scores: name -> one array (clicks, items) for each seed. target: (clicks,) what came. place: (clicks,) how many
    clicks of the session were known. best: (clicks, items) the true probabilities, where sessions are generated.
    """

    title: str
    scores: dict[str, list[np.ndarray]]
    target: np.ndarray
    place: np.ndarray
    best: np.ndarray | None

    @property
    def recall(self) -> Comparison:
        """Share of clicks that were among the first TOP recommendations."""
        return self._table(f"recall@{TOP}", 1)

    @property
    def mrr(self) -> Comparison:
        """Mean reciprocal rank, cut at TOP."""
        return self._table(f"MRR@{TOP}", 2)

    def recall_by_place(self, runs: Sequence[np.ndarray]) -> np.ndarray:
        """Recall after 1, 2, ... clicks of the session, the mean over runs of scores. (longest - 1,)"""
        hits = np.mean([recall_and_mrr(scores, self.target, TOP)[0] for scores in runs], axis=0)
        return np.array([hits[self.place == place].mean() for place in np.unique(self.place)])

    def _table(self, measure: str, entry: int) -> Comparison:
        about = f"{self.title}; {len(self.target):,} test clicks"
        if self.best is not None:
            about += f"; {recall_and_mrr(self.best, self.target, TOP)[entry]:.3f} with the rule behind them known"
        table = Comparison(measure, False, "", about)
        for name, runs in self.scores.items():
            values = [recall_and_mrr(scores, self.target, TOP)[entry] for scores in runs]
            table.add(name, values, baseline=name in BASELINES)
        return table


class NextClick(torch.nn.Module):
    """Clicks (N, T) -> scores of the next one (N, T, items). `layer` as coursekit.nn.GRU."""

    def __init__(self, items: int, layer: Callable[..., torch.nn.Module] = GRU) -> None:
        super().__init__()
        self.embed = torch.nn.Embedding(items, WIDTH)
        self.layer = layer(WIDTH, UNITS, batch_first=True)
        self.read_out = torch.nn.Linear(UNITS, items)

    def forward(self, clicks: torch.Tensor) -> torch.Tensor:
        states, _ = self.layer(self.embed(clicks))
        return self.read_out(states)


def made_task(memory: float = 0.7, sessions: int = 12000, seed: int = 0) -> RecommendationTask:
    """Generated sessions; the last sixth of the time is the test."""
    log, shop = made_sessions(memory, sessions, seed)
    return task_from_log(f"GENERATED sessions, memory {memory:g}", log, shop)


def presents_task(sessions: int = 12000, seed: int = 0) -> RecommendationTask:
    """Generated sessions in which the first click changes what the last one leads to."""
    log, shop = made_presents(sessions, seed)
    return task_from_log("GENERATED sessions, presents", log, shop)


def task_from_log(title: str, log: Clicks, rule: Rule | None = None) -> RecommendationTask:
    """Whole sessions, split by time; items of the test that no training session has are left in: nobody gets them."""
    cut = log.minute.min() + (log.minute.max() - log.minute.min()) * 5 / 6
    train, test = split_sessions(log.session, log.minute, cut)
    return RecommendationTask(title, _sessions(log, train), _sessions(log, test), log.items, rule)


def _sessions(log: Clicks, part: np.ndarray) -> list[np.ndarray]:
    session, item = log.session[part], log.item[part]
    pieces = np.split(item, np.flatnonzero(np.diff(session)) + 1)
    return [piece for piece in pieces if len(piece) > 1]


def padded(sessions: Sequence[np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    """Clicks (N, T) and the click after each (N, T), with -1 where a session has ended."""
    T = max(len(clicks) for clicks in sessions) - 1
    seen, following = np.zeros((len(sessions), T), int), np.full((len(sessions), T), _PADDING)
    for n, clicks in enumerate(sessions):
        seen[n, : len(clicks) - 1], following[n, : len(clicks) - 1] = clicks[:-1], clicks[1:]
    return seen, following


def next_click_loss(module: torch.nn.Module, batch: tuple) -> tuple[torch.Tensor, float]:
    """Cross-entropy over the clicks that exist, and the share of them that were ranked first."""
    seen, following = batch
    came = following[following != _PADDING]
    real = torch.from_numpy(np.flatnonzero(following != _PADDING))
    # Whole rows by their numbers: the way back through a mask would add up entry by entry.
    scores = module(torch.from_numpy(seen)).flatten(0, 1).index_select(0, real)
    loss = torch.nn.functional.cross_entropy(scores, torch.from_numpy(came))
    return loss, float((scores.detach().numpy().argmax(axis=1) == came).mean())


def gru_scores(
    task: RecommendationTask,
    seed: int,
    *,
    layer: Callable[..., torch.nn.Module] = GRU,
    model: Callable[..., torch.nn.Module] = NextClick,
    steps: int = STEPS,
) -> np.ndarray:
    """Train on the training sessions, and score every test click from those before it. (clicks, items)

    model: called as model(items, layer), such as NextClick.
    """
    with seeded(seed):
        network = model(task.items, layer)
    batches = random_rows(*padded(task.train), size=BATCH)
    stages = (steps // 2, LEARNING_RATE, seed), (steps // 2, LEARNING_RATE / 5, 1000 + seed)
    network = train_in_stages(network, batches, stages, loss=next_click_loss, progress=False)
    seen, following = padded(task.test)
    return outputs(network, seen)[following != _PADDING]


def measure(
    task: RecommendationTask, seeds: Sequence[int] = (0, 1, 2), *, progress: bool | None = None, **training
) -> RecommendationResult:
    """All methods on the same test clicks. training: more arguments of `gru_scores`."""
    if not task.train or not task.test:
        raise ValueError("a part of the split has no session of two clicks or more: use a longer log")
    seen = baselines.known_clicks(task.test)
    target = np.concatenate([clicks[1:] for clicks in task.test])
    often = baselines.popularity(task.train, task.items)
    scores = {"popularity": [np.broadcast_to(often, (len(target), task.items))]}
    scores |= {name: [count(task.train, seen, task.items)] for name, count in COUNTING.items()}
    scores["GRU"] = [gru_scores(task, seed, **training) for seed in trainings(seeds, progress)]
    best = None if task.rule is None else np.array([task.rule.next_click(clicks) for clicks in seen])
    place = np.array([len(clicks) for clicks in seen])
    return RecommendationResult(task.title, scores, target, place, best)


def compare(task: RecommendationTask | None = None, seeds: Sequence[int] = (0, 1, 2), **training) -> Comparison:
    """The recall of `measure`, on generated sessions if no task is given."""
    return measure(task or made_task(), seeds, **training).recall


def task_from_file(path: str | Path, *, session: str, item: str, time: str) -> RecommendationTask:
    """A task from a CSV file with one row for each click: names of the columns for session, item and time.

    time: a number, such as seconds since 1970. Sessions are cut to their first LONGEST clicks; rows may come in any
    order. Raises BadFile, with what to do.
    """
    name = Path(path).name
    rows = _read(Path(path), name, (session, item, time))
    names = sorted({row[1] for row in rows})
    number = {label: k for k, label in enumerate(names)}
    rows.sort(key=lambda row: (row[0], row[2]))
    sessions = np.unique([row[0] for row in rows], return_inverse=True)[1]
    minutes = np.array([row[2] for row in rows])
    starts = np.concatenate([[0], np.flatnonzero(np.diff(sessions)) + 1])
    within = np.arange(len(rows)) - np.repeat(starts, np.diff([*starts, len(rows)])) < LONGEST
    items = np.array([number[row[1]] for row in rows])
    log = Clicks(sessions[within], items[within], minutes[within], len(names), None)
    made = task_from_log(name, log)
    if min(len(made.train), len(made.test)) < 20:
        raise BadFile(
            f"{name}: split by time there are {len(made.train)} training and {len(made.test)} test sessions of two "
            "clicks or more, and 20 of each are needed: use a longer log"
        )
    return made


def _read(path: Path, name: str, columns: tuple[str, str, str]) -> list[tuple[str, str, float]]:
    if not path.exists():
        raise BadFile(f"{name} is not there: check the path {path}")
    header, table = csv_table(plain_text(path), columns, name)
    columns = tuple(map(plain_name, columns))
    if missing := [column for column in columns if header.count(column) != 1]:
        if missing[0] in header:
            raise BadFile(f"{name} has several columns called {missing[0]!r}: give them different names")
        raise BadFile(f"{name} has no column {missing[0]!r}; its first line names {', '.join(header) or 'nothing'}")
    rows, places = [], [header.index(column) for column in columns]
    for where, cells in (row for row in table if not row.empty):
        if any(cells[len(header) :]):
            raise BadFile(
                f"{where} has {len(cells)} cells where the header has {len(header)}: put quotation marks around"
            )
        visit, item, when = chosen = [cells[k] if k < len(cells) else "" for k in places]
        if not all(chosen):
            raise BadFile(f"{where}: a cell is empty; fill it or remove the line")
        rows.append((visit, item, _seconds(where, when)))
    return rows


def _seconds(where: str, cell: str) -> float:
    try:
        when = number(where, "time", cell, ".")
    except BadFile:
        when = np.nan
    if np.isnan(when):
        raise BadFile(f"{where}: the time {cell!r} is no number; write seconds, say")
    return when
