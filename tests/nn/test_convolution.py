"""The causal convolution against torch.nn.Conv1d, and against a look into the future."""

from __future__ import annotations

import pytest
import torch

from coursekit.nn import CausalConvolution, ConvolutionGRU

N, T, D, C, K = 3, 7, 2, 4, 3
DOUBLE = {"dtype": torch.float64}


def twins(kernel=K):
    made = []
    for make in (torch.nn.Conv1d, CausalConvolution):
        torch.manual_seed(1)
        made.append(make(D, C, kernel, **DOUBLE))
    return made


@pytest.mark.parametrize("kernel", [1, 3, 9])
def test_values_and_gradients_are_those_of_torch_after_padding(kernel):
    theirs, ours = twins(kernel)
    torch.testing.assert_close(dict(ours.state_dict()), dict(theirs.state_dict()))
    x = torch.randn(N, T, D, **DOUBLE, requires_grad=True)
    expected = theirs(torch.nn.functional.pad(x.transpose(1, 2), (kernel - 1, 0))).transpose(1, 2)
    torch.testing.assert_close(ours(x), expected)
    upstream = torch.randn(N, T, C, **DOUBLE)
    gradients = (
        torch.autograd.grad(y, (x, *m.parameters()), upstream) for m, y in ((ours, ours(x)), (theirs, expected))
    )
    for a, b in zip(*gradients, strict=True):
        torch.testing.assert_close(a, b)


@pytest.mark.parametrize("module", [CausalConvolution(D, C, K), ConvolutionGRU(D, 5, channels=C, kernel_size=K)])
def test_the_future_changes_nothing_before_it(module):
    def outputs(x):
        y = module(x)
        return y[0] if isinstance(y, tuple) else y

    x = torch.randn(N, T, D)
    before = outputs(x)
    x[:, 4] += 1
    after = outputs(x)
    torch.testing.assert_close(after[:, :4], before[:, :4], rtol=0, atol=0)
    assert (after[:, 4] != before[:, 4]).any()


def test_it_sees_exactly_its_kernel():
    _, ours = twins()
    x = torch.randn(1, T, D, **DOUBLE, requires_grad=True)
    (gradient,) = torch.autograd.grad(ours(x)[0, 5].sum(), x)
    assert (gradient[0] != 0).all(1).tolist() == [False, False, False, True, True, True, False]


def test_the_extractor_is_a_convolution_relu_and_the_layer():
    read = ConvolutionGRU(D, 5, channels=C, kernel_size=K)
    x, h0 = torch.randn(N, T, D), torch.randn(1, N, 5)
    torch.testing.assert_close(read(x, h0), read.layer(read.convolution(x).clamp(min=0), h0))
    assert read(x)[0].shape == (N, T, 5)


def test_what_does_not_fit_is_refused():
    with pytest.raises(ValueError, match=r"expected x of shape \(N, T, 2\), got \(3, 7, 5\)"):
        CausalConvolution(D, C, K)(torch.zeros(3, 7, 5))
    with pytest.raises(ValueError, match="kernel_size must be greater than zero"):
        CausalConvolution(D, C, 0)
