"""Advice: put a convolution before the GRU. It finds patterns of a few steps; not every task has them."""

from __future__ import annotations

from collections.abc import Sequence

import torch

from coursekit.nn import GRU, CausalConvolution
from coursekit.topics.claims.experiments import runs, variants
from coursekit.topics.claims.experiments.problems import ADDING, MOTIF, Problem
from coursekit.topics.claims.experiments.result import Measurement, Result
from coursekit.topics.claims.experiments.settings import Settings
from coursekit.training.torch_loop import WithReadOut

_CHANNELS, _KERNEL = 8, 5


def convolution_first(problem: Problem, settings: Settings, plain: WithReadOut) -> torch.nn.Module:
    """A convolution and a narrower GRU: together they have no more parameters than the plain one may have."""

    def build(H: int) -> torch.nn.Module:
        narrower = WithReadOut(GRU(_CHANNELS, H, batch_first=True), problem.K)
        return torch.nn.Sequential(CausalConvolution(problem.D, _CHANNELS, _KERNEL), torch.nn.ReLU(), narrower)

    return variants.within_budget(problem, settings, build)


def cnn_features_help(settings: Settings, seeds: Sequence[int]) -> Result:
    """Loss of the GRU over loss with a convolution before it, on a task with local patterns and on one without."""
    groups = {
        problem.name: variants.with_and_without(problem, convolution_first, "convolution", settings, seeds)
        for problem in (MOTIF, ADDING)
    }
    return Result(
        name="cnn_features",
        title="CNN features help",
        claim="Features of a convolution make a GRU better.",
        quantity="loss of the GRU divided by loss with a convolution before it",
        claimed=(1.0, float("inf")),
        conditions=f"equal parameters ({variants.sizes(groups)}); {_CHANNELS} channels of {_KERNEL} steps; "
        f"{settings.steps} steps; {len(seeds)} seeds, paired",
        measurements=tuple(
            Measurement(name, runs.ratios(group["GRU"], group["GRU, convolution"]), ratio=True)
            for name, group in groups.items()
        ),
        picture=runs.curves(groups),
    )
