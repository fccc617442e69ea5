"""Runnable mistakes of lesson 12: padding that is taken for speech, and scaling that has seen the test."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from coursekit.checking import Mistake
from coursekit.topics.speech.answers import last_valid, masked_mean_std
from coursekit.training.padding import real_frames

# From the training frames (all, D) and the test frames to centre and scale.
Statistics = Callable[[np.ndarray, np.ndarray], tuple[np.ndarray, np.ndarray]]


def _of(frames: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    return frames.mean(axis=0), frames.std(axis=0)


def _scaled(statistics: Statistics = lambda train, test: _of(train), *, zeros: str = "both") -> Callable:
    """Scaling by other numbers. zeros after the end: put back ("both"), "before" scaling only, or "none"."""

    def answer(train: np.ndarray, train_lengths: np.ndarray, test: np.ndarray, test_lengths: np.ndarray) -> tuple:
        real = [real_frames(n, x.shape[1]) for x, n in ((train, train_lengths), (test, test_lengths))]
        centre, scale = statistics(train[real[0]], test[real[1]])
        out = []
        for x, mask in zip((train, test), real, strict=True):
            y = (np.where(mask[..., None], x, 0) if zeros == "before" else x) - centre
            out.append(np.where(mask[..., None], y / scale, 0) if zeros == "both" else y / scale)
        return tuple(out)

    return answer


def _padding_too(train, train_lengths, test, test_lengths):
    return _scaled(lambda *_: _of(train.reshape(-1, train.shape[2])))(train, train_lengths, test, test_lengths)


def _zeros_too(train, train_lengths, test, test_lengths):
    filled = np.where(real_frames(train_lengths, train.shape[1])[..., None], train, 0)
    return _scaled(lambda *_: _of(filled.reshape(-1, train.shape[2])))(train, train_lengths, test, test_lengths)


def _mean_of_means(train, train_lengths, test, test_lengths):
    each = [part.mean(axis=0) for part in masked_mean_std(train, train_lengths)]
    return _scaled(lambda *_: each)(train, train_lengths, test, test_lengths)


def _each_alone(train, train_lengths, test, test_lengths):
    ours = _scaled()(train, train_lengths, test, test_lengths)[0]
    return ours, _scaled(lambda _, frames: _of(frames))(train, train_lengths, test, test_lengths)[1]


def _each_utterance(train, train_lengths, test, test_lengths):
    def one(x, lengths):
        mean, std = masked_mean_std(x, lengths)
        return np.where(real_frames(lengths, x.shape[1])[..., None], (x - mean[:, None]) / std[:, None], 0)

    return one(train, train_lengths), one(test, test_lengths)


def _in_place(train, train_lengths, test, test_lengths):
    centre, scale = _of(train[real_frames(train_lengths, train.shape[1])])
    for x, lengths in ((train, train_lengths), (test, test_lengths)):
        x -= centre
        x /= scale
        x[~real_frames(lengths, x.shape[1])] = 0
    return train, test


SCALING = (
    Mistake(
        "statistics that count the padding",
        "What comes after the end of an utterance is not sound. Which frames enter the mean?",
        _padding_too,
    ),
    Mistake(
        "statistics that count the padding as zeros",
        "Zeros after the end pull the mean towards zero, and by more for short utterances. Leave them out.",
        _zeros_too,
    ),
    Mistake(
        "means over the utterances of their own means and deviations",
        "A short utterance then counts as much as a long one. All real frames count alike: take them together first.",
        _mean_of_means,
    ),
    Mistake(
        "the sample's standard deviation (ddof=1)",
        "Take np.std as it comes.",
        _scaled(lambda train, test: (train.mean(axis=0), train.std(axis=0, ddof=1))),
    ),
    Mistake(
        "statistics of train and test together",
        "When the classifier is made, the test utterances have not been recorded yet.",
        _scaled(lambda train, test: _of(np.concatenate([train, test]))),
    ),
    Mistake(
        "a test set that is scaled by its own statistics",
        "The same sound must get the same numbers in both sets.",
        _each_alone,
    ),
    Mistake(
        "statistics of the test set for both sets",
        "The numbers come from train.",
        _scaled(lambda train, test: _of(test)),
    ),
    Mistake(
        "utterances that are each scaled by their own statistics",
        "That takes away the level of a voice, which is part of what tells the speakers apart.",
        _each_utterance,
    ),
    Mistake(
        "one mean and one standard deviation for all channels",
        "The channels have different levels and spreads: D means and D standard deviations.",
        _scaled(lambda train, test: (train.mean(), train.std())),
    ),
    Mistake(
        "padding that is scaled like sound",
        "The real frames are right. Look at the numbers after the end of a short utterance.",
        _scaled(zeros="none"),
    ),
    Mistake(
        "padding that was zero before scaling and is not zero after it",
        "The real frames are right. Zero minus a mean, divided by a deviation, is no longer zero.",
        _scaled(zeros="before"),
    ),
    Mistake(
        "frames that are not centred",
        "Subtract the mean of each channel first.",
        _scaled(lambda train, test: (np.zeros(train.shape[1]), train.std(axis=0))),
    ),
    Mistake(
        "a variance in place of a standard deviation",
        "After scaling, the training frames have a standard deviation of 1.",
        _scaled(lambda train, test: (train.mean(axis=0), train.var(axis=0))),
    ),
    Mistake("arrays that are changed in place", "Make new arrays: the caller still needs the old ones.", _in_place),
)


def _summed(x: np.ndarray, lengths: np.ndarray, divide: Callable[[np.ndarray, int], np.ndarray]) -> tuple:
    """Means and deviations of the zero-filled utterances, divided by something else than the lengths."""
    real, by = real_frames(lengths, x.shape[1])[..., None], divide(lengths, x.shape[1])
    mean = np.where(real, x, 0).sum(axis=1) / by
    return mean, np.sqrt((np.where(real, x - mean[:, None], 0) ** 2).sum(axis=1) / by)


def _zeros_deviate(x, lengths):
    mean = masked_mean_std(x, lengths)[0]
    filled = np.where(real_frames(lengths, x.shape[1])[..., None], x, 0)
    return mean, np.sqrt(((filled - mean[:, None]) ** 2).sum(axis=1) / lengths[:, None])


def _zero_filled(x, lengths):
    filled = np.where(real_frames(lengths, x.shape[1])[..., None], x, 0)
    return filled.mean(axis=1), filled.std(axis=1)


def _sample(x, lengths):
    return masked_mean_std(x, lengths)[0], np.array([x[n, :k].std(axis=0, ddof=1) for n, k in enumerate(lengths)])


def _one_more(x, lengths):
    return masked_mean_std(x, np.minimum(lengths + 1, x.shape[1]))


def _one_less(x, lengths):
    return masked_mean_std(x, lengths - 1)


def _around_all(x, lengths):
    real = real_frames(lengths, x.shape[1])
    centre, mean = x[real].mean(axis=0), masked_mean_std(x, lengths)[0]
    square = np.where(real[..., None], x - centre, 0) ** 2
    return mean, np.sqrt(square.sum(axis=1) / lengths[:, None])


FEATURES = (
    Mistake(
        "means over all columns, padding included",
        "x.mean(axis=1) runs over the padding. How many frames has utterance n?",
        lambda x, lengths: (x.mean(axis=1), x.std(axis=1)),
    ),
    Mistake(
        "padding set to zero and then counted",
        "A zero is a number too: it pulls the mean of a short utterance towards zero.",
        _zero_filled,
    ),
    Mistake(
        "sums over the real frames divided by T",
        "Divide by the number of frames that were summed: it differs from row to row.",
        lambda x, lengths: _summed(x, lengths, lambda n, T: np.array(T)),
    ),
    Mistake(
        "sums over the real frames divided by the longest length",
        "Divide by the number of frames of this utterance.",
        lambda x, lengths: _summed(x, lengths, lambda n, T: n.max() + 0 * n[:, None]),
    ),
    Mistake(
        "deviations that count the zeros after the end",
        "The mean is right. After the end, the distance to the mean has to be zero, not the value.",
        _zeros_deviate,
    ),
    Mistake(
        "deviations divided by length - 1",
        "np.std divides by the number of values unless it is told otherwise, and so do we here.",
        _sample,
    ),
    Mistake(
        "variances in place of standard deviations",
        "The second result has the unit of x. A square root is missing.",
        lambda x, lengths: (masked_mean_std(x, lengths)[0], masked_mean_std(x, lengths)[1] ** 2),
    ),
    Mistake(
        "deviations from the mean of all utterances",
        "Each utterance has its own mean, and its frames spread around that one.",
        _around_all,
    ),
    Mistake("one frame too many", "Step lengths[n] is the first one of the padding.", _one_more),
    Mistake("one frame too few", "The last frame of utterance n is at step lengths[n] - 1.", _one_less),
)


def _masked(hs: np.ndarray, lengths: np.ndarray) -> np.ndarray:
    return np.where(real_frames(lengths, hs.shape[1])[..., None], hs, 0)


LAST = (
    Mistake(
        "the last column, hs[:, -1]",
        "A short utterance ends before T - 1. After that its state goes on moving, with the padding as input.",
        lambda hs, lengths: hs[:, -1],
    ),
    Mistake(
        "the last column, with zeros after the end",
        "For an utterance that is shorter than T, the last column is padding.",
        lambda hs, lengths: _masked(hs, lengths)[:, -1],
    ),
    Mistake(
        "the step lengths[n], which is one too late",
        "Steps are counted from 0: which one is the last of a sequence of length 3?",
        lambda hs, lengths: last_valid(hs, np.minimum(lengths + 1, hs.shape[1])),
    ),
    Mistake(
        "the step before the last real one",
        "The last real frame counts as well.",
        lambda hs, lengths: last_valid(hs, np.maximum(lengths - 1, 1)),
    ),
    Mistake(
        "one step for all rows, the end of the longest utterance",
        "Every row has its own end.",
        lambda hs, lengths: hs[:, lengths.max() - 1],
    ),
    Mistake(
        "one step for all rows, the end of the shortest utterance",
        "Every row has its own end. What comes after the shortest one is heard as well.",
        lambda hs, lengths: hs[:, lengths.min() - 1],
    ),
    Mistake(
        "one step for all rows, the end of the first utterance",
        "Every row has its own end: index with all lengths, not with one.",
        lambda hs, lengths: hs[:, lengths[0] - 1],
    ),
    Mistake(
        "steps counted from the end of the row",
        "hs[n, -lengths[n]] is where a sequence would begin if the padding came first. Here it comes last.",
        lambda hs, lengths: hs[np.arange(len(hs)), -lengths],
    ),
    Mistake(
        "the mean of the valid states",
        "Often a good idea, but not what was asked: the state after the last real frame.",
        lambda hs, lengths: _masked(hs, lengths).sum(axis=1) / lengths[:, None],
    ),
    Mistake(
        "the largest of the valid states",
        "Often a good idea, but not what was asked: the state after the last real frame.",
        lambda hs, lengths: np.array([h[:n].max(axis=0) for h, n in zip(hs, lengths, strict=True)]),
    ),
    Mistake(
        "hs[:, lengths - 1], which pairs every row with every length",
        "Look at its shape: two axes of size N. Rows and steps have to be taken in pairs.",
        lambda hs, lengths: hs[:, lengths - 1],
    ),
)
