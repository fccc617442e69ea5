"""The numbers: equal to PyTorch's, to the plain step by step equations, and to numerical gradients."""

from __future__ import annotations

import numpy as np
import pytest

from coursekit.reference.numerics import numerical_gradient, relative_error

SIZES = [(N, T, D, H) for N in (1, 4) for T in (1, 6, 70) for D, H in ((1, 1), (1, 5), (3, 1), (3, 5))]


@pytest.mark.parametrize("sizes", SIZES, ids=str)
def test_equals_torch_in_float64(cell, sizes):
    case = cell.draw(*sizes)
    hs, *_, cache = cell.forward(case)
    gradients = cell.backward(case, cache)
    torch_hs, torch_gradients = cell.torch_answer(case)
    assert relative_error(hs, torch_hs) < 1e-12
    for name, ours, theirs in zip(gradients._fields, gradients, torch_gradients, strict=True):
        assert relative_error(ours, theirs) < 1e-12, name


def test_float32_stays_float32_and_equals_torch(cell):
    case = cell.draw(T=40, dtype=np.float32)
    *outputs, cache = cell.forward(case)
    gradients = cell.backward(case, cache)
    torch_hs, torch_gradients = cell.torch_answer(case)
    assert {array.dtype for array in (*outputs, *gradients, *cache[:-1])} == {np.dtype(np.float32)}
    assert relative_error(outputs[0], torch_hs) < 1e-5
    for name, ours, theirs in zip(gradients._fields, gradients, torch_gradients, strict=True):
        assert relative_error(ours, theirs) < 1e-5, name

    h, *_, step_cache = cell.module.step(case.x[:, 0], *case.states, case.params)
    back = cell.module.step_backward(case.dhs[:, 0], *case.dc_T, step_cache)
    assert {array.dtype for array in (h, *back)} == {np.dtype(np.float32)}


def test_mixed_types_become_float64(cell):
    case = cell.draw()
    integers = np.arange(72).reshape(4, 6, 3)
    hs, *_ = cell.forward(case._replace(x=integers))
    expected, *_ = cell.forward(case._replace(x=integers.astype(np.float64)))
    assert hs.dtype == np.float64
    assert np.array_equal(hs, expected)


@pytest.mark.parametrize("T", [1, 70])
def test_step_by_step_equals_the_sequence(cell, T):
    case = cell.draw(T=T)
    *outputs, cache = cell.forward(case)
    states, step_caches = case.states, []
    for t in range(T):
        *states, step_cache = cell.module.step(case.x[:, t], *states, case.params)
        step_caches.append(step_cache)
        for ours, whole in zip(states, outputs, strict=True):
            assert relative_error(ours, whole[:, t]) < 1e-13
        for gate in {"rnn": "", "lstm": "ifgo", "gru": "rzn"}[cell.name]:
            assert relative_error(getattr(cache, gate)[:, t], getattr(step_cache, gate)) < 1e-13, gate

    gradients = cell.backward(case, cache)
    dh, dc = np.zeros_like(case.states[0]), case.dc_T
    totals = {name: 0.0 for name in ("dW_ih", "dW_hh", "db_ih", "db_hh")}
    for t in reversed(range(T)):
        back = cell.module.step_backward(case.dhs[:, t] + dh, *dc, step_caches[t])
        dh, dc = back.dh_prev, (back.dc_prev,) if cell.states == 2 else ()
        assert relative_error(gradients.dx[:, t], back.dx) < 1e-12
        for name in totals:
            totals[name] = totals[name] + getattr(back, name)
    for name, total in totals.items():
        assert relative_error(getattr(gradients, name), total) < 1e-12, name
    assert relative_error(gradients.dh0, dh) < 1e-12
    for last in dc:
        assert relative_error(gradients.dc0, last) < 1e-12


def test_backward_equals_numerical_gradients(cell):
    case = cell.draw(N=2, T=3, D=2, H=3)
    gradients = cell.backward(case, cell.forward(case)[-1])

    def check(name, array, put_back):
        expected = numerical_gradient(lambda value: cell.loss(put_back(value)), array)
        assert relative_error(getattr(gradients, name), expected) < 1e-8, name

    check("dx", case.x, lambda value: case._replace(x=value))
    for k, name in enumerate(("dh0", "dc0")[: cell.states]):
        check(
            name,
            case.states[k],
            lambda v, k=k: case._replace(states=(*case.states[:k], v, *case.states[k + 1 :])),
        )
    for name, array in case.params._asdict().items():
        check(f"d{name}", array, lambda value, n=name: case._replace(params=case.params._replace(**{n: value})))


def test_saturated_gates_neither_overflow_nor_leave_their_range(cell):
    case = cell.draw()
    huge = case._replace(x=case.x * 1e4)
    hs, *_, cache = cell.forward(huge)
    h, *_ = cell.module.step(huge.x[:, 0], *huge.states, huge.params)
    assert np.isfinite(hs).all()
    assert relative_error(h, hs[:, 0]) < 1e-13
    assert all(np.isfinite(gradient).all() for gradient in cell.backward(huge, cache))
