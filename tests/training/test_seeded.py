"""A seed decides what is drawn within, and nothing of what is drawn afterwards."""

from __future__ import annotations

import torch

from coursekit.training.seeded import seeded


def drawn(seed: int) -> torch.Tensor:
    with seeded(seed):
        return torch.nn.Linear(3, 4).weight.detach()


def test_equal_seeds_draw_equal_weights_and_others_draw_others():
    assert torch.equal(drawn(1), drawn(1)) and not torch.equal(drawn(1), drawn(2))


def test_the_generator_outside_goes_on_where_it_was():
    torch.manual_seed(0)
    expected = torch.rand(4)
    torch.manual_seed(0)
    first = torch.rand(2)
    drawn(5)
    assert torch.equal(torch.cat([first, torch.rand(2)]), expected)
