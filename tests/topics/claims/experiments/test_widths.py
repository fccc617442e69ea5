"""Counts by formula are counts of real models, and budgets are kept as closely as can be."""

from __future__ import annotations

import pytest

from coursekit.topics.claims.experiments.widths import (
    BLOCKS,
    CELLS,
    equal_parameter_hidden_size,
    layer_parameters,
    model_parameters,
    said,
    width,
)
from coursekit.training import count_parameters, new_model


@pytest.mark.parametrize("cell", CELLS)
@pytest.mark.parametrize(("D", "H", "K"), [(2, 13, 1), (27, 5, 27), (1, 7, 4)])
def test_the_formula_counts_what_a_model_has(cell, D, H, K):
    model = new_model(CELLS[cell], D, H, K, seed=0)
    assert model_parameters(BLOCKS[cell], D, H, K) == count_parameters(model)
    assert layer_parameters(BLOCKS[cell], D, H) == sum(array.size for array in model.params)


@pytest.mark.parametrize("cell", CELLS)
@pytest.mark.parametrize("budget", [200, 1000, 6000])
def test_the_next_width_would_be_too_much(cell, budget):
    H, count = equal_parameter_hidden_size(budget, 3, 2, BLOCKS[cell])
    assert count == model_parameters(BLOCKS[cell], 3, H, 2) <= budget
    assert model_parameters(BLOCKS[cell], 3, H + 1, 2) > budget
    assert width(cell, budget, 3, 2) == H
    assert equal_parameter_hidden_size(count, 3, 2, BLOCKS[cell]) == (H, count)
    assert f"{cell} {H} units: {count:,}" in said(budget, 3, 2, (cell,))


def test_a_budget_below_one_unit_is_refused():
    with pytest.raises(ValueError, match="budget: .* parameters are the least here, got 5"):
        equal_parameter_hidden_size(5, 3, 2, 4)
