"""Which back end runs, what is said when another one must, and what the package loads."""

from __future__ import annotations

import sys
import warnings

import pytest
import torch

from coursekit import nn
from coursekit.nn import backends, bptt, gemm, small
from coursekit.nn.packing import Packed
from tests.processes import finished

T, N, D, H = 6, 4, 3, 5


def test_the_processor_runs_the_fast_loop_unless_asked_otherwise():
    x = torch.randn(T, N, D)
    module = nn.GRU(D, H)
    assert module.backend_used is None
    module(x)
    assert (module.backend_used, module.backend_reason) == ("fast", "The default.")
    module.backend = "readable"
    module(x)
    assert (module.backend_used, module.backend_reason) == ("readable", "As asked.")


@pytest.mark.parametrize(
    ("cell", "backend", "reason"),
    [
        ("GRU", "triton", "Not triton: it needs a CUDA GPU"),
        ("GRU", "graphed", "Not graphed: it needs a CUDA GPU"),
        ("LSTM", "graphed", "Not graphed: it exists for the GRU only"),
        ("RNN", "triton", "Not triton: it exists for the GRU only"),
    ],
)
def test_falling_back_is_said_once_and_on_record(cell, backend, reason):
    module, plain = getattr(nn, cell)(D, H, backend=backend), getattr(nn, cell)(D, H)
    plain.load_state_dict(module.state_dict())
    x = torch.randn(T, N, D)
    with pytest.warns(nn.BackendWarning, match=reason) as caught:
        y = module(x)[0]
    assert len(caught) == 1 and caught[0].filename == __file__
    assert module.backend_used == "fast" and reason in module.backend_reason
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert torch.equal(module(x)[0], y) and torch.equal(plain(x)[0], y)


def test_choosing_never_changes_the_results():
    x = torch.randn(T, N, D, dtype=torch.float64)
    module = nn.GRU(D, H, 2, bidirectional=True, dtype=torch.float64)
    found = []
    for module.backend in ("auto", "readable", "fast"):
        found.append(module(x)[0])
    assert all(torch.allclose(y, found[0], rtol=1e-12, atol=1e-14) for y in found)


def test_a_subclass_of_tensor_takes_the_readable_loop():
    class Marked(torch.Tensor):
        pass

    module = nn.GRU(D, H)
    y, _ = module(torch.randn(T, N, D).as_subclass(Marked))
    assert module.backend_used == "readable" and isinstance(y, Marked)


@pytest.mark.filterwarnings("ignore:`torch.jit.script` is deprecated:DeprecationWarning")  # PyTorch's own use of it
def test_forward_mode_derivatives():
    """On the readable loop, as the fast one has no such derivative; against a difference quotient."""
    module = nn.GRU(D, H, dtype=torch.float64)
    x, v = torch.randn(T, N, D, dtype=torch.float64), torch.randn(T, N, D, dtype=torch.float64)
    with torch.autograd.forward_ad.dual_level():
        y = module(torch.autograd.forward_ad.make_dual(x, v))[0]
        tangent = torch.autograd.forward_ad.unpack_dual(y).tangent
    assert module.backend_used == "readable"
    with torch.no_grad():
        quotient = (module(x + 1e-6 * v)[0] - module(x - 1e-6 * v)[0]) / 2e-6
    assert torch.allclose(tangent, quotient, atol=1e-8)


