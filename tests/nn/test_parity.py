"""Same results and same gradients as torch.nn, in every combination of options."""

from __future__ import annotations

from itertools import product

import pytest
import torch
from torch.nn.utils.rnn import pack_padded_sequence

from coursekit import nn
from coursekit.reference import processor
from tests.nn.ways import EVERY, HAND_WRITTEN

D, H, T, N = 3, 5, 6, 4
CELLS = ["RNN", "LSTM", "GRU"]
BACKENDS = ["readable", "fast"]
FORMS = ["batch", "packed", "packed unsorted", "no batch"]
LENGTHS = {"packed": [6, 4, 4, 1], "packed unsorted": [4, 1, 6, 4]}


def draw(cell: str, form: str, batch_first: bool, rows: int, dtype=torch.float64):
    """An input in the asked form (or a function that makes it), the initial states, and the leaf it came from."""
    shape = (T, D) if form == "no batch" else (N, T, D) if batch_first else (T, N, D)
    leaf = torch.randn(shape, dtype=dtype, requires_grad=True)
    size = (rows, H) if form == "no batch" else (rows, N, H)
    states = tuple(torch.randn(size, dtype=dtype, requires_grad=True) for _ in range(2 if cell == "LSTM" else 1))
    if form not in LENGTHS:
        return leaf, states, leaf
    lengths, is_sorted = LENGTHS[form], form == "packed"
    return lambda: pack_padded_sequence(leaf, lengths, batch_first, is_sorted), states, leaf


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("backend", EVERY)
@pytest.mark.parametrize("cell", CELLS)
def test_results_and_gradients(twins, results, distance, cell, backend, form):
    for layers, bidirectional, batch_first, bias in product([1, 2], *[[False, True]] * 3):
        options = dict(num_layers=layers, bidirectional=bidirectional, batch_first=batch_first, bias=bias)
        theirs, ours = twins(cell, D, H, **options, dtype=torch.float64, backend=backend)
        x, states, leaf = draw(cell, form, batch_first, layers * (1 + bidirectional))
        assert distance(results(ours, x, states, leaf), results(theirs, x, states, leaf)) < 1e-12, options
        assert ours.backend_used == backend


@pytest.mark.parametrize("backend", EVERY)
@pytest.mark.parametrize("cell", CELLS)
def test_without_an_initial_state(twins, results, distance, cell, backend):
    theirs, ours = twins(cell, D, H, bidirectional=True, dtype=torch.float64, backend=backend)
    x, _, leaf = draw(cell, "packed unsorted", False, 2)
    assert distance(results(ours, x, (), leaf), results(theirs, x, (), leaf)) < 1e-12


@pytest.mark.parametrize("backend", EVERY)
def test_relu(twins, results, distance, backend):
    theirs, ours = twins("RNN", D, H, 2, "relu", dtype=torch.float64, backend=backend)
    x, states, leaf = draw("RNN", "batch", False, 2)
    assert distance(results(ours, x, states, leaf), results(theirs, x, states, leaf)) < 1e-12


@pytest.mark.parametrize("form", FORMS)
def test_projected_lstm(twins, results, distance, form):
    theirs, ours = twins("LSTM", D, H, 2, bidirectional=True, proj_size=2, dtype=torch.float64)
    x, (_, c), leaf = draw("LSTM", form, False, 4)
    h = torch.randn(*c.shape[:-1], 2, dtype=torch.float64, requires_grad=True)
    assert distance(results(ours, x, (h, c), leaf), results(theirs, x, (h, c), leaf)) < 1e-12
    assert ours.backend_used == "readable" and "proj_size" in ours.backend_reason


@pytest.mark.parametrize("form", ["batch", "packed unsorted"])
@pytest.mark.parametrize("backend", HAND_WRITTEN)
@pytest.mark.parametrize("cell", CELLS)
def test_dropout_draws_the_same_mask(twins, results, distance, cell, backend, form):
    theirs, ours = twins(cell, D, H, 3, dropout=0.5, bidirectional=True, dtype=torch.float64, backend=backend)
    x, states, leaf = draw(cell, form, False, 6)
    found = []
    for module in (ours, theirs):
        torch.manual_seed(5)
        found.append(results(module, x, states, leaf))
    assert distance(*found) < 1e-12
    dry = [module.eval()(x() if callable(x) else x)[0][0] for module in (ours, theirs)]
    assert distance([dry[0]], [dry[1]]) < 1e-12


