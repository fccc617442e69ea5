"""What a caller may rely on: arguments untouched, any memory layout, clear errors."""

from __future__ import annotations

import numpy as np
import pytest

from coursekit.reference import FAST, fast_gru, gru, lstm, rnn


def awkward(array: np.ndarray) -> np.ndarray:
    """The same numbers, neither contiguous nor writable."""
    roomy = np.zeros((*array.shape[:-1], 2 * array.shape[-1]), array.dtype)
    view = roomy[..., ::2]
    view[...] = array
    view.flags.writeable = False
    return view


def awkward_case(case):
    return case._replace(
        x=awkward(case.x),
        states=tuple(map(awkward, case.states)),
        params=type(case.params)(*map(awkward, case.params)),
        dhs=awkward(case.dhs),
        dc_T=tuple(map(awkward, case.dc_T)),
    )


def leaves(case) -> list[np.ndarray]:
    return [case.x, *case.states, *case.params, case.dhs, *case.dc_T]


@pytest.mark.parametrize("sizes", [(4, 6, 3, 5), (1, 1, 1, 1)], ids=str)
def test_any_memory_layout_gives_the_same_and_is_left_alone(cell, sizes):
    plain = cell.draw(*sizes)
    case = awkward_case(plain)
    *outputs, cache = cell.forward(case)
    gradients = cell.backward(case, cache)
    *expected, expected_cache = cell.forward(plain)
    for ours, theirs in zip(outputs, expected, strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=0, atol=1e-14)
    for ours, theirs in zip(gradients, cell.backward(plain, expected_cache), strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=0, atol=1e-13)
    fresh = cell.draw(*sizes)
    for before, plain_after, after in zip(leaves(fresh), leaves(plain), leaves(case), strict=True):
        assert np.array_equal(before, plain_after)
        assert np.array_equal(before, after)


@pytest.mark.parametrize("sizes", [(4, 1, 3, 5), (1, 1, 1, 1)], ids=str)
def test_a_step_leaves_its_arguments_alone(cell, sizes):
    case, fresh = cell.draw(*sizes), cell.draw(*sizes)
    *_, step_cache = cell.module.step(case.x[:, 0], *case.states, case.params)
    cell.module.step_backward(case.dhs[:, 0], *case.dc_T, step_cache)
    for before, after in zip(leaves(fresh), leaves(case), strict=True):
        assert np.array_equal(before, after)


def test_results_share_no_memory_with_arguments(cell):
    case = cell.draw(N=1, T=1, D=1, H=1)
    *outputs, cache = cell.forward(case)
    gradients = cell.backward(case, cache)
    for result in (*outputs, *gradients):
        assert not any(np.shares_memory(result, argument) for argument in leaves(case))
    assert not np.shares_memory(gradients.db_ih, gradients.db_hh)


def test_changing_x_after_forward_does_not_change_the_gradients(cell):
    case = cell.draw()
    _, *_, cache = cell.forward(case)
    expected = cell.backward(case, cache)
    case.x[...] = 0
    case.states[0][...] = 0
    for before, after in zip(expected, cell.backward(case, cache), strict=True):
        assert np.array_equal(before, after)


def test_outputs_are_read_only_so_that_the_cache_stays_true(cell):
    *outputs, _ = cell.forward(cell.draw())
    for output in outputs:
        with pytest.raises(ValueError, match="read-only"):
            output[...] = 0


def test_backward_can_run_twice(cell):
    case = cell.draw(T=40)
    cache = cell.forward(case)[-1]
    for first, second in zip(cell.backward(case, cache), cell.backward(case, cache), strict=True):
        assert np.array_equal(first, second)


def test_the_cache_has_the_documented_fields_and_shapes(cell):
    case = cell.draw()
    *outputs, cache = cell.forward(case)
    assert np.array_equal(cache.x, case.x)
    assert np.array_equal(cache.h[:, 0], case.states[0])
    assert np.array_equal(cache.hs, outputs[0])
    fields = {"rnn": [], "lstm": ["cs", "i", "f", "g", "o", "tanh_c"], "gru": ["r", "z", "n", "hn"]}[cell.name]
    assert all(getattr(cache, name).shape == (4, 6, 5) for name in fields)
    *_, step_cache = cell.module.step(case.x[:, 0], *case.states, case.params)
    for name in step_cache._fields[:-1]:
        np.testing.assert_allclose(getattr(cache.at(0), name), getattr(step_cache, name), rtol=1e-13, err_msg=name)


def test_gradients_are_named_after_what_they_belong_to(cell):
    case = cell.draw()
    states = ["h", "c"][: cell.states]
    weights = [f"d{name}" for name in case.params._fields]
    assert list(cell.backward(case, cell.forward(case)[-1])._fields) == ["dx", *(f"d{s}0" for s in states), *weights]
    *_, step_cache = cell.module.step(case.x[:, 0], *case.states, case.params)
    back = cell.module.step_backward(case.dhs[:, 0], *case.dc_T, step_cache)
    assert list(back._fields) == ["dx", *(f"d{s}_prev" for s in states), *weights]
    assert [gradient.shape for gradient in back[-4:]] == [weight.shape for weight in case.params]


def test_lists_are_welcome(cell):
    case = cell.draw()
    hs, *_ = cell.sequence.forward(
        case.x.tolist(), *(state.tolist() for state in case.states), [a.tolist() for a in case.params]
    )
    assert np.array_equal(hs, cell.forward(case)[0])