@pytest.mark.slow
def test_importing_the_package_loads_neither_triton_nor_the_compiler():
    code = (
        "import sys, coursekit.nn, torch\n"
        "coursekit.nn.GRU(3, 5)(torch.zeros(2, 1, 3))\n"
        "print(sorted({'triton', 'torch._dynamo', 'torch._inductor', 'IPython'} & set(sys.modules)))"
    )
    done = finished([sys.executable, "-c", code], check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize("mkl", [False, True], ids=["the quicker of two", "MKL"])
@pytest.mark.parametrize("flops", ["small", "large"])
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_matrix_products(monkeypatch, dtype, flops, mkl):
    """Both libraries compute the same product, for operands that are transposed views too."""
    M, K, L = (5, 7, 6) if flops == "small" else (150, 120, 90)
    assert (2 * M * K * L > gemm.WORTH_FLOPS) == (flops == "large")
    x, W, b = torch.randn(K, M, dtype=dtype).t(), torch.randn(K, L, dtype=dtype).t(), torch.randn(L, dtype=dtype)
    monkeypatch.setattr(gemm, "_suits_mkl", lambda: mkl)
    exact = x.double() @ W.double().t()
    tolerance = dict(rtol=1e-4, atol=1e-4) if dtype == torch.float32 else {}
    project = gemm.projector(W)
    assert torch.allclose(project(x, b).double(), exact + b, **tolerance)
    assert all(torch.allclose(project(x[:m]).double(), exact[:m], **tolerance) for m in (M, M - 1))
    place = torch.empty(M, L, dtype=dtype)
    assert project(x, b, out=place) is place and torch.allclose(place.double(), exact + b, **tolerance)
    total = torch.ones(K, dtype=dtype)
    gemm.add_sum(total, x)
    assert torch.allclose(total.double(), x.double().sum(0) + 1, **tolerance)
    out = torch.ones(M, 2 * L, dtype=dtype)
    gemm.adder(W, M)(out[:, :L], x)
    assert torch.allclose(out[:, :L].double(), exact + 1, **tolerance) and (out[:, L:] == 1).all()


@pytest.mark.skipif(gemm._onednn is None, reason="this PyTorch has no oneDNN")
@pytest.mark.parametrize("cell", ["RNN", "LSTM", "GRU"])
def test_onednn_never_gets_a_weight_with_gaps(monkeypatch, cell):
    """With batch_first and one step per chunk the inputs are rows of a longer array; oneDNN would crawl over those."""
    operator, calls = gemm._onednn, []

    def watched(x, W, *rest):
        calls.append(W.is_contiguous() or W.t().is_contiguous())
        return operator(x, W, *rest)

    monkeypatch.setattr(gemm, "_onednn", watched)
    monkeypatch.setattr(gemm, "_suits_mkl", lambda: False)
    monkeypatch.setattr(bptt, "chunk_length", lambda x, width: 1)
    monkeypatch.setattr(small, "LARGEST_STEP", 0)
    module = getattr(nn, cell)(90, 130, batch_first=True, backend="fast")
    x = torch.randn(150, 3, 90, requires_grad=True)
    module(x)[0].sum().backward()
    assert len(calls) >= 9 and all(calls)


def test_packing_is_undone_by_unpacking():
    packed = torch.nn.utils.rnn.pack_sequence([torch.randn(n, D) for n in (5, 3, 3, 1)])
    layout = Packed(packed.batch_sizes, packed.data.device)
    for reverse in (False, True):
        padded = layout.unroll(packed.data, reverse)
        assert padded.shape == (5, 4, D) and torch.equal(layout.roll(padded, reverse), packed.data)
        assert (padded[1:, 3] == 0).all()
    sequences = torch.nn.utils.rnn.unpack_sequence(packed)
    assert torch.equal(layout.unroll(packed.data, True)[:3, 1], sequences[1].flip(0))
    assert torch.equal(layout.last(layout.unroll(packed.data, False)), torch.stack([s[-1] for s in sequences]))


def test_every_name_of_a_back_end_has_a_loop():
    for layer in (nn.GRU(D, H), nn.LSTM(D, H), nn.RNN(D, H), nn.RNN(D, H, nonlinearity="relu")):
        assert callable(layer._loop("readable")) and callable(layer._loop("fast"))
        assert set(layer.obstacles) <= set(layer.loops) <= set(backends.NAMES)
    assert set(nn.GRU.loops) == set(backends.NAMES) - {"auto"}
