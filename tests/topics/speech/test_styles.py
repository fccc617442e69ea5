"""Right answers of lesson 12 in unusual styles, and settings that would hide a mistake."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from coursekit.checking import registry
from tests.topics.answers import right


def scaled_in_loops(train, train_lengths, test, test_lengths):
    frames = np.concatenate([row[:k] for row, k in zip(train, train_lengths, strict=True)])
    new = []
    for x, lengths in ((train, train_lengths), (test, test_lengths)):
        out = np.zeros(x.shape)
        for n, k in enumerate(lengths):
            out[n, :k] = (x[n, :k] - frames.mean(0)) / frames.std(0)
        new.append(out)
    return new


def scaled_by_moments(train, train_lengths, test, test_lengths):
    real = (torch.arange(train.shape[1]) < torch.as_tensor(train_lengths)[:, None])[..., None]
    t = torch.as_tensor(train)
    mean = (t * real).sum((0, 1)) / real.sum()
    std = ((t * real).pow(2).sum((0, 1)) / real.sum() - mean**2).sqrt()
    u = torch.as_tensor(test)
    other = (torch.arange(u.shape[1]) < torch.as_tensor(test_lengths)[:, None])[..., None]
    return {"train": (t - mean) / std * real, "test": (u - mean) / std * other}


@pytest.mark.parametrize("answer", [scaled_in_loops, scaled_by_moments])
def test_scaling_in_other_styles(answer):
    right("standardise_frames", answer)


def by_masked_arrays(x, lengths):
    after = np.broadcast_to((np.arange(x.shape[1]) >= lengths[:, None])[..., None], x.shape)
    masked = np.ma.masked_array(x, after)
    return masked.mean(axis=1).data, masked.std(axis=1).data


def by_nan(x, lengths):
    y = np.where((np.arange(x.shape[1]) < lengths[:, None])[..., None], x, np.nan).astype(np.float32)
    return [np.nanmean(y, axis=1), np.nanstd(y, axis=1)]


@pytest.mark.parametrize("answer", [by_masked_arrays, by_nan])
def test_features_in_other_styles(answer):
    right("masked_mean_std", answer)


@pytest.mark.parametrize(
    "answer",
    [
        lambda hs, lengths: [h[k - 1] for h, k in zip(hs, lengths, strict=True)],
        lambda hs, lengths: np.einsum("nth,nt->nh", hs, np.eye(hs.shape[1])[lengths - 1]),
        lambda hs, lengths: np.take_along_axis(hs, lengths[:, None, None] - 1, axis=1)[:, 0],
        lambda hs, lengths: torch.as_tensor(hs)[torch.arange(len(hs)), torch.as_tensor(lengths) - 1],
    ],
)
def test_last_states_in_other_styles(answer):
    right("last_valid", answer)


def test_the_padding_is_never_zero_so_that_counting_it_shows():
    for name in ("standardise_frames", "masked_mean_std", "last_valid"):
        for draw in registry.get(name).draws(0):
            for x, lengths in zip(list(draw.args.values())[::2], list(draw.args.values())[1::2], strict=True):
                after = np.arange(x.shape[1]) >= lengths[:, None]
                assert after.any() and np.abs(x[after]).min() > 0 and len(set(lengths)) > (len(lengths) > 1)