def test_init_draws_like_torch(cell):
    params = cell.module.init(7, 9, np.random.default_rng(3), np.float32)
    G = cell.gates
    assert [a.shape for a in params] == [(G * 9, 7), (G * 9, 9), (G * 9,), (G * 9,)]
    assert {a.dtype for a in params} == {np.dtype(np.float32)}
    values = np.concatenate([a.ravel() for a in params])
    assert np.abs(values).max() <= 1 / 3
    assert abs(values.std() - 1 / 3 / np.sqrt(3)) < 0.02
    again = cell.module.init(7, 9, np.random.default_rng(3), np.float32)
    assert all(np.array_equal(a, b) for a, b in zip(params, again, strict=True))


BAD_GRU = {
    "W_hh transposed": (
        dict(W_hh=(5, 15)),
        "W_hh: expected shape (15, 5) = (3H, H), got (5, 15): is it transposed?",
    ),
    "W_ih transposed": (
        dict(W_ih=(3, 15)),
        "W_ih: expected shape (15, 3) = (3H, D), got (3, 15): is it transposed?",
    ),
    "weights of an LSTM": (dict(W_hh=(20, 5)), "W_hh: expected shape (15, 5) = (3H, H), got (20, 5)"),
    "one axis": (dict(W_hh=(75,)), "W_hh: expected shape (3H, H), no size 0, got (75,)"),
    "b_ih": (dict(b_ih=(5,)), "b_ih: expected shape (15,) = (3H,), got (5,)"),
    "b_hh": (dict(b_hh=(1, 15)), "b_hh: expected shape (15,) = (3H,), got (1, 15)"),
    "D": (dict(x=(4, 6, 2)), "x: expected shape (4, 6, 3) = (N, T, D), got (4, 6, 2)"),
    "one step": (dict(x=(4, 3)), "x: expected shape (N, T, D), no size 0, got (4, 3)"),
    "no steps": (dict(x=(4, 0, 3)), "x: expected shape (N, T, D), no size 0, got (4, 0, 3)"),
    "layers in h0": (dict(h0=(1, 4, 5)), "h0: expected shape (4, 5) = (N, H), got (1, 4, 5)"),
    "h0 transposed": (dict(h0=(5, 4)), "h0: expected shape (4, 5) = (N, H), got (5, 4): is it transposed?"),
}


@pytest.mark.parametrize("module", [gru, fast_gru], ids=["gru", "fast_gru"])
@pytest.mark.parametrize("change, message", BAD_GRU.values(), ids=BAD_GRU)
def test_a_wrong_shape_is_named(module, change, message):
    shapes = dict(x=(4, 6, 3), h0=(4, 5), W_ih=(15, 3), W_hh=(15, 5), b_ih=(15,), b_hh=(15,)) | change
    x, h0, *weights = (np.zeros(shape) for shape in shapes.values())
    with pytest.raises(ValueError) as error:
        module.forward(x, h0, gru.Params(*weights))
    assert str(error.value) == message


def test_errors_of_a_step_and_of_the_upstream_gradients():
    rng = np.random.default_rng(0)
    x, h, c = np.zeros((4, 3)), np.zeros((4, 5)), np.zeros((4, 5))
    for name, cell, states in (("rnn", rnn, (h,)), ("lstm", lstm, (h, c)), ("gru", gru, (h,))):
        params = cell.init(3, 5, rng)
        *_, step_cache = cell.step(x, *states, params)
        *_, cache = cell.forward(x[:, None], *states, params)
        more = (c,) if name == "lstm" else ()
        with pytest.raises(ValueError, match=r"^x: expected shape \(N, D\), no size 0, got \(4, 1, 3\)$"):
            cell.step(x[:, None], *states, params)
        with pytest.raises(ValueError, match=r"^dh: expected shape \(4, 5\) = \(N, H\), got \(4, 4\)$"):
            cell.step_backward(h[:, :4], *more, step_cache)
        with pytest.raises(ValueError, match=r"^dhs: expected shape \(4, 1, 5\) = \(N, T, H\), got \(4, 5\)$"):
            cell.backward(h, *more, cache)
        with pytest.raises(ValueError, match=r"^dhs: expected shape \(4, 1, 5\) = \(N, T, H\), got \(4, 5\)$"):
            FAST[cell].backward(h, *more, cache)
    with pytest.raises(ValueError, match=r"^c: expected shape \(4, 5\) = \(N, H\), got \(5, 4\): is it transposed\?$"):
        lstm.step(x, h, c.T, lstm.init(3, 5, rng))


def test_what_is_not_an_array_of_numbers_is_named():
    x, h, params = np.zeros((4, 3)), np.zeros((4, 5)), gru.init(3, 5, np.random.default_rng(0))
    for said, wrong in {
        "None": None,
        "one dict": {},
        "complex ones": h + 1j,
        "texts": h.astype(str),
        "Python objects that are none": np.full((4, 5), None),
    }.items():
        with pytest.raises(ValueError, match=f"^h: expected an array of real numbers, got {said}$"):
            gru.step(x, wrong, params)
    with pytest.raises(ValueError, match="^params: expected the four arrays"):
        gru.step(x, h, params[:3])
    with pytest.raises(ValueError, match="^params: expected the four arrays"):
        gru.step(x, h, None)
