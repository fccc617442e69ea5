"""Causal attention and its block against those of PyTorch, with and without a cache."""

from __future__ import annotations

import pytest
import torch
import torch.nn.functional as F

from coursekit.nn import GRU, CausalBlock, CausalSelfAttention, MinGRU

N, T, D = 3, 7, 12
DOUBLE = {"dtype": torch.float64}
ABOVE = torch.ones(T, T, dtype=torch.bool).triu(1)  # where torch's modules must not look


def same(ours, theirs, *leaves):
    """Equal values, and equal gradients for all leaves."""
    torch.testing.assert_close(ours, theirs)
    upstream = torch.randn_like(theirs)
    for a, b in zip(*(torch.autograd.grad(out, leaves, upstream) for out in (ours, theirs)), strict=True):
        torch.testing.assert_close(a, b)


@pytest.fixture
def x():
    return torch.randn(N, T, D, **DOUBLE, requires_grad=True)


@pytest.mark.parametrize("heads", [1, 3, 12])
def test_attention_is_that_of_multihead_attention(x, heads):
    ours = CausalSelfAttention(D, heads, **DOUBLE)
    theirs = torch.nn.MultiheadAttention(D, heads, batch_first=True, **DOUBLE)
    with torch.no_grad():
        for weight in theirs.parameters():  # biases are zero at first: then a forgotten one would not show
            weight.normal_(0, 0.5)
    ours.load_state_dict(theirs.state_dict())
    same(ours(x)[0], theirs(x, x, x, attn_mask=ABOVE, need_weights=False)[0], x)


def test_attention_is_scaled_dot_product_attention(x):
    ours = CausalSelfAttention(D, 3, **DOUBLE)
    q, k, v = (part.view(N, T, 3, 4).transpose(1, 2) for part in F.linear(x, ours.in_proj_weight).chunk(3, dim=2))
    context = F.scaled_dot_product_attention(q, k, v, is_causal=True)
    same(ours(x)[0], ours.out_proj(context.transpose(1, 2).reshape(N, T, D)), x)


def test_its_first_numbers_are_those_of_torch():
    both = []
    for build in (CausalSelfAttention, torch.nn.MultiheadAttention):
        torch.manual_seed(3)
        both.append(build(D, 3))
    spread = [{name: value.std().item() for name, value in module.state_dict().items()} for module in both]
    assert spread[0] == pytest.approx(spread[1], rel=0.15)


def test_the_block_is_a_layer_of_torch_s_encoder(x):
    ours = CausalBlock(CausalSelfAttention(D, 3, **DOUBLE), D, 20, **DOUBLE)
    theirs = torch.nn.TransformerEncoderLayer(D, 3, 20, dropout=0.0, batch_first=True, norm_first=True, **DOUBLE)
    theirs.load_state_dict({name.replace("mixer", "self_attn"): value for name, value in ours.state_dict().items()})
    same(ours(x)[0], theirs(x, src_mask=ABOVE), x)


MIXERS = {
    "attention": lambda: CausalSelfAttention(D, 3, **DOUBLE),
    "GRU": lambda: GRU(D, D, batch_first=True, **DOUBLE),
    "minGRU": lambda: MinGRU(D, D, batch_first=True, **DOUBLE),
}


@pytest.mark.parametrize("mixer", MIXERS)
@pytest.mark.parametrize("pieces", [[7], [1] * 7, [3, 1, 3]], ids=str)
def test_going_on_from_a_state_is_one_long_sequence(x, mixer, pieces):
    block = CausalBlock(MIXERS[mixer](), D, 20, **DOUBLE)
    state, parts = None, []
    for piece in x.split(pieces, dim=1):
        part, state = block(piece, state)
        parts.append(part)
    torch.testing.assert_close(torch.cat(parts, dim=1), block(x)[0])


@pytest.mark.parametrize("mixer", MIXERS)
def test_no_step_sees_a_later_one(x, mixer):
    block = CausalBlock(MIXERS[mixer](), D, 20, **DOUBLE)
    other = x.detach().clone()
    other[:, 4:] += 5
    torch.testing.assert_close(block(other)[0][:, :4], block(x)[0][:, :4])
    assert not torch.allclose(block(other)[0][:, 4:], block(x)[0][:, 4:])


def test_a_cache_grows_with_every_step_and_a_state_does_not():
    x = torch.randn(2, 5, D)
    attend, gru = CausalSelfAttention(D, 3), GRU(D, D, batch_first=True)
    for steps in (1, 5):
        assert attend(x[:, :steps])[1].nbytes == 2 * steps * 2 * D * 4
        assert gru(x[:, :steps])[1].nbytes == 2 * D * 4


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda: CausalSelfAttention(6, 4), "which 4 does not divide"),
        (lambda: CausalSelfAttention(0), "size must be greater than zero"),
        (lambda: CausalSelfAttention(6)(torch.ones(2, 6)), "expected x of shape"),
        (lambda: CausalSelfAttention(6)(torch.ones(1, 2, 5)), "must be input_size = 6"),
        (lambda: CausalBlock(CausalSelfAttention(6), 6, 0), "hidden must be greater than zero"),
    ],
)
def test_what_does_not_fit_is_refused(call, said):
    with pytest.raises((ValueError, RuntimeError), match=said):
        call()
