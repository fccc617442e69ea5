"""Each sequence is turned round within its own length."""

from __future__ import annotations

import torch

from coursekit.training.bidirectional import turn_round


def test_what_comes_last_comes_first_and_twice_is_once():
    x, lengths = torch.arange(8.0).reshape(2, 4, 1), torch.tensor([3, 4])
    turned = turn_round(x, lengths)
    assert turned[0, :3, 0].tolist() == [2, 1, 0] and turned[1, :, 0].tolist() == [7, 6, 5, 4]
    assert torch.equal(turn_round(turned, lengths)[0, :3], x[0, :3])
