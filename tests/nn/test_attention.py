"""Attention against that of PyTorch, against the formula by loops, and against what a mask must not let through."""

from __future__ import annotations

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from coursekit.nn import AdditiveAttention, DotAttention, masked_softmax

N, S, T, A = 3, 4, 6, 5
DOUBLE = {"dtype": torch.float64}


@pytest.fixture
def drawn():
    """query (N, S, A), keys (N, T, A), values (N, T, 2), and a mask (N, T) of three lengths."""
    query, keys, values = torch.randn(N, S, A, **DOUBLE), torch.randn(N, T, A, **DOUBLE), torch.randn(N, T, 2, **DOUBLE)
    return query, keys, values, torch.arange(T) < torch.tensor([2, 6, 3])[:, None]


def same(ours, theirs, *leaves):
    """Equal values, and equal gradients for all leaves."""
    torch.testing.assert_close(ours, theirs)
    upstream = torch.randn_like(theirs)
    for a, b in zip(*(torch.autograd.grad(out, leaves, upstream) for out in (ours, theirs)), strict=True):
        torch.testing.assert_close(a, b)


@pytest.mark.parametrize("masked", [False, True])
def test_scaled_dot_attention_is_that_of_torch(drawn, masked):
    query, keys, values, mask = (t.requires_grad_() if t.is_floating_point() else t for t in drawn)
    mask = mask if masked else None
    context, weights = DotAttention(scaled=True)(query, keys, values, mask)
    theirs = F.scaled_dot_product_attention(query, keys, values, None if mask is None else mask[:, None])
    same(context, theirs, query, keys, values)
    torch.testing.assert_close(weights.sum(-1), torch.ones(N, S, **DOUBLE))


def test_plain_dot_attention_is_that_of_torch_with_a_scale_of_one(drawn):
    query, keys, values, mask = drawn
    context, _ = DotAttention()(query, keys, values, mask)
    torch.testing.assert_close(context, F.scaled_dot_product_attention(query, keys, values, mask[:, None], scale=1.0))


def test_weights_are_those_of_torch_multihead_attention(drawn):
    query, keys, _, mask = drawn
    theirs = torch.nn.MultiheadAttention(A, num_heads=1, bias=False, batch_first=True, **DOUBLE)
    with torch.no_grad():
        theirs.in_proj_weight.copy_(torch.eye(A).repeat(3, 1))
        theirs.out_proj.weight.copy_(torch.eye(A))
        expected = theirs(query, keys, keys, key_padding_mask=~mask)
    for ours, wanted in zip(DotAttention(scaled=True)(query, keys, mask=mask), expected, strict=True):
        torch.testing.assert_close(ours, wanted)


def test_additive_attention_is_its_formula(drawn):
    query, keys, values, mask = drawn
    attend = AdditiveAttention(A, A, 7, **DOUBLE)
    W, U, v = (p.detach().numpy() for p in (attend.W, attend.U, attend.v))
    context, weights = attend(query, keys, values, mask)
    for n in range(N):
        real = keys[n][mask[n]].numpy()
        for s in range(S):
            scores = np.array([v @ np.tanh(W @ query[n, s].numpy() + U @ key) for key in real])
            wanted = np.exp(scores) / np.exp(scores).sum()
            np.testing.assert_allclose(weights[n, s].detach()[mask[n]], wanted, rtol=1e-10)
            np.testing.assert_allclose(context[n, s].detach(), wanted @ values[n][mask[n]].numpy(), rtol=1e-10)


@pytest.mark.parametrize("attend", [DotAttention(), DotAttention(True), AdditiveAttention(A, A, 3, **DOUBLE)])
def test_hidden_places_decide_nothing_and_learn_nothing(drawn, attend):
    query, keys, _, mask = drawn
    keys = keys.requires_grad_()
    context, weights = attend(query, keys, mask=mask)
    assert (weights.transpose(1, 2)[~mask] == 0).all()
    other = torch.where(mask[..., None], keys, 1e6).detach()
    torch.testing.assert_close(attend(query, other, mask=mask)[0], context)
    (gradient,) = torch.autograd.grad(context.sum(), keys)
    assert (gradient[~mask] == 0).all() and (gradient[mask] != 0).any(-1).all()


@pytest.mark.parametrize("attend", [DotAttention(), AdditiveAttention(A, A, 3, **DOUBLE)])
def test_one_query_is_a_row_of_many(drawn, attend):
    query, keys, values, mask = drawn
    context, weights = attend(query, keys, values, mask)
    one, row = attend(query[:, 2], keys, values, mask)
    torch.testing.assert_close((one, row), (context[:, 2], weights[:, 2]))
    each = mask[:, None].expand(N, S, T)
    torch.testing.assert_close(attend(query, keys, values, each)[0], context)


@pytest.mark.parametrize("attend", [DotAttention(True), AdditiveAttention(A, A, 3, **DOUBLE)])
def test_gradients_by_differences(drawn, attend):
    query, keys, values, mask = drawn
    leaves = [t[:, :2].clone().requires_grad_() for t in (query, keys, values)]
    assert torch.autograd.gradcheck(lambda q, k, v: attend(q, k, v, mask[:, :2])[0], leaves)


def test_a_row_in_which_nothing_may_be_seen_is_zero_and_not_nan():
    scores = torch.randn(2, 3, requires_grad=True)
    weights = masked_softmax(scores, torch.tensor([[True, False, True], [False, False, False]]))
    torch.testing.assert_close(weights.sum(1), torch.tensor([1.0, 0.0]))
    (gradient,) = torch.autograd.grad((weights**2).sum(), scores)
    assert (gradient[1] == 0).all() and gradient[0].abs().sum() > 0


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16, torch.float32])
def test_large_scores_in_any_precision(dtype):
    weights = masked_softmax(torch.tensor([[3e4, 3e4, -3e4, 3e4]], dtype=dtype), torch.tensor([[1, 1, 1, 0]]) > 0)
    assert weights.tolist() == [[0.5, 0.5, 0.0, 0.0]]


def test_what_does_not_fit_is_refused_with_what_to_do():
    q, k = torch.zeros(N, S, A), torch.zeros(N, T, A)
    with pytest.raises(TypeError, match="use mask > 0"):
        DotAttention()(q, k, mask=torch.ones(N, T))
    with pytest.raises(ValueError, match=r"mask must have shape \(3, 6\) or \(3, 4, 6\), got \(3, 4\)"):
        DotAttention()(q, k, mask=torch.ones(N, S) > 0)
    with pytest.raises(ValueError, match="queries have 5 numbers and keys 2"):
        DotAttention()(q, k[..., :2])
    with pytest.raises(ValueError, match="with the same N"):
        DotAttention()(q[:2], k)
    with pytest.raises(ValueError, match=r"values must have a row for each key, \(3, 6, V\)"):
        DotAttention()(q, k, k[:, :2])
    with pytest.raises(ValueError, match="the keys must have 4 numbers"):
        AdditiveAttention(A, 4, 3)(q, k)
    with pytest.raises(ValueError, match="units must be greater than zero"):
        AdditiveAttention(A, A, 0)
