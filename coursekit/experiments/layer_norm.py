"""Advice: use layer normalisation. Inside the recurrence, as Ba et al. 2016 (arXiv:1607.06450) propose it."""

from __future__ import annotations

from collections.abc import Sequence

import torch

from coursekit.training.torch_loop import WithReadOut

from . import runs, variants
from .problems import ADDING, TEXT, Problem
from .result import Measurement, Result
from .settings import Settings
from .speed import TARGET, step_ratios


class NormalisedGRU(torch.nn.Module):
    """A GRU whose two products are normalised at every step, each over all rows of the three blocks together.

    x (N, T, D) -> outputs (N, T, K). Starts from the weights of a plain GRU; the gains start at 1, the biases at
    0. The biases of the plain GRU stay in the products, before the normalisation.
    """

    def __init__(self, plain: WithReadOut) -> None:
        super().__init__()
        self.layer, self.read_out = plain.layer, plain.read_out
        rows = 3 * plain.layer.hidden_size
        self.norm_x, self.norm_h = torch.nn.LayerNorm(rows), torch.nn.LayerNorm(rows)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        W_ih, W_hh, b_ih, b_hh = self.layer.parameters()
        from_x = self.norm_x(torch.nn.functional.linear(x, W_ih, b_ih)).unbind(1)
        h, hs = x.new_zeros(len(x), self.layer.hidden_size), []
        for step in from_x:
            xr, xz, xn = step.chunk(3, 1)
            hr, hz, hn = self.norm_h(torch.nn.functional.linear(h, W_hh, b_hh)).chunk(3, 1)
            r, z = torch.sigmoid(xr + hr), torch.sigmoid(xz + hz)
            h = torch.lerp(torch.tanh(xn + r * hn), h, z)
            hs.append(h)
        return self.read_out(torch.stack(hs, dim=1))


def normalised(problem: Problem, settings: Settings, plain: WithReadOut) -> torch.nn.Module:
    """The same GRU with normalisation in it."""
    return NormalisedGRU(plain)


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
