"""Weights in other conventions: the other side's equations are written out here, on their own."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from coursekit.reference import conventions, gru, lstm, rnn
from coursekit.reference.numerics import relative_error

N, D, H = 4, 3, 5


def logistic(a):
    return 1 / (1 + np.exp(-a))


def draw(cell, seed=0):
    rng = np.random.default_rng(seed)
    return cell.init(D, H, rng), rng.normal(size=(N, D)), rng.normal(size=(N, H)), rng.normal(size=(N, H))


def keras_gru(x, h, kernel, recurrent_kernel, bias):
    """keras.layers.GRU(reset_after=True), one step: columns z, r, h; bias[0] goes with x, bias[1] with h."""
    matrix_x = x @ kernel + bias[0]
    matrix_inner = h @ recurrent_kernel + bias[1]
    z = logistic(matrix_x[:, :H] + matrix_inner[:, :H])
    r = logistic(matrix_x[:, H : 2 * H] + matrix_inner[:, H : 2 * H])
    hh = np.tanh(matrix_x[:, 2 * H :] + r * matrix_inner[:, 2 * H :])
    return z * h + (1 - z) * hh


def onnx_gru(x, h, W, R, B, linear_before_reset):
    """The ONNX operator GRU, one step, as its specification has it: Wz, Wr, Wh."""
    Wz, Wr, Wh = np.split(W[0], 3)
    Rz, Rr, Rh = np.split(R[0], 3)
    Wbz, Wbr, Wbh, Rbz, Rbr, Rbh = np.split(B[0], 6)
    zt = logistic(x @ Wz.T + h @ Rz.T + Wbz + Rbz)
    rt = logistic(x @ Wr.T + h @ Rr.T + Wbr + Rbr)
    if linear_before_reset:
        ht = np.tanh(x @ Wh.T + rt * (h @ Rh.T + Rbh) + Wbh)
    else:
        ht = np.tanh(x @ Wh.T + (rt * h) @ Rh.T + Rbh + Wbh)
    return (1 - zt) * ht + zt * h


def keras_lstm(x, h, c, kernel, recurrent_kernel, bias):
    """keras.layers.LSTM, one step: columns i, f, c, o."""
    i, f, c_new, o = np.split(x @ kernel + h @ recurrent_kernel + bias, 4, axis=1)
    c = logistic(f) * c + logistic(i) * np.tanh(c_new)
    return logistic(o) * np.tanh(c), c


def onnx_lstm(x, h, c, W, R, B):
    """The ONNX operator LSTM, one step: Wi, Wo, Wf, Wc."""
    Wi, Wo, Wf, Wc = np.split(W[0], 4)
    Ri, Ro, Rf, Rc = np.split(R[0], 4)
    bi, bo, bf, bc = np.split(B[0, : 4 * H] + B[0, 4 * H :], 4)
    it, ot, ft = (logistic(x @ w.T + h @ r.T + b) for w, r, b in ((Wi, Ri, bi), (Wo, Ro, bo), (Wf, Rf, bf)))
    c = ft * c + it * np.tanh(x @ Wc.T + h @ Rc.T + bc)
    return ot * np.tanh(c), c


def test_flipping_z_is_exact():
    params, x, h, _ = draw(gru)
    flipped = conventions.flip_update_gate(params)
    _, cache = gru.step(x, h, params)
    _, other = gru.step(x, h, flipped)
    writes = (1 - other.z) * h + other.z * other.n  # the equation of those for whom z writes
    expected, _ = gru.step(x, h, params)
    assert np.abs(writes - expected).max() < 1e-15
    assert np.abs(other.z - (1 - cache.z)).max() < 1e-15
    assert np.array_equal(other.r, cache.r)
    twice = conventions.flip_update_gate(flipped)
    assert all(np.array_equal(a, b) for a, b in zip(params, twice, strict=True))


def test_keras_gru_computes_the_same():
    params, x, h, _ = draw(gru)
    weights = conventions.gru_to_keras(params)
    assert [a.shape for a in weights] == [(D, 3 * H), (H, 3 * H), (2, 3 * H)]
    assert relative_error(keras_gru(x, h, *weights), gru.step(x, h, params)[0]) < 1e-14
    back = conventions.gru_from_keras(*weights)
    assert isinstance(back, gru.Params)
    assert all(np.array_equal(a, b) for a, b in zip(params, back, strict=True))


def test_onnx_gru_computes_the_same_only_with_linear_before_reset():
    params, x, h, _ = draw(gru)
    weights = conventions.gru_to_onnx(params)
    assert [a.shape for a in weights] == [(1, 3 * H, D), (1, 3 * H, H), (1, 6 * H)]
    ours = gru.step(x, h, params)[0]
    assert relative_error(onnx_gru(x, h, *weights, linear_before_reset=1), ours) < 1e-14
    assert relative_error(onnx_gru(x, h, *weights, linear_before_reset=0), ours) > 0.05
    back = conventions.gru_from_onnx(*weights, linear_before_reset=1)
    assert all(np.array_equal(a, b) for a, b in zip(params, back, strict=True))


def test_keras_and_onnx_lstm_compute_the_same():
    params, x, h, c = draw(lstm)
    expected = lstm.step(x, h, c, params)[:2]
    for other, weights in (
        (keras_lstm, conventions.lstm_to_keras(params)),
        (onnx_lstm, conventions.lstm_to_onnx(params)),
    ):
        for ours, theirs in zip(expected, other(x, h, c, *weights), strict=True):
            assert relative_error(theirs, ours) < 1e-14

    back = conventions.lstm_from_onnx(*conventions.lstm_to_onnx(params))
    assert all(np.array_equal(a, b) for a, b in zip(params, back, strict=True))
    keras = conventions.lstm_to_keras(params)
    back = conventions.lstm_from_keras(*keras)
    assert not back.b_hh.any()
    assert all(np.array_equal(a, b) for a, b in zip(keras, conventions.lstm_to_keras(back), strict=True))


def test_state_dict_loads_into_torch_and_comes_back(cell):
    case = cell.draw()
    state_dict = conventions.to_state_dict(case.params)
    layer = cell.torch_class(3, 5, batch_first=True, dtype=torch.float64)
    layer.load_state_dict({key: torch.from_numpy(array) for key, array in state_dict.items()})
    states = tuple(torch.tensor(state)[None] for state in case.states)
    hs, _ = layer(torch.tensor(case.x), states if cell.states == 2 else states[0])
    assert relative_error(cell.forward(case)[0], hs.detach().numpy()) < 1e-12

    back = conventions.from_state_dict(layer.state_dict(), type(case.params))
    assert type(back) is type(case.params)
    assert all(np.array_equal(a, b) for a, b in zip(case.params, back, strict=True))
    from_parameters = conventions.from_state_dict(dict(layer.named_parameters()), type(case.params))
    assert not any(isinstance(array, torch.Tensor) for array in from_parameters)


def test_nothing_is_shared_and_float32_stays(cell):
    case = cell.draw(dtype=np.float32, N=1, T=1, D=1, H=1)
    before = [array.copy() for array in case.params]
    made = [conventions.to_state_dict(case.params).values()]
    if cell.name != "rnn":
        made += [getattr(conventions, f"{cell.name}_to_{other}")(case.params) for other in ("keras", "onnx")]
    if cell.name == "gru":
        made.append(conventions.flip_update_gate(case.params))
    for arrays in made:
        for array in arrays:
            assert array.dtype == np.float32
            array[...] = 7
    assert all(np.array_equal(a, b) for a, b in zip(before, case.params, strict=True))


def zeros(*shapes):
    return [np.zeros(shape) for shape in shapes]


ERRORS = {
    "kernel transposed": (
        lambda: conventions.gru_from_keras(*zeros((15, 3), (5, 15), (2, 15))),
        "kernel: expected shape (3, 15) = (D, 3H), got (15, 3): is it transposed?",
    ),
    "recurrent kernel transposed": (
        lambda: conventions.gru_from_keras(*zeros((3, 15), (15, 5), (2, 15))),
        "recurrent_kernel: expected shape (5, 15) = (H, 3H), got (15, 5): is it transposed?",
    ),
    "Keras bias": (
        lambda: conventions.gru_from_keras(*zeros((3, 15), (5, 15), (2, 10))),
        "bias: expected shape (2, 15) = (2, 3H), got (2, 10)",
    ),
    "Keras LSTM bias": (
        lambda: conventions.lstm_from_keras(*zeros((3, 20), (5, 20), (2, 20))),
        "bias: expected shape (20,) = (4H,), got (2, 20)",
    ),
    "ONNX W": (
        lambda: conventions.lstm_from_onnx(*zeros((1, 15, 3), (1, 20, 5), (1, 40))),
        "W: expected shape (1, 20, 3) = (1, 4H, D), got (1, 15, 3)",
    ),
    "ONNX R without its direction": (
        lambda: conventions.lstm_from_onnx(*zeros((1, 20, 3), (20, 5), (1, 40))),
        "R: expected shape (1, 4H, H), no size 0, got (20, 5)",
    ),
    "ONNX both directions": (
        lambda: conventions.gru_from_onnx(*zeros((2, 15, 3), (2, 15, 5), (2, 30)), linear_before_reset=1),
        "R: expected shape (1, 15, 5) = (1, 3H, H), got (2, 15, 5)",
    ),
    "ONNX B": (
        lambda: conventions.gru_from_onnx(*zeros((1, 15, 3), (1, 15, 5), (1, 15)), linear_before_reset=1),
        "B: expected shape (1, 30) = (1, 6H), got (1, 15)",
    ),
    "state_dict of another cell": (
        lambda: conventions.from_state_dict(torch.nn.LSTM(3, 5).state_dict(), gru.Params),
        "weight_hh_l0: expected shape (15, 5) = (3H, H), got (20, 5)",
    ),
    "state_dict without bias": (
        lambda: conventions.from_state_dict(torch.nn.GRU(3, 5, bias=False).state_dict(), gru.Params),
        "state_dict: bias_ih_l0 is missing, the keys are ['weight_ih_l0', 'weight_hh_l0']",
    ),
    "state_dict of two layers": (
        lambda: conventions.from_state_dict(torch.nn.GRU(3, 5, 2).state_dict(), gru.Params),
        "state_dict: weight_ih_l1 has no place in one layer with one direction",
    ),
    "params to flip": (
        lambda: conventions.flip_update_gate(lstm.init(3, 5, np.random.default_rng(0))),
        "W_hh: expected shape (15, 5) = (3H, H), got (20, 5)",
    ),
}


@pytest.mark.parametrize("call, message", ERRORS.values(), ids=ERRORS)
def test_errors_name_the_array(call, message):
    with pytest.raises(ValueError) as error:
        call()
    assert str(error.value) == message


def test_the_other_model_is_refused_with_its_reason():
    keras, reason = (
        zeros((3, 15), (5, 15), (15,)),
        "a different model, which no weights of this one reproduce",
    )
    with pytest.raises(ValueError, match=rf"^bias: .*\(2, 3H\).*got \(15,\).*{reason}"):
        conventions.gru_from_keras(*keras)
    with pytest.raises(ValueError, match=rf"reset_after=False.*{reason}"):
        conventions.gru_from_keras(*zeros((3, 15), (5, 15), (2, 15)), reset_after=False)
    with pytest.raises(ValueError, match=rf"^linear_before_reset: expected 1, got 0.*{reason}"):
        conventions.gru_from_onnx(*zeros((1, 15, 3), (1, 15, 5), (1, 30)), linear_before_reset=0)


def test_weights_of_the_cudnn_layer_are_refused_for_what_they_are():
    with pytest.raises(ValueError, match=r"^bias: expected shape \(2, 3H\), got \(30,\), that of CuDNNGRU") as error:
        conventions.gru_from_keras(*zeros((3, 15), (5, 15), (30,)))
    assert "different model" not in str(error.value)


def test_params_of_an_unknown_kind_are_refused():
    with pytest.raises(ValueError, match="^params: expected rnn.Params, lstm.Params or gru.Params"):
        conventions.to_state_dict(tuple(rnn.init(3, 5, np.random.default_rng(0))))
    with pytest.raises(ValueError, match="^cell: expected rnn.Params, lstm.Params or gru.Params"):
        conventions.from_state_dict({}, gru)
