"""The GRU as Keras and ONNX write it gives the states of PyTorch, and a wrong convention does not."""

import numpy as np
import pytest

from coursekit.reference import conventions, gru
from coursekit.reference.numerics import relative_error
from coursekit.topics.pytorch_gpu import conversions


@pytest.fixture
def one():
    rng = np.random.default_rng(0)
    return rng.standard_normal((2, 6, 5)), gru.init(5, 4, rng)


def test_keras_and_onnx_agree_with_pytorch(one):
    x, params = one
    right = conversions.torch_states(x, params)
    assert right.shape == (2, 6, 4)
    assert relative_error(conversions.keras_states(x, *conventions.gru_to_keras(params)), right) < 1e-12
    assert relative_error(conversions.onnx_states(x, *conventions.gru_to_onnx(params), 1), right) < 1e-12


def test_the_other_reset_of_onnx_is_another_model(one):
    x, params = one
    other = conversions.onnx_states(x, *conventions.gru_to_onnx(params), 0)
    assert relative_error(other, conversions.torch_states(x, params)) > 1e-3


def test_weights_of_another_shape_are_refused(one):
    x, params = one
    with pytest.raises(RuntimeError, match="weight_ih_l0"):
        conversions.torch_states(x, (params.W_ih.T, *params[1:]))
