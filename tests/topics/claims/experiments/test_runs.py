"""Runs are repeatable, shared, comparable between NumPy and PyTorch, and never kept by halves."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

from coursekit.nn import LayerNormGRU
from coursekit.topics.claims.experiments import (
    bidirectional,
    cnn_features,
    dropout,
    layer_norm,
    runs,
    small_data,
    speed,
    variants,
)
from coursekit.topics.claims.experiments.problems import ADDING, MOTIF, TEXT, WORD_ENDS
from coursekit.training import count_parameters, new_model
from coursekit.training import loop as training_loop


def test_a_run_is_kept_and_comes_out_the_same_when_repeated(tiny):
    first = runs.run(ADDING, "GRU", tiny, 0)
    assert runs.run(ADDING, "GRU", tiny, 0) is first
    assert runs.run(ADDING, "GRU", tiny, 0, lr=tiny.lr) is first
    assert runs.cells(ADDING, tiny, [0], ["GRU"])["GRU"][0] is first
    plain = variants.with_and_without(ADDING, lambda problem, settings, plain: plain, "same", tiny, [0])["GRU"]
    assert plain[0] is first
    assert runs.run.__wrapped__(ADDING, "GRU", tiny, 0) == first
    assert runs.run(ADDING, "GRU", tiny, 1) != first
    assert runs.run(ADDING, "GRU", tiny, 0, lr=0.1) != first
    assert runs.run(ADDING, "LSTM", tiny, 0, gate_bias=(("f", 1.0),)) != runs.run(ADDING, "LSTM", tiny, 0)


def test_a_curve_has_a_point_before_training_and_one_at_the_end(tiny):
    run = runs.run(ADDING, "RNN", replace(tiny, steps=5, validations=2), 0)
    assert run.steps == (0, 2, 4, 5)
    assert len(run.unseen) == len(run.training) == 4
    assert run.last == run.unseen[-1] and run.best == min(run.unseen)
    assert run.parameters == count_parameters(new_model(runs.CELLS["RNN"], 2, 9, 1, 0)) <= tiny.budget


def test_training_losses_are_means_over_the_steps_before_each_point(tiny):
    history = training_loop.History(None, loss=[4.0, 2.0, 8.0, 6.0, 1.0])
    history.validation = [(0, 9.0, 0), (2, 9.0, 0), (4, 9.0, 0), (5, 9.0, 0)]
    assert runs.run_of(history, 1).training == (4.0, 3.0, 7.0, 1.0)


def test_an_interrupted_run_is_not_kept_and_the_finished_ones_are(tiny, monkeypatch):
    settings = replace(tiny, steps=6)
    done = runs.run(ADDING, "GRU", settings, 0)
    step, calls = training_loop.loss_and_gradients, []

    def stopped_by_the_user(*args):
        calls.append(args)
        if len(calls) == 3:
            raise KeyboardInterrupt
        return step(*args)

    monkeypatch.setattr(training_loop, "loss_and_gradients", stopped_by_the_user)
    with pytest.raises(KeyboardInterrupt, match="the finished runs are kept"):
        runs.cells(ADDING, settings, (0, 1), ("GRU",))
    monkeypatch.undo()
    again = runs.cells(ADDING, settings, (0, 1), ("GRU",))["GRU"]
    assert again[0] is done
    assert again[1].steps[-1] == 6


def test_the_plain_gru_in_pytorch_learns_as_the_one_in_numpy(tiny):
    """So a variant differs from the GRU that it is compared with by the variant alone."""

    def unchanged(problem, settings, plain):
        return plain

    for problem in (ADDING, TEXT):
        numpy, torchs = runs.run(problem, "GRU", tiny, 1), variants.run(problem, unchanged, tiny, 1)
        assert numpy.parameters == torchs.parameters
        assert np.allclose(numpy.unseen, torchs.unseen, rtol=1e-4)
        assert np.allclose(numpy.training, torchs.training, rtol=1e-4)


def test_training_a_variant_leaves_random_numbers_and_threads_as_they_were(tiny):
    torch.manual_seed(5)
    before, threads = torch.random.get_rng_state(), torch.get_num_threads()
    variants.run.__wrapped__(ADDING, dropout.dropped, tiny, 0)
    assert torch.equal(before, torch.random.get_rng_state())
    assert torch.get_num_threads() == threads


@pytest.mark.parametrize("build", [bidirectional.both_directions, cnn_features.convolution_first])
@pytest.mark.parametrize("problem", [ADDING, WORD_ENDS, MOTIF], ids=lambda problem: problem.name)
def test_variants_at_equal_parameters_stay_within_the_budget(build, problem, tiny):
    if build is bidirectional.both_directions and problem is MOTIF:
        pytest.skip("the lesson has no such variant")
    settings = replace(tiny, budget=600, text_budget=3000)
    run = variants.run(problem, build, settings, 0)
    assert 0.7 * problem.budget(settings) < run.parameters <= problem.budget(settings)


def plain(problem, settings):
    return variants.plain_gru(problem, settings, 0)


def test_dropout_is_off_where_losses_are_judged(tiny):
    x = torch.randn(3, 5, 2)
    want = plain(ADDING, tiny)(x)
    module = dropout.dropped(ADDING, replace(tiny, dropout=0.5), plain(ADDING, tiny))
    assert torch.allclose(module.eval()(x), want)
    assert not torch.allclose(module.train()(x), want)


def test_the_normalised_gru_starts_from_the_weights_of_the_plain_one(tiny):
    module = layer_norm.normalised(ADDING, tiny, plain(ADDING, tiny))
    assert isinstance(module.layer, LayerNormGRU) and module.layer.groups == (3,)  # one mean over all rows
    for ours, theirs in zip(module.layer.layer.parameters(), plain(ADDING, tiny).layer.parameters(), strict=True):
        assert torch.equal(ours, theirs)
    x = torch.randn(3, 5, 2)
    assert not torch.allclose(module(x), plain(ADDING, tiny)(x))


def test_one_answer_is_read_from_the_ends_of_both_directions(tiny):
    module = bidirectional.both_directions(ADDING, replace(tiny, budget=600), None)
    assert isinstance(module, bidirectional.ReadsBothEnds)
    x = torch.randn(3, 6, 2)
    hs, _ = module.layer(x)
    H = module.layer.hidden_size
    want = module.read_out(torch.cat([hs[:, -1, :H], hs[:, 0, H:]], dim=1))
    assert torch.allclose(module(x), want[:, None].expand(3, 6, 1), atol=1e-6)
    assert not isinstance(bidirectional.both_directions(WORD_ENDS, tiny, None), bidirectional.ReadsBothEnds)


def curve(unseen, training=None):
    return runs.Run(tuple(range(0, 10 * len(unseen), 10)), tuple(unseen), tuple(training or unseen), 1)


def test_steps_to_a_target_are_the_first_or_all_of_them():
    assert speed.steps_to(curve([1, 0.5, 0.05, 0.2]), 0.1) == 20
    assert speed.steps_to(curve([1, 0.5, 0.5, 0.2]), 0.1) == 30


def test_unseen_loss_at_a_training_loss_is_interpolated():
    run = curve([3.0, 2.6, 2.8, 3.0], training=[3.0, 2.5, 1.5, 1.0])
    assert small_data.unseen_at(run, 2.0) == pytest.approx(2.7)
    assert small_data.unseen_at(run, 1.5) == pytest.approx(2.8)
    assert small_data.unseen_at(run, 0.5) == 3.0
    assert small_data.unseen_at(run, 3.5) == 3.0


def test_ratios_are_taken_seed_by_seed():
    a, b = [curve([4, 1, 2]), curve([4, 2, 8])], [curve([4, 2, 4]), curve([4, 1, 2])]
    assert runs.ratios(a, b) == (0.5, 4.0)
    assert runs.ratios(a, b, of="best") == (0.5, 2.0)
