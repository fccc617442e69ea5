"""Right answers of lesson 03 in unusual styles."""

import numpy as np
import pytest
import torch

from coursekit.checking import evaluate, registry
from tests.topics.answers import right


def jacobian_by_diag(cache):
    return [np.diag(1 - h**2) @ cache.params.W_hh for h in cache.h]


def jacobian_by_einsum(cache):
    return {"J": np.einsum("ni,ij->nij", 1 - cache.h**2, cache.params.W_hh)}


def jacobian_by_autograd(cache):
    W_ih, W_hh, b_ih, b_hh = map(torch.tensor, cache.params)
    x = torch.tensor(cache.x)
    rows = [
        torch.autograd.functional.jacobian(
            lambda h, n=n: torch.tanh(x[n] @ W_ih.T + b_ih + h @ W_hh.T + b_hh), torch.tensor(h_prev)
        )
        for n, h_prev in enumerate(cache.h_prev)
    ]
    return torch.stack(rows)


@pytest.mark.parametrize("answer", [jacobian_by_diag, jacobian_by_einsum, jacobian_by_autograd])
def test_a_right_jacobian_passes_in_every_style(answer):
    right("step_jacobian", answer)


def step_jacobian(cache):
    raise AssertionError("while gradient_profile is checked, the reference stands here")


def profile_with_the_earlier_function(caches, dh):
    at = [dh]
    for cache in caches[::-1]:
        J = step_jacobian(cache)
        at.append(np.stack([g @ J[n] for n, g in enumerate(at[-1])]))
    norms = [np.mean([np.sqrt(g @ g) for g in arriving]) for arriving in at]
    return [norm / norms[0] for norm in norms]


def profile_by_multiplying_matrices(caches, dh):
    product, norms = np.stack([np.eye(dh.shape[1])] * len(dh)), [1.0]
    scale = np.linalg.norm(dh, axis=1).mean()
    for cache in reversed(caches):
        product = ((1 - cache.h**2)[:, :, None] * cache.params.W_hh).swapaxes(1, 2) @ product
        norms.append(np.linalg.norm((product @ dh[:, :, None])[..., 0], axis=1).mean() / scale)
    return np.array(norms)


@pytest.mark.parametrize("answer", [profile_with_the_earlier_function, profile_by_multiplying_matrices])
def test_a_right_profile_passes_in_every_style(answer):
    right("gradient_profile", answer)


def gram_schmidt(A):
    Q = np.zeros_like(A)
    for j in range(A.shape[1]):
        v = A[:, j] - Q[:, :j] @ (Q[:, :j].T @ A[:, j])
        v -= Q[:, :j] @ (Q[:, :j].T @ v)
        Q[:, j] = v / np.linalg.norm(v)
    return Q


def by_cholesky(A):
    return A @ np.linalg.inv(np.linalg.cholesky(A.T @ A).T)


def qr_of_torch(A):
    Q, R = torch.linalg.qr(torch.tensor(A))
    return Q @ torch.diag(R.diagonal().sign())


@pytest.mark.parametrize("answer", [gram_schmidt, qr_of_torch])
def test_a_right_orthogonal_matrix_passes_in_every_style(answer):
    right("orthogonal", answer)


def test_an_orthogonal_matrix_by_cholesky_passes_for_most_numbers():
    # It squares the condition number of A, so a rare A costs it more digits than the tolerance allows.
    assert sum(evaluate("orthogonal", by_cholesky, seed, along=False, search=0).passed for seed in range(20)) >= 19


def radius_by_torch(W, radius):
    W = torch.tensor(W)
    return W * radius / torch.linalg.eigvals(W).abs().max()


def radius_by_eig(W, radius):
    values, _ = np.linalg.eig(W)
    return radius * W / max(np.sqrt(v.real**2 + v.imag**2) for v in values)


@pytest.mark.parametrize("answer", [radius_by_torch, radius_by_eig])
def test_a_right_scaling_passes_in_every_style(answer):
    right("scale_spectral_radius", answer)


def recall_by_counting(hs, y, W_out, b_out):
    right = 0
    for states, symbol in zip(hs, y, strict=True):
        scores = W_out @ states[-1] + b_out
        right += int(np.argmax(np.exp(scores) / np.exp(scores).sum())) == symbol
    return right / len(y)


def recall_by_torch(hs, y, W_out, b_out):
    scores = torch.nn.functional.linear(*map(torch.tensor, (hs, W_out, b_out)))
    return (scores[:, -1].argmax(1) == torch.tensor(y)).double().mean()


@pytest.mark.parametrize("answer", [recall_by_counting, recall_by_torch])
def test_a_right_recall_passes_in_every_style(answer):
    right("recall_accuracy", answer)


def test_a_transposed_jacobian_is_caught_although_its_norm_is_right():
    exercise = registry.get("step_jacobian")
    (transposed,) = (m for m in exercise.mistakes if "transposed" in m.name)
    cache = exercise.draws(0)[0].args["cache"]
    wrong, right = transposed.implement(cache), exercise.reference(cache)
    np.testing.assert_allclose(np.linalg.norm(wrong, 2, axis=(1, 2)), np.linalg.norm(right, 2, axis=(1, 2)))
    assert evaluate("step_jacobian", transposed.implement).diagnoses == (transposed.name,)


def test_the_gradient_of_the_weights_hides_what_vanishes():
    exercise = registry.get("gradient_profile")
    args = exercise.draws(0)[-1].args
    (weights,) = (m for m in exercise.mistakes if "gradient of W_hh" in m.name)
    assert exercise.reference(**args)[-1] < 1e-3
    assert weights.implement(**args)[-1] > 0.5
