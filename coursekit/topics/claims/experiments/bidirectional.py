"""Advice: make it bidirectional. Where every step has an answer, the future can help; after the end there is none."""

from __future__ import annotations

from collections.abc import Sequence

import torch

from coursekit.nn import GRU
from coursekit.topics.claims.experiments import runs, variants
from coursekit.topics.claims.experiments.problems import ADDING, WORD_ENDS, Problem
from coursekit.topics.claims.experiments.result import Measurement, Result
from coursekit.topics.claims.experiments.settings import Settings
from coursekit.training.torch_loop import WithReadOut


class ReadsBothEnds(WithReadOut):
    """For one answer per sequence: the last state of each direction, which has read everything."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """x (N, T, D) -> the answer (N, T, K), repeated for every step."""
        _, h_n = self.layer(x)
        answer = self.read_out(torch.cat([h_n[0], h_n[1]], dim=1))
        return answer[:, None].expand(-1, x.shape[1], -1)


def both_directions(problem: Problem, settings: Settings, plain: WithReadOut) -> torch.nn.Module:
    """A narrower GRU in each direction: together they have no more parameters than the plain one may have."""
    kind = WithReadOut if problem is WORD_ENDS else ReadsBothEnds

    def build(H: int) -> torch.nn.Module:
        return kind(GRU(problem.D, H, batch_first=True, bidirectional=True), problem.K)

    return variants.within_budget(problem, settings, build)


def bidirectional_helps(settings: Settings, seeds: Sequence[int]) -> Result:
    """Loss of the GRU over loss of the bidirectional GRU, on a task for every step and on one for the end."""
    groups = {
        problem.name: variants.with_and_without(problem, both_directions, "both directions", settings, seeds)
        for problem in (WORD_ENDS, ADDING)
    }
    return Result(
        name="bidirectional",
        title="bidirectional helps",
        claim="A bidirectional GRU is better than a GRU.",
        quantity="loss of the GRU divided by loss of the bidirectional one",
        claimed=(1.0, float("inf")),
        conditions=f"equal parameters ({variants.sizes(groups)}); {len(seeds)} seeds, paired",
        measurements=tuple(
            Measurement(name, runs.ratios(group["GRU"], group["GRU, both directions"]), ratio=True)
            for name, group in groups.items()
        ),
        picture=runs.curves(groups),
    )
