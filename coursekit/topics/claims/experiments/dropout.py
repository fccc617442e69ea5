"""Advice: use dropout. Between the states and the read-out (Zaremba et al. 2014), on little data."""

from __future__ import annotations

from collections.abc import Sequence

import torch

from coursekit.topics.claims.experiments import runs, variants
from coursekit.topics.claims.experiments.problems import FEW_CHARACTERS, FEW_SEQUENCES, Problem
from coursekit.topics.claims.experiments.result import Measurement, Result
from coursekit.topics.claims.experiments.settings import Settings
from coursekit.training.torch_loop import WithReadOut


def dropped(problem: Problem, settings: Settings, plain: WithReadOut) -> torch.nn.Module:
    """The same GRU; in training a share of its states does not reach the read-out."""
    plain.read_out = torch.nn.Sequential(torch.nn.Dropout(settings.dropout), plain.read_out)
    return plain


def dropout_helps(settings: Settings, seeds: Sequence[int]) -> Result:
    """Loss on unseen data without dropout over that with it: at the end, and at the best moment of each."""
    groups = {
        problem.name: variants.with_and_without(problem, dropped, "dropout", settings, seeds)
        for problem in (FEW_CHARACTERS, FEW_SEQUENCES)
    }
    places = [(name, group, of) for name, group in groups.items() for of in ("last", "best")]
    moment = {"last": "at the end", "best": "at its best"}
    return Result(
        name="dropout",
        title="dropout helps",
        claim="Dropout makes a GRU better on unseen data.",
        quantity="loss without dropout divided by loss with it",
        claimed=(1.0, float("inf")),
        conditions=f"equal width ({variants.sizes(groups)}); a share of {settings.dropout:g} of the states dropped "
        f"before the read-out; {settings.small_steps} steps; {len(seeds)} seeds, paired",
        measurements=tuple(
            Measurement(f"{name}, {moment[of]}", runs.ratios(group["GRU"], group["GRU, dropout"], of), ratio=True)
            for name, group, of in places
        ),
        picture=runs.curves(groups),
    )
