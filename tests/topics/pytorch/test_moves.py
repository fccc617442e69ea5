"""What lesson 06b compares with PyTorch: Adam's walk, layers taken to NumPy, and the network that is trained."""

import numpy as np
import pytest
import torch
from torch import nn

from coursekit.reference.numerics import relative_error
from coursekit.topics.pytorch import downhill, moves, task, walks
from coursekit.topics.pytorch.answers import adam_step


def test_a_right_adam_walks_as_that_of_pytorch():
    walk = walks.of_adam(adam_step, 0.1)
    assert walk.shape == (101, 2) and tuple(walk[0]) == downhill.START
    assert np.abs(walk - walks.of_torch_adam(0.1)).max() < 1e-12


def test_averages_that_are_not_kept_change_the_walk():
    def forgetful(weight, gradient, m, v, t, *rest):
        return adam_step(weight, gradient, 0 * m, 0 * v, t, *rest)

    assert np.abs(walks.of_adam(forgetful, 0.1) - walks.of_torch_adam(0.1)).max() > 0.1


@pytest.mark.parametrize("layers", [1, 3])
def test_layers_taken_to_numpy_give_the_same_states(layers):
    torch.manual_seed(0)
    theirs = nn.GRU(5, 4, num_layers=layers, batch_first=True, dtype=torch.float64)
    x = torch.randn(2, 7, 5, dtype=torch.float64)
    taken = moves.to_numpy(theirs.state_dict())
    assert [params.W_ih.shape for params in taken] == [(12, 5), *[(12, 4)] * (layers - 1)]
    assert relative_error(moves.numpy_states(x.numpy(), taken), theirs(x)[0].detach()) < 1e-12


def test_the_share_of_right_answers_is_counted_in_evaluation_mode():
    class Always(nn.Module):
        def forward(self, x):
            assert not self.training
            return torch.eye(task.CLASSES)[torch.full((len(x),), 2)]

    rows = torch.zeros(4, task.STEPS, task.CLASSES + 1), torch.tensor([2, 2, 2, 0])
    assert task.share_right(Always().train(), rows) == 0.75


def test_the_network_scores_the_classes_from_the_last_state():
    torch.manual_seed(0)
    model = task.Network(lambda D, H: nn.GRU(D, H, batch_first=True)).eval()
    x = torch.randn(3, task.STEPS, task.CLASSES + 1)
    scores = model(x)
    assert scores.shape == (3, task.CLASSES)
    torch.testing.assert_close(scores, model.read_out(model.layer(x)[0][:, -1]))
