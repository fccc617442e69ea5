"""Lesson 12: who is speaking? Utterances of unequal length, by logistic regression and a bidirectional GRU.

    task = who_is_speaking()
    result = measure(task, seeds=(0, 1, 2))
    result.table                                    # a Comparison; result.said holds what each method answered

It is speaker identification: nine known voices say one and the same sound. Nothing is transcribed.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import torch

from coursekit.nn import GRU
from coursekit.results.comparison import Comparison
from coursekit.sources.own_file import BadFile
from coursekit.sources.ts_format import Padded, TimeSeries, padded, read_ts
from coursekit.topics.speech.data import japanese_vowels
from coursekit.topics.speech.voices import read_voices
from coursekit.training.batches import random_rows
from coursekit.training.bidirectional import turn_round
from coursekit.training.own_loop import Fit, train_by
from coursekit.training.progress import trainings
from coursekit.training.seeded import seeded
from coursekit.training.sequence_classification import (
    ClassificationResult,
    ClassificationTask,
    add_logistic,
    cross_entropy,
    features_in_order,
    result_with_baseline,
    standardised_task,
)
from coursekit.training.sequence_classification import features as features  # for the lesson, which shows the baseline
from coursekit.training.sequence_classification import held_out as held_out
from coursekit.training.torch_loop import outputs, train_torch

UNITS, BATCH = 32, 32
STEPS, LEARNING_RATE = 400, 0.005  # where the loss on held-out training utterances stops falling
LONGEST_PIECE = 40  # frames, a quarter of a second
LOGISTIC_IN_ORDER = "logistic regression, by thirds"
LAST_VALID, LAST_OUTPUT = "last valid state", "last output"


def who_is_speaking() -> ClassificationTask:
    """The nine speakers of `coursekit.topics.speech.data`, in the published split."""
    vowels = japanese_vowels()
    return standardised_task(vowels.provenance.title, vowels.train, vowels.test, tuple("123456789"))


class SpeakerModel(torch.nn.Module):
    """x (N, T, D), lengths (N,) -> scores (N, K), by one GRU that reads forwards and one that reads backwards.

    layer: called as layer(D, units, batch_first=True); anything that maps x (N, T, D) to (states (N, T, H), ...).
    take: LAST_VALID, the state after the last real frame; or LAST_OUTPUT, the state after the padding (a mistake).
    """

    def __init__(
        self, D: int, K: int, units: int = UNITS, layer: Callable[..., torch.nn.Module] = GRU, take: str = LAST_VALID
    ) -> None:
        super().__init__()
        self.forwards, self.backwards = (layer(D, units, batch_first=True) for _ in range(2))
        self.read_out = torch.nn.Linear(2 * units, K)
        self.take = take

    def forward(self, x: torch.Tensor, lengths: torch.Tensor) -> torch.Tensor:
        turned = x.flip(1) if self.take == LAST_OUTPUT else turn_round(x, lengths)
        last = x.new_full((len(x),), x.shape[1] - 1).long() if self.take == LAST_OUTPUT else lengths - 1
        rows = torch.arange(len(x))
        ends = [read(part)[0][rows, last] for read, part in ((self.forwards, x), (self.backwards, turned))]
        return self.read_out(torch.cat(ends, dim=1))


def train_speaker_model(
    data: Padded,
    K: int,
    seed: int,
    *,
    layer: Callable[..., torch.nn.Module] = GRU,
    take: str = LAST_VALID,
    steps: int = STEPS,
    validation: Padded | None = None,
    fit: Fit | None = None,
    progress: bool | None = None,
):
    """Train a fresh `SpeakerModel` on all utterances of data, cross-entropy; returns the History.

    fit: a loop of one's own, as lesson 06b asks for; it learns from four fifths of the utterances, and watches the
    others to stop early.
    """
    with seeded(seed):
        model = SpeakerModel(data.x.shape[2], K, layer=layer, take=take)
    if fit is not None:
        watched = held_out(data.label)
        parts = ([array[rows] for array in data] for rows in (~watched, watched))
        return train_by(fit, model, *parts, loss=cross_entropy, lr=LEARNING_RATE, size=BATCH, seed=seed)
    batches = random_rows(*data, size=BATCH)
    more = {"validation": tuple(validation)} if validation is not None else {}
    return train_torch(model, batches, steps, LEARNING_RATE, seed=seed, progress=progress, loss=cross_entropy, **more)


def scores(module: torch.nn.Module, data: Padded) -> np.ndarray:
    """The scores of a trained model, (N, K)."""
    return outputs(module, data.x, data.lengths)


def measure(
    task: ClassificationTask,
    seeds: Sequence[int] = (0, 1, 2),
    *,
    mistake: bool = False,
    progress: bool | None = None,
    **training,
) -> ClassificationResult:
    """All methods on the same test utterances: the share of right answers.

    mistake: with the GRU that reads the padding, too. training: more arguments of `train_speaker_model`.
    """
    result, K = result_with_baseline(task, "utterances", seeds), len(task.classes)
    add_logistic(result, task, "utterances", LOGISTIC_IN_ORDER, features_in_order)
    runs: dict[str, list[np.ndarray]] = {}
    takes = (LAST_VALID, LAST_OUTPUT) if mistake else (LAST_VALID,)
    for take, seed in trainings([(take, seed) for take in takes for seed in seeds], progress):
        model = train_speaker_model(task.train, K, seed, take=take, progress=False, **training).model
        runs.setdefault(take, []).append(scores(model, task.test).argmax(axis=1))
    for take, answers in runs.items():
        result.add(f"GRU, {take}", answers, note=f"2 x {UNITS} units")
    return result


def right_after(
    task: ClassificationTask, frames: Sequence[int], log_probabilities: Callable[[Padded], np.ndarray]
) -> np.ndarray:
    """The share of right answers (in %) if only so many frames of each test utterance are heard. (len(frames),)

    log_probabilities: from utterances to scores (M, K). An utterance that is shorter is heard to its end.
    """
    shares = []
    for heard in frames:
        lengths = np.minimum(task.test.lengths, heard)
        x = np.where((np.arange(task.test.x.shape[1]) < lengths[:, None])[..., None], task.test.x, 0)
        said = log_probabilities(task.test._replace(x=x, lengths=lengths)).argmax(axis=1)
        shares.append(100 * float((said == task.test.label).mean()))
    return np.array(shares)


def compare(task: ClassificationTask | None = None, seeds: Sequence[int] = (0, 1, 2), **how) -> Comparison:
    """The table of `measure`, of the nine speakers if no task is given."""
    return measure(task or who_is_speaking(), seeds, **how).table


def task_from_files(train: str | Path, test: str | Path) -> ClassificationTask:
    """A task from your own pair of .ts files (see `coursekit.sources.ts_format`): any sequences with classes.

    Raises BadFile, with what to do.
    """
    learn, judge = read_ts(train), read_ts(test)
    if learn.series[0].shape[1] != judge.series[0].shape[1]:
        raise BadFile(
            f"{Path(train).name} has {learn.series[0].shape[1]} channels and {Path(test).name} has "
            f"{judge.series[0].shape[1]}: use two files of one task"
        )
    data = padded(learn)
    if counts := [name for k, name in enumerate(learn.classes) if (data.label == k).sum() < 2]:
        raise BadFile(f"{Path(train).name} has fewer than two cases of class {counts[0]!r}: add some, or drop it")
    return standardised_task(
        f"{Path(train).stem} and {Path(test).stem}", data, padded(judge, learn.classes), learn.classes
    )


def task_from_recordings(folder: str | Path, test_share: float = 0.3) -> ClassificationTask:
    """A task from your own recordings: a folder for each speaker with WAV files (see `coursekit.topics.speech.voices`).

    The last files of each speaker, by name, are the test: record them on another day. Files are cut into pieces of
    at most LONGEST_PIECE frames, after the split. Raises BadFile, with what to do.
    """
    voices, parts = read_voices(folder), ([], [])
    for speaker, recordings in voices.items():
        last = max(1, round(test_share * len(recordings)))
        if len(recordings) - last < 2:
            raise BadFile(f"{speaker} has {len(recordings)} recordings: at least three are needed, more are better")
        for part, chosen in zip(parts, (recordings[:-last], recordings[-last:]), strict=True):
            for frames in chosen:
                pieces = np.array_split(frames, -(-len(frames) // LONGEST_PIECE))
                part.extend((piece, speaker) for piece in pieces)
    names = tuple(voices)
    train, test = (
        padded(TimeSeries([piece for piece, _ in part], [speaker for _, speaker in part], names)) for part in parts
    )
    return standardised_task(f"{len(names)} speakers in {Path(folder).name}", train, test, names)
