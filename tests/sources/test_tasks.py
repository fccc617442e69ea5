"""The generated tasks ask what they say, and their baselines are what they say."""

from __future__ import annotations

import numpy as np
import pytest

from coursekit.sources.tasks import adding, baseline, copy, counting, first_symbol, flagged_symbol, one_hot

TASKS = [adding, copy, counting, first_symbol, flagged_symbol]


def draw(task, N=400, T=14, seed=0, **options):
    return task(np.random.default_rng(seed), N, T, **options)


@pytest.mark.parametrize("task", TASKS)
def test_shapes_and_seeds(task):
    batch, again, other = draw(task), draw(task), draw(task, seed=1)
    N, T, _ = batch.x.shape
    assert (N, T) == (400, 14) and batch.x.dtype == np.float32
    assert batch.y.shape in {(N,), (N, T)}
    assert (batch.mask is not None) == (batch.y.ndim == 2)
    assert np.array_equal(batch.x, again.x) and np.array_equal(batch.y, again.y)
    assert not np.array_equal(batch.x, other.x)


@pytest.mark.parametrize("task", TASKS)
def test_too_few_steps_is_an_error_that_names_the_task(task):
    with pytest.raises(ValueError, match=f"{task.__name__}: needs at least T="):
        draw(task, T=0)


def test_adding_is_the_sum_of_the_two_marked_numbers():
    x, y, _ = draw(adding, T=15)
    assert (x[:, :7, 1].sum(axis=1) == 1).all() and (x[:, 7:, 1].sum(axis=1) == 1).all()
    np.testing.assert_allclose((x[..., 0] * x[..., 1]).sum(axis=1), y, rtol=1e-6)
    assert baseline(draw(adding, N=20_000)) == pytest.approx(1 / 6, rel=0.05)


def test_copy_asks_for_the_message_after_the_signal():
    x, y, mask = draw(copy, symbols=6, length=3)
    ids = x.argmax(axis=2)
    assert (x.sum(axis=2) == 1).all()
    assert np.array_equal(y[:, -3:], ids[:, :3]) and ids[:, :3].max() == 5
    assert (ids[:, 3:-3] == 6).all() and (ids[:, -3] == 7).all() and (ids[:, -2:] == 6).all()
    assert mask[:, -3:].all() and not mask[:, :-3].any()
    assert baseline(draw(copy, N=5000, symbols=6)) == pytest.approx(1 / 6, abs=0.02)


def test_first_symbol_stands_first():
    x, y, _ = draw(first_symbol, symbols=5)
    assert np.array_equal(x[:, 0].argmax(axis=1), y) and set(y) == set(range(5))


@pytest.mark.parametrize("within", [None, 4])
def test_flagged_symbol_carries_the_only_flag(within):
    x, y, _ = draw(flagged_symbol, symbols=5, within=within)
    flag = x[..., -1]
    assert (flag.sum(axis=1) == 1).all() and (x[..., :-1].sum(axis=2) == 1).all()
    assert np.array_equal(x[flag == 1][:, :-1].argmax(axis=1), y)
    assert set(flag.argmax(axis=1)) == set(range(within or 14))


def test_counting_ends_after_as_many_b_as_a():
    x, y, mask = draw(counting, shortest=2)
    n = x[..., 0].sum(axis=1)
    assert set(n) == {2, 3, 4, 5, 6, 7}
    assert np.array_equal(x[..., 1].sum(axis=1), n) and np.array_equal(x[..., 1] == 1, mask)
    assert (y.sum(axis=1) == 1).all() and np.array_equal(y.argmax(axis=1), 2 * n - 1)
    batch = draw(counting, N=3000)
    assert baseline(batch) == pytest.approx(1 - 3000 / batch.mask.sum())


def test_one_hot():
    np.testing.assert_array_equal(one_hot([[2, 0]], 3), [[[0, 0, 1], [1, 0, 0]]])
    assert one_hot([1], 2).dtype == np.float32
    for wrong in ([3], [-1], [0.5]):
        with pytest.raises(ValueError, match="one_hot: expected integers"):
            one_hot(wrong, 3)
