"""Advice: use layer normalisation. Inside the recurrence, as Ba et al. 2016 (arXiv:1607.06450) propose it."""

from __future__ import annotations

from collections.abc import Sequence

import torch

from coursekit.nn import LayerNormGRU
from coursekit.topics.claims.experiments import runs, variants
from coursekit.topics.claims.experiments.problems import ADDING, TEXT, Problem
from coursekit.topics.claims.experiments.result import Measurement, Result
from coursekit.topics.claims.experiments.settings import Settings
from coursekit.topics.claims.experiments.speed import TARGET, step_ratios
from coursekit.training.torch_loop import WithReadOut


def normalised(problem: Problem, settings: Settings, plain: WithReadOut) -> torch.nn.Module:
    """The same GRU with normalisation in it, over all rows of the three blocks together."""
    plain.layer = LayerNormGRU(problem.D, plain.layer.hidden_size, groups=(3,), layer=plain.layer)
    return plain


def layer_norm_helps(settings: Settings, seeds: Sequence[int]) -> Result:
    """Without normalisation over with it: losses after equally many steps, and steps to a loss."""
    groups = {
        problem.name: variants.with_and_without(problem, normalised, "layer norm", settings, seeds)
        for problem in (ADDING, TEXT)
    }
    return Result(
        name="layer_norm",
        title="layer normalisation helps",
        claim="Layer normalisation makes a GRU learn faster.",
        quantity="without normalisation divided by with it: loss after equally many steps, and steps to a loss",
        claimed=(1.0, float("inf")),
        conditions=f"equal width ({variants.sizes(groups)}); {settings.steps} and {settings.text_steps} steps; "
        f"{len(seeds)} seeds, paired",
        measurements=tuple(
            Measurement(name, runs.ratios(group["GRU"], group["GRU, layer norm"]), ratio=True)
            for name, group in groups.items()
        )
        + (Measurement(f"adding, steps to {TARGET:g}", step_ratios(*groups[ADDING.name].values()), ratio=True),),
        picture=runs.curves(groups),
    )
