"""Clipping against that of PyTorch and that of the NumPy training."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from coursekit.nn import clip_gradients
from coursekit.training import clip_by_global_norm

SHAPES = ((4, 3), (5,), (2, 3, 2))


def leaves(scale=1.0, dtype=torch.float64):
    generator = torch.Generator().manual_seed(3)
    made = [torch.zeros(shape, dtype=dtype, requires_grad=True) for shape in SHAPES]
    for leaf in made:
        leaf.grad = scale * torch.randn(leaf.shape, generator=generator, dtype=dtype)
    return made


@pytest.mark.parametrize("scale", [1e-3, 1.0, 1e3])
def test_it_is_what_torch_does(scale):
    ours, theirs = leaves(scale), leaves(scale)
    norm = clip_gradients(ours, 0.5)
    torch.testing.assert_close(norm, torch.nn.utils.clip_grad_norm_(theirs, 0.5))
    for a, b in zip(ours, theirs, strict=True):
        torch.testing.assert_close(a.grad, b.grad, rtol=1e-5, atol=0)  # torch divides by the norm + 1e-6


@pytest.mark.parametrize("scale", [1e-3, 1e3])
def test_it_is_what_the_numpy_training_does(scale):
    made = leaves(scale)
    expected, norm = clip_by_global_norm([leaf.grad.numpy().copy() for leaf in made], 0.5)
    assert clip_gradients(iter(made), 0.5).item() == pytest.approx(norm, rel=1e-12)
    for leaf, gradient in zip(made, expected, strict=True):
        np.testing.assert_allclose(leaf.grad, gradient, rtol=1e-12)


def test_one_factor_for_all_and_the_limit_is_reached():
    made, before = leaves(100), leaves(100)
    clip_gradients(made, 2.0)
    ratios = torch.cat([(a.grad / b.grad).flatten() for a, b in zip(made, before, strict=True)])
    torch.testing.assert_close(ratios, ratios[:1].expand_as(ratios))
    assert torch.cat([leaf.grad.flatten() for leaf in made]).norm().item() == pytest.approx(2.0)


def test_none_only_measures_and_what_has_no_gradient_is_skipped():
    made, before = leaves(10), leaves(10)
    norm = clip_gradients([*made, torch.zeros(3, requires_grad=True)], None)
    assert all(torch.equal(a.grad, b.grad) for a, b in zip(made, before, strict=True))
    assert norm.item() == pytest.approx(torch.cat([leaf.grad.flatten() for leaf in made]).norm().item())
    assert clip_gradients([torch.zeros(3, requires_grad=True)], 1.0) == 0
    one = leaves(10)[0]
    clip_gradients(one, 1.0)
    assert one.grad.norm().item() == pytest.approx(1.0)


def test_a_norm_that_is_not_finite_leaves_the_gradients_alone():
    made = leaves()
    made[1].grad[0] = torch.inf
    before = made[0].grad.clone()
    assert not torch.isfinite(clip_gradients(made, 1.0))
    assert torch.equal(made[0].grad, before)


@pytest.mark.parametrize("limit", [0, -1.0, float("nan")])
def test_a_limit_that_is_no_limit_is_refused(limit):
    with pytest.raises(ValueError, match="limit: a positive number"):
        clip_gradients(leaves(), limit)
