"""The models of a comparison: one skeleton, within one budget, and causal."""

from __future__ import annotations

import pytest
import torch

from coursekit.topics.scan_and_attention.experiments import models

BUDGET = 3_000


@pytest.mark.parametrize("name", models.MODELS)
def test_a_model_is_as_wide_as_its_budget_lets_it_be(name):
    model = models.sized(name, BUDGET, 24, 8)
    width = models.width_within(name, BUDGET, 24, 8)
    wider = models.SequenceModel(models.MODELS[name], 24, 8, width + 2)
    assert models.parameters(model) <= BUDGET < models.parameters(wider)


@pytest.mark.parametrize("name", models.MODELS)
def test_no_answer_depends_on_later_symbols(name):
    model = models.sized(name, BUDGET, 24, 8).eval()
    ids = torch.randint(0, 24, (3, 10))
    other = ids.clone()
    other[:, 6:] = (other[:, 6:] + 1) % 24
    with torch.no_grad():
        torch.testing.assert_close(model(ids)[:, :6], model(other)[:, :6])
        assert not torch.allclose(model(ids)[:, 6:], model(other)[:, 6:])


def test_a_stack_of_attention_alone_is_told_the_order():
    """Without positions the last answer would be the same for any order of the symbols before it."""
    model = models.sized("Transformer", BUDGET, 24, 8).eval()
    ids = torch.tensor([[1, 2, 3, 4, 5]])
    with torch.no_grad():
        assert not torch.allclose(model(ids)[:, -1], model(ids[:, [1, 0, 3, 2, 4]])[:, -1])
    assert models.sines(7, 6).shape == (7, 6)


def test_too_small_a_budget_is_refused():
    with pytest.raises(ValueError, match="10 parameters are too few"):
        models.width_within("GRU", 10, 24, 8)
