"""NumPy and PyTorch, from the same weights, on the same batches, with the same settings, are the same training."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from coursekit.reference import gru, lstm, rnn
from coursekit.sources.tasks import adding, copy
from coursekit.training import new_model, predict, train
from coursekit.training.torch_loop import (
    WithReadOut,
    evaluate_torch,
    torch_loss,
    torch_twin,
    train_in_stages,
    train_torch,
    with_seeds,
)


@pytest.mark.parametrize("cell", [rnn, lstm, gru])
def test_the_twin_has_the_same_outputs(cell):
    model = new_model(cell, 3, 6, 2, seed=0)
    x = np.random.default_rng(0).standard_normal((4, 5, 3)).astype(np.float32)
    np.testing.assert_allclose(torch_twin(model)(torch.tensor(x)).detach(), predict(model, x)[0], atol=1e-6)


@pytest.mark.parametrize("cell", [rnn, lstm, gru])
@pytest.mark.parametrize("optimiser, clip", [("adam", 1.0), ("sgd", None), ("sgd", 0.01)])
def test_the_two_loops_agree_step_by_step(cell, optimiser, clip):
    for task, D, K in ((lambda rng: adding(rng, 8, 6), 2, 1), (lambda rng: copy(rng, 8, 11), 10, 8)):
        model = new_model(cell, D, 6, K, seed=0, dtype=np.float64)
        held_out = task(np.random.default_rng(5))
        options = {"steps": 20, "lr": 0.05, "clip": clip, "optimiser": optimiser, "seed": 3}
        ours = train(model, task, **options, validation=held_out, every=7)
        theirs = train_torch(torch_twin(model), task, **options, validation=held_out, every=7)
        np.testing.assert_allclose(ours.loss, theirs.loss, rtol=1e-5)
        np.testing.assert_allclose(ours.metric, theirs.metric, rtol=1e-5)
        np.testing.assert_allclose(ours.gradient_norm, theirs.gradient_norm, rtol=1e-5)
        np.testing.assert_allclose(ours.validation, theirs.validation, rtol=1e-5)


def test_the_module_and_the_random_numbers_outside_are_left_alone():
    torch.manual_seed(0)
    layer = torch.nn.GRU(2, 8, num_layers=2, dropout=0.5, bidirectional=True, batch_first=True)
    module = WithReadOut(layer, 1)
    before = [p.clone() for p in module.parameters()]
    random_state = torch.random.get_rng_state()
    one, two = (train_torch(module, lambda rng: adding(rng, 8, 6), steps=4, seed=1) for _ in range(2))
    assert one.loss == two.loss
    assert torch.equal(random_state, torch.random.get_rng_state())
    assert all(torch.equal(a, b) for a, b in zip(before, module.parameters(), strict=True))
    batch = adding(np.random.default_rng(0), 8, 6)
    assert evaluate_torch(one.model, batch) == evaluate_torch(one.model, batch)  # dropout is off, then on again
    assert one.model.training


def test_no_two_trainings_share_the_seed_of_a_stage():
    plans = [with_seeds([(3, 0.1), (2, 0.01)], seed) for seed in range(3)]
    assert plans[1] == [(3, 0.1, 10), (2, 0.01, 11)]
    assert len({seed for plan in plans for _, _, seed in plan}) == 6


def test_a_stage_goes_on_where_the_one_before_ended():
    module = torch_twin(new_model(gru, 2, 5, 1, seed=0))
    before = [p.clone() for p in module.parameters()]
    trained = train_in_stages(module, lambda rng: adding(rng, 8, 6), [(3, 0.1, 7), (2, 0.01, 8)], loss=torch_loss)
    first = train_torch(module, lambda rng: adding(rng, 8, 6), 3, 0.1, seed=7).model
    second = train_torch(first, lambda rng: adding(rng, 8, 6), 2, 0.01, seed=8).model
    assert all(torch.equal(a, b) for a, b in zip(trained.parameters(), second.parameters(), strict=True))
    assert all(torch.equal(a, b) for a, b in zip(before, module.parameters(), strict=True))
    assert not trained.training
