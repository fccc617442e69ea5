from __future__ import annotations

import numpy as np
import pytest
import torch

from coursekit.reference.numerics import log_softmax, numerical_gradient, relative_error, sigmoid, softmax


@pytest.mark.parametrize("dtype, tolerance", [(np.float64, 1e-15), (np.float32, 1e-6)])
def test_sigmoid_equals_torch_and_keeps_small_values(dtype, tolerance):
    x = np.linspace(-80, 80, 321, dtype=dtype).reshape(3, 107)
    y = sigmoid(x)
    assert y.dtype == dtype
    np.testing.assert_allclose(y, torch.sigmoid(torch.tensor(x)).numpy(), rtol=tolerance)


def test_sigmoid_at_the_ends():
    assert np.array_equal(sigmoid([-1000, 0, 1000, -np.inf, np.inf]), [0, 0.5, 1, 0, 1])
    assert np.isnan(sigmoid(np.nan))
    assert sigmoid(np.float64(0)) == 0.5


@pytest.mark.parametrize("axis", [0, 1, -1])
@pytest.mark.parametrize("dtype, tolerance", [(np.float64, 1e-14), (np.float32, 1e-6)])
def test_softmax_and_its_logarithm_equal_torch(axis, dtype, tolerance):
    x = np.random.default_rng(0).normal(size=(3, 4, 5), scale=300).astype(dtype)
    assert softmax(x, axis).dtype == log_softmax(x, axis).dtype == dtype
    np.testing.assert_allclose(softmax(x, axis), torch.softmax(torch.tensor(x), axis).numpy(), atol=tolerance)
    expected = torch.log_softmax(torch.tensor(x), axis).numpy()
    np.testing.assert_allclose(log_softmax(x, axis), expected, rtol=tolerance, atol=tolerance)


def test_softmax_survives_large_numbers():
    assert np.array_equal(softmax([1000.0, 1000.0]), [0.5, 0.5])
    assert np.array_equal(log_softmax([0.0, 1000.0]), [-1000.0, 0.0])


def test_relative_error_is_measured_against_the_largest_reference_entry():
    assert relative_error([1.0, 2.0], [1.0, 4.0]) == 0.5
    assert relative_error([1.0, 4.0], [1.0, 2.0]) == 1.0
    assert relative_error([1e-9, 1.0], [0.0, 1.0]) == 1e-9
    assert relative_error([-3.0], [3.0]) == 2.0


def test_relative_error_at_the_ends():
    assert relative_error(np.zeros(3), np.zeros(3)) == 0.0
    assert relative_error(np.empty(0), np.empty(0)) == 0.0
    assert relative_error([1e-300], [0.0]) == np.inf
    assert relative_error([1e308], [-1e308]) == np.inf
    for bad in (np.nan, np.inf):
        assert relative_error([bad, 1.0], [1.0, 1.0]) == np.inf
        assert relative_error([1.0, 1.0], [bad, 1.0]) == np.inf
    with pytest.raises(ValueError, match=r"\(2,\) and \(2, 1\)"):
        relative_error(np.zeros(2), np.zeros((2, 1)))


def test_numerical_gradient_of_a_number():
    x = np.random.default_rng(0).normal(size=(2, 3))
    assert relative_error(numerical_gradient(lambda x: np.sum(np.sin(x)), x), np.cos(x)) < 1e-9
    assert numerical_gradient(lambda x: x**3, 2.0) == pytest.approx(12)


def test_numerical_gradient_contracts_with_upstream():
    rng = np.random.default_rng(0)
    W, x, upstream = rng.normal(size=(4, 3)), rng.normal(size=3), rng.normal(size=4)
    assert relative_error(numerical_gradient(lambda x: W @ x, x, upstream), W.T @ upstream) < 1e-9
    assert relative_error(numerical_gradient(lambda x: W @ x, x), W.sum(axis=0)) < 1e-9
    with pytest.raises(ValueError, match=r"^upstream: expected the shape of f\(x\), \(4,\), got \(3,\)$"):
        numerical_gradient(lambda x: W @ x, x, np.zeros(3))


def test_numerical_gradient_is_central_and_uses_its_step():
    """For x³ the central difference is off by exactly step², a one-sided one by 3 x step."""
    assert numerical_gradient(lambda x: x**3, 2.0, step=0.5) == pytest.approx(12 + 0.25)


def test_numerical_gradient_leaves_x_alone_and_copies_answers():
    x = np.arange(3.0)
    x.flags.writeable = False
    answer = np.zeros(3)

    def reuses_its_answer(x):
        answer[...] = 2 * x
        x[...] = np.nan
        return answer

    assert relative_error(numerical_gradient(reuses_its_answer, x), np.full(3, 2.0)) < 1e-9
    assert np.array_equal(x, np.arange(3.0))
