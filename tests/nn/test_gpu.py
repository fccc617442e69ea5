"""The back ends that need a GPU, on one: results and gradients of each against float64 on the processor."""

from __future__ import annotations

import pytest
import torch

from coursekit import nn
from coursekit.nn.gru import graphed, readable

pytestmark = pytest.mark.skipif(not torch.cuda.is_available(), reason="PyTorch finds no CUDA GPU")

T, D = 9, 7
TOLERANCE = {"ieee": 2e-5, "tf32": 1e-2, "float16": 1e-2, "bfloat16": 6e-2}


@pytest.fixture(params=["ieee", "tf32", "float16", "bfloat16"])
def arithmetic(request):
    """Number format of the tensors and name of the arithmetic; float32 with and without TF32."""
    before = torch.backends.cuda.matmul.allow_tf32
    torch.backends.cuda.matmul.allow_tf32 = request.param == "tf32"
    yield getattr(torch, request.param, torch.float32), request.param
    torch.backends.cuda.matmul.allow_tf32 = before


def leaves(N: int, H: int, dtype: torch.dtype) -> list[torch.Tensor]:
    sizes = [(T, N, D), (N, H), (3 * H, D), (3 * H, H), (3 * H,), (3 * H,)]
    scales = [1, 1, *[H**-0.5] * 4]
    drawn = [torch.randn(size) * s for size, s in zip(sizes, scales, strict=True)]
    return [v.to("cuda", dtype).requires_grad_() for v in drawn]


def errors(loop, args: list[torch.Tensor]) -> list[float]:
    exact = [a.detach().cpu().double().requires_grad_() for a in args]
    hs, hs_exact = loop(*args), readable.gru(*exact)
    upstream = torch.randn_like(hs)
    found = [hs, *torch.autograd.grad(hs, args, upstream)]
    right = [hs_exact, *torch.autograd.grad(hs_exact, exact, upstream.cpu().double())]
    return [((a.cpu().double() - b).abs().max() / b.abs().max()).item() for a, b in zip(found, right, strict=True)]


@pytest.mark.parametrize(("N", "H"), [(3, 5), (20, 64), (17, 100), (5, 128), (18, 160), (33, 256), (300, 512)])
def test_triton(arithmetic, N, H):
    pytest.importorskip("triton")
    from coursekit.nn.gru import launch

    dtype, name = arithmetic
    args = leaves(N, H, dtype)
    assert max(errors(launch.gru, args)) < TOLERANCE[name]
    with torch.no_grad():
        assert torch.equal(launch.gru(*args), launch.gru(*args))  # no race: the same every time


@pytest.mark.parametrize(("N", "H"), [(3, 5), (33, 256)])
def test_graphed(arithmetic, N, H):
    dtype, name = arithmetic
    graphed.forget()
    for _ in range(2):  # recorded, then replayed with other numbers
        assert max(errors(graphed.gru, leaves(N, H, dtype))) < TOLERANCE[name]


@pytest.mark.parametrize("backend", ["fast", "graphed", "triton"])
def test_two_calls_before_one_backward_pass(backend):
    """Two layers, two directions, two calls with the same shapes: no result may overwrite another."""
    module = nn.GRU(D, 6, 2, bidirectional=True, device="cuda", backend=backend)
    twin = nn.GRU(D, 6, 2, bidirectional=True, device="cuda", backend="readable")
    twin.load_state_dict(module.state_dict())
    x, y = torch.randn(2, T, 4, D, device="cuda")
    for m in (module, twin):
        (m(x)[0].square().sum() + m(y)[0].sum()).backward()
    assert module.backend_used == backend
    for a, b in zip(module.parameters(), twin.parameters(), strict=True):
        assert torch.allclose(a.grad, b.grad, rtol=1e-3, atol=1e-4)


def test_the_default_on_a_gpu_and_its_reasons():
    x = torch.randn(T, 4, D, device="cuda")
    small, large = nn.GRU(D, 8, device="cuda"), nn.GRU(D, 520, device="cuda")
    small(x)
    large(x)
    assert small.backend_used == "triton"
    assert large.backend_used == "fast" and "up to 512" in large.backend_reason


def test_autocast_and_packed_sequences():
    module = nn.GRU(D, 8, bidirectional=True, device="cuda", backend="triton")
    packed = torch.nn.utils.rnn.pack_sequence([torch.randn(n, D, device="cuda") for n in (9, 4, 1)])
    with torch.autocast("cuda", torch.bfloat16):
        y, h = module(packed)
    y.data.float().sum().backward()
    assert y.data.dtype == h.dtype == torch.bfloat16 and module.weight_hh_l0.grad.dtype == torch.float32


@pytest.mark.parametrize("backend", ["fast", "graphed", "triton"])
def test_second_derivative(backend):
    module = nn.GRU(D, 8, device="cuda", backend=backend)
    x = torch.randn(T, 4, D, device="cuda", requires_grad=True)
    (dx,) = torch.autograd.grad(module(x)[0].sum(), x, create_graph=True)
    dx.square().sum().backward()
    assert module.weight_hh_l0.grad.abs().sum() > 0
