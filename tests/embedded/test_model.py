"""What can be exported, and what is refused in words."""

from __future__ import annotations

import numpy as np
import pytest

from coursekit.embedded.model import Model, ModelError
from coursekit.reference import gru
from tests.embedded.models import CELLS, drawn


@pytest.mark.parametrize("cell", CELLS)
def test_sizes_are_those_of_the_weights(cell):
    model = drawn(cell, D=5, H=7, K=3)
    assert (model.cell, model.D, model.H, model.K) == (cell, 5, 7, 3)
    assert all(part.dtype == np.float32 for part in (*model.params, model.W_out, model.b_out))
    assert drawn(cell, K=0).K == 0


def weights(**changes):
    return gru.init(3, 4, np.random.default_rng(0))._replace(**changes)


@pytest.mark.parametrize(
    ("params", "read_out", "said"),
    [
        (weights(b_hh=np.ones(11)), (), r"b_hh: expected shape \(12,\) = \(3H,\) of a GRU, got \(11,\)"),
        (weights(W_ih=np.ones((3, 12))), (), r"W_ih: expected shape \(12, 12\)"),
        (weights(W_ih=np.ones((12, 0))), (), "W_ih: expected a matrix with rows and columns"),
        (weights(b_ih=np.full(12, np.nan)), (), "b_ih holds NaN or infinity"),
        (weights(b_ih=np.full(12, np.inf)), (), "b_ih holds NaN or infinity"),
        (weights(b_ih=np.full(12, 1e39)), (), r"b_ih holds 1e\+39, which float32 cannot hold"),
        (weights(b_ih=np.full(12, "a")), (), "b_ih: expected real numbers"),
        (weights(), (np.ones((2, 5)),), r"W_out: expected shape \(2, 4\) = \(K, H\)"),
        (weights(), (np.ones((2, 4)), np.ones(3)), r"b_out: expected shape \(2,\)"),
        (weights(), (np.ones(4), np.ones(1)), "W_out: expected a matrix"),
        (tuple(weights()), (), "params: expected rnn.Params, gru.Params or lstm.Params, got tuple"),
        (weights(W_ih=np.ones((12, 140_000))), (), "can be summed in int32"),
    ],
)
def test_what_cannot_be_exported_is_told(params, read_out, said):
    with pytest.raises(ModelError, match=said):
        Model.of(params, *read_out)