@pytest.mark.parametrize("backend", EVERY)
@pytest.mark.parametrize("cell", CELLS)
@pytest.mark.parametrize("sizes", [(7, 3, 4, 5), (40, 32, 64, 128), (3, 128, 32, 96)])
def test_float32_over_chunks_and_both_matrix_libraries(twins, results, distance, cell, backend, sizes):
    T, N, D, H = sizes
    theirs, ours = twins(cell, D, H, backend=backend)
    x = torch.randn(T, N, D, requires_grad=True)
    states = tuple(torch.randn(1, N, H, requires_grad=True) for _ in range(2 if cell == "LSTM" else 1))
    assert distance(results(ours, x, states, x), results(theirs, x, states, x)) < 1e-5


@pytest.mark.parametrize("backend", HAND_WRITTEN)
def test_several_chunks_of_time(twins, results, distance, monkeypatch, backend):
    from coursekit.nn import bptt

    for cell, steps in product(CELLS, [1, 2, 4, 5]):
        monkeypatch.setattr(bptt, "chunk_length", lambda x, width, steps=steps: steps)
        theirs, ours = twins(cell, D, H, dtype=torch.float64, backend=backend)
        x, states, leaf = draw(cell, "batch", False, 1)
        assert distance(results(ours, x, states, leaf), results(theirs, x, states, leaf)) < 1e-12, (cell, steps)
        with torch.no_grad():
            assert distance([ours(x)[0]], [theirs(x)[0]]) < 1e-12, (cell, steps)


@pytest.mark.parametrize("size", [1, 700, 1 << 30], ids=["tiny", "small", "huge"])
@pytest.mark.parametrize("backend", HAND_WRITTEN)
@pytest.mark.parametrize("cell", CELLS)
def test_the_cache_of_the_processor_changes_no_number(twins, results, distance, monkeypatch, cell, backend, size):
    monkeypatch.setattr(processor, "chunk_bytes", lambda: size)
    theirs, ours = twins(cell, D, H, dtype=torch.float64, backend=backend)
    x, states, leaf = draw(cell, "batch", False, 1)
    assert distance(results(ours, x, states, leaf), results(theirs, x, states, leaf)) < 1e-12


@pytest.mark.parametrize("backend", HAND_WRITTEN)
@pytest.mark.parametrize("cell", CELLS)
def test_frozen_weights_and_inputs_without_gradient(twins, distance, cell, backend):
    theirs, ours = twins(cell, D, H, dtype=torch.float64, backend=backend)
    x = torch.randn(T, N, D, dtype=torch.float64)
    found = []
    for module in (ours, theirs):
        module.weight_hh_l0.requires_grad_(False)
        module(x)[0].square().sum().backward()
        assert module.weight_hh_l0.grad is None
        found.append([module.weight_ih_l0.grad, module.bias_ih_l0.grad, module.bias_hh_l0.grad])
    assert distance(*found) < 1e-12


@pytest.mark.parametrize("backend", EVERY)
@pytest.mark.parametrize("cell", CELLS)
def test_only_the_last_state_is_used(twins, distance, cell, backend):
    """A loss on the final state alone, as a classifier has it; for the LSTM on the cell state alone."""
    theirs, ours = twins(cell, D, H, dtype=torch.float64, backend=backend)
    x = torch.randn(T, N, D, dtype=torch.float64)
    found = []
    for module in (ours, theirs):
        last = module(x)[1]
        (last[1] if cell == "LSTM" else last).square().sum().backward()
        found.append([p.grad for p in module.parameters()])
    assert distance(*found) < 1e-12


@pytest.mark.parametrize("backend", EVERY)
@pytest.mark.parametrize("cell", CELLS)
def test_empty_batch(cell, backend):
    module = getattr(nn, cell)(D, H, backend=backend)
    y, _ = module(torch.randn(T, 0, D))
    y.sum().backward()
    assert y.shape == (T, 0, H) and module.weight_hh_l0.grad.abs().sum() == 0


@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float16])
@pytest.mark.parametrize("cell", CELLS)
def test_sixteen_bits(twins, cell, dtype):
    """In 16 bits the two back ends stay close to float32 arithmetic on the same numbers."""
    for backend in BACKENDS:
        _, ours = twins(cell, D, H, dtype=dtype, backend=backend)
        x = torch.randn(T, N, D, dtype=dtype)
        y = ours(x)[0]
        exact = ours.float()(x.float())[0]
        assert y.dtype == dtype and (y.float() - exact).abs().max() < (0.03 if dtype == torch.bfloat16 else 0.004)
